"""An account at a glance: its cash and what binds it, its equity over time, and what it is exposed to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.models import Account
from brokerage import clock
from brokerage.money import to_cents
from options.rules.collateral import put_collateral, shares_to_cover
from options.rules.contracts import name_of
from options.services.market import get_quotes
from trading.holds import USD, Hold, HoldKind, list_holds
from trading.instruments import MARKET_OF_ASSET
from trading.models import Position
from trading.portfolio_history import read_history
from trading.rules.drawing import lengths, points_of_line, shares_of_bar
from trading.rules.holdings import ZERO
from trading.settlement import Unsettled, list_unsettled

PERIODS = {"1D": "1 day", "1W": "1 week", "1M": "1 month", "1A": "1 year"}
USUAL_PERIOD = "1M"
CHART = (600, 160)
MOST_NAMED = 6
SEGMENTS = {
    "orders": ("Held by orders", (HoldKind.ORDER,)),
    "puts": ("Pledged to short puts", (HoldKind.SHORT_PUT, HoldKind.SHORT_CALL)),
    "transfers": ("Leaving by transfers", (HoldKind.TRANSFER,)),
    "fees": ("Accrued fees", (HoldKind.FEES,)),
}


@dataclass(frozen=True)
class Binding:
    """An amount that is bound, by what, and where that is shown."""

    amount: Decimal
    label: str
    url: str


@dataclass(frozen=True)
class Segment:
    """A part of the cash: `start` and `length` say where it stands on a bar of 100."""

    name: str
    label: str
    amount: Decimal
    start: Decimal
    length: Decimal
    bindings: tuple[Binding, ...]
    further: int


@dataclass(frozen=True)
class BoundAsset:
    """Shares or contracts of which something is bound: how many there are, how many are free, and by what."""

    symbol: str
    quantity: Decimal
    bound: Decimal
    bindings: tuple[Binding, ...]
    further: int

    @property
    def free(self) -> Decimal:
        """Answer what is left."""
        return self.quantity - self.bound


@dataclass(frozen=True)
class CashPicture:
    """An account's cash in parts that add up to it, and what is bound of its shares and contracts.

    `missing` is what is bound beyond what there is: the free part is then below zero. What is
    `unsettled` may buy and may not be withdrawn yet.
    """

    cash: Decimal
    segments: tuple[Segment, ...]
    bound: tuple[BoundAsset, ...]
    unsettled: tuple[Unsettled, ...] = ()

    @property
    def missing(self) -> Decimal:
        """Answer by how much more is bound than there is."""
        return max(-self.segments[0].amount, ZERO)


@dataclass(frozen=True)
class Exposure:
    """What stands on one underlying or expires on one day: value, contracts and shares, and what may be assigned.

    `cash_to_pay` is what the short puts cost if they are assigned, `shares_to_deliver` what the
    short calls take. `at_cost` counts positions without a quote, whose value is their cost.
    """

    label: str
    url: str = ""
    day: date | None = None
    value: Decimal = ZERO
    long_contracts: Decimal = ZERO
    short_contracts: Decimal = ZERO
    shares: Decimal = ZERO
    cash_to_pay: Decimal = ZERO
    shares_to_deliver: Decimal = ZERO
    at_cost: int = 0
    length: Decimal = ZERO


@dataclass(frozen=True)
class ExposureTable:
    """Rows and their sum."""

    rows: tuple[Exposure, ...]
    total: Exposure


@dataclass(frozen=True)
class EquityPoint:
    """What the account was worth at a moment."""

    at: datetime
    epoch: int
    equity: Decimal
    change: Decimal
    at_cost: int


@dataclass(frozen=True)
class EquityPicture:
    """Equity over a period, oldest first; `line` are the points of a drawing."""

    period: str
    is_daily: bool
    points: tuple[EquityPoint, ...]
    change: Decimal | None
    change_ratio: Decimal | None
    low: Decimal | None
    high: Decimal | None
    line: str


def read_equity(account: Account, period: str) -> EquityPicture:
    """Answer the account's equity over a period, from stored values only."""
    found = read_history(account, period=period)
    changes = found.profit_loss
    counted = found.unpriced or (0,) * len(found.timestamps)
    points = tuple(
        EquityPoint(datetime.fromtimestamp(epoch, UTC), epoch, equity, change, at_cost)
        for epoch, equity, change, at_cost in zip(found.timestamps, found.equity, changes, counted, strict=True)
    )
    return EquityPicture(
        period=period,
        is_daily=found.timeframe == "1D",
        points=points,
        change=changes[-1] if points else None,
        change_ratio=found.profit_loss_pct[-1] if points else None,
        low=min(found.equity, default=None),
        high=max(found.equity, default=None),
        line=points_of_line(found.equity, width=CHART[0], height=CHART[1]),
    )


