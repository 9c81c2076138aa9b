"""An order in words: what it does, how, what it holds and why."""

from decimal import Decimal

from brokerage.templatetags.formats import money, price, quantity, sentence
from options.choices import AssetClass, Strategy
from options.models import Asset
from trading.choices import OrderStatus, OrderType, PositionIntent, TimeInForce
from trading.models import Order

STRATEGIES = {
    Strategy.COVERED_CALL: "a covered call",
    Strategy.CASH_SECURED_PUT: "a cash-secured put",
    Strategy.LONG_CALL: "a long call",
    Strategy.LONG_PUT: "a long put",
    Strategy.LONG_SHARES: "shares, held long",
    Strategy.CLOSING: "it closes what the account has",
}
# Why an order holds what it holds, for each unit that is still to fill.
REASONS = {
    Strategy.COVERED_CALL: "the shares that cover the call",
    Strategy.CASH_SECURED_PUT: "the strike{fees}, less the premium to be received",
    Strategy.LONG_CALL: "the premium{fees} to be paid",
    Strategy.LONG_PUT: "the premium{fees} to be paid",
    Strategy.LONG_SHARES: "the price{fees} to be paid",
}


def name_of(asset: Asset) -> str:
    """Answer what people call an asset: a contract by its terms, a share by its symbol."""
    return asset.name if asset.is_option else asset.symbol


def what_words(asset: Asset, intent: str, count: Decimal) -> str:
    """Answer what an order does: `Sell to open 1 AAPL Jan 16 2026 250 Call`, `Buy 100 AAPL`."""
    act = PositionIntent(intent).label if asset.is_option else intent.partition("_")[0]
    return f"{sentence(str(act))} {quantity(count)} {name_of(asset)}"


def how_words(kind: str, limit: Decimal | None, time_in_force: str) -> str:
    """Answer how an order is to be filled: `limit 3.15, good for the day`."""
    at = "at the market" if kind == OrderType.MARKET else f"limit {price(limit)}"
    lasts = "good till canceled" if time_in_force == TimeInForce.GTC else "good for the day"
    return f"{at}, {lasts}"


def order_words(order: Order) -> str:
    """Answer the whole order, fetched with its asset, in words."""
    what = what_words(order.asset, order.position_intent, order.quantity)
    return f"{what}, {how_words(order.type, order.limit_price, order.time_in_force)}"


def held_words(order: Order) -> str:
    """Answer what an order, fetched with `hold_asset`, holds and why."""
    if not order.is_open:
        return "Nothing: the order has ended."
    if order.replaces_id and order.status == OrderStatus.ACCEPTED:
        return f"{_amount(order)}: what it needs beyond the order that it is to replace, which holds the rest."
    if not order.hold_quantity:
        return "Nothing."
    return f"{_amount(order)}: {_reason(order)}."


def _amount(order: Order) -> str:
    if order.hold_asset.asset_class == AssetClass.USD:
        return str(money(order.hold_quantity, "$"))
    return f"{quantity(order.hold_quantity)} {name_of(order.hold_asset)}"


def as_typed(value: Decimal | None) -> str:
    """Answer a price as it stands in a field before anybody has typed: two places at least, nothing grouped."""
    return "" if value is None else price(value).replace(",", "")


def _holds_fees(order: Order) -> bool:
    """Tell whether fees are held beside what the terms come to; a market order's price is not kept, and holds them."""
    if order.limit_price is None:
        return True
    contract = order.asset.contract if order.asset.is_option else None
    each, multiplier = order.limit_price, contract.multiplier if contract else 1
    if order.strategy == Strategy.CASH_SECURED_PUT and contract:
        each = max(contract.strike_price - each, Decimal(0))
    return order.hold_per_unit > each * multiplier


def _reason(order: Order) -> str:
    fees = " and fees" if _holds_fees(order) else ""
    known = REASONS.get(Strategy(order.strategy))
    if known:
        return known.format(fees=fees)
    if order.hold_asset.asset_class == AssetClass.USD:
        return f"what buying back costs{', fees included' if fees else ''}"
    return "what it sells, so that nothing else does"
