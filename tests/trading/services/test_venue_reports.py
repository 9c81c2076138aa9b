"""What a venue says of an order besides fills: once each, late or not, and never against an end."""

import pytest

from brokerage import clock
from brokerage.models import Event
from tests.ledger import everything
from tests.market import LONG_CALL, make_trader, submit
from tests.trading.services.test_fills import report
from trading.choices import OrderStatus
from trading.order_errors import OrderMoveImpossible
from trading.services.fills import record_fill
from trading.services.orders import cancel_order
from trading.services.venue_reports import (
    acknowledge_order,
    expire_order,
    record_cancel,
    record_rejection,
    record_status,
    reject_cancel,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(acme, overview_market):
    """Two calls bid for, working at the venue."""
    account = make_trader(acme.correspondent, cash="5000")
    order = submit(account, LONG_CALL, "buy", "2", limit="5.00")
    return acknowledge_order(order_id=order.pk, at=clock.now())


def kinds(order):
    return list(Event.objects.filter(subject_id=str(order.pk)).order_by("id").values_list("type", flat=True))


@pytest.mark.parametrize("status", ["done_for_day", "held", "stopped", "suspended", "calculated"])
def test_what_the_venue_says_is_shown_told_once_and_holds_on(order, status):
    for _ in range(2):
        told = record_status(order_id=order.pk, status=OrderStatus(status), at=clock.now())

    assert (told.status, told.hold_quantity) == (status, 1000)
    assert kinds(order)[-2:] == ["order.new", f"order.{status}"]
    assert record_status(order_id=order.pk, status=OrderStatus.NEW, at=clock.now()).status == "new"


def test_what_filled_in_part_works_again_as_that(order):
    record_fill(report=report(order))
    record_status(order_id=order.pk, status=OrderStatus.DONE_FOR_DAY, at=clock.now())

    assert record_status(order_id=order.pk, status=OrderStatus.NEW, at=clock.now()).status == "partially_filled"


def test_what_is_done_for_the_day_fills_and_expires_all_the_same(order):
    record_status(order_id=order.pk, status=OrderStatus.DONE_FOR_DAY, at=clock.now())

    assert record_fill(report=report(order)).status == "partially_filled"
    record_status(order_id=order.pk, status=OrderStatus.CALCULATED, at=clock.now())
    assert expire_order(order_id=order.pk, at=order.expires_at).status == "expired"


def test_a_status_is_no_way_around_the_reports_that_post(order):
    before = everything()

    with pytest.raises(OrderMoveImpossible):
        record_status(order_id=order.pk, status=OrderStatus.FILLED, at=clock.now())

    assert everything() == before


def test_a_status_neither_ends_a_request_nor_wakes_the_dead(order):
    cancel_order(actor=order.submitted_by, account_id=order.account_id, order_id=order.pk)
    assert record_status(order_id=order.pk, status=OrderStatus.HELD, at=clock.now()).status == "pending_cancel"
    record_cancel(order_id=order.pk)
    before = everything()

    assert record_status(order_id=order.pk, status=OrderStatus.HELD, at=clock.now()).status == "canceled"
    assert everything() == before


def test_a_cancel_that_came_too_late_says_so_once_and_the_order_goes_on(order):
    cancel_order(actor=order.submitted_by, account_id=order.account_id, order_id=order.pk)

    for _ in range(2):
        assert reject_cancel(order_id=order.pk, at=clock.now()).status == "new"

    told = Event.objects.get(type="order.order_cancel_rejected")
    assert (told.payload["reason"], told.payload["order"]["status"]) == ("TOO_LATE_TO_CANCEL", "new")
    assert told.payload["hold"] == {"symbol": "USD", "qty": "1000"}


def test_an_order_that_is_to_be_canceled_is_canceled_where_the_venue_rejects_it(order):
    cancel_order(actor=order.submitted_by, account_id=order.account_id, order_id=order.pk)

    assert record_rejection(order_id=order.pk, at=clock.now()).status == "canceled"
