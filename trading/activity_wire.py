"""A non-trade activity as the event streams tell it (contract/trading.md 5.7, 7.2)."""

from datetime import date
from typing import Any

from brokerage.money import plain
from trading.models import Activity


def activity_payload(face: Activity, settle_date: date) -> dict[str, Any]:
    """Answer what `activity.executed` carries: exact numbers as strings, the symbol null where there is none."""
    return {
        "activity_type": face.activity_type,
        "activity_sub_type": face.sub_type,
        "status": face.status,
        "symbol": face.asset.symbol if face.asset else None,
        "qty": None if face.quantity is None else plain(face.quantity),
        "price": None if face.price is None else plain(face.price),
        "net_amount": plain(face.net_amount),
        "description": face.description,
        "settle_date": settle_date.isoformat(),
        "system_date": face.date.isoformat(),
        "group_id": str(face.group_id) if face.group_id else None,
    }