def read_cash(account: Account) -> CashPicture:
    """Answer the account's cash in parts, each with what binds it."""
    holds = list_holds(account)
    quantities = dict(Position.objects.filter(account=account).values_list("asset__symbol", "quantity"))
    cash = quantities.get(USD, ZERO)
    parts = {
        name: [hold for hold in holds if hold.unit == USD and hold.kind in kinds]
        for name, (_, kinds) in SEGMENTS.items()
    }
    amounts = [sum((hold.amount for hold in part), ZERO) for part in parts.values()]
    amounts = [cash - sum(amounts, ZERO), *amounts]
    names = ["free", *parts]
    labels = ["Free", *(label for label, _ in SEGMENTS.values())]
    segments = [
        Segment(name, label, amount, *place, *_named(account, parts.get(name, [])))
        for name, label, amount, place in zip(names, labels, amounts, shares_of_bar(amounts), strict=True)
    ]
    return CashPicture(
        cash, tuple(segments), tuple(_bound(account, holds, quantities)), list_unsettled(account.pk, clock.today())
    )


def _bound(account: Account, holds: Sequence[Hold], quantities: dict[str, Decimal]) -> Iterable[BoundAsset]:
    for symbol in sorted({hold.unit for hold in holds if hold.unit != USD}):
        own = [hold for hold in holds if hold.unit == symbol]
        total = sum((hold.amount for hold in own), ZERO)
        yield BoundAsset(symbol, quantities.get(symbol, ZERO), total, *_named(account, own))


def bindings_by_asset(account: Account) -> dict[str, tuple[tuple[Binding, ...], int]]:
    """Answer what binds each share and contract, by symbol: the first few, and how many more there are."""
    return {one.symbol: (one.bindings, one.further) for one in _bound(account, list_holds(account), {})}


def _named(account: Account, holds: Sequence[Hold]) -> tuple[tuple[Binding, ...], int]:
    """Answer the largest of what binds, and how many more there are."""
    largest = sorted(holds, key=lambda hold: -hold.amount)[:MOST_NAMED]
    return tuple(_binding(account, hold) for hold in largest), len(holds) - len(largest)


def _binding(account: Account, hold: Hold) -> Binding:
    own = f"/accounts/{account.pk}"
    match hold.kind:
        case HoldKind.ORDER:
            return Binding(hold.amount, f"Order in {name_of(hold.symbol)}", f"{own}/orders/{hold.order_id}")
        case HoldKind.TRANSFER:
            return Binding(hold.amount, "Transfer", f"{own}/funding/transfers/{hold.transfer_id}")
        case HoldKind.FEES:
            return Binding(hold.amount, f"{hold.note} of {hold.day:%b %-d, %Y}", "")
    return Binding(hold.amount, f"Short {name_of(hold.symbol)}", f"{own}/positions#{hold.symbol}")


# --- Exposure --------------------------------------------------------------------------------------------


def read_exposure(account: Account) -> tuple[ExposureTable, ExposureTable]:
    """Answer what the account is exposed to, by underlying and by expiration: both add up to the same value."""
    marked = _worth(account)
    by_underlying = _table(marked, _underlying)
    by_day = _table(marked, _expiration)
    rows = sorted(by_day.rows, key=lambda row: row.day or date.max)
    return by_underlying, replace(by_day, rows=tuple(rows))


@dataclass(frozen=True)
class _Worth:
    """A position and what it is worth; None without a quote."""

    position: Position
    value: Decimal | None


def _worth(account: Account) -> list[_Worth]:
    rows = list(Position.objects.securities().filter(account=account).select_related(*MARKET_OF_ASSET))
    quotes = get_quotes([row.asset for row in rows], clock.now())
    marks = [quotes[row.asset_id].mark if row.asset_id in quotes else None for row in rows]
    return [
        _Worth(row, None if mark is None else to_cents(mark * row.quantity * row.multiplier))
        for row, mark in zip(rows, marks, strict=True)
    ]


def _table(marked: Sequence[_Worth], key: Callable[[_Worth], Exposure]) -> ExposureTable:
    """Answer the positions gathered by `key`, the largest value first, and all of them together."""
    found: dict[str, Exposure] = {}
    total = Exposure("Total")
    for one in marked:
        start = key(one)
        found[start.label] = _with(found.get(start.label, start), one)
        total = _with(total, one)
    rows = sorted(found.values(), key=lambda row: (-abs(row.value), row.label))
    sized = zip(rows, lengths([row.value for row in rows]), strict=True)
    return ExposureTable(tuple(replace(row, length=length) for row, length in sized), total)


def _underlying(one: _Worth) -> Exposure:
    asset = one.position.asset
    return Exposure(asset.contract.underlying.symbol if asset.is_option else asset.symbol)


def _expiration(one: _Worth) -> Exposure:
    asset = one.position.asset
    if not asset.is_option:
        return Exposure("Shares")
    day = asset.contract.expiration_date
    return Exposure(day.isoformat(), day=day)


def _with(row: Exposure, one: _Worth) -> Exposure:
    """Answer the row with one more position in it."""
    position = one.position
    value = position.cost_amount if one.value is None else one.value
    row = replace(row, value=row.value + value, at_cost=row.at_cost + (one.value is None))
    if not position.asset.is_option:
        return replace(row, shares=row.shares + position.quantity)
    if position.quantity > 0:
        return replace(row, long_contracts=row.long_contracts + position.quantity)
    contract, count = position.asset.contract, -position.quantity
    row = replace(row, short_contracts=row.short_contracts + count)
    if contract.right == "put":
        strike = put_collateral(count, contract.strike_price, contract.multiplier)
        return replace(row, cash_to_pay=row.cash_to_pay + strike)
    return replace(row, shares_to_deliver=row.shares_to_deliver + shares_to_cover(count, contract.deliverable))
