"""Reads of trading, for the API and the pages. Each starts from what the actor may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, Sum

from accounts.choices import UserKind
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock, market_calendar
from brokerage.money import cents_up, to_cents
from options.models import Asset
from options.services.market import closing_prices, get_quotes
from trading.choices import TRADE_ACTIVITIES, ActivityType, FeeKind, OrderSide
from trading.instruments import MARKET_OF_ASSET, read_holdings, read_holdings_of
from trading.models import AccruedFee, Activity, ClosingBalance, LedgerTransaction, Order, Position
from trading.order_errors import PositionNotFound
from trading.rules.buying_power import buying_power_of
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
    accrued_fees: Decimal
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
    return _mark(positions, {account.pk: read_holdings(account.pk, [row.asset_id for row in positions])})


ACCOUNTS_ON_A_PAGE = 100


def page_of_positions(actor: User, page: int) -> dict[UUID, list[MarkedPosition]]:
    """Answer what the accounts of a page hold, with its numbers, by account; after the last page nothing.

    Pages count from 1 and go through the customers' accounts that hold anything.
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    accounts = Account.objects.visible_to(actor).customers()
    holders = accounts.filter(Exists(Position.objects.securities().filter(account=OuterRef("pk"))))
    first = (page - 1) * ACCOUNTS_ON_A_PAGE
    account_ids = list(holders.order_by("pk").values_list("pk", flat=True)[first : first + ACCOUNTS_ON_A_PAGE])
    rows = Position.objects.securities().filter(account_id__in=account_ids).select_related(*MARKET_OF_ASSET)
    positions = list(rows.order_by("account_id", "asset__symbol"))
    marked = _mark(positions, read_holdings_of(account_ids)) if positions else []
    found: dict[UUID, list[MarkedPosition]] = {}
    for row, position in zip(positions, marked, strict=True):
        found.setdefault(row.account_id, []).append(position)
    return found


def _mark(positions: list[Position], holdings: Mapping[UUID, Holdings]) -> list[MarkedPosition]:
    """Answer the positions with their numbers, in their order; `holdings` are those of their accounts."""
    now = clock.now()
    assets = list({row.asset_id: row.asset for row in positions}.values())
    quotes = get_quotes(assets, now)
    last_day = market_calendar.previous_session(market_calendar.last_session(now).date)
    closes = closing_prices(assets, last_day.date)
    traded = _traded_since(last_day.closes_at, holdings.keys(), [asset.pk for asset in assets])
    marked = []
    for row in positions:
        quote, held = quotes.get(row.asset_id), holdings[row.account_id]
        stake = Stake(row.quantity, row.cost_amount)
        today = _same_side(traded.get((row.account_id, row.asset_id), ZERO), row.quantity)
        price = quote.mark if quote else None
        numbers = value_position(stake, row.multiplier, price, closes.get(row.asset_id), today)
        free = held.free_quantity(row.asset_id) if row.quantity > 0 else row.quantity + held.line(row.asset_id).closing
        marked.append(MarkedPosition(row.asset, row.quantity, free, row.multiplier, numbers))
    return marked


def _same_side(traded: Decimal, quantity: Decimal) -> Decimal:
    """Answer the part of a position that was opened by what was traded today: never more than all of it."""
    if quantity > 0:
        return min(max(traded, ZERO), quantity)
    return max(min(traded, ZERO), quantity)


def _traded_since(
    since: datetime, account_ids: Iterable[UUID], asset_ids: Iterable[UUID]
) -> dict[tuple[UUID, UUID], Decimal]:
    """Answer what was bought less what was sold, by account and asset."""
    signed = Sum("quantity", filter=Q(side=OrderSide.BUY), default=ZERO) - Sum(
        "quantity", filter=Q(side=OrderSide.SELL), default=ZERO
    )
    fills = Activity.objects.filter(
        account_id__in=list(account_ids), activity_type=ActivityType.FILL, at__gt=since, asset_id__in=list(asset_ids)
    )
    rows = fills.order_by().values("account_id", "asset_id").annotate(sum=signed)
    return {
        (account_id, asset_id): sum_ for account_id, asset_id, sum_ in rows.values_list("account_id", "asset_id", "sum")
    }


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
        values[row.asset_id] = row.cost_amount if price is None else to_cents(price * row.quantity * row.multiplier)
    long_value = sum((value for value in values.values() if value > 0), ZERO)
    short_value = sum((value for value in values.values() if value < 0), ZERO)
    power = buying_power_of(holdings, unsettled_proceeds([account.pk], trade_date(clock.now()))[account.pk])
    return Balances(
        cash=power.cash,
        held_cash=power.held,
        pledged_cash=power.pledged,
        leaving_cash=power.leaving,
        accrued_fees=power.accrued_fees,
        buying_power=power.available,
        options_buying_power=power.available,
        withdrawable_cash=power.withdrawable,
        long_market_value=long_value,
        short_market_value=short_value,
        equity=holdings.cash + long_value + short_value,
        unpriced=tuple(sorted(unpriced)),
    )


def pending_reg_taf_fees(account: Account) -> Decimal:
    """Answer what the account owes of the SEC's and FINRA's fees and has not been booked, each day's up to the cent."""
    owed = AccruedFee.objects.filter(account=account, booked_by=None, kind__in=(FeeKind.REG, FeeKind.TAF))
    return sum((cents_up(exact) for exact in owed.values_list("exact_amount", flat=True)), ZERO)


CLOSING_AMOUNTS = tuple(f.name for f in ClosingBalance._meta.fields if f.name.endswith("_amount"))


def newest_closing_balance(account: Account, close: datetime) -> ClosingBalance | None:
    """Answer the account's newest stored close by `close`, all zero where it held nothing at any.

    None where something was booked before and no close is stored: then nobody knows.
    """
    by = trade_date(close)
    found = ClosingBalance.objects.filter(account=account, date__lte=by).order_by("-date").first()
    if found is not None:
        return found
    first = Activity.objects.filter(account=account).order_by("pk").values_list("at", flat=True).first()
    if first is not None and first <= close:
        return None
    return ClosingBalance(account=account, date=by, **dict.fromkeys(CLOSING_AMOUNTS, ZERO))


BUCKETS = {"open": OPEN_STATUSES, "closed": CLOSED_STATUSES}


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
