"""An order replaced by another: checked as a whole, the larger hold kept, and the race with a fill."""

from decimal import Decimal
from uuid import uuid4

import pytest

from brokerage import clock
from brokerage.models import Event
from options.errors import UncoveredCall
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, PUT, held, make_trader, pin, submit
from trading.errors import (
    ClientOrderIdReused,
    InsufficientQuantity,
    InvalidTicket,
)
from trading.instruments import read_holdings
from trading.models import Order, Refusal
from trading.order_errors import (
    OrderAlreadyReplaced,
    OrderMoveImpossible,
    OrderNotFound,
    OrderNotReplaceable,
    OrderUnchanged,
    QuantityAlreadyFilled,
)
from trading.reconciliation import find_breaks
from trading.services.fills import ExecutionReport, record_fill
from trading.services.orders import cancel_order
from trading.services.replacing import Changes, replace_order
from trading.services.venue_reports import reject_replacement
from trading.tasks import expire_day_orders, work_open_orders
from trading.venues.paper import PaperVenue

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with a thousand dollars and a hundred shares."""
    return make_trader(acme.correspondent, cash="1000", level=2, shares={"AAPL": 100})


@pytest.fixture
def resting(account):
    """Two calls bid for at 2.00, which holds 400 dollars, working at the venue."""
    return working(submit(account, LONG_CALL, "buy", "2", limit="2.00"))


def working(order):
    PaperVenue().submit(order.pk)
    order.refresh_from_db()
    assert order.status == "new"
    return order


def replace(order, acme, **changes):
    decimals = {name: Decimal(changes[name]) for name in ("qty", "limit_price", "trail") if name in changes}
    return replace_order(
        actor=acme.api_user, account_id=order.account_id, order_id=order.pk, changes=Changes(**{**changes, **decimals})
    )


def fill(order, quantity):
    return record_fill(report=ExecutionReport(uuid4(), order.pk, Decimal(quantity), Decimal("2.00"), clock.now()))


def free(account):
    return read_holdings(account.pk, ()).free_cash


def fresh(*orders):
    for order in orders:
        order.refresh_from_db()
    return tuple(order.status for order in orders)


def test_a_new_order_takes_the_place_of_the_old_one(account, resting, acme):
    replacement = replace(resting, acme, limit_price="3.00", client_order_id="second")

    assert fresh(resting, replacement) == ("pending_replace", "accepted")
    assert (replacement.replaces_id, replacement.limit_price, replacement.quantity) == (resting.pk, 3, 2)
    assert free(account) == 400  # both together hold what the larger needs, 600 dollars
    PaperVenue().replace(replacement.pk)

    assert fresh(resting, replacement) == ("replaced", "new")
    assert (resting.replaced_by_id, resting.hold_quantity, replacement.hold_quantity) == (replacement.pk, 0, 600)
    assert resting.replaced_at == clock.now()
    assert free(account) == 400
    kinds = Event.objects.filter(account_id=account.pk, type__startswith="order.").order_by("id")
    assert list(kinds.values_list("type", flat=True))[-4:] == [
        *("order.pending_replace", "order.accepted", "order.replaced", "order.new"),
    ]
    assert find_breaks() == []


def test_a_lower_price_frees_cash_only_once_the_venue_has_swapped_them(account, resting, acme):
    replacement = replace(resting, acme, limit_price="1.00")

    assert free(account) == 600
    PaperVenue().replace(replacement.pk)

    assert free(account) == 800


def test_its_own_hold_never_stands_in_the_way(account, acme):
    """Users of the broker whose API this is complain of it: a closing order could not change its price."""
    sale = working(submit(account, "AAPL", "sell", "100", limit="250.00"))

    replacement = replace(sale, acme, limit_price="251.00")
    PaperVenue().replace(replacement.pk)

    assert fresh(sale, replacement) == ("replaced", "new")
    assert replacement.hold_quantity == 100


def test_buying_back_a_short_can_change_its_price_too(account, acme):
    call = working(submit(account, CALL, "sell", limit="150.00"))
    fill(call, "1")
    back = working(submit(account, CALL, "buy", limit="0.05"))

    replacement = replace(back, acme, limit_price="0.10")
    PaperVenue().replace(replacement.pk)

    assert (replacement.position_intent, fresh(back, replacement)) == ("buy_to_close", ("replaced", "new"))


def test_it_is_checked_as_a_whole_before_the_first_is_let_go(account, acme):
    call = working(submit(account, CALL, "sell", limit="150.00"))
    before = everything()

    with pytest.raises(UncoveredCall):
        replace(call, acme, qty="2")

    assert everything() == before
    kept = Refusal.objects.get()
    assert (kept.reason, kept.ticket) == ("uncovered_call", {"replaces": str(call.pk), "qty": "2"})


def test_more_than_is_held_is_refused_with_what_is_free_besides_the_order(account, acme):
    sale = working(submit(account, "AAPL", "sell", "60", limit="250.00"))
    before = everything()

    with pytest.raises(InsufficientQuantity, match=r"requested: 101, available: 100"):
        replace(sale, acme, qty="101")

    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "refusal", "said"),
    [
        ({}, OrderUnchanged, "order parameters are not changed"),
        ({"qty": "2", "limit_price": "2.00"}, OrderUnchanged, "order parameters are not changed"),
        ({"client_order_id": "another"}, OrderUnchanged, "order parameters are not changed"),
        ({"qty": "0"}, InvalidTicket, "qty must be > 0"),
        ({"qty": "-1"}, InvalidTicket, "qty must be > 0"),
        ({"limit_price": "0"}, InvalidTicket, "limit_price must be > 0"),
        ({"trail": "1"}, InvalidTicket, "trail is only valid for trailing stop orders"),
        ({"has_instructions": True}, InvalidTicket, "instructions for routing are not supported"),
        ({"limit_price": "2.10", "client_order_id": "taken"}, ClientOrderIdReused, "client_order_id must be unique"),
    ],
)
def test_what_cannot_be_changed_so_is_refused_and_nothing_is_written(account, resting, acme, changes, refusal, said):
    submit(account, LONG_CALL, "buy", limit="0.05", client_order_id="taken")
    before = everything()

    with pytest.raises(refusal, match=said):
        replace(resting, acme, **changes)

    assert everything() == before
    assert fresh(resting) == ("new",)


def test_only_what_works_at_the_venue_is_replaced(account, acme):
    order = submit(account, LONG_CALL, "buy", limit="2.00")

    with pytest.raises(OrderNotReplaceable, match="cannot replace order in pending_new status"):
        replace(order, acme, limit_price="2.10")


def test_what_was_replaced_is_not_replaced_again(account, resting, acme):
    replacement = replace(resting, acme, limit_price="3.00")
    with pytest.raises(OrderNotReplaceable, match="cannot replace order in pending_replace status"):
        replace(resting, acme, limit_price="3.10")
    PaperVenue().replace(replacement.pk)

    with pytest.raises(OrderAlreadyReplaced, match="order already replaced") as refusal:
        replace(resting, acme, limit_price="3.10")

    assert refusal.value.body()["replaced_by"] == str(replacement.pk)
    PaperVenue().replace(replace(replacement, acme, limit_price="2.50").pk)
    assert Order.objects.filter(status="replaced").count() == 2


def test_a_fill_that_comes_first_takes_the_replacement_with_it(account, resting, acme):
    replacement = replace(resting, acme, qty="3")
    fill(resting, "2")
    PaperVenue().replace(replacement.pk)

    assert fresh(resting, replacement) == ("filled", "rejected")
    assert Event.objects.filter(type="order.order_replace_rejected").count() == 1
    assert (held(account, LONG_CALL), free(account)) == (2, 600)
    assert find_breaks() == []


def test_a_part_that_fills_first_is_taken_off_the_replacement(account, resting, acme):
    replacement = replace(resting, acme, qty="3", limit_price="2.10")
    fill(resting, "1")
    assert fresh(resting, replacement) == ("pending_replace", "accepted")
    PaperVenue().replace(replacement.pk)

    assert fresh(resting, replacement) == ("replaced", "new")
    assert (replacement.quantity, replacement.hold_quantity) == (2, 420)
    assert free(account) == 1000 - 200 - 420
    assert find_breaks() == []


def test_of_a_part_filled_order_the_rest_is_replaced(account, resting, acme):
    fill(resting, "1")
    before = everything()
    with pytest.raises(QuantityAlreadyFilled, match="qty must be > filled_qty"):
        replace(resting, acme, qty="1")
    assert everything() == before

    replacement = replace(resting, acme, qty="4", limit_price="1.90")

    assert replacement.quantity == 3


def test_one_that_is_canceled_while_it_waits_leaves_the_old_order_as_it_was(account, resting, acme):
    replacement = replace(resting, acme, limit_price="3.00")
    with pytest.raises(OrderMoveImpossible):
        cancel_order(actor=acme.api_user, account_id=account.pk, order_id=resting.pk)

    cancel_order(actor=acme.api_user, account_id=account.pk, order_id=replacement.pk)
    PaperVenue().replace(replacement.pk)  # the venue's answer comes late

    assert fresh(resting, replacement) == ("new", "canceled")
    assert free(account) == 600


def test_at_the_close_both_end(account, resting, acme, clock_at):
    replacement = replace(resting, acme, limit_price="3.00")

    expire_day_orders(clock_at("2024-01-24 16:00"))

    assert fresh(resting, replacement) == ("expired", "expired")
    assert free(account) == 1000


def test_a_replacement_whose_task_was_lost_is_found_by_the_next_look(account, resting, acme):
    replacement = replace(resting, acme, limit_price="3.00")

    work_open_orders(clock.now())

    assert fresh(resting, replacement) == ("replaced", "new")


def test_one_that_crosses_the_market_fills_as_soon_as_it_has_replaced(account, resting, acme):
    replacement = replace(resting, acme, qty="1", limit_price="5.50")
    PaperVenue().replace(replacement.pk)

    assert fresh(resting, replacement) == ("replaced", "filled")
    assert replacement.filled_average_price == Decimal("5.38")


def test_a_neighbors_order_does_not_exist(resting, globex):
    before = everything()

    with pytest.raises(OrderNotFound):
        replace_order(
            actor=resting.submitted_by, account_id=resting.account_id, order_id=uuid4(), changes=Changes(qty=Decimal(1))
        )

    assert everything() == before


def test_a_put_secured_by_all_there_is_can_still_change_its_price(acme, overview_market):
    account = make_trader(acme.correspondent, cash="20300", level=1)
    pin("TSLA", "215.00", "215.20")
    put = working(submit(account, PUT, "sell", limit="7.00"))

    replacement = replace(put, acme, limit_price="7.10")
    PaperVenue().replace(replacement.pk)

    assert fresh(put, replacement) == ("replaced", "new")
    assert replacement.hold_quantity == 20_290


# --- Executions that are reported once the order has been replaced -------------------------------


def test_a_fill_that_is_reported_after_the_swap_is_taken_off_the_replacement_and_its_hold(account, resting, acme):
    replacement = replace(resting, acme, qty="4", limit_price="2.10")
    PaperVenue().replace(replacement.pk)
    assert free(account) == 1000 - 840

    fill(resting, "1")

    assert fresh(resting, replacement) == ("replaced", "new")
    assert (resting.filled_quantity, replacement.quantity, replacement.hold_quantity) == (1, 3, 630)
    assert (held(account, LONG_CALL), free(account)) == (1, 1000 - 200 - 630)
    assert Event.objects.filter(type="order.restated", subject_id=str(replacement.pk)).count() == 1
    assert find_breaks() == []


def test_where_that_leaves_nothing_the_replacement_ends_and_so_does_what_waits_to_replace_it(account, resting, acme):
    second = replace(resting, acme, limit_price="2.10")
    PaperVenue().replace(second.pk)
    third = replace(second, acme, limit_price="2.20")

    fill(resting, "2")

    assert fresh(resting, second, third) == ("replaced", "canceled", "rejected")
    assert (held(account, LONG_CALL), free(account)) == (2, 600)
    assert find_breaks() == []


def test_it_is_taken_off_the_last_of_a_chain(account, resting, acme):
    second = replace(resting, acme, limit_price="2.10")
    PaperVenue().replace(second.pk)
    third = replace(second, acme, limit_price="2.20")
    PaperVenue().replace(third.pk)

    fill(resting, "1")

    assert fresh(second, third) == ("replaced", "new")
    assert (second.quantity, third.quantity, third.hold_quantity) == (2, 1, 220)
    assert find_breaks() == []


def test_a_part_that_fills_before_the_swap_lets_go_of_what_both_hold(account, resting, acme):
    replace(resting, acme, qty="3", limit_price="2.10")
    assert free(account) == 1000 - 630

    fill(resting, "1")

    assert free(account) == 1000 - 200 - 420


def test_a_replacement_that_the_venue_refuses_lets_the_first_go_on(account, resting, acme):
    replacement = replace(resting, acme, limit_price="3.00")

    for _ in range(2):
        reject_replacement(order_id=replacement.pk, at=clock.now())

    assert fresh(resting, replacement) == ("new", "rejected")
    assert free(account) == 600
    assert Event.objects.filter(type="order.order_replace_rejected", subject_id=str(resting.pk)).count() == 1
