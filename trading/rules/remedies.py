"""What to do about a refusal: one sentence for each reason."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from brokerage.errors import BrokerageError
from brokerage.money import plain

Facts = Mapping[str, Any]


def remedy_for(refusal: BrokerageError) -> str:
    """Answer in one sentence what would make such a request acceptable; empty where nothing would."""
    remedy = REMEDIES.get(refusal.reason, "")
    return remedy if isinstance(remedy, str) else remedy(refusal.facts)


def _shares(facts: Facts) -> str:
    missing = facts["required_qty"] - facts["available_qty"]
    return f"Buy or free {plain(missing)} more shares of the underlying, or sell fewer calls."


def _dollars(needed: str, there: str) -> Callable[[Facts], str]:
    def say(facts: Facts) -> str:
        missing = f"{facts[needed] + facts.get('fees_beside', Decimal(0)) - facts[there]:,.2f}"
        return f"Deposit ${missing} more, cancel orders that hold cash, or ask for less."

    return say


def _quantity(facts: Facts) -> str:
    available: Decimal = facts["available"]
    held: Decimal = facts["held_for_orders"]
    if available > 0:
        return f"Ask for {plain(available)} or less."
    if held > 0:
        return "Cancel the open orders that hold it, and ask again."
    return "There is nothing free to close."


def _available(facts: Facts) -> str:
    return f"Ask for {plain(facts['available'])} or less."


def _intent(facts: Facts) -> str:
    return f"Leave the intent out, or say {facts['inferred']}."


def _ticket(facts: Facts) -> str:
    return next((remedy for start, remedy in OF_TICKETS.items() if facts["sentence"].startswith(start)), "")


def _level(facts: Facts) -> str:
    return (
        f"Ask for options level {facts['level']} on the account's options application, "
        "or raise the account's own maximum where that is what lowers it."
    )


# What an order has to be told that contradicts itself or leaves something out, by how the refusal begins.
OF_TICKETS = {
    "qty or notional is required": "Say in qty how many.",
    "only one of qty or notional": "Say in qty how many, and leave notional out.",
    "stop price is only valid": "Leave stop_price out: market and limit orders are taken.",
    "invalid order type": "Use market or limit.",
    "invalid side": "Use buy or sell.",
    "invalid time_in_force": "Use day, or gtc for shares.",
    "invalid order_class": "Use simple, or leave order_class out.",
    "instructions": "Leave them out: orders go where the broker routes them.",
    "qty must be > 0": "Ask for one or more: the side says whether it is bought or sold.",
    "qty must be <=": "Split the order.",
    "limit_price must be > 0": "Use a limit above 0, or a market order.",
    "limit orders require": "Add a limit, or use a market order.",
    "limit price is only valid": "Leave the limit out, or use a limit order.",
}
REMEDIES: dict[str, str | Callable[[Facts], str]] = {
    "account_may_not_trade": "The account has to be active, and neither blocked nor suspended.",
    "asset_not_tradable": "Choose another share: this one cannot be traded now.",
    "asset_unknown": "Look the symbol up in the list of assets.",
    "beyond_do_not_exercise": "Withdraw the do-not-exercise first, or ask for less.",
    "client_order_id_reused": "Send a client_order_id that this account has never used, or none.",
    "commission_not_allowed": "Leave commission out.",
    "contract_expired": "Choose a contract with a later expiration.",
    "contract_expires_soon": "Choose a later expiration: only closing is possible in the last hour.",
    "contract_inactive": "Choose a contract that is listed.",
    "contract_not_tradable": "Choose another contract: this one can only be closed, or not be traded now.",
    "contract_unknown": "Look the contract up in the list of contracts of its underlying.",
    "exercise_closed": "Ask again while the market is open.",
    "exercise_commission_not_allowed": "Leave commission out.",
    "exercise_out_of_the_money": "Confirm that it is meant on the position's page.",
    "exercise_too_large": _available,
    "insufficient_buying_power": _dollars("cost_basis", "buying_power"),
    "insufficient_deliverable": "Buy or free the shares that are missing, or ask for less.",
    "insufficient_exercise_cash": _dollars("required", "available"),
    "insufficient_for_fees": _dollars("required", "available"),
    "insufficient_options_buying_power": _dollars("cost_basis", "options_buying_power"),
    "insufficient_quantity": _quantity,
    "invalid_ticket": _ticket,
    "level_too_low": _level,
    "negative_commission": "Leave commission out.",
    "negative_exercise_commission": "Leave commission out.",
    "no_quote": "Use a limit order: it needs no quote.",
    "no_venue": "Connect a venue first: until then no order can be executed.",
    "nothing_to_exercise": "Cancel the open orders that hold the contracts, and ask again.",
    "option_complex_order": "Send each leg as a simple order of its own.",
    "option_extended_hours": "Leave extended_hours out: contracts trade in the regular session.",
    "option_fraction": "Ask for whole contracts.",
    "option_market_closed": "Use a limit order, which waits for the next session, or ask again in market hours.",
    "option_notional": "Say how many contracts in qty.",
    "option_order_too_large": "Split the order.",
    "option_order_type_unsupported": "Use a market or a limit order.",
    "option_swap_fee": "Leave swap_fee_bps out.",
    "option_time_in_force_unsupported": "Use the time in force day.",
    "position_intent_mismatch": _intent,
    "position_not_to_be_exercised": "Withdraw the do-not-exercise first.",
    "price_off_tick": "Use a limit on the price increment that the refusal names.",
    "share_order_unsupported": "Send a market or limit order for whole shares, day or gtc, in the regular session.",
    "sub_penny_price": "Use a limit in whole cents, or up to four decimals for shares below 1.00.",
    "uncovered_call": _shares,
    "unsecured_put": _dollars("required_options_buying_power", "buying_power"),
    "wash_trade": "Cancel the order on the other side, or use a limit that does not meet it.",
}
