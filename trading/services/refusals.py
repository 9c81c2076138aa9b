"""Keep what was refused, and announce that it was: books and records (domain rule OR-11)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Account, User
from brokerage import clock
from brokerage.errors import BrokerageError
from brokerage.events import record_event
from brokerage.money import plain
from trading.errors import ClientOrderIdReused
from trading.models import Order, Refusal
from trading.rules.intents import explained


def was_used_before(account_id: UUID, client_order_id: str) -> bool:
    """Say whether the client sends an id again: then that is what is wrong, whatever else is."""
    used = Order.objects.filter(account_id=account_id, client_order_id=client_order_id)
    return bool(client_order_id) and used.exists()


def first_said(found: BrokerageError, account_id: UUID, client_order_id: str) -> BrokerageError:
    """Answer the refusal to tell: that an id is used again, or what was found."""
    if isinstance(found, ClientOrderIdReused) or not was_used_before(account_id, client_order_id):
        return found
    reused = ClientOrderIdReused(**explained(found))
    reused.headers = found.headers
    return reused


def _as_sent(value: Any) -> str:
    return str(plain(value) if isinstance(value, Decimal) else value)


@transaction.atomic
def keep_refusal(
    actor: User, account_id: UUID, request: dict[str, Any], refusal: BrokerageError, *, symbol: str = ""
) -> None:
    """Keep who was refused what, why and when: books and records. What replaces an order gives its `symbol` apart."""
    asked = {name: _as_sent(value) for name, value in request.items() if value not in ("", None) and value is not False}
    account = Account.objects.only("correspondent_id", "account_number").get(pk=account_id)
    kept = Refusal.objects.create(
        account=account,
        correspondent_id=account.correspondent_id,
        symbol=(symbol or asked.get("symbol", ""))[:64],
        actor=actor,
        ticket=asked,
        reason=refusal.reason,
        message=str(refusal),
        facts=refusal.body() | explained(refusal),
        refused_at=clock.now(),
    )
    record_event("order_request.refused", account=account, subject=kept, at=kept.refused_at)
