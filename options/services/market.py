"""What assets are quoted at: pinned by hand in the sandbox, else by the market source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Q, prefetch_related_objects

from accounts import acting
from accounts.models import User
from accounts.permissions import Permission
from brokerage import clock
from brokerage.market_data import ALPACA, COMPUTED, REPLAY
from brokerage.mode import is_sandbox
from options.choices import AssetClass, TickClass
from options.errors import QuotesInvalid
from options.market.computed import source_name
from options.market.interface import Bar, Instrument, LatestBars, MarketSource, Quote, Trade, Window
from options.market.silent import SilentMarket
from options.market.stored import StoredMarket
from options.models import Asset, PinnedQuote
from options.rules.expirations import is_expired
from options.rules.pins import QuoteToPin, faults
from options.rules.timeframes import Timeframe
from options.services.market_intake import tell_moved

DEFAULT_SIZE = 1_000  # Of a pinned side whose size nobody gave: enough not to be the subject.


def market_source() -> MarketSource:
    """Answer the source of quotes of this installation.

    Made-up prices and those of the past are for the sandbox: in production a market nobody has connected is silent.
    """
    name = source_name()
    if name == ALPACA:
        return StoredMarket(is_played=False)
    if not is_sandbox():
        return SilentMarket()
    if name == REPLAY:
        return StoredMarket(is_played=True)
    if name != COMPUTED:
        raise ImproperlyConfigured(f"STRIKEBOOK_MARKET has no source named {name!r}")
    from options.market.synthetic import SyntheticMarket  # brings numpy, which few processes need

    return SyntheticMarket(settings.MARKET_SEED)


def get_quotes(assets: Iterable[Asset], at: datetime) -> dict[UUID, Quote]:
    """Answer the quote of each asset as of `at`, by asset id; missing where there is none.

    A pinned quote stands whole for the source's own, and a pinned share also moves the prices
    of its contracts. Assets fetched with `pinned_quote` and `contract__underlying__pinned_quote`
    cost no query here, others one for the pins and one or two for their contracts.
    """
    traded, pins = _with_pins(assets)
    quotes = {}
    unpinned = []
    for asset in traded:
        if asset.is_option and is_expired(asset.contract.expiration_date, at):
            continue
        if asset.id in pins:
            quotes[asset.id] = _pinned(asset.symbol, pins[asset.id], at)
        else:
            unpinned.append(asset)
    spots = _spots(unpinned, pins, at)
    answered = market_source().quotes([instrument_of(asset) for asset in unpinned], at, spots=spots)
    return quotes | {asset.id: answered[asset.symbol] for asset in unpinned if asset.symbol in answered}


def get_quote(asset: Asset, at: datetime) -> Quote | None:
    """Answer the quote of one asset as of `at`; None where there is none (see `get_quotes`)."""
    return get_quotes([asset], at).get(asset.id)


def get_chain_quotes(share: Asset, contracts: Mapping[UUID, Instrument], at: datetime) -> dict[str, Quote]:
    """Answer the quotes of contracts on one share as of `at`, by symbol, in one query for the pins.

    The same answer as `get_quotes`, for two thousand contracts that nobody made objects of.
    """
    pins, spots = _chain_pins(share, at)
    pinned = {
        one.symbol: _pinned(one.symbol, pins[asset_id], at)
        for asset_id, one in contracts.items()
        if asset_id in pins and not (one.terms and is_expired(one.terms.expiration_date, at))
    }
    unpinned = [one for asset_id, one in contracts.items() if asset_id not in pins]
    return market_source().quotes(unpinned, at, spots=spots) | pinned


def get_latest_trades(assets: Iterable[Asset], at: datetime) -> dict[str, Trade]:
    """Answer the newest trade of each asset as of `at`, by symbol; missing where there was none lately.

    The last price of a pinned quote is a trade of the moment it was pinned at, whatever the
    source says; without one the source's own trade stands.
    """
    traded, pins = _with_pins(assets)
    spots = _spots(traded, pins, at)
    answered = market_source().latest_trades([instrument_of(asset) for asset in traded], at, spots=spots)
    return answered | _pinned_trades({asset.id: asset.symbol for asset in traded}, pins, at)


def get_chain_latest_trades(share: Asset, contracts: Mapping[UUID, Instrument], at: datetime) -> dict[str, Trade]:
    """Answer the same as `get_latest_trades`, for contracts on one share that nobody made objects of."""
    pins, spots = _chain_pins(share, at)
    answered = market_source().latest_trades(contracts.values(), at, spots=spots)
    return answered | _pinned_trades({asset_id: one.symbol for asset_id, one in contracts.items()}, pins, at)


def get_latest_bars(assets: Iterable[Asset], at: datetime) -> dict[str, LatestBars]:
    """Answer the newest bars of each asset as of `at`, by symbol; missing where nothing was traded lately.

    Bars and lists of trades are the source's own history. A pinned quote is no part of it: it
    says what stands now, and leaves nothing behind when it is let go.
    """
    return market_source().latest_bars(_instruments(assets), at)


def get_trades(assets: Iterable[Asset], window: Window) -> list[tuple[str, Trade]]:
    """Answer the trades of a window by symbol, then time, newest first where the window says so."""
    return market_source().trades(_instruments(assets), _as_of_now(window))


def get_bars(assets: Iterable[Asset], timeframe: Timeframe, window: Window) -> list[tuple[str, Bar]]:
    """Answer the bars that begin in a window, in the same order; the last may be unfinished."""
    return market_source().bars(_instruments(assets), timeframe, _as_of_now(window))


def closing_prices(assets: Iterable[Asset], session_date: date) -> dict[UUID, Decimal]:
    """Answer what each asset closed at on that date, by asset id; missing where nobody knows.

    The contract master's close price is the word on its own date, else the source's.
    """
    traded = [asset for asset in assets if asset.asset_class != AssetClass.USD]
    prefetch_related_objects([asset for asset in traded if asset.is_option], "contract__underlying")
    answered = market_source().closing_prices([instrument_of(asset) for asset in traded], session_date)
    prices = {asset.id: answered[asset.symbol] for asset in traded if asset.symbol in answered}
    for asset in traded:
        contract = asset.contract if asset.is_option else None
        if contract and contract.close_price is not None and contract.close_price_date == session_date:
            prices[asset.id] = contract.close_price
    return prices


@transaction.atomic(durable=True)
def pin_quotes(*, actor: User, quotes: Mapping[str, QuoteToPin]) -> dict[str, PinnedQuote]:
    """Let these quotes stand, by symbol, until they are let go; all of them or none.

    Raises `QuotesInvalid` naming symbol and field for an unknown symbol, a crossed market, a
    price that is none, or a quote without any price.
    """
    actor.require(Permission.CONTROL_SANDBOX)
    acting.claim(actor)
    assets = {
        asset.symbol: asset
        for asset in Asset.objects.exclude(asset_class=AssetClass.USD).filter(symbol__in=list(quotes))
    }
    errors = {symbol: ["no such symbol"] for symbol in quotes if symbol not in assets}
    for symbol, quote in quotes.items():
        errors |= {f"{symbol}.{field}": [sentence] for field, sentence in faults(quote).items()}
    if errors or not quotes:
        raise QuotesInvalid(errors or {"": ["at least one symbol is needed"]})
    now = clock.now()
    pins = {symbol: _row(assets[symbol], quote, now) for symbol, quote in quotes.items()}
    columns = ["bid_price", "ask_price", "last_price", "bid_size", "ask_size", "pinned_at"]
    PinnedQuote.objects.bulk_create(
        sorted(pins.values(), key=lambda pin: pin.asset_id),
        update_conflicts=True,
        unique_fields=["asset"],
        update_fields=columns,
    )
    tell_moved()
    return pins


@transaction.atomic(durable=True)
def release_quotes(*, actor: User, symbols: Iterable[str] | None = None) -> None:
    """Let go of the pinned quotes of `symbols`, or of all; what is not pinned stays as it is."""
    actor.require(Permission.CONTROL_SANDBOX)
    acting.claim(actor)
    pins = PinnedQuote.objects.all()
    (pins if symbols is None else pins.filter(asset__symbol__in=list(symbols))).delete()
    tell_moved()


def instrument_of(asset: Asset) -> Instrument:
    """Answer what a market source needs to know of an asset."""
    if not asset.is_option:
        return Instrument(asset.symbol, asset.symbol)
    contract = asset.contract
    return Instrument(
        symbol=asset.symbol,
        underlying_symbol=contract.underlying.symbol,
        tick_class=TickClass(contract.underlying.tick_class),
        terms=contract.terms,
        multiplier=contract.multiplier,
        deliverable=contract.deliverable,
    )


def _instruments(assets: Iterable[Asset]) -> list[Instrument]:
    traded = [asset for asset in assets if asset.asset_class != AssetClass.USD]
    prefetch_related_objects([asset for asset in traded if asset.is_option], "contract__underlying")
    return [instrument_of(asset) for asset in traded]


def _as_of_now(window: Window) -> Window:
    """Without a moment of its own a window is told as of now, so the bar that its end falls into is whole."""
    return window if window.as_of else replace(window, as_of=clock.now())


def _with_pins(assets: Iterable[Asset]) -> tuple[list[Asset], dict[UUID, PinnedQuote]]:
    traded = [asset for asset in assets if asset.asset_class != AssetClass.USD]
    contracts = [asset for asset in traded if asset.is_option]
    prefetch_related_objects(contracts, "contract__underlying")
    return traded, _pins(traded + [asset.contract.underlying for asset in contracts])


def _chain_pins(share: Asset, at: datetime) -> tuple[dict[UUID, PinnedQuote], dict[str, Decimal]]:
    """Answer the pins of a share and its contracts, and what a pinned share moves them to."""
    pins: dict[UUID, PinnedQuote] = {}
    if is_sandbox():
        on_chain = Q(asset=share) | Q(asset__contract__underlying=share)
        pins = {pin.asset_id: pin for pin in PinnedQuote.objects.filter(on_chain)}
    mark = _pinned(share.symbol, pins[share.id], at).mark if share.id in pins else None
    return pins, {} if mark is None else {share.symbol: mark}


def _pinned_trades(symbols: Mapping[UUID, str], pins: Mapping[UUID, PinnedQuote], at: datetime) -> dict[str, Trade]:
    return {
        symbol: Trade(min(pins[asset_id].pinned_at, at), price, 1, "", "", 0)
        for asset_id, symbol in symbols.items()
        if asset_id in pins and (price := pins[asset_id].last_price)
    }


def _pins(assets: Sequence[Asset]) -> dict[UUID, PinnedQuote]:
    if not is_sandbox():
        return {}
    relation = Asset._meta.get_field("pinned_quote")
    if all(relation.is_cached(asset) for asset in assets):
        fetched = (getattr(asset, "pinned_quote", None) for asset in assets)
        return {pin.asset_id: pin for pin in fetched if pin is not None}
    return PinnedQuote.objects.in_bulk({asset.id for asset in assets})


def _pinned(symbol: str, pin: PinnedQuote, at: datetime) -> Quote:
    bid, ask = pin.bid_price or None, pin.ask_price
    return Quote(
        symbol=symbol,
        bid=bid,
        ask=ask,
        bid_size=_size(bid, pin.bid_size),
        ask_size=_size(ask, pin.ask_size),
        last=pin.last_price,
        at=at,
    )


def _size(price: Decimal | None, size: int | None) -> int:
    if price is None:
        return 0
    return DEFAULT_SIZE if size is None else size


def _spots(contracts: Iterable[Asset], pins: Mapping[UUID, PinnedQuote], at: datetime) -> dict[str, Decimal]:
    spots = {}
    for asset in contracts:
        underlying = asset.contract.underlying if asset.is_option else None
        if underlying is not None and underlying.id in pins:
            mark = _pinned(underlying.symbol, pins[underlying.id], at).mark
            if mark is not None:
                spots[underlying.symbol] = mark
    return spots


def _row(asset: Asset, quote: QuoteToPin, now: datetime) -> PinnedQuote:
    return PinnedQuote(
        asset=asset,
        bid_price=quote.bid,
        ask_price=quote.ask,
        last_price=quote.last,
        bid_size=quote.bid_size,
        ask_size=quote.ask_size,
        pinned_at=now,
    )
