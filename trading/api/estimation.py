"""`POST …/orders/estimation`: what an order would amount to, without submitting it (contract/trading.md 2.12)."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from brokerage.errors import BrokerageError
from brokerage.money import plain
from trading.api.serializers import OrderRequestSerializer
from trading.api.views import AccountView
from trading.order_wire import order_object
from trading.rules.preview import NeedLine, OrderPreview, Outcome
from trading.rules.remedies import remedy_for
from trading.services.preview import estimate_order


class OrderEstimation(AccountView):
    """Answer the order as it would be accepted, with its `estimation`; no order is created.

    What would be refused is refused with the same status and body, and a `remedy` where there is one.
    """

    def post(self, request: Request, account_id: UUID) -> Response:
        """Estimate an order: the body is the one that submits it."""
        asked = OrderRequestSerializer(data=self.body())
        asked.is_valid(raise_exception=True)
        order, preview = estimate_order(actor=self.actor, account_id=account_id, request=asked.to_request())
        return Response(order_object(order) | {"estimation": estimation_object(preview)})

    def handle_exception(self, exc: Exception) -> Response:
        """Answer the refusal as submitting does, and what would help."""
        answer = super().handle_exception(exc)
        remedy = remedy_for(exc) if isinstance(exc, BrokerageError) else ""
        if remedy:
            answer.data["remedy"] = remedy
        return answer


def estimation_object(preview: OrderPreview) -> dict[str, Any]:
    """Answer the preview of an order: amounts, prices and quantities as strings, levels as integers."""
    return {
        "position_intent": preview.intent,
        "intent_reason": preview.intent_reason,
        "strategy": preview.strategy,
        "options_level_required": preview.level_needed,
        "options_trading_level": preview.level_there,
        "price": plain(preview.price),
        "needs": [_need(line) for line in preview.needs],
        "held": {"symbol": preview.held_unit, "qty": plain(preview.held_quantity)},
        "fees": [{"type": line.kind, "name": line.label, "amount": plain(line.amount)} for line in preview.fees],
        "total_fees": plain(preview.fees_amount),
        "buying_power_before": plain(preview.buying_power_before),
        "buying_power_after": plain(preview.buying_power_after),
        **_outcome(preview.outcome),
    }


def _need(line: NeedLine) -> dict[str, Any]:
    return {"label": line.label, "detail": line.detail, "symbol": line.unit, "amount": plain(line.amount)}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "max_loss": plain(outcome.max_loss),
        "max_gain": plain(outcome.max_gain),
        "breakeven": plain(outcome.breakeven),
        "if_assigned": outcome.if_assigned,
        "payoff": [{"price": plain(point.price), "profit": plain(point.profit)} for point in outcome.payoff],
    }
