"""For which accounts a contract of the chain can be traded: those that may open it first, and why others may not."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.choices import AccountStatus, EnabledAsset
from accounts.models import Account, User
from accounts.models.accounts import LEVEL_IN_FORCE
from accounts.selectors import AccountSearch, search_accounts
from options.choices import Strategy
from options.rules.levels import REQUIRED_LEVEL, level_to_open

MOST_FOUND = 20
LEVEL_FOR = {
    "buy": min(REQUIRED_LEVEL[one] for one in (Strategy.LONG_CALL, Strategy.LONG_PUT)),
    "sell": min(REQUIRED_LEVEL[one] for one in (Strategy.COVERED_CALL, Strategy.CASH_SECURED_PUT)),
}
OPENING = {"buy": "Buying", "sell": "Selling"}


@dataclass(frozen=True)
class Candidate:
    """An account, and why an order that opens would be refused; empty where it may be asked for."""

    account: Account
    why_not: str


def list_candidates(actor: User, query: str, side: str) -> tuple[list[Candidate], bool]:
    """Answer the accounts that match, those first that may open on that side, and whether there are more."""
    found = search_accounts(Account.objects.visible_to(actor).customers(), AccountSearch(query=query))
    found = found.alias(level=LEVEL_IN_FORCE).select_related("correspondent").order_by("name_key", "id")
    may = Q(
        status=AccountStatus.ACTIVE,
        account_blocked=False,
        trading_blocked=False,
        suspend_trade=False,
        enabled_assets__contains=[EnabledAsset.US_OPTION],
        level__gte=LEVEL_FOR[side],
    )
    rows = list(found.filter(may)[: MOST_FOUND + 1])
    if len(rows) <= MOST_FOUND:
        rows += found.exclude(may)[: MOST_FOUND + 1 - len(rows)]
    return [Candidate(one, why_not(one, side)) for one in rows[:MOST_FOUND]], len(rows) > MOST_FOUND


def why_not(account: Account, side: str) -> str:
    """Answer why the account may not open a position in options on that side; nothing where it may."""
    if not account.is_active:
        return f"Not active: {account.get_status_display().lower()}."
    if account.account_blocked:
        return "The account is blocked."
    if account.trading_blocked or account.suspend_trade:
        return "Its trading is blocked."
    level, needed = level_to_open(account.options_trading_level, account.enabled_assets), LEVEL_FOR[side]
    if level >= needed:
        return ""
    has = f"the account has level {level}" if level else "options are off for the account"
    return f"{OPENING[side]} to open needs options level {needed}; {has}."
