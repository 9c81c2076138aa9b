"""What everything that is held closed at."""

from decimal import Decimal
from uuid import UUID

from brokerage.market_calendar import Session
from options.models import Asset
from options.services.market import closing_prices, get_quotes
from trading.instruments import MARKET
from trading.models import Position


def prices_at_close(session: Session) -> dict[UUID, Decimal]:
    """Answer a price for each asset that any account holds, where there is one.

    The market's closing price; where that is unknown, the mark at the close.
    """
    held = Position.objects.securities().order_by().values("asset_id").distinct()
    assets = list(Asset.objects.filter(pk__in=held).select_related(*MARKET))
    marks = {asset_id: quote.mark for asset_id, quote in get_quotes(assets, session.closes_at).items()}
    closes = closing_prices(assets, session.date)
    prices = {asset.pk: closes.get(asset.pk, marks.get(asset.pk)) for asset in assets}
    return {asset_id: price for asset_id, price in prices.items() if price is not None}
