"""The blotter: the orders of all accounts, narrowed down, taken away, canceled at once; and what was refused."""

import asyncio
import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from asgiref.sync import async_to_sync
from django.http import QueryDict

from accounts.choices import AuditAct, Role
from accounts.models import AuditEntry, SavedFilter
from brokerage.errors import BrokerageError
from brokerage.models import Event
from tests.factories import make_customer, make_staff
from tests.market import CALL, make_trader, submit, trade
from tests.trading.test_pages import HTMX, copies, rows
from trading.blotter import PAGE_SIZE, read_filter
from trading.book_stream import ORDERS_CHANGED, REFUSALS_CHANGED, spaced
from trading.models import Order, Refusal
from trading.services.venue_reports import record_cancel

LISTS = ("/orders", "/orders/refusals", "/orders/filters", "/orders/refusals/filters", "/orders/cancel")


@pytest.fixture
def book(acme, overview_market):
    """Two accounts: one bought 100 AAPL, wrote a covered call and rests a bid; the other rests a bid for TSLA."""
    first = make_trader(acme.correspondent, cash="50000")
    trade(first, "AAPL", "buy", "100")
    trade(first, CALL, "sell")
    trade(first, "AAPL", "buy", "3", "1")
    second = make_trader(acme.correspondent, cash="1000")
    trade(second, "TSLA", "buy", "2", "100")
    return first, second


@pytest.fixture
def desk(client, book, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def named(response):
    """Answer what each row of the blotter asks for, without type and symbol."""
    return [re.sub(r" (Limit|Market), day.*", "", row[0]) for row in rows(response)]


def open_orders():
    return list(Order.objects.open().order_by("submitted_at", "pk"))


# --- Whose it is -------------------------------------------------------------------------------------


def test_a_neighbor_sees_none_of_our_orders_and_cancels_none(client, book, globex):
    client.force_login(globex.ops)
    ids = [str(order.pk) for order in open_orders()]

    for page in ("/orders", "/orders?symbol=AAPL", f"/orders?account={book[0].pk}", "/orders/refusals"):
        assert rows(client.get(page)) == []
    for format_ in ("/orders/export.csv", "/orders/refusals/export.csv"):
        assert len(read_csv(client.get(format_))) == 1
    assert client.get("/orders/cancel", {"selected": ids})["Location"] == "/orders?selected=none"
    assert "AAPL" not in client.get("/orders/cancel/asked", {"selected": ids}).content.decode()
    assert client.post("/orders/cancel", {"selected": ids}).status_code == 422
    assert [order.status for order in open_orders()] == ["new", "new"]


def test_a_customer_is_led_to_their_own_orders_and_takes_nothing_away(client, book):
    customer = make_customer(book[0].correspondent)
    book[0].owner = customer
    book[0].save(update_fields=["owner"])
    client.force_login(customer)

    assert client.get("/orders")["Location"] == f"/accounts/{book[0].pk}/orders"
    assert client.get("/orders/refusals")["Location"] == f"/accounts/{book[0].pk}/orders"
    for page in ("/orders/export.csv", "/orders/cancel", "/orders/filters", "/orders/refusals/export.xlsx"):
        assert client.get(page).status_code == 403
    assert client.get(f"/accounts/{book[1].pk}/refusals").status_code == 404


def test_nobody_is_sent_to_sign_in(client):
    for page in LISTS:
        assert client.get(page)["Location"].startswith("/sign-in?next=/")


def test_broker_staff_see_whose_order_it_is(client, book):
    client.force_login(make_staff(Role.VIEWER, None))

    said = client.get("/orders?correspondent=ACME")

    assert [row[3] for row in rows(said)] == ["ACME"] * 4
    assert named(said) == named(client.get("/orders"))
    assert rows(client.get("/orders?correspondent=NONE")) == []


# --- What it lists -----------------------------------------------------------------------------------


def test_the_blotter_has_the_orders_of_every_account_newest_first(desk, book):
    response = desk.get("/orders")

    assert named(response) == ["Buy 2 TSLA", "Buy 3 AAPL", "Sell to open 1 AAPL Jan 26 2024 50 Call", "Buy 100 AAPL"]
    resting, _, _, bought = rows(response)
    assert resting[1] == "New"
    assert resting[2].endswith(book[1].account_number)
    assert resting[3:6] == ["100.00", "0 of 2", "$200.00"]
    assert bought[3:6] == ["market", "100 of 100 at 190.10", "—"]
    newest = Order.objects.latest("submitted_at", "pk")
    assert f'href="/accounts/{newest.account_id}/orders/{newest.pk}"' in response.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=open", ["Buy 2 TSLA", "Buy 3 AAPL"]),
        ("status=filled", ["Sell to open 1 AAPL Jan 26 2024 50 Call", "Buy 100 AAPL"]),
        ("symbol=aapl", ["Buy 3 AAPL", "Sell to open 1 AAPL Jan 26 2024 50 Call", "Buy 100 AAPL"]),
        (f"symbol={CALL}", ["Sell to open 1 AAPL Jan 26 2024 50 Call"]),
        ("symbol=NOSUCH", []),
        ("side=sell", ["Sell to open 1 AAPL Jan 26 2024 50 Call"]),
        ("intent=sell_to_open", ["Sell to open 1 AAPL Jan 26 2024 50 Call"]),
        ("type=limit", ["Buy 2 TSLA", "Buy 3 AAPL"]),
        ("filled=none&side=buy", ["Buy 2 TSLA", "Buy 3 AAPL"]),
        ("filled=partly", []),
        ("from=2024-01-24&to=2024-01-24&status=closed", ["Sell to open 1 AAPL Jan 26 2024 50 Call", "Buy 100 AAPL"]),
        ("to=2024-01-23", []),
        ("sort=submitted&status=open", ["Buy 3 AAPL", "Buy 2 TSLA"]),
        ("status=nonsense&side=x&from=never&type=stop&filled=y", None),
    ],
)
def test_orders_can_be_narrowed_down(desk, query, found):
    listed = named(desk.get(f"/orders?{query}"))

    assert listed == (named(desk.get("/orders")) if found is None else found)


