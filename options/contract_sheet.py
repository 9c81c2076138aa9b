"""All that is known of one contract: its terms, what it is quoted at and implies, and what has become of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from brokerage.market_calendar import NEW_YORK, last_session, previous_session
from options.chain import Underlying, price_sections, quote_underlying
from options.chain_cells import COLUMNS, texts_of
from options.choices import AssetClass, AssetStatus, ExerciseStyle, Right
from options.data_selectors import QUOTED
from options.errors import ContractNotFound
from options.market.interface import Quote, Trade
from options.models import Asset, OpenInterest, OptionContract
from options.rules.chain import ListedContract, days_until, lay_out
from options.rules.curves import Curve, Value, draw_curve
from options.rules.expirations import is_expired, stops_trading_at
from options.rules.moneyness import exercise_value, intrinsic_value
from options.services.market import closing_prices, get_latest_trades

MOST_DATES = 260  # A year of sessions.
MOST_POINTS = 24  # With more, a mark for each date hides the line.
RAIL = Decimal(272), Decimal(150)


class Interest(NamedTuple):
    """How many contracts were open after a session, and how many more than after the one before it that is known."""

    date: date
    contracts: int
    change: int | None


@dataclass(frozen=True)
class Sheet:
    """A contract as of one instant. Without a quote what a quote says is None, and the rest stands."""

    asset: Asset
    underlying: Underlying
    quote: Quote | None
    cells: dict[str, str]
    trade: Trade | None
    before: Decimal | None
    last_close: Decimal | None
    at: datetime

    @property
    def contract(self) -> OptionContract:
        """Answer its terms."""
        return self.asset.contract

    @property
    def is_call(self) -> bool:
        """Say whether it is a call."""
        return self.contract.right == Right.CALL

    @property
    def is_expired(self) -> bool:
        """Say whether its last session is over."""
        return is_expired(self.contract.expiration_date, self.at)

    @property
    def is_delisted(self) -> bool:
        """Say whether it is listed no longer, although it has not expired."""
        return not self.is_expired and self.asset.status != AssetStatus.ACTIVE

    @property
    def is_live(self) -> bool:
        """Say whether it still trades."""
        return not self.is_expired and not self.is_delisted and self.contract.retired_at is None

    @property
    def is_adjusted(self) -> bool:
        """Say whether a corporate action has changed what it delivers (domain rule SY-5)."""
        contract = self.contract
        return (
            contract.deliverable != contract.multiplier
            or bool(contract.deliverable_cash_amount)
            or contract.root_symbol != self.underlying.share.symbol
        )

    @property
    def is_american(self) -> bool:
        """Say whether it may be exercised on any day."""
        return self.contract.style == ExerciseStyle.AMERICAN

    @property
    def until(self) -> str:
        """Say how far off its expiration is."""
        return days_until(self.contract.expiration_date, self.at.astimezone(NEW_YORK).date())

    @property
    def final_price(self) -> Decimal | None:
        """Answer what the underlying closed at on its last day, once that is over; None where nobody knows."""
        return self.last_close if self.is_expired else None

    @property
    def final_value(self) -> Decimal | None:
        """Answer the dollars that exercising one contract at the last close brought; None where nobody knows."""
        return None if self.final_price is None else exercise_value(*self._terms, self.final_price)

    @property
    def intrinsic(self) -> Decimal | None:
        """Answer the dollars that one contract is worth without time, the underlying at its price now."""
        spot = self.underlying.spot
        return None if spot is None or not self.is_live else intrinsic_value(*self._terms, spot)

    @property
    def time_worth(self) -> Decimal | None:
        """Answer the dollars that one contract costs in the middle of bid and ask beyond its intrinsic value."""
        if self.quote is None or self.quote.mid is None or self.intrinsic is None:
            return None
        return self.quote.mid * self.contract.multiplier - self.intrinsic

    @property
    def breakeven(self) -> Decimal | None:
        """Answer the price of the underlying at expiration at which a buyer at the ask loses nothing.

        An adjusted contract delivers something else than its strike buys: it has none that is simply said.
        """
        if self.quote is None or self.quote.ask is None or self.is_adjusted:
            return None
        strike = self.contract.strike_price
        return strike + self.quote.ask if self.is_call else strike - self.quote.ask

    @property
    def _terms(self) -> tuple[Right, Decimal, int, int, Decimal]:
        one = self.contract
        return Right(one.right), one.strike_price, one.multiplier, one.deliverable, one.deliverable_cash_amount


def get_contract(symbol: str) -> Asset:
    """Answer the contract of that symbol with its underlying, listed or not, or raise `ContractNotFound`."""
    found = Asset.objects.filter(asset_class=AssetClass.US_OPTION, symbol=symbol.upper()).select_related(*QUOTED)
    asset = found.first()
    if asset is None:
        raise ContractNotFound(symbol_or_id=symbol)
    return asset


def read_sheet(asset: Asset, at: datetime) -> Sheet:
    """Answer all that is known of a contract as of `at`, priced as its chain prices it."""
    share = asset.contract.underlying
    underlying = quote_underlying(share, at)
    listed = _listed(asset)
    priced = price_sections(underlying, lay_out([listed]), at)
    closes_at = stops_trading_at(asset.contract.expiration_date)
    last_day = closes_at.astimezone(NEW_YORK).date()
    # Asked for only once it is past: nobody knows a close to come.
    last_close = closing_prices([share], last_day).get(share.id) if closes_at <= at else None
    before = previous_session(last_session(min(at, closes_at - timedelta(microseconds=1))).date).date
    return Sheet(
        asset,
        underlying,
        priced.quotes.get(asset.symbol),
        dict(zip(COLUMNS, texts_of([listed], priced)[asset.symbol], strict=True)),
        get_latest_trades([asset], at).get(asset.symbol),
        closing_prices([asset], before).get(asset.id),
        last_close,
        at,
    )


def list_interest(asset: Asset) -> list[Interest]:
    """Answer the open interest of a contract as far as it is known, newest first, of a year of sessions at most."""
    found = OpenInterest.objects.filter(contract_id=asset.pk).order_by("-date")
    rows = list(found.values_list("date", "contracts")[:MOST_DATES])
    earlier = [contracts for _, contracts in rows[1:]]
    return [
        Interest(day, contracts, None if before is None else contracts - before)
        for (day, contracts), before in zip_longest(rows, earlier)
    ]


def draw_interest(rows: list[Interest]) -> Curve | None:
    """Answer the drawing of open interest over time; None where it is known of one date only."""
    kind = "quiet" if len(rows) > MOST_POINTS else ""
    values = [
        Value(Decimal(one.date.toordinal()), Decimal(one.contracts), f"{one.date:%b %d, %Y}: {one.contracts:,}", kind)
        for one in reversed(rows)
    ]
    if len(values) < 2:
        return None
    ends = (rows[-1].date, rows[0].date)
    labels = [(Decimal(day.toordinal()), f"{day:%b} {day.day}") for day in ends]
    return draw_curve(values, x_labels=labels, is_from_zero=True, size=RAIL)


def _listed(asset: Asset) -> ListedContract:
    contract = asset.contract
    return ListedContract(
        asset.id,
        asset.symbol,
        asset.tradable,
        contract.root_symbol,
        contract.expiration_date,
        Right(contract.right),
        contract.strike_price,
        ExerciseStyle(contract.style),
        contract.multiplier,
        contract.deliverable,
        contract.open_interest,
    )
