"""What a correspondent hears of its orders (contract/trading.md 7.1)."""

from uuid import UUID

import pytest

from accounts.api.feeds import stream_of
from brokerage.models import Event
from tests.factories import make_account
from tests.market import CALL, LONG_CALL, make_trader, submit, trade
from trading.api.streams import BALANCES, TRADE_EVENTS, TRADE_EVENTS_V2, balance_json, trade_json, trade_v2_json
from trading.order_wire import order_object
from trading.services.orders import cancel_order
from trading.venues.paper import PaperVenue

pytestmark = pytest.mark.django_db
ULID = "01HMX0000000000000000000FF"


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash and shares."""
    return make_trader(acme.correspondent, cash="50000", level=2, shares={"AAPL": 200})


def heard(actor, account_id=None):
    """Answer the trade events of a stream, by its live test, which its query must agree with."""
    stream = stream_of(TRADE_EVENTS, actor, account_id)
    wanted = [event for event in Event.objects.order_by("id") if stream.wanted(event)]
    assert wanted == list(Event.objects.filter(**stream.filters).order_by("id"))
    for place, event in enumerate(wanted, 7):
        event.event_id, event.ulid = place, ULID
    return wanted


def test_a_fill_says_what_was_executed_and_what_the_position_is_now(account, acme):
    order = trade(account, LONG_CALL, "buy", "2")

    accepted, filled = (trade_json(event, acme.api_user) for event in heard(acme.api_user))

    assert (accepted["event"], filled["event"]) == ("pending_new", "fill")
    assert (filled["account_id"], filled["event_id"], filled["event_ulid"]) == (str(account.pk), 8, ULID)
    assert (filled["price"], filled["qty"], filled["position_qty"]) == ("5.38", "2", "2")
    assert filled["settle_date"] == "2024-01-25"
    assert filled["timestamp"] == filled["at"] == "2024-01-24T15:00:00Z"
    assert UUID(filled["execution_id"])
    assert filled["order"]["id"] == str(order.pk)
    assert set(filled["order"]) == set(order_object(order))


def test_a_cancel_is_asked_for_and_then_done(account, acme):
    order = submit(account, LONG_CALL, "buy", "2", limit="1.00")
    cancel_order(actor=acme.api_user, account_id=account.pk, order_id=order.pk)
    PaperVenue().cancel(order.pk)

    told = [trade_v2_json(event, acme.api_user) for event in heard(acme.api_user)]

    assert [one["event"] for one in told] == ["pending_new", "pending_cancel", "canceled"]
    assert told[-1]["timestamp"] == "2024-01-24T15:00:00Z"
    assert told[-1]["event_id"] == ULID
    assert "event_ulid" not in told[-1]
    assert UUID(told[-1]["execution_id"])
    assert "price" not in told[-1]


def test_a_neighbor_and_another_account_hear_nothing(account, acme, globex):
    other = make_account(acme.correspondent)
    submit(account, CALL, "sell")

    assert heard(globex.api_user) == []
    assert heard(acme.api_user, other.pk) == []
    assert len(heard(acme.api_user, account.pk)) == 1
    assert TRADE_EVENTS_V2.carried == TRADE_EVENTS.carried


def test_every_kind_of_the_contract_that_occurs_is_carried():
    published = (
        "accepted pending_new new fill partial_fill canceled expired done_for_day replaced rejected held stopped "
        "pending_cancel pending_replace calculated suspended order_replace_rejected order_cancel_rejected trade_bust "
        "trade_correct restated"
    )

    assert {f"order.{kind}" for kind in published.split()} == TRADE_EVENTS.carried


def test_an_order_says_what_it_holds(account, acme):
    submit(account, CALL, "sell")
    submit(account, LONG_CALL, "buy", "2", limit="1.00")
    trade(account, "QS", "buy", "10")

    told = [trade_json(event, acme.api_user) for event in heard(acme.api_user)]

    assert [one["hold"] for one in told] == [
        {"symbol": "AAPL", "qty": "100"},
        {"symbol": "USD", "qty": "200"},
        {"symbol": "USD", "qty": "68.2"},
        None,
    ]


def test_every_posting_says_what_the_account_has_now(account, acme, globex):
    trade(account, LONG_CALL, "buy", "2")

    cash, shares, bought = (
        balance_json(event, acme.api_user)
        for event in Event.objects.filter(type="account.balance_changed", account_id=account.pk).order_by("id")
    )

    assert (cash["account_id"], cash["cash"], cash["positions"]) == (str(account.pk), "50000", [])
    assert (shares["cash"], [line["symbol"] for line in shares["positions"]]) == (None, ["AAPL"])
    assert bought["cash"] == "48924"
    assert [(line["symbol"], line["qty"], line["cost_basis"]) for line in bought["positions"]] == [
        (LONG_CALL, "2", "1076")
    ]
    stream = stream_of(BALANCES, globex.api_user, None)
    assert not any(stream.wanted(event) for event in Event.objects.all())
