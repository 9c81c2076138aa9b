"""A market that quotes nothing: production, until a source of real prices is connected."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from options.market.interface import NO_SPOTS, Instrument, Quote


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