def test_an_account_is_found_by_number_name_and_id(desk, book):
    for query in (book[1].account_number, str(book[1].pk)):
        assert named(desk.get("/orders", {"account": query})) == ["Buy 2 TSLA"]
    assert len(rows(desk.get("/orders", {"account": book[0].name}))) == 4


def test_a_fragment_is_the_same_alone_and_in_its_page(desk):
    for page in ("/orders?status=open", "/orders/refusals", "/orders?symbol=NOSUCH"):
        part = desk.get(page, headers=HTMX).content.decode().strip()
        assert "<html" not in part
        assert part in desk.get(page).content.decode()


def test_the_blotter_is_walked_page_by_page_each_once_in_constant_queries(desk, django_assert_max_num_queries):
    copies(open_orders()[0], 2 * PAGE_SIZE)
    url, seen = "/orders?side=buy", []

    while url:
        with django_assert_max_num_queries(12):
            response = desk.get(url, headers=HTMX)
        seen.append(rows(response))
        url = response.context["next_url"]

    assert [len(page) for page in seen] == [PAGE_SIZE, PAGE_SIZE, 3]
    assert len({tuple(row) for page in seen for row in page}) == 2 * PAGE_SIZE + 3


def test_statuses_to_choose_are_the_usual_ones_and_what_is_asked_for(desk):
    usual = dict(desk.get("/orders").context["statuses"])

    assert "held" not in usual
    assert {"open", "new", "partially_filled", "pending_cancel", "filled"} <= usual.keys()
    assert "held" in dict(desk.get("/orders?status=held").context["statuses"])


def test_a_filter_survives_its_url():
    query = (
        "status=open&status=filled&symbol=AAPL&side=buy&intent=buy_to_open&type=limit&filled=partly&account=x"
        "&from=2024-01-02&to=2024-02-03&correspondent=ACME&sort=submitted"
    )

    assert read_filter(QueryDict(query)).query_string == query


# --- Kept and taken away -----------------------------------------------------------------------------


def read_csv(response):
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_an_export_has_what_is_filtered_and_leaves_a_trace(desk, book):
    head, *found = read_csv(desk.get("/orders/export.csv?status=open"))

    assert [dict(zip(head, row, strict=True))["Symbol"] for row in found] == ["TSLA", "AAPL"]
    tsla = dict(zip(head, found[0], strict=True))
    assert (tsla["Number"], tsla["Limit price"], tsla["Held"], tsla["Unit"]) == (
        book[1].account_number,
        "100",
        "200",
        "US dollars",
    )
    kept = AuditEntry.objects.get(act=AuditAct.EXPORTED)
    assert kept.after == {"format": "csv", "filter": "status=open"}
    assert desk.get("/orders/export.xlsx").status_code == 200


def test_a_view_is_kept_under_a_name_and_found_again(desk, ops):
    desk.post("/orders/filters", {"name": "Resting", "filter": "status=open&bogus=1", "is_shared": "on"})

    kept = SavedFilter.objects.get()
    assert (kept.page, kept.query_string, kept.is_shared) == ("orders", "status=open", True)
    assert 'href="/orders?status=open"' in desk.get("/orders").content.decode()
    assert "Resting" not in desk.get("/positions").content.decode()
    assert desk.post(f"/orders/filters/{kept.pk}", {"delete": "1"})["Location"] == "/orders/filters"


# --- Several at once -----------------------------------------------------------------------------------


