"""Who was short of a contract at the end of a day: the candidates of an allocation (domain rule AS-6).

A position is taken as it stands, and what was traded on later days is taken off again, and longs
that were exercised or expired since are put back: what was bought back since does not protect, and
nobody is short for what they bought since. What was assigned or expired of shorts counts, so that
nothing is assigned twice; so does what is allocated and not posted yet.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from trading.choices import TRADE_ACTIVITIES, ActivityType
from trading.models import Activity, Assignment, Lot, LotClosing, Position, Posting
from trading.rules.allocation import Candidate, Opened

UNKNOWN_DAY = date(1970, 1, 1)
# What is taken off again of later days: trades, and longs that were exercised or expired.
TAKEN_OFF = Q(activity_type__in=TRADE_ACTIVITIES) | Q(
    activity_type__in=(ActivityType.OPEXC, ActivityType.OPEXP), quantity__lt=0
)


def shorts_at_end_of(day: date, asset_id: UUID) -> list[Candidate]:
    """Answer every account that was short of the contract when `day` ended, by what its short was opened.

    Five queries, whatever the number of accounts. Decide on it with the contract locked.
    """
    held = defaultdict(int, {account: int(quantity) for account, quantity in _held(asset_id)})
    for account_id, change in _changed_after(day, asset_id).items():
        held[account_id] -= change
    waiting = {account_id: int(sum_) for account_id, sum_ in _allocated(asset_id)}
    shorts = {account_id: -quantity for account_id, quantity in held.items() if quantity < 0}
    opened = _opened(day, asset_id, shorts)
    candidates = [
        Candidate(account_id, _left(_as_many(opened[account_id], quantity), waiting.get(account_id, 0)))
        for account_id, quantity in shorts.items()
    ]
    return [one for one in candidates if one.opened]


def _held(asset_id: UUID) -> Iterable[tuple[UUID, Decimal]]:
    positions = Position.objects.filter(asset_id=asset_id).exclude(quantity=0)
    return positions.values_list("account_id", "quantity")


def _changed_after(day: date, asset_id: UUID) -> dict[UUID, int]:
    """Answer by how much each account was changed after `day`; a trade that never was has changed nothing."""
    changes = Activity.objects.filter(TAKEN_OFF, asset_id=asset_id, date__gt=day)
    own = changes.filter(Q(transaction__reverses=None) | Q(transaction__reverses__trade_date__gt=day))
    moved = Posting.objects.filter(asset_id=asset_id, transaction__in=own.values("transaction_id"))
    changed: dict[UUID, int] = defaultdict(int)
    for source, destination, quantity in moved.values_list("source_account_id", "destination_account_id", "quantity"):
        for account_id, change in ((source, -quantity), (destination, quantity)):
            if account_id is not None:
                changed[account_id] += int(change)
    return changed


def _allocated(asset_id: UUID) -> Iterable[tuple[UUID, Decimal]]:
    waiting = Assignment.objects.filter(asset_id=asset_id, posted_at=None).order_by().values("account_id")
    return waiting.annotate(sum=Sum("quantity")).values_list("account_id", "sum")


def _opened(day: date, asset_id: UUID, account_ids: Iterable[UUID]) -> dict[UUID, list[Opened]]:
    """Answer the lots of each account as they were when `day` ended, oldest first."""
    lots = {"asset_id": asset_id, "account_id__in": list(account_ids)}
    closed_since: dict[UUID, int] = defaultdict(int)
    for lot_id, quantity in LotClosing.objects.filter(**lots, closed_on__gt=day).values_list("lot_id", "quantity"):
        closed_since[lot_id] += int(quantity)
    wanted = Q(opened_on__lte=day) & (~Q(quantity=0) | Q(pk__in=list(closed_since)))
    found: dict[UUID, list[Opened]] = defaultdict(list)
    rows = Lot.objects.filter(wanted, **lots, opened_quantity__lt=0).order_by("opened_on", "pk")
    for lot_id, account_id, opened_on, quantity in rows.values_list("pk", "account_id", "opened_on", "quantity"):
        found[account_id].append(Opened(opened_on, str(lot_id), closed_since[lot_id] - int(quantity)))
    return found


def _as_many(opened: list[Opened], quantity: int) -> list[Opened]:
    """Answer lots that come to `quantity`: what no lot tells of was there first, what is too much came last."""
    untold = quantity - sum(part.quantity for part in opened)
    if untold > 0:
        return [Opened(UNKNOWN_DAY, "", untold), *opened]
    return list(reversed(_left(list(reversed(opened)), -untold)))


def _left(opened: list[Opened], taken: int) -> tuple[Opened, ...]:
    """Answer what is left of lots when the first `taken` contracts are gone."""
    left = []
    for part in opened:
        gone = min(taken, part.quantity)
        taken -= gone
        if part.quantity > gone:
            left.append(Opened(part.on, part.order, part.quantity - gone))
    return tuple(left)
