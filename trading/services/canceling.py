"""Cancel several orders at once: each by itself, so that one that is refused costs no other."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from accounts.permissions import Permission
from brokerage.errors import BrokerageError
from trading.models import Order
from trading.services.orders import cancel_order

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class CancelOutcome:
    """What became of one order among several: its status afterwards, or why it was not canceled."""

    order_id: UUID
    status: str = ""
    refusal: str = ""


def cancel_orders(*, actor: User, orders: Iterable[Order]) -> list[CancelOutcome]:
    """Ask for the cancellation of each of these orders, which were read for `actor`, and say what came of it."""
    actor.require(Permission.CANCEL_ORDERS)
    outcomes = []
    for order in list(orders)[:MOST_AT_ONCE]:
        try:
            canceled = cancel_order(actor=actor, account_id=order.account_id, order_id=order.pk)
            outcomes.append(CancelOutcome(order.pk, status=canceled.status))
        except BrokerageError as refusal:
            outcomes.append(CancelOutcome(order.pk, refusal=str(refusal)))
    return outcomes
