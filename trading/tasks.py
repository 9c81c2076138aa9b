"""What the worker does for trading. Tasks fetch ids, call a service, and are safe to run twice."""

from datetime import datetime
from uuid import UUID

from celery import shared_task

from brokerage import clock
from trading.models import Order


@shared_task(ignore_result=True)
def send_to_venue(order_id: str) -> None:
    """Hand an accepted order to the venue."""
    from trading.venues import venue

    with clock.reading():
        venue().submit(UUID(order_id))


@shared_task(ignore_result=True)
def cancel_at_venue(order_id: str) -> None:
    """Hand a cancellation to the venue."""
    from trading.venues import venue

    with clock.reading():
        venue().cancel(UUID(order_id))


def work_open_orders(at: datetime) -> None:
    """Let the venue look at every open order, those included whose task was lost."""
    from trading.venues import venue

    venue().work()


def expire_day_orders(at: datetime) -> None:
    """End every day order whose session has closed by `at`."""
    from trading.services.fills import expire_order

    due = Order.objects.open().filter(expires_at__lte=at).values_list("pk", flat=True)
    for order_id in list(due):
        expire_order(order_id=order_id, at=at)
