"""Reads of trading, for the API and the pages. Each starts from what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Max, Q, Sum

from accounts.choices import UserKind
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock, market_calendar
from options.choices import AssetClass
from options.models import Asset
from options.rules.contracts import is_contract_symbol
from options.services.market import closing_prices, get_quotes
from trading.choices import TRADE_ACTIVITIES, ActivityType, OrderSide
from trading.instruments import MARKET_OF_ASSET, read_holdings
from trading.models import Activity, ClosingBalance, LedgerTransaction, Order, Position
from trading.order_errors import (
    OrderNotFound,
    PositionNotFound,
)
from trading.rules.costs import Stake
from trading.rules.holdings import ZERO, Holdings
from trading.rules.order_status import CLOSED_STATUSES, OPEN_STATUSES
from trading.rules.postings import OPENING_REFERENCE, trade_date
from trading.rules.valuation import Valuation, value_position
from trading.settlement import unsettled_proceeds


@dataclass(frozen=True)
class MarkedPosition:
    """A position, what of it is free, and its numbers."""

    asset: Asset
    quantity: Decimal
    free_quantity: Decimal
    multiplier: int
    valuation: Valuation

    @property
    def side(self) -> str:
        """Answer `long` or `short`."""
        return "long" if self.quantity > 0 else "short"


@dataclass(frozen=True)
class Balances:
    """An account's money in dollars. `unpriced` are the symbols that count at cost for want of a quote."""

    cash: Decimal
    held_cash: Decimal
    pledged_cash: Decimal
    leaving_cash: Decimal
    buying_power: Decimal
    options_buying_power: Decimal
    withdrawable_cash: Decimal
    long_market_value: Decimal
    short_market_value: Decimal
    equity: Decimal
    unpriced: tuple[str, ...]


def newest_booking() -> datetime | None:
    """Answer the time of the newest order or posting; the opening deposits of firms do not count."""
    orders = Order.objects.aggregate(newest=Max("updated_at"))["newest"]
    postings = LedgerTransaction.objects.exclude(reference__startswith=f"{OPENING_REFERENCE}:")
    posted = postings.order_by("-at").values_list("at", flat=True).first()
    return max((at for at in (orders, posted) if at is not None), default=None)


def mark_positions(account: Account, asset_id: UUID | None = None) -> list[MarkedPosition]:
    """Answer the account's securities with their numbers, by symbol, in a constant number of queries."""
    rows = Position.objects.securities().filter(account=account).select_related(*MARKET_OF_ASSET)
    if asset_id is not None:
        rows = rows.filter(asset_id=asset_id)
    positions = list(rows.order_by("asset__symbol"))
    holdings = read_holdings(account.pk, [row.asset_id for row in positions])
    return _mark(account, positions, holdings)


def _mark(account: Account, positions: list[Position], holdings: Holdings) -> list[MarkedPosition]:
    now = clock.now()
    assets = [row.asset for row in positions]
    quotes = get_quotes(assets, now)
    last_day = market_calendar.previous_session(market_calendar.last_session(now).date)
    closes = closing_prices(assets, last_day.date)
    traded = _traded_since(account, last_day.closes_at, [asset.pk for asset in assets])
    marked = []
    for row in positions:
        quote = quotes.get(row.asset_id)
        stake = Stake(row.quantity, row.cost_amount)
        today = _same_side(traded.get(row.asset_id, ZERO), row.quantity)
        price = quote.mark if quote else None
        numbers = value_position(stake, row.multiplier, price, closes.get(row.asset_id), today)
        free = (
            holdings.free_quantity(row.asset_id)
            if row.quantity > 0
            else row.quantity + holdings.line(row.asset_id).closing
        )
        marked.append(MarkedPosition(row.asset, row.quantity, free, row.multiplier, numbers))
    return marked


def _same_side(traded: Decimal, quantity: Decimal) -> Decimal:
    """Answer the part of a position that was opened by what was traded today: never more than all of it."""
    if quantity > 0:
        return min(max(traded, ZERO), quantity)
    return max(min(traded, ZERO), quantity)


