"""Opening or closing: what an order does to the position, and why (contract/trading.md 2.10).

It is decided on the contract's own position, before any other question (domain rule OR-3).
"""

from dataclasses import dataclass
from decimal import Decimal

from brokerage.errors import BrokerageError
from brokerage.money import plain
from trading.choices import PositionIntent
from trading.errors import InsufficientQuantity, PositionIntentMismatch
from trading.rules.holdings import Holdings
from trading.rules.order_terms import Instrument, OrderTicket

INTENT_HEADER, REASON_HEADER = "X-Position-Intent", "X-Position-Intent-Reason"


@dataclass(frozen=True)
class InferredIntent:
    """What the order does, why, and for a closing one how much there is to close."""

    intent: PositionIntent
    reason: str
    available: Decimal


def infer_intent(*, buys: bool, instrument: Instrument, holdings: Holdings) -> InferredIntent:
    """Answer what an order does to the position, whatever it says itself."""
    line = holdings.line(instrument.asset_id)
    position = _position(line.quantity, instrument)
    if buys:
        if line.quantity < 0:
            reason = f"{position}, so buying closes"
            return InferredIntent(PositionIntent.BUY_TO_CLOSE, reason, -line.quantity - line.closing)
        return InferredIntent(PositionIntent.BUY_TO_OPEN, f"{position}, so buying opens", Decimal(0))
    if line.quantity > 0 or not instrument.is_option:
        because = "so selling closes" if line.quantity > 0 else "and shares are not sold short, so selling closes"
        available = holdings.free_quantity(instrument.asset_id)
        return InferredIntent(PositionIntent.SELL_TO_CLOSE, f"{position}, {because}", available)
    return InferredIntent(PositionIntent.SELL_TO_OPEN, f"{position}, so selling opens", Decimal(0))


def _position(quantity: Decimal, instrument: Instrument) -> str:
    if quantity == 0:
        return f"the account has no position in {instrument.symbol}"
    what = "contract" if instrument.is_option else "share"
    count = f"{plain(abs(quantity))} {what}{'' if abs(quantity) == 1 else 's'} of {instrument.symbol}"
    return f"the account {'holds' if quantity > 0 else 'is short'} {count}"


def require_intent(ticket: OrderTicket, instrument: Instrument, holdings: Holdings, found: InferredIntent) -> None:
    """Raise where the ticket says otherwise, or would close more than is left: no order flips through zero."""
    if ticket.position_intent not in (None, found.intent):
        raise PositionIntentMismatch(
            inferred=found.intent.value,
            specified=ticket.position_intent,
            position_intent=found.intent.value,
            intent_reason=found.reason,
        )
    if not found.intent.opens and ticket.quantity > found.available:
        line = holdings.line(instrument.asset_id)
        raise InsufficientQuantity(
            requested=ticket.quantity,
            available=found.available,
            existing_qty=line.quantity,
            held_for_orders=line.closing if ticket.buys else line.held,
            symbol=instrument.symbol,
            position_intent=found.intent.value,
            intent_reason=found.reason,
        )


def explain(refusal: BrokerageError, intent: PositionIntent, reason: str) -> None:
    """Let a refusal tell which intent was inferred and why: as facts, and beside the published body."""
    refusal.facts |= {"position_intent": intent.value, "intent_reason": reason}
    refusal.headers |= {INTENT_HEADER: intent.value, REASON_HEADER: reason}


def explained(refusal: BrokerageError) -> dict[str, str]:
    """Answer what `explain` added."""
    return {name: refusal.facts[name] for name in ("position_intent", "intent_reason") if name in refusal.facts}
