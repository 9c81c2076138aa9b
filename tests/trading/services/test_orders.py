"""Accepting, refusing and cancelling orders."""

import contextlib
import threading
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.models import Event
from options.errors import LevelTooLow, UncoveredCall
from tests.factories import change_row, make_account, nowhere
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, PUT, held, make_trader, order_request, submit, trade
from trading.errors import (
    AccountMayNotTrade,
    AssetUnknown,
    ClientOrderIdReused,
    ContractUnknown,
)
from trading.models import Order, Refusal
from trading.order_errors import (
    OrderAlreadyFinal,
    OrderNotFound,
)
from trading.rules.tickets import review_ticket
from trading.services import orders
from trading.services.orders import cancel_order, submit_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(acme, overview_market):
    """An account of level 1 with a hundred shares."""
    return make_trader(acme.correspondent, cash="1000", level=1, shares={"AAPL": 100})


def test_an_accepted_covered_call_pledges_the_shares_and_says_so(writer):
    order = submit(writer, CALL, "sell")

    assert (order.status, order.strategy, order.position_intent) == ("pending_new", "covered_call", "sell_to_open")
    assert (order.hold_asset.symbol, order.hold_quantity) == ("AAPL", 100)
    event = Event.objects.filter(account_id=writer.pk).latest("id")
    assert (event.type, event.payload["order"]["id"]) == ("order.pending_new", str(order.pk))


def test_pledged_shares_cover_no_second_call(writer):
    submit(writer, CALL, "sell")
    before = everything()

    with pytest.raises(UncoveredCall):
        submit(writer, CALL, "sell")

    assert everything() == before


def test_a_refusal_is_kept_with_who_what_and_why(writer, acme):
    with pytest.raises(LevelTooLow):
        submit(writer, LONG_CALL, "buy")

    kept = Refusal.objects.get()
    assert (kept.account_id, kept.actor_id, kept.reason) == (writer.pk, acme.api_user.pk, "level_too_low")
    assert kept.message == "account not eligible for level2 options trading"
    assert kept.ticket["symbol"] == LONG_CALL


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "ACCOUNT_CLOSED"},
        {"status": "ACCOUNT_UPDATED"},
        {"status": "DISABLED"},
        {"account_blocked": True},
        {"trading_blocked": True},
        {"suspend_trade": True},
    ],
)
def test_an_account_that_may_not_trade_does_not(writer, columns):
    change_row(writer, **columns)
    before = everything()

    with pytest.raises(AccountMayNotTrade, match="account is not authorized to trade"):
        submit(writer, CALL, "sell")

    assert everything() == before


def test_a_client_order_id_is_used_once_for_all_time(writer):
    first = submit(writer, CALL, "sell", client_order_id="mine")
    cancel_order(actor=first.submitted_by, account_id=writer.pk, order_id=first.pk)
    before = everything()

    with pytest.raises(ClientOrderIdReused, match="client_order_id must be unique"):
        submit(writer, CALL, "sell", client_order_id="mine")

    assert everything() == before


def test_two_accounts_may_use_the_same_client_order_id(writer, acme):
    other = make_trader(acme.correspondent, level=1, shares={"AAPL": 100})

    assert submit(writer, CALL, "sell", client_order_id="mine").pk
    assert submit(other, CALL, "sell", client_order_id="mine").pk


@pytest.mark.parametrize(
    ("symbol", "refusal"), [("AAPL240126C00055000", ContractUnknown), ("ZZZZ", AssetUnknown), ("USD", AssetUnknown)]
)
def test_what_is_not_in_the_master_is_not_traded(writer, symbol, refusal):
    before = everything()

    with pytest.raises(refusal, match=f'"{symbol}" not found'):
        submit(writer, symbol, "buy")

    assert everything() == before


def test_a_reader_may_not_order_and_the_neighbor_does_not_see_the_account(writer, acme, globex):
    before = everything()
    request = order_request(CALL, "sell")

    with pytest.raises(NotPermitted):
        submit_order(actor=acme.reader, account_id=writer.pk, request=request)
    with pytest.raises(Exception, match="account not found"):
        submit_order(actor=globex.api_user, account_id=writer.pk, request=request)
    with pytest.raises(Exception, match="account not found"):
        submit_order(actor=acme.api_user, account_id=nowhere(), request=request)

    assert everything() == before
    assert not Refusal.objects.exists()


def test_a_day_order_outside_the_session_waits_for_the_next(acme, overview_market, clock_at):
    account = make_trader(acme.correspondent, cash="1000", level=0)
    clock_at("2024-01-24 18:00")

    order = submit(account, "QS", "buy", "10")

    assert order.status == "accepted"
    assert order.expires_at.isoformat() == "2024-01-25T21:00:00+00:00"


# --- Cancelling ----------------------------------------------------------------------------------


