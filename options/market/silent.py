"""A market that quotes nothing: production, until a source of real prices is connected."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from options.market.interface import NO_SPOTS, Bar, Instrument, LatestBars, Quote, Standing, Trade, Window
from options.rules.timeframes import Timeframe


class SilentMarket:
    """The source of quotes that has none (`options.market.interface.MarketSource`)."""

    def quotes(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Quote]:
        """Answer nothing."""
        return {}

    def closing_prices(self, instruments: Iterable[Instrument], session_date: date) -> dict[str, Decimal]:
        """Answer nothing."""
        return {}

    def latest_trades(
        self, instruments: Iterable[Instrument], at: datetime, *, spots: Mapping[str, Decimal] = NO_SPOTS
    ) -> dict[str, Trade]:
        """Answer nothing."""
        return {}

    def latest_bars(self, instruments: Iterable[Instrument], at: datetime) -> dict[str, LatestBars]:
        """Answer nothing."""
        return {}

    def trades(self, instruments: Iterable[Instrument], window: Window) -> list[tuple[str, Trade]]:
        """Answer nothing."""
        return []

    def bars(self, instruments: Iterable[Instrument], timeframe: Timeframe, window: Window) -> list[tuple[str, Bar]]:
        """Answer nothing."""
        return []

    def past_quotes(self, instruments: Iterable[Instrument], window: Window) -> list[tuple[str, Quote]]:
        """Answer nothing."""
        return []

    def standing(self, at: datetime) -> Standing:
        """Answer that nobody ever said anything."""
        return Standing(None, "no source of market data is connected")
