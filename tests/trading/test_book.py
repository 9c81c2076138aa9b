"""The book: what all accounts hold, asset by asset, and who holds one."""

import pytest

from accounts.choices import AccountKind, Role
from tests.factories import make_customer, make_staff
from tests.market import CALL, make_trader, trade
from tests.trading.test_blotter import read_csv
from tests.trading.test_pages import HTMX, rows


@pytest.fixture
def book(acme, overview_market):
    """Two holders of AAPL; the first wrote a call on it, and sells some of what is left."""
    first = make_trader(acme.correspondent, cash="50000")
    trade(first, "AAPL", "buy", "150")
    trade(first, CALL, "sell")
    trade(first, "AAPL", "sell", "20", "500")
    second = make_trader(acme.correspondent, cash="50000")
    trade(second, "AAPL", "buy", "10")
    return first, second


@pytest.fixture
def desk(client, book, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def test_the_book_adds_up_what_every_account_holds(desk):
    share, call = rows(desk.get("/positions"))

    assert share[0].startswith("AAPL ")
    assert share[1:] == ["160", "0", "2", "20", "100", "190.00", "30,400.00", "0.00", "30,400.00"]
    assert call[0] == f"AAPL Jan 26 2024 50 Call {CALL}"
    assert call[1:] == ["0", "1", "1", "—", "—", "140.25", "0.00", "−14,025.00", "−14,025.00"]


def test_without_a_quote_the_value_is_not_known_and_not_made_up(desk, clock_at):
    clock_at("2024-01-29 10:00")  # the contract has expired, and nobody quotes it

    call = rows(desk.get("/positions?kind=call"))[0]

    assert call[6:] == ["— no quote", "—", "—", "—"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("symbol=AAPL", 2),
        (f"symbol={CALL}", 1),
        ("symbol=TSLA", 0),
        ("kind=shares", 1),
        ("kind=put", 0),
        ("side=short", 1),
        ("from=2024-01-26&to=2024-01-26", 1),
        ("from=2024-01-27", 0),
        ("account=nobody", 0),
    ],
)
def test_the_book_can_be_narrowed_down(desk, query, found):
    assert len(rows(desk.get(f"/positions?{query}"))) == found


def test_an_account_of_the_book_counts_alone(desk, book):
    (share,) = rows(desk.get("/positions", {"account": book[1].account_number}))

    assert share[1:6] == ["10", "0", "1", "—", "—"]


def test_an_asset_leads_to_who_holds_it(desk, book):
    found = rows(desk.get("/positions/AAPL"))

    assert sorted(row[1:3] for row in found) == [["10", "10"], ["150", "30"]]
    assert desk.get("/positions/NOSUCH").status_code == 404
    assert rows(desk.get("/positions/TSLA")) == []


def test_the_book_costs_the_same_however_many_hold_it(desk, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        desk.get("/positions", headers=HTMX)
    with django_assert_max_num_queries(14):
        desk.get("/positions/AAPL", headers=HTMX)


def test_an_export_of_the_book_has_its_values(desk):
    head, share, call = read_csv(desk.get("/positions/export.csv"))

    assert dict(zip(head, share, strict=True))["Net value"] == "30400"
    assert dict(zip(head, call, strict=True))["Expires"] == "2024-01-26"
    assert desk.get("/positions/export.xlsx?kind=call").status_code == 200


def test_a_neighbor_sees_nothing_of_the_book(client, book, globex):
    client.force_login(globex.ops)

    assert rows(client.get("/positions")) == []
    assert rows(client.get("/positions/AAPL")) == []
    assert rows(client.get("/positions", {"account": str(book[0].pk)})) == []
    assert len(read_csv(client.get("/positions/export.csv"))) == 1


def test_a_customer_is_led_to_what_they_hold(client, book):
    customer = make_customer(book[0].correspondent)
    book[0].owner = customer
    book[0].save(update_fields=["owner"])
    client.force_login(customer)

    assert client.get("/positions")["Location"] == f"/accounts/{book[0].pk}/positions"
    assert client.get("/positions/AAPL").status_code == 403
    assert client.get("/positions/export.csv").status_code == 403


def test_broker_staff_narrow_the_book_to_a_correspondent(client, book):
    client.force_login(make_staff(Role.VIEWER, None))

    assert len(rows(client.get("/positions"))) == 2
    assert len(rows(client.get("/positions?correspondent=ACME"))) == 2
    assert rows(client.get("/positions?correspondent=NONE")) == []


# --- One account's positions ----------------------------------------------------------------------------


def test_a_position_says_what_holds_it_and_leads_to_the_ticket(desk, book):
    said = desk.get(f"/accounts/{book[0].pk}/positions").content.decode()
    share, _ = rows(desk.get(f"/accounts/{book[0].pk}/positions"))
    order = book[0].orders.get(limit_price=500)

    assert "100 held by Short AAPL Jan 26 2024 50 Call" in share[0]
    assert "20 held by Order in AAPL" in share[0]
    assert f'href="/accounts/{book[0].pk}/orders/{order.pk}"' in said
    assert f"/accounts/{book[0].pk}/trade?symbol=AAPL&amp;side=sell&amp;qty=30" in said
    assert f"/accounts/{book[0].pk}/trade?symbol={CALL}&amp;side=buy&amp;qty=1" in said


def test_who_may_not_trade_is_not_led_to_the_ticket(client, book, reader):
    client.force_login(reader)

    assert "/trade?" not in client.get(f"/accounts/{book[0].pk}/positions").content.decode()
    firm = book[0].correspondent.firm_account
    assert firm is not None
    assert firm.kind != AccountKind.CUSTOMER
