"""Positions closed over HTTP: one, a part of it, all of them (contract/trading.md 4.1)."""

import pytest
from alpaca.broker.models.trading import Order as WireOrder
from alpaca.trading.models import ClosePositionResponse

from tests.factories import nowhere
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, SMALL_PUT, held, make_trader, pin, submit, trade
from trading.models import Order
from trading.selectors import get_position
from trading.tasks import work_open_orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """An account with two long calls, a written put, a covered call, and the shares under it."""
    account = make_trader(acme.correspondent, cash="25000", level=2, shares={"AAPL": 150})
    trade(account, LONG_CALL, "buy", "2")
    trade(account, SMALL_PUT, "sell")
    trade(account, CALL, "sell")
    return account


def path(account, rest=""):
    return f"/v1/trading/accounts/{account.pk}/positions{rest}"


def fill(account):
    from brokerage import clock

    work_open_orders(clock.now())


@pytest.mark.parametrize(
    ("query", "asked", "left"), [("", "2", 0), ("?qty=1", "1", 1), ("?percentage=50", "1", 1), ("?qty=2.0", "2", 0)]
)
def test_a_long_is_sold_at_the_market_in_whole_or_in_part(account, acme_api, query, asked, left):
    answer = acme_api.delete(path(account, f"/{LONG_CALL}{query}"))

    assert answer.status_code == 200
    order = WireOrder(**answer.json())
    assert (order.qty, order.side.value, order.type.value) == (asked, "sell", "market")
    assert order.position_intent.value == "sell_to_close"
    fill(account)
    assert held(account, LONG_CALL) == left


def test_a_short_is_bought_back_and_frees_what_secured_it(account, acme_api):
    answer = acme_api.delete(path(account, f"/{SMALL_PUT}"))

    assert (answer.json()["side"], answer.json()["position_intent"]) == ("buy", "buy_to_close")
    fill(account)
    assert held(account, SMALL_PUT) == 0


def test_shares_that_cover_a_call_are_not_sold(account, acme_api):
    before = everything(), Order.objects.count()

    answer = acme_api.delete(path(account, "/AAPL"))

    assert answer.status_code == 403
    assert answer.json()["message"] == "insufficient qty available for order (requested: 150, available: 50)"
    assert (everything(), Order.objects.count()) == before


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("?qty=0", 422, "qty must be > 0"),
        ("?qty=1.5", 422, "qty must be integer for options trading"),
        ("?qty=3", 403, "insufficient qty available for order (requested: 3, available: 2)"),
        ("?qty=one", 422, "qty"),
        ("?percentage=0", 422, "percentage"),
        ("?percentage=100.1", 422, "percentage"),
        ("?percentage=33", 422, "qty must be integer for options trading"),
        ("?qty=1&percentage=50", 422, "percentage"),
    ],
)
def test_a_part_that_cannot_be_closed_is_refused_and_nothing_is_ordered(account, acme_api, query, status, said):
    before = everything(), Order.objects.count()

    answer = acme_api.delete(path(account, f"/{LONG_CALL}{query}"))

    assert answer.status_code == status
    assert said in answer.json()["message"]
    assert (everything(), Order.objects.count()) == before


def test_what_is_not_held_cannot_be_closed(account, acme_api):
    answer = acme_api.delete(path(account, "/TSLA"))

    assert (answer.status_code, answer.json()["message"]) == (404, "position does not exist")


def test_what_is_closed_meanwhile_is_not_there_any_more(account, acme_api, monkeypatch):
    """Two close the same position: the later one, who saw it still, is not told of intents that it never named."""

    def sold_meanwhile(*args):
        monkeypatch.undo()
        found = get_position(*args)
        trade(account, LONG_CALL, "sell", "2")
        return found

    monkeypatch.setattr("trading.services.closing_positions.get_position", sold_meanwhile)
    answer = acme_api.delete(path(account, f"/{LONG_CALL}"))

    assert (answer.status_code, answer.json()["message"]) == (404, "position does not exist")
    assert Order.objects.filter(asset__symbol=LONG_CALL).count() == 2


def test_all_are_closed_shorts_first_and_then_the_shares_behind_them(account, acme_api):
    answer = acme_api.delete(path(account))

    assert answer.status_code == 207
    closed = [ClosePositionResponse(**one) for one in answer.json()]
    assert [one.symbol for one in closed] == [CALL, SMALL_PUT, "AAPL", LONG_CALL]
    assert [one.status for one in closed] == [200, 200, 200, 200]
    fill(account)
    assert {held(account, symbol) for symbol in (CALL, SMALL_PUT, "AAPL", LONG_CALL)} == {0}


def test_what_a_call_still_binds_stays_where_it_is_not_bought_back_at_once(account, acme_api):
    pin(CALL, "8.00", None)

    first, *_, shares, _ = acme_api.delete(path(account)).json()

    assert (first["symbol"], first["status"], first["body"]["code"]) == (CALL, 422, 42210000)
    assert (shares["symbol"], shares["status"], shares["body"]["available"]) == ("AAPL", 403, "50")


def test_open_orders_are_canceled_first_where_that_is_asked(account, acme_api):
    resting = submit(account, LONG_CALL, "sell", "2", limit="9.00")

    kept = acme_api.delete(path(account)).json()[-1]
    closed = acme_api.delete(path(account, "?cancel_orders=true")).json()[-1]

    assert (kept["status"], kept["body"]["held_for_orders"]) == (403, "2")
    assert (closed["symbol"], closed["status"]) == (LONG_CALL, 200)
    resting.refresh_from_db()
    assert resting.status == "canceled"


def test_an_account_without_positions_closes_none(acme, acme_api, overview_market):
    account = make_trader(acme.correspondent, cash="100")

    assert (acme_api.delete(path(account)).status_code, acme_api.delete(path(account)).json()) == (207, [])


def test_a_word_that_is_no_truth_is_refused_by_name(account, acme_api):
    before = everything(), Order.objects.count()

    answer = acme_api.delete(path(account, "?cancel_orders=perhaps"))

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)
    assert "cancel_orders" in answer.json()["message"]
    assert (everything(), Order.objects.count()) == before


def test_a_neighbor_closes_nothing(account, globex_api):
    before = everything(), Order.objects.count()

    for rest in ("", f"/{LONG_CALL}"):
        assert globex_api.delete(path(account, rest)).status_code == 404
        assert globex_api.delete(f"/v1/trading/accounts/{nowhere()}/positions{rest}").status_code == 404

    assert (everything(), Order.objects.count()) == before
