"""Telling many holders at once what becomes of their positions: what it would do, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Account, User
from brokerage.errors import BrokerageError
from trading.expiring import ExpiringFilter, read_some
from trading.expiring_lines import Line, describe_rows
from trading.models import ExpirationNotice, Position
from trading.narrowing import seen_by
from trading.services.expiration_notices import tell_of_expiration


@dataclass(frozen=True)
class Plan:
    """The positions that were selected: those whose holders would be told, and those who were told before."""

    lines: tuple[Line, ...]

    @property
    def fresh(self) -> list[Line]:
        """Answer those of which nobody was told."""
        return [line for line in self.lines if line.told is None]

    @property
    def repeated(self) -> list[Line]:
        """Answer those whose holders know."""
        return [line for line in self.lines if line.told is not None]

    @property
    def accounts(self) -> list[Account]:
        """Answer who would be written to, each once."""
        return list({line.account.pk: line.account for line in self.fresh}.values())

    @property
    def mailed(self) -> int:
        """Answer how many have an address on file."""
        return sum(bool(account.email_address) for account in self.accounts)

    @property
    def without_address(self) -> list[Account]:
        """Answer who has none, and has to be told otherwise."""
        return [account for account in self.accounts if not account.email_address]


@dataclass(frozen=True)
class Told:
    """What came of telling one account: the notices, or why none."""

    account: Account
    notices: tuple[ExpirationNotice, ...]
    refusal: str = ""


def plan_of(actor: User, position_ids: Sequence[int], at: datetime) -> Plan:
    """Answer the selected positions that `actor` may see and that expire soon, as the list shows them now."""
    seen = seen_by(Position.objects.filter(pk__in=position_ids), actor)
    account_ids = list(seen.order_by().values_list("account_id", flat=True).distinct())
    if not account_ids:
        return Plan(())
    work, rows = read_some(actor, ExpiringFilter(), at, account_ids=account_ids, position_ids=set(position_ids))
    return Plan(tuple(describe_rows(work, rows)))


def notify(actor: User, plan: Plan, *, again: bool) -> list[Told]:
    """Tell each account in an act of its own, so that one refusal costs one account."""
    by_account: dict[UUID, list[Line]] = {}
    for line in plan.lines:
        by_account.setdefault(line.account.pk, []).append(line)
    found = []
    for account_id, lines in by_account.items():
        account, asset_ids = lines[0].account, [line.contract.asset_id for line in lines]
        try:
            notices = tell_of_expiration(actor=actor, account_id=account_id, asset_ids=asset_ids, again=again)
        except BrokerageError as refusal:
            found.append(Told(account, (), str(refusal)))
        else:
            found.append(Told(account, tuple(notices)))
    return found
