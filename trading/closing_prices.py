"""What everything that is held closed at."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from brokerage.market_calendar import Session
from options.models import Asset
from options.services.market import closing_prices, get_quotes
from trading.instruments import MARKET
from trading.models import Position


def prices_at_close(session: Session) -> dict[UUID, Decimal]:
    """Answer a price for each asset that any account holds, where there is one.

    The market's closing price; the mark at the close where that is unknown, or where a quote is
    pinned to the asset or its underlying: what every page said at the close is what is kept.
    """
    held = Position.objects.securities().order_by().values("asset_id").distinct()
    return prices_at(list(Asset.objects.filter(pk__in=held).select_related(*MARKET)), session)


def prices_at(assets: Sequence[Asset], session: Session) -> dict[UUID, Decimal]:
    """Answer what each of the assets, fetched with their market, closed at in that session, where anybody knows."""
    marks = {asset_id: quote.mark for asset_id, quote in get_quotes(assets, session.closes_at).items()}
    closes = closing_prices(assets, session.date)
    prices = {}
    for asset in assets:
        mark, close = marks.get(asset.pk), closes.get(asset.pk)
        prices[asset.pk] = mark or close if _is_pinned(asset) else close or mark
    return {asset_id: price for asset_id, price in prices.items() if price is not None}


def _is_pinned(asset: Asset) -> bool:
    underlying = asset.contract.underlying if asset.is_option else asset
    return hasattr(asset, "pinned_quote") or hasattr(underlying, "pinned_quote")
