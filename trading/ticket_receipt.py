"""What a sale brings in: its proceeds, less fees, and when they settle."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from brokerage import market_calendar
from brokerage.market_calendar import Instrument
from brokerage.money import to_cents
from brokerage.templatetags.formats import price, quantity
from options.models import Asset
from trading.rules.postings import trade_date
from trading.rules.preview import OrderPreview


@dataclass(frozen=True)
class Receipt:
    """The dollars of a sale that fills whole at the price it is costed at, in its next session."""

    detail: str
    proceeds: Decimal
    fees: Decimal
    net: Decimal
    trade_date: date
    settle_date: date


def receipt_of(preview: OrderPreview, asset: Asset, count: Decimal, at: datetime) -> Receipt | None:
    """Answer what the order brings in; None for a purchase."""
    if not preview.intent.value.startswith("sell"):
        return None
    multiplier = asset.contract.multiplier if asset.is_option else 1
    proceeds = to_cents(count * preview.price * multiplier)
    is_open = market_calendar.session_at(at) is not None
    on = trade_date(at if is_open else market_calendar.next_session(at).opens_at)
    instrument = Instrument.OPTION if asset.is_option else Instrument.EQUITY
    return Receipt(
        detail=f"{quantity(count)} × {price(preview.price)}{f' × {multiplier}' if asset.is_option else ''}",
        proceeds=proceeds,
        fees=preview.fees_amount,
        net=proceeds - preview.fees_amount,
        trade_date=on,
        settle_date=market_calendar.settlement_date(on, instrument),
    )
