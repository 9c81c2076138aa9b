"""Which orders a list shows (contract/trading.md 2.6): every filter, always in one query, bad values by name."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import nowhere
from tests.market import CALL, LONG_CALL, make_trader, submit
from trading.models import Order
from trading.order_search import OrderFilter, list_orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market, clock_at):
    """Four open orders of four minutes, told apart by their client ids; `c` has a subtag."""
    account = make_trader(acme.correspondent, cash="50000", level=2, shares={"AAPL": 300})
    for minute, (name, symbol, side, qty) in enumerate(
        [
            ("a", "AAPL", "buy", "5"),
            ("b", LONG_CALL, "buy", "1"),
            ("c", CALL, "sell", "2"),
            ("d", LONG_CALL, "buy", "3"),
        ]
    ):
        clock_at(f"2024-01-24 10:0{minute}")
        submit(account, symbol, side, qty, "150" if side == "sell" else "1.00", client_order_id=name)
    Order.objects.filter(client_order_id="c").update(subtag="desk-7")
    return account


def listed(api, account, query):
    answer = api.get(f"/v1/trading/accounts/{account.pk}/orders?{query}")
    assert answer.status_code == 200, answer.content
    return "".join(order["client_order_id"] for order in answer.json())


def test_every_filter_keeps_what_it_says(account, acme_api):
    ids = dict(Order.objects.values_list("client_order_id", "pk"))
    cases = {
        "": "dcba",
        "direction=asc": "abcd",
        "limit=2": "dc",
        "limit=500&nested=True": "dcba",
        "qty_above=1": "dca",
        "qty_above=2&qty_below=5": "d",
        "qty_below=1.5": "b",
        "subtag=desk-7": "c",
        "subtag=desk-8": "",
        "side=sell": "c",
        "asset_class=us_option": "dcb",
        "asset_class=us_equity,us_option": "dcba",
        "asset_class=crypto": "",
        "symbols=AAPL": "a",
        "symbols=AAPL&asset_class=us_option": "c",
        "symbols=AAPL&asset_class=us_equity,us_option": "a",
        f"symbols={LONG_CALL},{CALL}": "dcb",
        f"before_order_id={ids['c']}": "ba",
        f"after_order_id={ids['b']}": "dc",
        f"after_order_id={ids['b']}&limit=1&direction=asc": "c",
        f"before_order_id={nowhere()}": "",
        "after=2024-01-24T15:01:00Z": "dc",
        "until=2024-01-24T15:01:00Z": "a",
        "status=closed": "",
        "status=all": "dcba",
    }
    assert {query: listed(acme_api, account, query) for query in cases} == cases


def test_orders_of_one_instant_are_told_apart_by_their_ids(account, acme_api):
    Order.objects.update(submitted_at=Order.objects.get(client_order_id="a").submitted_at)
    order = Order.objects.get(client_order_id="c")

    assert listed(acme_api, account, f"before_order_id={order.pk}") == "ba"
    assert listed(acme_api, account, f"after_order_id={order.pk}") == "d"


def test_it_is_always_one_query(account):
    wanted = OrderFilter(
        symbols=("AAPL",), asset_classes=("us_option",), before_order=nowhere(), subtag="x", qty_above=1, side="buy"
    )

    for one in (OrderFilter(), wanted):
        with CaptureQueriesContext(connection) as queries:
            list_orders(account, one)
        assert len(queries) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=pending", "status"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=ten", "limit"),
        ("direction=down", "direction"),
        ("side=short", "side"),
        ("qty_above=NaN", "qty_above"),
        ("qty_below=1e99", "qty_below"),
        ("asset_class=us_option,bond", "asset_class"),
        ("before_order_id=7", "before_order_id"),
        ("after_order_id=x", "after_order_id"),
        ("nested=perhaps", "nested"),
        ("after=yesterday", "after"),
        (f"before_order_id={nowhere()}&after_order_id={nowhere()}", "before_order_id"),
        (f"after_order_id={nowhere()}&until=2024-01-24T15:01:00Z", "after_order_id"),
        (f"subtag={'x' * 129}", "subtag"),
    ],
)
def test_a_bad_value_is_refused_by_name(acme, acme_api, query, field):
    answer = acme_api.get(f"/v1/trading/accounts/{acme.firm_account.pk}/orders?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)
    assert list(answer.json()["errors"]) == [field]
