"""What a person may decide on an opening, and what restrictions an account can have (AA-21, AA-22)."""

from collections.abc import Iterator
from typing import Any

from accounts.choices import AccountStatus, OptionsLevel
from accounts.record_errors import NothingToDecide, ReasonTooShort
from accounts.rules.onboarding import TRANSITIONS, require_transition
from accounts.rules.suitability import LARGEST_AMOUNT
from accounts.rules.text import Fault

S = AccountStatus

# Where something waits for a person; APPROVED waits for its activation.
WAITING = (S.SUBMITTED, S.ACTION_REQUIRED, S.APPROVAL_PENDING, S.APPROVED, S.ACCOUNT_UPDATED)
OUTCOMES = (S.APPROVED, S.ACTIVE, S.APPROVAL_PENDING, S.ACTION_REQUIRED, S.REJECTED)
SHORTEST_REASON = 10
LONGEST_REASON = 1000
FEWEST_LETTERS = 4


def outcomes_of(status: AccountStatus) -> tuple[AccountStatus, ...]:
    """Answer what can be decided on an account in `status`; nothing where nothing waits."""
    if status not in WAITING:
        return ()
    return tuple(outcome for outcome in OUTCOMES if outcome in TRANSITIONS[status])


def require_outcome(status: AccountStatus, outcome: AccountStatus) -> None:
    """Raise `NothingToDecide` or `IllegalStatusChange` unless a person may decide so."""
    if status not in WAITING or outcome not in OUTCOMES:
        raise NothingToDecide(status=status.value)
    require_transition(status, outcome)


def require_reason(reason: str) -> str:
    """Answer the reason without spaces around it; raise `ReasonTooShort` where it says nothing (AA-22).

    What cannot be seen does not count, and one key pressed again and again is no reason.
    """
    said = " ".join("".join(one for one in reason if one.isprintable() or one.isspace()).split())
    letters = {one for one in said.lower() if one.isalnum()}
    if len(said) < SHORTEST_REASON or len(letters) < FEWEST_LETTERS:
        raise ReasonTooShort(least=SHORTEST_REASON, found=min(len(said), len(letters)))
    return said[:LONGEST_REASON]


def restriction_faults(changes: dict[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the limits and caps among the changes of restrictions."""
    level = changes.get("admin_max_options_trading_level")
    if level is not None and level not in OptionsLevel:
        yield (
            "admin_max_options_trading_level",
            f"must be from {OptionsLevel.DISABLED} to {OptionsLevel.SPREADS}, or none",
        )
    limit = changes.get("daily_transfer_limit_amount")
    if limit is not None and not 0 <= limit <= LARGEST_AMOUNT:
        yield "daily_transfer_limit_amount", "must be zero or more, and below a trillion dollars"


def admin_configurations(restrictions: dict[str, Any]) -> dict[str, Any]:
    """Answer restrictions as `admin_configurations` of a trading account shows them (contract 2.8); unset is absent."""
    shown = {
        "acct_daily_transfer_limit": restrictions["daily_transfer_limit_amount"],
        "incoming_transfers_blocked": restrictions["incoming_transfers_blocked"] or None,
        "outgoing_transfers_blocked": restrictions["outgoing_transfers_blocked"] or None,
        "max_options_trading_level": restrictions["admin_max_options_trading_level"],
    }
    return {name: value for name, value in shown.items() if value is not None}