def test_before_several_are_canceled_the_page_says_what_that_does(desk):
    everything = [str(order.pk) for order in Order.objects.all()]

    said = desk.get("/orders/cancel", {"selected": everything, "filter": "symbol=AAPL"}).content.decode()

    assert "2 orders of 2 accounts in 2 symbols will be canceled" in said
    assert "$203.00" in said
    assert "2 cannot be canceled" in said
    assert "It has ended: filled." in said
    assert "Cancel 2 orders" in said
    assert 'href="/orders?symbol=AAPL"' in said
    assert len(open_orders()) == 2


def test_each_selected_order_is_canceled_by_itself(desk):
    ids = [str(order.pk) for order in Order.objects.all()]

    said = desk.post("/orders/cancel", {"selected": [*ids, "nonsense"]}).content.decode()

    assert "2 canceled or on their way, 2 not." in said
    assert said.count("It has ended") == 0
    assert said.count('class="column-why whole plain"') == 2
    assert said.count('data-status="pending_cancel"') == 2
    assert "every 3s" in said
    assert {order.status for order in Order.objects.filter(limit_price__isnull=False)} == {"pending_cancel"}
    assert Event.objects.filter(type="order.pending_cancel").count() == 2


def test_where_all_were_canceled_no_reason_has_a_column_and_the_list_says_how_far_they_are(desk):
    ids = [str(order.pk) for order in open_orders()]

    said = desk.post("/orders/cancel", {"selected": ids})
    for order in open_orders():
        record_cancel(order_id=order.pk)
    later = desk.get(said.context["asked_url"], headers=HTMX).content.decode()

    assert ">Why<" not in said.content.decode()
    assert later.count('data-status="canceled"') == 2
    assert "every 3s" not in later


def test_where_nothing_is_selected_the_list_says_so(desk):
    response = desk.get("/orders/cancel", {"filter": "symbol=AAPL"})

    assert response["Location"] == "/orders?symbol=AAPL&selected=none"
    assert "No order is selected." in desk.get(response["Location"]).content.decode()
    assert "No order is selected." not in desk.get("/orders").content.decode()


def test_who_may_only_look_cannot_cancel(client, book, reader):
    client.force_login(reader)
    ids = [str(order.pk) for order in open_orders()]

    assert "Cancel orders" not in client.get("/orders").content.decode()
    assert client.get("/orders/cancel", {"selected": ids}).status_code == 403
    assert client.get("/orders/cancel/asked", {"selected": ids}).status_code == 403
    assert client.post("/orders/cancel", {"selected": ids}).status_code == 403
    assert [order.status for order in open_orders()] == ["new", "new"]


# --- Refused -------------------------------------------------------------------------------------------


@pytest.fixture
def refused(book):
    """A call that nothing covers, and more shares than there is money for."""
    for account, symbol, side, quantity in ((book[0], CALL, "sell", "2"), (book[1], "TSLA", "buy", "900")):
        with pytest.raises(BrokerageError):
            submit(account, symbol, side, quantity)
    return book


def test_refusals_say_what_was_asked_and_why_not(desk, refused):
    shares, call = rows(desk.get("/orders/refusals"))

    assert shares[0] == "Buy 900 TSLA Market, day"
    assert shares[1].endswith(refused[1].account_number)
    assert shares[2].startswith("Insufficient buying power ")
    assert call[0] == "Sell 2 AAPL Jan 26 2024 50 Call Market, day"
    assert Refusal.objects.count() == Event.objects.filter(type="order_request.refused").count() == 2


def test_refusals_can_be_narrowed_down_and_taken_away(desk, refused):
    queries = ("symbol=TSLA", "reason=insufficient_buying_power", f"account={refused[1].account_number}")
    for query in queries:
        assert [row[0] for row in rows(desk.get(f"/orders/refusals?{query}"))] == ["Buy 900 TSLA Market, day"]
    assert len(rows(desk.get("/orders/refusals?from=2024-01-24&to=2024-01-24"))) == 2
    assert rows(desk.get("/orders/refusals?to=2024-01-23")) == []
    assert rows(desk.get("/orders/refusals?account=nobody")) == []
    assert [row[5] for row in read_csv(desk.get("/orders/refusals/export.csv?symbol=TSLA"))] == [
        "Asked for",
        "Buy 900 TSLA",
    ]
    assert [row[0] for row in rows(desk.get(f"/accounts/{refused[1].pk}/refusals"))] == ["Buy 900 TSLA Market, day"]


# --- Live ----------------------------------------------------------------------------------------------


@async_to_sync
async def test_what_comes_thick_and_fast_is_said_at_once_and_once_more_at_the_end():
    async def burst():
        yield b"welcome"
        for _ in range(50):
            yield ORDERS_CHANGED
            yield REFUSALS_CHANGED
        await asyncio.sleep(0.2)
        yield b"end"

    said = [chunk async for chunk in spaced(burst(), every=timedelta(milliseconds=50).total_seconds())]

    assert said == [b"welcome", ORDERS_CHANGED, REFUSALS_CHANGED, ORDERS_CHANGED, b"end"]
