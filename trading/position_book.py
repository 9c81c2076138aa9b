"""The book: what all accounts hold, asset by asset, and who holds it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.http import Http404, QueryDict

from accounts.list_filters import Chip, ListFilter, chip_of, chips_of, chips_of_days
from accounts.listing import read_day
from accounts.models import User
from brokerage import clock
from brokerage.keyset import Page, read_page
from brokerage.money import to_cents
from options.choices import Right
from options.models import Asset
from options.rules.asset_ids import USD_ID
from options.services.market import get_quotes
from trading.instruments import MARKET, MARKET_OF_ASSET, read_holdings_of
from trading.models import Order, Position
from trading.narrowing import (
    in_assets,
    of_accounts,
    of_correspondents,
    read_codes,
    read_symbol,
    seen_by,
)
from trading.rules.costs import Stake
from trading.rules.holdings import ZERO
from trading.rules.valuation import Valuation, value_position

PATH = "/positions"
PAGE_SIZE = 50
SIDES = {"long": "Held long", "short": "Held short"}
KINDS = {"shares": "Shares", "call": "Calls", "put": "Puts"}


@dataclass(frozen=True)
class BookFilter(ListFilter):
    """Which assets to list: everything that the URL of the book carries. `symbol` finds a share's contracts too."""

    path: ClassVar[str] = PATH
    symbol: str = ""
    kind: str = ""
    side: str = ""
    expires_from: date | None = None
    expires_to: date | None = None
    account: str = ""
    correspondents: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the book carries."""
        return {
            "symbol": self.symbol,
            "kind": self.kind,
            "side": self.side,
            "from": self.expires_from,
            "to": self.expires_to,
            "account": self.account,
            "correspondent": self.correspondents,
        }


@dataclass(frozen=True)
class BookLine:
    """One asset over all accounts: how much long and short, in how many accounts, what binds it, what it is worth.

    `held` is what open orders sell or pledge of it, `pledged` what short calls pledge. Without a
    quote price and values are None.
    """

    asset: Asset
    long: Decimal
    short: Decimal
    accounts: int
    held: Decimal
    pledged: Decimal
    price: Decimal | None
    long_value: Decimal | None
    short_value: Decimal | None

    @property
    def short_size(self) -> Decimal:
        """Answer how much is short, above zero."""
        return -self.short

    @property
    def value(self) -> Decimal | None:
        """Answer what the long side is worth less what the short side owes."""
        return None if self.long_value is None or self.short_value is None else self.long_value + self.short_value


@dataclass(frozen=True)
class HolderLine:
    """One account's position in an asset, with its numbers and what of it is free to sell or to buy back."""

    position: Position
    free: Decimal
    valuation: Valuation


def read_filter(query: QueryDict) -> BookFilter:
    """Answer the filter that a query string asks for; what the list does not know it leaves out."""
    kind, side = query.get("kind", ""), query.get("side", "")
    return BookFilter(
        symbol=read_symbol(query),
        kind=kind if kind in KINDS else "",
        side=side if side in SIDES else "",
        expires_from=read_day(query.get("from", "")),
        expires_to=read_day(query.get("to", "")),
        account=" ".join(query.get("account", "").split()),
        correspondents=read_codes(query),
    )


def chips(wanted: BookFilter) -> list[Chip]:
    """Answer the filters in force, one by one, each with the URL of the list without it."""
    found = chip_of(wanted, "symbol", f"In {wanted.symbol}") + chip_of(wanted, "kind", KINDS.get(wanted.kind, ""))
    found += chip_of(wanted, "side", SIDES.get(wanted.side, ""))
    found += chips_of_days(wanted, "expires", "Expires")
    found += chip_of(wanted, "account", f"Account “{wanted.account}”")
    return found + chips_of(wanted, "correspondents", str)


def _held(actor: User, wanted: BookFilter) -> QuerySet[Position]:
    """Answer the positions that count, of whatever asset."""
    rows = of_correspondents(seen_by(Position.objects.securities(), actor), actor, wanted.correspondents)
    if wanted.account:
        rows = rows.filter(of_accounts(actor, wanted.account))
    if wanted.side:
        rows = rows.filter(quantity__gt=0) if wanted.side == "long" else rows.filter(quantity__lt=0)
    return rows


def filter_assets(actor: User, wanted: BookFilter) -> QuerySet[Asset]:
    """Answer the assets that somebody holds whom `actor` may see, and that `wanted` describes, not yet in order."""
    rows = Asset.objects.exclude(pk=USD_ID).filter(Exists(_held(actor, wanted).filter(asset=OuterRef("pk"))))
    if wanted.symbol:
        rows = rows.filter(in_assets(wanted.symbol, "pk"))
    if wanted.kind:
        right = {"call": Right.CALL, "put": Right.PUT}.get(wanted.kind)
        rows = rows.filter(contract__right=right) if right else rows.filter(contract__isnull=True)
    if wanted.expires_from:
        rows = rows.filter(contract__expiration_date__gte=wanted.expires_from)
    if wanted.expires_to:
        rows = rows.filter(contract__expiration_date__lte=wanted.expires_to)
    return rows


