"""What a seeded book trades, and when: shares of the demo market, and of each one call and one put."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Abs

from brokerage import clock, market_calendar
from brokerage.market_calendar import Instrument, Session, settlement_date
from brokerage.money import to_cents
from options.choices import Right
from options.market.universe import UNIVERSE
from options.models import Asset, OptionContract
from options.services.market import closing_prices, get_quotes
from trading.instruments import MARKET
from trading.rules.postings import activity_stamp
from trading.seeding.tables import NOTHING

FAR = timedelta(days=21)
SESSIONS = 10
MOMENTS = 4_000
FIRST_FILL, LAST_FILL = 60, 12_000  # seconds after the open; early closes come later
ABOVE, BELOW = Decimal("1.05"), Decimal("0.95")
LEAST_PRICE = Decimal("0.05")


@dataclass(frozen=True, eq=False)
class Priced:
    """Something to trade: a share, or a contract with its terms; at what price, and at what it closed."""

    asset_id: UUID
    price: Decimal
    close: Decimal
    multiplier: int = 1
    right: Right | None = None
    strike_price: Decimal = Decimal(0)

    def cents(self, price: Decimal, quantity: int) -> int:
        """Answer what that many are worth at a price per share, in cents."""
        return int(to_cents(price * quantity * self.multiplier) * 100)


@dataclass(frozen=True)
class Moment:
    """An instant at which orders fill, as the tables write it; the times of an order that filled or was canceled."""

    at: str
    stamp: str
    trade_date: str
    settles: dict[Instrument, str]
    filled: str
    canceled: str


@dataclass(frozen=True)
class Market:
    """What the book trades: shares, each with a call and a put on it."""

    session: Session
    moments: tuple[Moment, ...]
    traded: tuple[tuple[Priced, ...], ...]

    @cached_property
    def closed_on(self) -> str:
        """The day of the session, as the tables write it."""
        return self.session.date.isoformat()


def is_listed() -> bool:
    """Say whether there is something to trade: contracts on shares of the demo market, far enough ahead."""
    far = OptionContract.objects.filter(expiration_date__gte=clock.today() + FAR)
    return far.filter(underlying__symbol__in=UNIVERSE).exists()


def read_market() -> Market:
    """Answer the demo market at the prices of the last session that is over."""
    session = market_calendar.last_session(market_calendar.last_close(clock.now()))
    at = session.opens_at + timedelta(hours=1)
    traded = list(_find_traded(at))
    assets = [asset for trio in traded for asset in trio]
    prices = _prices(assets, at)
    closes = prices | closing_prices(assets, session.date)
    priced = tuple(tuple(_priced(one, prices, closes) for one in trio) for trio in traded)
    return Market(session, _moments(session), priced)


def _find_traded(at: datetime) -> Iterator[tuple[Asset, Asset, Asset]]:
    """Yield each share of the demo market that has a price, with a call above it and a put below it."""
    shares = list(Asset.objects.filter(symbol__in=UNIVERSE, contract=None).select_related(*MARKET).order_by("symbol"))
    for share_id, spot in _prices(shares, at).items():
        call = _find_near(share_id, Right.CALL, spot * ABOVE)
        put = _find_near(share_id, Right.PUT, spot * BELOW)
        if call and put:
            yield next(share for share in shares if share.pk == share_id), call, put


def _prices(assets: list[Asset], at: datetime) -> dict[UUID, Decimal]:
    return {key: quote.mark for key, quote in get_quotes(assets, at).items() if quote.mark}


def _find_near(share_id: UUID, right: Right, strike: Decimal) -> Asset | None:
    """Answer the contract of the first expiration that is far enough away whose strike is nearest."""
    live = OptionContract.objects.filter(underlying=share_id, right=right, expiration_date__gte=clock.today() + FAR)
    found = live.order_by("expiration_date", Abs(F("strike_price") - strike), "strike_price")
    return Asset.objects.filter(pk__in=list(found.values_list("asset", flat=True)[:1])).select_related(*MARKET).first()


def _priced(asset: Asset, prices: dict[UUID, Decimal], closes: dict[UUID, Decimal]) -> Priced:
    price = prices.get(asset.pk, LEAST_PRICE)
    close = closes.get(asset.pk, price)
    if not asset.is_option:
        return Priced(asset.pk, price, close)
    terms = asset.contract
    return Priced(asset.pk, price, close, terms.multiplier, Right(terms.right), terms.strike_price)


def _moments(last: Session) -> tuple[Moment, ...]:
    """Answer instants within the last sessions: made once, since a time zone costs more than all else of a fill."""
    sessions = [last]
    while len(sessions) < SESSIONS:
        sessions.append(market_calendar.previous_session(sessions[-1].date))
    rng = Random("moments")
    found = []
    for number in range(MOMENTS):
        session = sessions[number % SESSIONS]
        found.append(_moment(session, session.opens_at + timedelta(seconds=rng.randint(FIRST_FILL, LAST_FILL))))
    return tuple(found)


def _moment(session: Session, at: datetime) -> Moment:
    written, expires_at = at.isoformat(), session.closes_at.isoformat()
    return Moment(
        written,
        activity_stamp(at, is_trade=True),
        session.date.isoformat(),
        {kind: settlement_date(session.date, kind).isoformat() for kind in Instrument},
        filled="\t".join((written, written, expires_at, written, NOTHING)),
        canceled="\t".join((written, written, expires_at, NOTHING, written)),
    )