def _traded_since(account: Account, since: datetime, asset_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    signed = Sum("quantity", filter=Q(side=OrderSide.BUY), default=ZERO) - Sum(
        "quantity", filter=Q(side=OrderSide.SELL), default=ZERO
    )
    fills = Activity.objects.filter(
        account=account, activity_type=ActivityType.FILL, at__gt=since, asset_id__in=list(asset_ids)
    )
    return dict(fills.order_by().values("asset_id").annotate(sum=signed).values_list("asset_id", "sum"))


def get_position(account: Account, symbol_or_id: str) -> MarkedPosition:
    """Answer one position by symbol or asset id, or raise `PositionNotFound`."""
    asset_id = find_asset_id(symbol_or_id)
    found = mark_positions(account, asset_id) if asset_id else []
    if not found:
        raise PositionNotFound
    return found[0]


def find_asset_id(symbol_or_id: str) -> UUID | None:
    """Answer the id of the asset with that symbol or id, or None."""
    try:
        return UUID(symbol_or_id)
    except ValueError:
        return Asset.objects.filter(symbol=symbol_or_id).values_list("pk", flat=True).first()


def read_balances(account: Account) -> Balances:
    """Answer the account's money: cash, what is pledged and held, and what it is all worth.

    `buying_power` is that of a cash account: what is neither pledged nor held, never below zero.
    """
    securities = list(Position.objects.securities().filter(account=account).select_related(*MARKET_OF_ASSET))
    holdings = read_holdings(account.pk)
    quotes = get_quotes([row.asset for row in securities], clock.now())
    values, unpriced = {}, []
    for row in securities:
        quote = quotes.get(row.asset_id)
        price = quote.mark if quote else None
        if price is None:
            unpriced.append(row.asset.symbol)
        values[row.asset_id] = row.cost_amount if price is None else price * row.quantity * row.multiplier
    long_value = sum((value for value in values.values() if value > 0), ZERO)
    short_value = sum((value for value in values.values() if value < 0), ZERO)
    free = max(holdings.free_cash, ZERO)
    unsettled = unsettled_proceeds([account.pk], trade_date(clock.now()))[account.pk]
    return Balances(
        cash=holdings.cash,
        held_cash=holdings.held_cash,
        pledged_cash=holdings.pledged_cash,
        leaving_cash=holdings.leaving_cash,
        buying_power=free,
        options_buying_power=free,
        withdrawable_cash=holdings.withdrawable_cash(unsettled),
        long_market_value=long_value,
        short_market_value=short_value,
        equity=holdings.cash + long_value + short_value,
        unpriced=tuple(sorted(unpriced)),
    )


CLOSING_AMOUNTS = tuple(f.name for f in ClosingBalance._meta.fields if f.name.endswith("_amount"))


def newest_closing_balance(account: Account, by: date) -> ClosingBalance:
    """Answer the account's newest stored close by that date; all zero where it held nothing at any."""
    found = ClosingBalance.objects.filter(account=account, date__lte=by).order_by("-date").first()
    return found or ClosingBalance(account=account, date=by, **dict.fromkeys(CLOSING_AMOUNTS, ZERO))


@dataclass(frozen=True)
class OrderFilter:
    """Which orders to list, newest first unless `ascending` (contract/trading.md 2.6)."""

    status: str = "open"
    after: datetime | None = None
    until: datetime | None = None
    side: str = ""
    symbols: tuple[str, ...] = ()
    asset_class: str = ""
    ascending: bool = False
    limit: int = 50


BUCKETS = {"open": OPEN_STATUSES, "closed": CLOSED_STATUSES}


def list_orders(account: Account, wanted: OrderFilter) -> list[Order]:
    """Answer the account's orders with their assets, at most `limit`."""
    rows = Order.objects.filter(account=account).select_related("asset")
    if wanted.status in BUCKETS:
        rows = rows.filter(status__in=BUCKETS[wanted.status])
    if wanted.after:
        rows = rows.filter(submitted_at__gt=wanted.after)
    if wanted.until:
        rows = rows.filter(submitted_at__lt=wanted.until)
    if wanted.side:
        rows = rows.filter(side=wanted.side)
    if wanted.symbols:
        rows = rows.filter(_named(wanted.symbols, wanted.asset_class))
    if wanted.asset_class:
        rows = rows.filter(asset__asset_class=wanted.asset_class)
    order = ("submitted_at", "pk") if wanted.ascending else ("-submitted_at", "-pk")
    return list(rows.order_by(*order)[: wanted.limit])


def _named(symbols: Iterable[str], asset_class: str) -> Q:
    """Match the symbols; among options only, an underlying's symbol matches its contracts too."""
    named = Q(asset__symbol__in=symbols)
    if asset_class == AssetClass.US_OPTION:
        named |= Q(asset__contract__underlying__symbol__in=[one for one in symbols if not is_contract_symbol(one)])
    return named


def find_order_by_client_id(account: Account, client_order_id: str) -> Order:
    """Answer the account's order with that client order id, or raise `OrderNotFound`."""
    found = Order.objects.filter(account=account, client_order_id=client_order_id).select_related("asset").first()
    if found is None:
        raise OrderNotFound(order_id=client_order_id)
    return found


@dataclass(frozen=True)
class ActivityFilter:
    """Which activities to list, newest first unless `ascending` (contract/trading.md 5.1)."""

    account_id: UUID | None = None
    types: tuple[str, ...] = ()
    category: str = ""
    order_id: UUID | None = None
    after: datetime | None = None
    until: datetime | None = None
    ascending: bool = False
    page_size: int = 100
    page_token: str = ""


def list_activities(actor: User, wanted: ActivityFilter) -> list[Activity]:
    """Answer activities of what the actor may see: of one account, or of all its accounts."""
    actor.require(Permission.VIEW_ACCOUNTS)
    rows = Activity.objects.select_related("asset")
    if wanted.account_id is not None:
        rows = rows.filter(account__in=Account.objects.visible_to(actor).filter(pk=wanted.account_id))
    elif actor.kind == UserKind.CUSTOMER:
        rows = rows.filter(account__in=Account.objects.visible_to(actor))
    elif not actor.sees_every_correspondent:
        rows = rows.filter(correspondent=actor.correspondent)
    if wanted.types:
        rows = rows.filter(activity_type__in=wanted.types)
    if wanted.category:
        trades = Q(activity_type__in=TRADE_ACTIVITIES)
        rows = rows.filter(trades if wanted.category == "trade_activity" else ~trades)
    if wanted.order_id:
        rows = rows.filter(order_id=wanted.order_id)
    if wanted.after:
        rows = rows.filter(at__gt=wanted.after)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    if wanted.page_token:
        rows = rows.filter(**{"id__gt" if wanted.ascending else "id__lt": wanted.page_token})
    return list(rows.order_by("id" if wanted.ascending else "-id")[: wanted.page_size])
