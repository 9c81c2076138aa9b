"""Tell the ledger again, transaction by transaction, into lots: after a bust, and to rebuild a book."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Account
from brokerage.money import to_cents
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading.choices import UNREALIZING_ACTIVITIES, ActivityType
from trading.models import Lot, Position
from trading.rules.lots import Change, share_amount
from trading.services.lots import Booked, LotBook

_DELIVERIES = frozenset({ActivityType.OPTRD, ActivityType.OPCSH})
_PRICED = (ActivityType.JNLS, ActivityType.ACATS)

# What each transaction changed of an account, asset by asset, in the order of posting; beside it the
# dollars that it moved, and the price at which shares came without any. `assets` is null for all.
_TOLD = """
WITH moved AS (
    SELECT transaction_id, asset_id, quantity FROM trading_posting WHERE destination_account_id = %(account)s
    UNION ALL
    SELECT transaction_id, asset_id, -quantity FROM trading_posting WHERE source_account_id = %(account)s
), changed AS (
    SELECT transaction_id, asset_id, sum(quantity) AS quantity FROM moved GROUP BY transaction_id, asset_id
), wanted AS (
    SELECT DISTINCT transaction_id FROM changed WHERE %(assets)s::uuid[] IS NULL OR asset_id = ANY(%(assets)s)
)
SELECT posted.id, posted.activity_type, posted.reverses_id, posted.group_id, posted.trade_date,
       changed.asset_id, changed.quantity, (
           SELECT max(face.price) FROM trading_activity AS face
           WHERE face.transaction_id = posted.id AND face.account_id = %(account)s
               AND posted.activity_type = ANY(%(priced)s)
       )
FROM changed
JOIN trading_ledgertransaction AS posted ON posted.id = changed.transaction_id
WHERE posted.id IN (SELECT transaction_id FROM wanted) OR posted.activity_type IN ('OPTRD', 'OPCSH')
ORDER BY posted.id, changed.asset_id
"""


@dataclass
class Told:
    """One transaction as one account saw it: the securities that it changed, and the cash."""

    id: UUID
    activity_type: str
    reverses_id: UUID | None
    group_id: UUID | None
    trade_date: date
    price: Decimal
    cash: Decimal = Decimal(0)
    changed: dict[UUID, Decimal] = field(default_factory=dict)


@dataclass
class _Group:
    """One exercise or assignment: the cash that was received beside the shares, and the cost of what left."""

    cash: Decimal = Decimal(0)
    option_cost: Decimal = Decimal(0)
    has_shares: bool = False


def replay_lots(account: Account, asset_ids: Collection[UUID] | None = None) -> LotBook:
    """Answer the lots and closings of an account as its ledger tells them, of some assets or of all; unwritten.

    What was taken back counts no more, and what was booked instead stands in its place: first in,
    first out is by the trades as they were after all. Shares and the contracts on them are told
    together: the premium of what was exercised or assigned is in the shares.
    """
    book, told = LotBook(), _corrected(_told(account.pk, asset_ids))
    groups: dict[UUID, _Group] = defaultdict(_Group)
    for one in told:
        if one.activity_type in _DELIVERIES and one.group_id is not None:
            groups[one.group_id].cash += one.cash
            groups[one.group_id].has_shares |= bool(one.changed)
    for one in told:
        group = groups[one.group_id or one.id]
        realizes = one.activity_type not in UNREALIZING_ACTIVITIES or not group.has_shares
        for asset_id, quantity in one.changed.items():
            change = Change(quantity, _amount(one, quantity, group), one.trade_date, realizes)
            cost_change = book.book(Booked(one.id, (account.pk, asset_id), account.correspondent_id, change))
            if not realizes:
                group.option_cost -= cost_change
    return book


def rewrite_lots(account: Account, book: LotBook, asset_ids: Collection[UUID]) -> None:
    """Put what was replayed in the place of the lots and closings that are there."""
    Lot.objects.filter(account=account, asset_id__in=asset_ids).delete()
    book.opened = [lot for lot in book.opened if lot.asset_id in asset_ids]
    book.closings = [closing for closing in book.closings if closing.asset_id in asset_ids]
    book.reduced = {}
    book.write()


def retell_lots(account: Account, asset: Asset) -> dict[UUID, Decimal]:
    """Make the lots of an asset what the corrected ledger says, and answer what positions cost now, by asset.

    Of the shares and of all contracts on them: what was exercised carries its premium along. What
    the ledger does not account for, as in a book that was brought in without its history, stays as
    it is: there the reversal was a trade of its own.
    """
    contract = getattr(asset, "contract", None)
    share_id = asset.pk if contract is None else contract.underlying_id
    family = Q(asset_id=share_id) | Q(asset__contract__underlying_id=share_id)
    positions = {one.asset_id: one for one in Position.objects.filter(family, account=account)}
    book = replay_lots(account, positions.keys())
    told = {asset_id for asset_id, one in positions.items() if book.stake(account.pk, asset_id)[0] == one.quantity}
    rewrite_lots(account, book, told)
    for asset_id in told:
        positions[asset_id].cost_amount = book.stake(account.pk, asset_id)[1]
    Position.objects.bulk_update([positions[asset_id] for asset_id in told], ["cost_amount"])
    return {asset_id: positions[asset_id].cost_amount for asset_id in told}


def _told(account_id: UUID, asset_ids: Collection[UUID] | None) -> list[Told]:
    wanted = None if asset_ids is None else list(asset_ids)
    parameters = {"account": account_id, "assets": wanted, "priced": [str(one) for one in _PRICED]}
    told: dict[UUID, Told] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, parameters)
        for key, kind, reverses_id, group_id, on, asset_id, quantity, price in cursor.fetchall():
            if key not in told:
                told[key] = Told(key, kind, reverses_id, group_id, on, price or Decimal(0))
            if asset_id == USD_ID:
                told[key].cash += quantity
            elif quantity and (asset_ids is None or asset_id in asset_ids):
                told[key].changed[asset_id] = quantity
    return list(told.values())


def _corrected(told: Iterable[Told]) -> list[Told]:
    """Answer the transactions without what was taken back; what was booked instead stands in its place."""
    places: dict[UUID, UUID] = {}
    replaced: dict[UUID, UUID] = {}  # the place of what a group took back
    kept: dict[UUID, Told] = {}
    for one in told:
        if one.reverses_id is not None:
            place = places.pop(one.reverses_id)
            kept.pop(one.reverses_id)
            if one.group_id is not None:
                replaced[one.group_id] = place
            continue
        places[one.id] = replaced.get(one.group_id or one.id, one.id)
        kept[one.id] = one
    return sorted(kept.values(), key=lambda one: places[one.id])


def _amount(told: Told, quantity: Decimal, group: _Group) -> Decimal:
    """Answer the dollars paid or received for what changed, as they were booked."""
    if told.activity_type == ActivityType.FILL:
        return to_cents(abs(told.cash))
    if told.activity_type == ActivityType.OPTRD:
        return share_amount(group.cash, group.option_cost, comes_in=quantity > 0)
    if told.activity_type in UNREALIZING_ACTIVITIES:  # for cash alone, where it realizes
        return group.cash if quantity < 0 else -group.cash
    return to_cents(abs(quantity) * told.price)
