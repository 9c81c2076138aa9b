"""The chain of an underlying: what is listed on it, laid out by strike, quoted and priced as of one instant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from brokerage.market_calendar import NEW_YORK, last_session, previous_session
from options.choices import AssetStatus, TickClass
from options.errors import AssetNotFound
from options.market.interface import Instrument, Quote
from options.models import Asset, OptionContract
from options.pricing import Greeks, Valuation, greeks_of, valuation_of
from options.rules.chain import ListedContract, Section, around_the_money, lay_out, within_bounds
from options.rules.expirations import first_live_date
from options.services.market import closing_prices, get_chain_quotes, get_quotes

MOST_READ = 20_000  # Contracts on one underlying: more than any class has.
LISTED_COLUMNS = (
    "asset_id",
    "asset__symbol",
    "asset__tradable",
    "root_symbol",
    "expiration_date",
    "right",
    "strike_price",
    "style",
    "multiplier",
    "deliverable",
    "open_interest",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a chain to show: one expiration or, with None, all; so many strikes each side, or all."""

    expiration_date: date | None
    each_side: int | None


@dataclass(frozen=True)
class Underlying:
    """A share, what it is quoted at, and where it stood when the session before its quote ended."""

    share: Asset
    quote: Quote | None
    previous_close: Decimal | None

    @property
    def spot(self) -> Decimal | None:
        """Answer the price that the chain is drawn around."""
        return self.quote.mark if self.quote else None

    @property
    def bid(self) -> Decimal | None:
        """Answer the best bid."""
        return self.quote.bid if self.quote else None

    @property
    def ask(self) -> Decimal | None:
        """Answer the best offer."""
        return self.quote.ask if self.quote else None

    @property
    def volume(self) -> int | None:
        """Answer how many shares have traded in the session."""
        return self.quote.volume if self.quote else None

    @property
    def change(self) -> Decimal | None:
        """Answer how far the price is from the close before."""
        return None if self.spot is None or self.previous_close is None else self.spot - self.previous_close

    @property
    def change_ratio(self) -> Decimal | None:
        """Answer the change as a part of the close before."""
        return None if self.change is None or not self.previous_close else self.change / self.previous_close


@dataclass(frozen=True)
class Priced:
    """What contracts are quoted at and what that implies, by symbol."""

    quotes: dict[str, Quote]
    greeks: dict[str, Greeks | None]


@dataclass(frozen=True)
class Chain:
    """What is shown of a chain; `left_out` counts the contracts that one view does not hold."""

    underlying: Underlying
    sections: list[Section]
    priced: Priced
    left_out: int


def with_options(at: datetime) -> QuerySet[Asset]:
    """Answer the shares with contracts that still trade at `at`, each with its pinned quote."""
    live = OptionContract.objects.filter(
        underlying=OuterRef("pk"), retired_at__isnull=True, expiration_date__gte=first_live_date(at)
    )
    return Asset.objects.shares().filter(Exists(live)).select_related("pinned_quote")


def get_underlying(symbol: str) -> Asset:
    """Answer a share with its pinned quote, or raise `AssetNotFound`."""
    share = Asset.objects.shares().select_related("pinned_quote").filter(symbol=symbol.upper()).first()
    if share is None:
        raise AssetNotFound(symbol_or_id=symbol)
    return share


def list_expirations(share: Asset, at: datetime) -> list[date]:
    """Answer the dates on which contracts on the share expire that still trade at `at`, in order."""
    return list(
        live_contracts(share, at).order_by("expiration_date").values_list("expiration_date", flat=True).distinct()
    )


def list_listed(share: Asset, at: datetime, expirations: Collection[date] | None = None) -> list[ListedContract]:
    """Answer the contracts on the share that still trade at `at`, of those expirations or of all."""
    found = live_contracts(share, at)
    if expirations is not None:
        found = found.filter(expiration_date__in=expirations)
    rows = found.order_by("expiration_date", "osi_key").values_list(*LISTED_COLUMNS)[:MOST_READ]
    return [ListedContract._make(row) for row in rows]


def live_contracts(share: Asset, at: datetime) -> QuerySet[OptionContract]:
    """Answer the contracts on the share that still trade at `at`.

    They end by the clock: one whose last session has closed is gone before the sweep retires it.
    """
    return OptionContract.objects.filter(
        underlying=share,
        retired_at__isnull=True,
        expiration_date__gte=first_live_date(at),
        asset__status=AssetStatus.ACTIVE,
    )


def quote_underlying(share: Asset, at: datetime) -> Underlying:
    """Answer a share, fetched with its pinned quote, with its quote and the close before."""
    return quote_underlyings([share], at)[0]


def quote_underlyings(shares: Sequence[Asset], at: datetime) -> list[Underlying]:
    """Answer shares, fetched with their pinned quotes, with their quotes and the closes before, without a query."""
    before = previous_session(last_session(at).date).date
    closes, quotes = closing_prices(shares, before), get_quotes(shares, at)
    return [Underlying(share, quotes.get(share.id), closes.get(share.id)) for share in shares]


def read_chain(share: Asset, wanted: Wanted, at: datetime) -> Chain:
    """Answer a chain as of `at` in two queries, however many contracts it has."""
    underlying = quote_underlying(share, at)
    expirations = None if wanted.expiration_date is None else [wanted.expiration_date]
    sections = [
        around_the_money(section, underlying.spot, wanted.each_side)
        for section in lay_out(list_listed(share, at, expirations))
    ]
    shown = within_bounds(sections)
    left_out = sum(len(section.contracts()) for section in sections[len(shown) :])
    return Chain(underlying, shown, price_sections(underlying, shown, at), left_out)


def price_sections(underlying: Underlying, sections: Sequence[Section], at: datetime) -> Priced:
    """Answer the quotes of all contracts in the sections, and their greeks."""
    instruments = {
        one.asset_id: instrument_of_listed(one, underlying.share) for section in sections for one in section.contracts()
    }
    quotes = get_chain_quotes(underlying.share, instruments, at)
    today = at.astimezone(NEW_YORK).date()
    valuations: dict[str, Valuation | None] = {}
    for section in sections:
        spot = section.unit_price(underlying.spot)
        for one in section.contracts():
            quote = quotes.get(one.symbol)
            terms = instruments[one.asset_id].terms
            valuations[one.symbol] = valuation_of(terms, one.style, quote, spot, today) if quote and terms else None
    implied = greeks_of(valuations.values(), rate=settings.RISK_FREE_RATE)
    return Priced(quotes, dict(zip(valuations, implied, strict=True)))


def instrument_of_listed(one: ListedContract, share: Asset) -> Instrument:
    """Answer what a market source needs to know of a contract on the share."""
    return Instrument(
        symbol=one.symbol,
        underlying_symbol=share.symbol,
        tick_class=TickClass(share.tick_class),
        terms=one.terms,
        multiplier=one.multiplier,
        deliverable=one.deliverable,
    )


def find_listed(share: Asset, symbol: str, at: datetime) -> ListedContract | None:
    """Answer one contract on the share that still trades at `at`; None where there is none of that symbol."""
    row = live_contracts(share, at).filter(asset__symbol=symbol).values_list(*LISTED_COLUMNS).first()
    return None if row is None else ListedContract._make(row)
