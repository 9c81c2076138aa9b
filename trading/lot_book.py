"""An account's lots: what is open, purchase by purchase, and what was realized, year by year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import ExtractYear
from django.http import QueryDict

from accounts.list_filters import Chip, ListFilter
from accounts.models import Account
from brokerage import clock
from brokerage.fields import MoneyField
from brokerage.keyset import Page, read_page
from brokerage.money import to_cents
from options.choices import AssetClass
from options.models import Asset
from options.services.market import get_quotes
from trading.choices import ActivityType
from trading.instruments import MARKET, MARKET_OF_ASSET
from trading.models import Activity, Lot, LotClosing, Order
from trading.narrowing import in_assets, read_symbol
from trading.rules.costs import Stake
from trading.rules.lots import long_term_from
from trading.rules.valuation import Valuation, value_position
from trading.wash_sales import Replacement, find_replacements

ZERO = Decimal(0)
PATH = "/lots"
PAGE_SIZE = 50
OPEN_KEYS = ("symbol_key", "opened_on", "id")
CLOSED_KEYS = ("-closed_on", "-id")
HOW = {
    ActivityType.OPEXC: "Exercised",
    ActivityType.OPASN: "Assigned",
    ActivityType.OPEXP: "Expired",
    ActivityType.OPTRD: "Delivered",
    ActivityType.JNLS: "Journaled",
    ActivityType.ACATS: "Transferred",
}


@dataclass(frozen=True)
class LotFilter(ListFilter):
    """Which lots of an account to list: of one symbol, a share's with its contracts, and closed in one year."""

    path: ClassVar[str] = PATH
    symbol: str = ""
    year: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the list carries."""
        return {"symbol": self.symbol, "year": self.year}


@dataclass(frozen=True)
class OpenLine:
    """One open lot with its numbers: how many days it is held, and the first day of a long term where there is one."""

    lot: Lot
    valuation: Valuation
    days: int
    is_long_term: bool
    long_term_from: date | None


@dataclass(frozen=True)
class OpenTotals:
    """What open lots come to; value and gain are None where something has no price."""

    lots: int
    cost: Decimal
    value: Decimal | None

    @property
    def unrealized(self) -> Decimal | None:
        """Answer what would be gained at the prices of now."""
        return None if self.value is None else self.value - self.cost


@dataclass(frozen=True)
class ClosedLine:
    """What was taken off a lot, as a tax form says it: what was received less what was paid, for a short too."""

    closing: LotClosing
    is_short: bool
    how: str
    order_id: UUID | None
    replacement: Replacement | None

    @property
    def proceeds(self) -> Decimal:
        """Answer what was received: of a short, when it was opened."""
        return -self.closing.cost_amount if self.is_short else self.closing.proceeds_amount

    @property
    def cost(self) -> Decimal:
        """Answer what was paid: for a short, when it was closed."""
        return -self.closing.proceeds_amount if self.is_short else self.closing.cost_amount

    @property
    def term(self) -> str:
        """Answer the term in words; what moved into shares has none."""
        if self.closing.gain_amount is None:
            return ""
        return "Long-term" if self.closing.is_long_term else "Short-term"


@dataclass(frozen=True)
class YearTotals:
    """What was realized in a year, or in all of them; what was received less what was paid is the gain."""

    year: int | None
    closings: int
    proceeds: Decimal
    cost: Decimal
    short_term: Decimal
    long_term: Decimal

    @property
    def gain(self) -> Decimal:
        """Answer the gain of both terms."""
        return self.short_term + self.long_term


def read_filter(query: QueryDict) -> LotFilter:
    """Answer the filter that a query string asks for; what the list does not know it leaves out."""
    year = query.get("year", "")
    is_year = year.isascii() and year.isdecimal() and len(year) == 4 and int(year) > 0
    return LotFilter(read_symbol(query), int(year) if is_year else None)


def chips(wanted: LotFilter, path: str) -> list[Chip]:
    """Answer the filters in force, each with the URL of the list without it."""
    found = [Chip(f"In {wanted.symbol}", LotFilter(year=wanted.year).url(path))] if wanted.symbol else []
    return found + ([Chip(f"Closed in {wanted.year}", LotFilter(wanted.symbol).url(path))] if wanted.year else [])


# --- Open ----------------------------------------------------------------------------------------------


def open_lots(account: Account, wanted: LotFilter) -> QuerySet[Any]:
    """Answer the open lots of an account, not yet in the order of `OPEN_KEYS`, ready to be marked."""
    rows = Lot.objects.filter(account=account).exclude(quantity=0).annotate(symbol_key=F("asset__symbol"))
    rows = rows.filter(in_assets(wanted.symbol)) if wanted.symbol else rows
    return rows.select_related(*MARKET_OF_ASSET)


def list_open(account: Account, wanted: LotFilter, *, after: str = "", before: str = "") -> Page[Lot]:
    """Answer a page of the open lots, by symbol, the oldest of each first: the order in which they leave."""
    return read_page(open_lots(account, wanted), OPEN_KEYS, size=PAGE_SIZE, after=after, before=before)


def mark(lots: Iterable[Lot]) -> list[OpenLine]:
    """Answer open lots with their numbers, marked now, in a constant number of queries."""
    lots = list(lots)
    today = clock.today()
    prices = _prices({lot.asset_id: lot.asset for lot in lots}.values())
    lines = []
    for lot in lots:
        numbers = value_position(
            Stake(lot.quantity, lot.cost_amount), _multiplier(lot.asset), prices.get(lot.asset_id), None, ZERO
        )
        since = _long_term_from(lot)
        lines.append(OpenLine(lot, numbers, (today - lot.opened_on).days, since is not None and since <= today, since))
    return lines


def _long_term_from(lot: Lot) -> date | None:
    """Answer when an open lot becomes long-term; None for what never does: a short, and what expires before."""
    since = long_term_from(lot.opened_on)
    expires = lot.asset.contract.expiration_date if lot.asset.is_option else date.max
    return since if lot.quantity > 0 and since <= expires else None


def total_open(account: Account, wanted: LotFilter) -> OpenTotals:
    """Answer what all open lots that are found come to: the sums of the positions, asset by asset."""
    rows = open_lots(account, wanted).order_by().select_related(None).values("asset_id")
    held = list(rows.annotate(lots=Count("pk"), quantity=Sum("quantity"), cost=Sum("cost_amount")))
    assets = list(Asset.objects.filter(pk__in=[row["asset_id"] for row in held]).select_related(*MARKET))
    prices, sizes = _prices(assets), {asset.pk: _multiplier(asset) for asset in assets}
    value: Decimal | None = ZERO
    for row in held:
        price = prices.get(row["asset_id"])
        if value is not None:
            value = None if price is None else value + to_cents(price * row["quantity"] * sizes[row["asset_id"]])
    return OpenTotals(sum(row["lots"] for row in held), sum((row["cost"] for row in held), ZERO), value)


def _prices(assets: Iterable[Asset]) -> dict[UUID, Decimal]:
    quotes = get_quotes(list(assets), clock.now())
    return {asset_id: quote.mark for asset_id, quote in quotes.items() if quote and quote.mark is not None}


def _multiplier(asset: Asset) -> int:
    return asset.contract.multiplier if asset.asset_class == AssetClass.US_OPTION else 1


# --- Realized ------------------------------------------------------------------------------------------


def closings(account: Account, wanted: LotFilter) -> QuerySet[LotClosing]:
    """Answer what was taken off the lots of an account, not yet in the order of `CLOSED_KEYS`."""
    rows = LotClosing.objects.filter(account=account)
    if wanted.symbol:
        rows = rows.filter(in_assets(wanted.symbol))
    if wanted.year:
        rows = rows.filter(closed_on__range=(date(wanted.year, 1, 1), date(wanted.year, 12, 31)))
    return rows.select_related("asset", "lot", "transaction")


def list_closed(account: Account, wanted: LotFilter, *, after: str = "", before: str = "") -> Page[LotClosing]:
    """Answer a page of what was closed, newest first."""
    return read_page(closings(account, wanted), CLOSED_KEYS, size=PAGE_SIZE, after=after, before=before)


def describe(account: Account, rows: Iterable[LotClosing]) -> list[ClosedLine]:
    """Answer what was closed as a page says it, with what may make a wash sale of it, in two queries."""
    rows = list(rows)
    orders = dict(
        Activity.objects.filter(account=account, transaction__in=[row.transaction_id for row in rows])
        .exclude(order=None)
        .values_list("transaction_id", "order_id")
    )
    found = find_replacements([row.pk for row in rows if row.gain_amount is not None and row.gain_amount < 0])
    return [_line(row, orders.get(row.transaction_id), found.get(row.pk)) for row in rows]


def _line(row: LotClosing, order_id: UUID | None, replacement: Replacement | None) -> ClosedLine:
    is_short = row.lot.opened_quantity < 0
    traded = "Bought back" if is_short else "Sold"
    how = HOW.get(ActivityType(row.transaction.activity_type), traded)
    return ClosedLine(row, is_short, how, order_id, replacement)


def total_by_year(account: Account, wanted: LotFilter) -> list[YearTotals]:
    """Answer what was realized, the newest year first; what moved into shares is in none."""
    received, paid = _either("cost_amount", "proceeds_amount"), _either("proceeds_amount", "cost_amount")
    rows = closings(account, wanted).select_related(None).exclude(gain_amount=None).order_by()
    years = rows.annotate(year=ExtractYear("closed_on")).values("year").annotate(
        closings=Count("pk"),
        proceeds=Sum(received),
        cost=Sum(paid),
        short_term=Sum("gain_amount", filter=Q(is_long_term=False), default=ZERO),
        long_term=Sum("gain_amount", filter=Q(is_long_term=True), default=ZERO),
    )  # fmt: skip
    return [YearTotals(**row) for row in years.order_by("-year")]


def _either(short: str, long: str) -> Case:
    """Answer a column of what was closed, and for a short another with its sign turned."""
    return Case(When(lot__opened_quantity__lt=0, then=-F(short)), default=F(long), output_field=MoneyField())


def total_of(years: Iterable[YearTotals]) -> YearTotals:
    """Answer what several years come to."""
    years = list(years)
    return YearTotals(
        None,
        sum(one.closings for one in years),
        *(sum((getattr(one, name) for one in years), ZERO) for name in ("proceeds", "cost", "short_term", "long_term")),
    )


def realized_by(order: Order) -> Decimal | None:
    """Answer what an order's executions realized so far; None where they closed nothing."""
    closed = LotClosing.objects.filter(account=order.account_id, transaction__activities__order=order)
    return closed.aggregate(sum=Sum("gain_amount"))["sum"]
