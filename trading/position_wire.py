"""A position as the wire shows it (contract/trading.md 4.2): what is not known is null and says why."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import Account
from brokerage.money import plain
from trading.holds import held_by
from trading.rules.valuation import Valuation
from trading.selectors import MarkedPosition

NO_QUOTE = "there is no quote"
NO_CLOSE = "there is no closing price of the last session"
NO_BASIS = "there is no ratio to nothing"


def position_objects(account: Account, positions: Sequence[MarkedPosition]) -> list[dict[str, Any]]:
    """Answer the Position objects of an account's positions, each with what holds it."""
    bound = [position.asset.pk for position in positions if position.free_quantity != position.quantity]
    holders = held_by(account, bound) if bound else {}
    return [position_object(position, holders) for position in positions]


def position_object(position: MarkedPosition, holders: Mapping[UUID, list[str]] | None = None) -> dict[str, Any]:
    """Answer the Position object; what holds it is there where something does."""
    numbers = position.valuation
    market = {name: plain(value) for name, value in _market(numbers).items()}
    shown: dict[str, Any] = {
        "asset_id": str(position.asset.pk),
        "symbol": position.asset.symbol,
        "exchange": position.asset.exchange,
        "asset_class": position.asset.asset_class,
        "asset_marginable": position.asset.marginable,
        "qty": plain(position.quantity),
        "avg_entry_price": plain(numbers.average_entry_price),
        "side": position.side,
        "market_value": market.pop("market_value"),
        "cost_basis": plain(numbers.cost_amount),
        **market,
        "qty_available": plain(position.free_quantity),
    }
    if found := (holders or {}).get(position.asset.pk):
        shown["held_by"] = found
    return shown | {f"{name}_reason": reason for name, reason in _reasons(numbers).items()}


def _market(numbers: Valuation) -> dict[str, Decimal | None]:
    """Answer what the market says of a position, by the names of the wire and in their order."""
    return {
        "market_value": numbers.market_value,
        "unrealized_pl": numbers.unrealized,
        "unrealized_plpc": numbers.unrealized_ratio,
        "unrealized_intraday_pl": numbers.intraday,
        "unrealized_intraday_plpc": numbers.intraday_ratio,
        "current_price": numbers.current_price,
        "lastday_price": numbers.last_day_price,
        "change_today": numbers.change_today,
    }


def _reasons(numbers: Valuation) -> dict[str, str]:
    """Answer why each number that is not known is not."""
    missing = [name for name, value in _market(numbers).items() if value is None]
    found = {}
    for name in missing:
        if name == "lastday_price" or (numbers.current_price is not None and numbers.last_day_price is None):
            found[name] = NO_CLOSE
        else:
            found[name] = NO_QUOTE if numbers.current_price is None else NO_BASIS
    return found