def list_book(actor: User, wanted: BookFilter, *, after: str = "", before: str = "") -> Page[Asset]:
    """Answer a page of the assets that are held, by symbol, ready to be described."""
    rows = filter_assets(actor, wanted).select_related(*MARKET)
    return read_page(rows, ("symbol",), size=PAGE_SIZE, after=after, before=before)


def describe(actor: User, wanted: BookFilter, assets: Iterable[Asset]) -> list[BookLine]:
    """Answer what is held of these assets and what it is worth now, in a constant number of queries."""
    assets = list(assets)
    ids = [asset.pk for asset in assets]
    sums = _sums(_held(actor, wanted).filter(asset_id__in=ids))
    held, pledged = _ordered(actor, wanted, ids), _pledged(actor, wanted, assets)
    quotes = get_quotes(assets, clock.now())
    lines = []
    for asset in assets:
        long, short, accounts = sums.get(asset.pk, (ZERO, ZERO, 0))
        quote = quotes.get(asset.pk)
        price = quote.mark if quote else None
        size = asset.contract.multiplier if asset.is_option else 1
        values = (None, None) if price is None else (to_cents(price * long * size), to_cents(price * short * size))
        binding = held.get(asset.pk, ZERO), pledged.get(asset.pk, ZERO)
        lines.append(BookLine(asset, long, short, accounts, *binding, price, *values))
    return lines


def _sums(rows: QuerySet[Position]) -> dict[UUID, tuple[Decimal, Decimal, int]]:
    found = rows.order_by().values("asset_id").annotate(
        long=Sum("quantity", filter=Q(quantity__gt=0), default=ZERO),
        short=Sum("quantity", filter=Q(quantity__lt=0), default=ZERO),
        accounts=Count("pk"),
    )  # fmt: skip
    return {row["asset_id"]: (row["long"], row["short"], row["accounts"]) for row in found}


def _ordered(actor: User, wanted: BookFilter, asset_ids: list[UUID]) -> dict[UUID, Decimal]:
    """Answer what open orders hold of each asset."""
    orders = seen_by(Order.objects.open(), actor).filter(hold_asset_id__in=asset_ids, hold_quantity__gt=0)
    orders = of_correspondents(orders, actor, wanted.correspondents)
    if wanted.account:
        orders = orders.filter(of_accounts(actor, wanted.account))
    sums = orders.order_by().values("hold_asset_id").annotate(sum=Sum("hold_quantity"))
    return dict(sums.values_list("hold_asset_id", "sum"))


def _pledged(actor: User, wanted: BookFilter, assets: list[Asset]) -> dict[UUID, Decimal]:
    """Answer the shares that short calls pledge of each share among the assets."""
    shares = [asset.pk for asset in assets if not asset.is_option]
    if not shares or wanted.side == "short":
        return {}
    calls = _held(actor, BookFilter(account=wanted.account, correspondents=wanted.correspondents))
    calls = calls.filter(quantity__lt=0, asset__contract__right=Right.CALL, asset__contract__underlying_id__in=shares)
    sums = calls.order_by().values("asset__contract__underlying_id").annotate(
        sum=Sum(-F("quantity") * F("asset__contract__deliverable"))
    )  # fmt: skip
    return dict(sums.values_list("asset__contract__underlying_id", "sum"))


# --- Who holds it --------------------------------------------------------------------------------------


def get_held_asset(symbol: str) -> Asset:
    """Answer the asset of that symbol with its market, or raise `Http404`."""
    asset = Asset.objects.exclude(pk=USD_ID).select_related(*MARKET).filter(symbol=symbol).first()
    if asset is None:
        raise Http404
    return asset


def list_holders(
    actor: User, wanted: BookFilter, asset: Asset, *, after: str = "", before: str = ""
) -> tuple[Page[Position], list[HolderLine]]:
    """Answer a page of the positions in an asset, by the name of the account, each with its numbers."""
    rows: QuerySet[Any] = _held(actor, wanted).filter(asset=asset).annotate(holder_key=F("account__name_key"))
    rows = rows.select_related("account__correspondent", *MARKET_OF_ASSET)
    page = read_page(rows, ("holder_key", "account_id", "id"), size=PAGE_SIZE, after=after, before=before)
    holdings = read_holdings_of([row.account_id for row in page.rows], [asset.pk])
    quote = get_quotes([asset], clock.now()).get(asset.pk)
    price = quote.mark if quote else None
    lines = []
    for row in page.rows:
        own = holdings[row.account_id]
        free = own.free_quantity(asset.pk) if row.quantity > 0 else -row.quantity - own.line(asset.pk).closing
        stake = Stake(row.quantity, row.cost_amount)
        lines.append(HolderLine(row, free, value_position(stake, row.multiplier, price, None, ZERO)))
    return page, lines
