"""What is refused of an order ticket (contract/trading.md 2.11): listed in `docs/errors.md`, in the published words."""

from typing import Self

from brokerage.errors import InvalidParameter, Refused, Unprocessable


class ContractUnknown(Unprocessable):
    """An option symbol that is not in the contract master."""

    reason = "contract_unknown"
    message = 'contract "{symbol}" not found'
    field = "symbol"


class ContractInactive(Unprocessable):
    """A contract that is no longer listed."""

    reason = "contract_inactive"
    message = 'contract "{symbol}" is not active'
    field = "symbol"


class ContractNotTradable(Unprocessable):
    """A contract that is listed and cannot be traded."""

    reason = "contract_not_tradable"
    message = 'contract "{symbol}" is not tradable'
    field = "symbol"


class ContractExpired(Unprocessable):
    """A contract whose last session has closed."""

    reason = "contract_expired"
    message = 'contract "{symbol}" is expired'
    field = "symbol"


class ContractExpiresSoon(Unprocessable):
    """An opening order within the last hour of the contract's last session (options overview, expiration)."""

    reason = "contract_expires_soon"
    message = 'contract "{symbol}" expires soon, unable to open new positions'
    field = "symbol"


class AssetUnknown(Unprocessable):
    """A share that is not in the asset master."""

    reason = "asset_unknown"
    message = 'asset "{symbol}" not found'
    field = "symbol"


class AssetNotTradable(Unprocessable):
    """A share that cannot be traded."""

    reason = "asset_not_tradable"
    message = 'asset "{symbol}" is not tradable'
    field = "symbol"


class OptionMarketClosed(Unprocessable):
    """A market order for an option outside its session."""

    reason = "option_market_closed"
    message = "options market orders are only allowed during market hours"
    field = "type"


class NoVenue(Unprocessable):
    """Production mode has no venue connected: orders would go nowhere."""

    reason = "no_venue"
    message = "no venue is connected: orders cannot be executed"


class NoQuote(Unprocessable):
    """A market order in something without a price on the side it needs (domain rule OR-6)."""

    reason = "no_quote"
    message = 'no quote for "{symbol}" to price a market order with; use a limit order'
    field = "symbol"


class OptionOrderTypeUnsupported(Unprocessable):
    """An order type other than market and limit."""

    reason = "option_order_type_unsupported"
    message = "invalid order type for options trading"
    field = "type"


class OptionTimeInForceUnsupported(Unprocessable):
    """A time in force other than day."""

    reason = "option_time_in_force_unsupported"
    message = "order_time_in_force provided not supported for options trading"
    field = "time_in_force"


class OptionComplexOrder(Unprocessable):
    """An order class other than simple: bracket, one-cancels-other, multi-leg."""

    reason = "option_complex_order"
    message = "complex orders not supported for options trading"
    field = "order_class"


class OptionExtendedHours(Unprocessable):
    """An option order for extended hours (options overview, not supported)."""

    reason = "option_extended_hours"
    message = "extended hours is not supported for options trading"
    field = "extended_hours"


class OptionNotional(Unprocessable):
    """An option order by amount (options overview, not supported)."""

    reason = "option_notional"
    message = "notional orders are not supported for options trading"
    field = "notional"


class OptionSwapFee(Unprocessable):
    """A swap fee on an option order: local currency trading is not offered (options overview, not supported)."""

    reason = "option_swap_fee"
    message = "swap_fee_bps is not allowed for options trading"
    field = "swap_fee_bps"


class CommissionNotAllowed(Refused):
    """A commission on an order: none is charged here yet."""

    reason = "commission_not_allowed"
    message = "commission not allowed for account"
    field = "commission"


class NegativeCommission(Refused):
    """A commission below zero."""

    reason = "negative_commission"
    message = "negative commission is prohibited"
    field = "commission"


class OptionFraction(Unprocessable):
    """A fraction of a contract (options overview, not supported)."""

    reason = "option_fraction"
    message = "qty must be integer for options trading"
    field = "qty"


class OptionOrderTooLarge(Unprocessable):
    """More contracts than one order may have."""

    reason = "option_order_too_large"
    message = "options order qty must be <= {limit}"
    field = "qty"


class ShareOrderUnsupported(InvalidParameter):
    """A stock order that this installation does not take: fractions, notional, stop, extended hours."""

    reason = "share_order_unsupported"
    message = "{what} is not supported"


class PositionIntentMismatch(Unprocessable):
    """The intent given is not what the order would do to the position."""

    reason = "position_intent_mismatch"
    message = "position intent mismatch, inferred: {inferred}, specified: {specified}"
    field = "position_intent"
    beside = ("position_intent", "intent_reason")


class ClientOrderIdReused(InvalidParameter):
    """A client order id that this account has used before, for all time."""

    reason = "client_order_id_reused"
    message = "client_order_id must be unique"
    field = "client_order_id"


class AccountMayNotTrade(Refused):
    """The account is not active, is blocked, or its holder suspended trading."""

    reason = "account_may_not_trade"
    message = "account is not authorized to trade"


class InsufficientQuantity(Refused):
    """A sale of more than is free, or a purchase that would close more than is short."""

    reason = "insufficient_quantity"
    message = "insufficient qty available for order (requested: {requested}, available: {available})"
    field = "qty"
    beside = ("available", "existing_qty", "held_for_orders", "symbol", "position_intent", "intent_reason")


class InsufficientBuyingPower(Refused):
    """Less cash than the shares cost."""

    reason = "insufficient_buying_power"
    message = "insufficient buying power"
    field = "qty"
    beside = ("buying_power", "cost_basis")


class InsufficientForFees(Refused):
    """Enough for the order itself and not for what executing it is charged (domain rule BP-5)."""

    reason = "insufficient_for_fees"
    message = "insufficient buying power for fees (required: {required}, of it fees: {fees}, available: {available})"
    field = "qty"
    beside = ("required", "fees", "available")


class InvalidTicket(InvalidParameter):
    """The order request contradicts itself or leaves something out; the sentences are the published ones."""

    reason = "invalid_ticket"
    message = "{sentence}"

    @classmethod
    def of(cls, field: str, sentence: str) -> Self:
        """Answer the refusal of one field, in the published words."""
        refusal = cls(sentence=sentence)
        refusal.field = field
        return refusal