def test_a_working_order_is_asked_to_be_cancelled_and_holds_until_it_is(writer):
    from trading.services.venue_reports import record_cancel

    order = trade(writer, CALL, "sell", limit="150.00")
    assert order.status == "new"

    asked = cancel_order(actor=order.submitted_by, account_id=writer.pk, order_id=order.pk)
    assert (asked.status, asked.hold_quantity) == ("pending_cancel", 100)

    done = record_cancel(order_id=order.pk)
    assert (done.status, done.hold_quantity) == ("canceled", 0)
    assert done.canceled_at == clock.now()
    submit(writer, CALL, "sell")


def test_what_has_ended_cannot_be_cancelled(writer):
    order = trade(writer, CALL, "sell")
    before = everything()

    with pytest.raises(OrderAlreadyFinal, match='order is already in "filled" state'):
        cancel_order(actor=order.submitted_by, account_id=writer.pk, order_id=order.pk)

    assert everything() == before


def test_an_order_of_another_account_is_not_found(writer, acme):
    order = submit(writer, CALL, "sell")
    other = make_account(acme.correspondent)

    with pytest.raises(OrderNotFound):
        cancel_order(actor=acme.api_user, account_id=other.pk, order_id=order.pk)


# --- Cost ----------------------------------------------------------------------------------------


def statements(api, account):
    """Answer what one order over HTTP sends to the database up to its commit, the key's look-up included."""
    body = {
        "symbol": CALL,
        "side": "sell",
        "qty": "1",
        "type": "limit",
        "limit_price": "150.00",
        "time_in_force": "day",
    }
    with CaptureQueriesContext(connection) as captured:
        answer = api.post(f"/v1/trading/accounts/{account.pk}/orders", body)
    assert answer.status_code == 200, answer.content
    return [one["sql"] for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_an_order_takes_at_most_six_round_trips_whatever_the_number_of_accounts(acme, acme_api, overview_market):
    account = make_trader(acme.correspondent, cash="1000", level=1, shares={"AAPL": 1000})
    for _ in range(9):
        make_account(acme.correspondent)
    at_10 = statements(acme_api, account)
    _copy_accounts(account, 1_000)
    at_1_000 = statements(acme_api, account)

    assert len(at_10) <= 6, at_10
    assert len(at_1_000) == len(at_10)


def _copy_accounts(account, count):
    """Insert plain copies of an account's row."""
    model = type(account)
    kept = {field.attname: getattr(account, field.attname) for field in model._meta.concrete_fields}
    for name in ("id", "account_number", "name_key", "search_text", "registered_email"):
        kept.pop(name)
    model.objects.bulk_create([model(**kept) for _ in range(count)], batch_size=2_000)


# --- Races ---------------------------------------------------------------------------------------


def race(monkeypatch, *acts):
    """Run the acts at once, and make them meet between the check and the write; answer what each raised.

    Where a lock keeps the second out of the review, the first waits for it in vain and goes on.
    """
    meeting = threading.Barrier(len(acts))

    def review_and_meet(*args, **kwargs):
        review = review_ticket(*args, **kwargs)
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=1.0)
        return review

    monkeypatch.setattr(orders, "review_ticket", review_and_meet)
    raised = [None] * len(acts)

    def run(index, act):
        try:
            act()
        except Exception as error:  # noqa: BLE001 - what was raised is the answer
            raised[index] = type(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def _two_calls(account):
    return [partial(submit, account, CALL, "sell", limit="150.00")] * 2


@pytest.mark.django_db(transaction=True)
def test_two_calls_race_for_the_same_hundred_shares_and_one_is_refused(acme, overview_market, monkeypatch):
    account = make_trader(acme.correspondent, level=1, shares={"AAPL": 100})

    raised = race(monkeypatch, *_two_calls(account))

    assert sorted(map(str, raised)) == sorted(map(str, [None, UncoveredCall]))
    assert Order.objects.filter(account=account).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_race_would_leave_a_call_uncovered(acme, overview_market, monkeypatch):
    from accounts.models import Account

    account = make_trader(acme.correspondent, level=1, shares={"AAPL": 100})
    monkeypatch.setattr(
        orders,
        "lock_account",
        lambda actor, account_id: Account.objects.select_related("correspondent").get(pk=account_id),
    )

    raised = race(monkeypatch, *_two_calls(account))

    assert raised == [None, None]
    assert sum(Order.objects.filter(account=account).values_list("hold_quantity", flat=True)) == Decimal(200)


@pytest.mark.django_db(transaction=True)
def test_two_puts_race_for_the_same_cash_and_one_is_refused(acme, overview_market, monkeypatch):
    account = make_trader(acme.correspondent, cash="20310", level=1)

    raised = race(monkeypatch, *[partial(submit, account, PUT, "sell", limit="6.90")] * 2)

    assert sorted(one.__name__ for one in raised if one) == ["UnsecuredPut"]
    assert held(account, "USD") == 20310
