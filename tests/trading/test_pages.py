"""The pages of trading: balances, positions, orders and activities of an account, and the search."""

import re

import pytest

from accounts.choices import Role
from accounts.models import Account
from options.models import Asset
from options.rules.asset_ids import USD_ID
from tests.factories import make_account, make_staff
from tests.market import CALL, make_trader, trade
from trading.listing import PAGE_SIZE
from trading.models import Order, Position

HTMX = {"HX-Request": "true"}


@pytest.fixture
def account(acme, overview_market):
    """An account that bought 100 AAPL, wrote a covered call, and has a limit order resting."""
    account = make_trader(acme.correspondent, cash="50000")
    trade(account, "AAPL", "buy", "100")
    trade(account, CALL, "sell")
    trade(account, "AAPL", "buy", "3", "1")
    return account


@pytest.fixture
def desk(client, account, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def pages(account):
    return [f"/accounts/{account.pk}/{part}" for part in ("balances", "positions", "orders", "activities")]


def rows(response):
    """Answer the text of each row of the tables, cell by cell."""
    bodies = "".join(re.findall(r"<tbody[^>]*>(.*?)</tbody>", response.content.decode(), re.S))
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", bodies, re.S)
    ]


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def copies(order, count):
    """Copy an order: a long list without thousands of acceptances."""
    Order.objects.bulk_create(
        Order(
            account=order.account,
            correspondent_id=order.correspondent_id,
            asset=order.asset,
            client_order_id=f"copy {number}",
            side=order.side,
            type="market",
            time_in_force=order.time_in_force,
            quantity=number + 1,
            position_intent=order.position_intent,
            strategy=order.strategy,
            status="canceled",
            hold_asset_id=USD_ID,
            hold_quantity=0,
            hold_per_unit=0,
            submitted_by=order.submitted_by,
            submitted_at=order.submitted_at,
            updated_at=order.updated_at,
            expires_at=order.expires_at,
        )
        for number in range(count)
    )


# --- Whose it is -------------------------------------------------------------------------------------


def test_nobody_is_sent_to_sign_in(client, account):
    for page in [*pages(account), "/search?q=aapl"]:
        assert client.get(page)["Location"].startswith("/sign-in?next=/")


def test_a_neighbor_finds_nothing(client, account, globex):
    client.force_login(globex.ops)

    assert {client.get(page).status_code for page in pages(account)} == {404}
    assert {client.get(page, headers=HTMX).status_code for page in pages(account)} == {404}


def test_a_neighbor_does_not_find_our_accounts_by_search(client, account, globex):
    client.force_login(globex.ops)

    for query in ("aapl", CALL, account.account_number, account.email_address, account.name, str(account.pk)):
        response = client.get("/search", {"q": query})
        assert response.status_code == 200
        assert f"/accounts/{account.pk}" not in response.content.decode()


def test_pages_are_read_not_written(desk, account):
    assert {desk.post(page).status_code for page in [*pages(account), "/search"]} == {405}


# --- What they show ------------------------------------------------------------------------------------


def test_a_fragment_is_the_same_alone_and_in_its_page(desk, account):
    for page in [*pages(account), f"{pages(account)[2]}?status=open", f"{pages(account)[3]}?limit=2", "/search?q=aapl"]:
        whole, part = desk.get(page), desk.get(page, headers=HTMX)

        assert "<html" in whole.content.decode()
        assert "<html" not in part.content.decode()
        assert part.content.decode().strip() in whole.content.decode()


def test_positions_show_what_is_held_and_what_of_it_is_free(desk, account):
    share, call = rows(desk.get(pages(account)[1]))

    assert share[0].startswith("AAPL ")
    assert share[1:8] == ["100", "0", "190.10", "190.00", "19,010.00", "19,000.00", "−10.00 −0.05%"]
    assert call[0] == f"AAPL Jan 26 2024 50 Call {CALL}"
    assert call[1:4] == ["−1", "1", "140.00"]


def test_orders_say_what_was_asked_and_how_far_it_came(desk, account):
    resting, written, bought = rows(desk.get(pages(account)[2]))

    assert resting[:3] == ["Buy 3 AAPL Limit 1.00, day", "New", "0 of 3"]
    assert resting[3] == "$3.00"
    assert written[0] == "Sell to open 1 AAPL Jan 26 2024 50 Call Market, day"
    assert written[1] == "Filled"
    assert bought[2] == "100 of 100 at 190.10"


def test_orders_can_be_narrowed_to_the_open_or_the_closed(desk, account):
    assert [row[1] for row in rows(desk.get(pages(account)[2] + "?status=open"))] == ["New"]
    assert [row[1] for row in rows(desk.get(pages(account)[2] + "?status=closed"))] == ["Filled", "Filled"]


def test_activities_show_what_moved_newest_first(desk, account):
    sold, bought, funded = rows(desk.get(pages(account)[3]))

    assert sold[:6] == ["Sell AAPL Jan 26 2024 50 Call", "FILL", CALL, "1", "140.00", "+14,000.00"]
    assert bought[:4] == ["Buy AAPL", "FILL", "AAPL", "100"]
    assert funded[:6] == ["Cash journal", "JNLC", "—", "—", "—", "+50,000.00"]


def test_balances_show_cash_and_what_is_tied_up(desk, account):
    said = desk.get(pages(account)[0]).content.decode()

    assert "<dd>$44,990.00</dd>" in said
    assert "$3.00 held by orders" in said
    assert "$0.00 pledged" in said


def test_an_account_without_anything_says_what_fills_it(desk, account):
    empty = make_account(account.correspondent)

    for page, said in zip(pages(empty)[1:], ("No positions.", "No orders.", "No activities."), strict=True):
        assert said in desk.get(page).content.decode()


# --- Long lists ------------------------------------------------------------------------------------------


def test_orders_are_walked_page_by_page_each_once(desk, account):
    copies(account.orders.first(), 2 * PAGE_SIZE)
    url, seen = pages(account)[2], []

    while url:
        response = desk.get(url)
        seen.append(rows(response))
        url = response.context["next_url"]

    assert [len(page) for page in seen] == [PAGE_SIZE, PAGE_SIZE, 3]
    assert len({tuple(row) for page in seen for row in page}) == 2 * PAGE_SIZE + 3
    back = desk.get(response.context["previous_url"])
    assert rows(back) == seen[1]


def test_pages_keep_what_the_list_was_narrowed_to(desk, account):
    copies(account.orders.first(), PAGE_SIZE)

    assert "status=closed&" in desk.get(pages(account)[2] + "?status=closed").context["next_url"]


@pytest.mark.parametrize("limit", ["2", "0", "-1", "x", "999999", "²", "9" * 5000])
def test_an_extract_is_as_long_as_asked_within_reason(desk, account, limit):
    response = desk.get(f"{pages(account)[2]}?limit={limit}")

    assert len(rows(response)) == (2 if limit == "2" else 3)
    assert "Next" not in response.content.decode()


def test_the_pages_cost_the_same_however_much_there_is(desk, account, django_assert_max_num_queries):
    copies(account.orders.first(), 2 * PAGE_SIZE)

    for page in pages(account):
        with django_assert_max_num_queries(16):
            desk.get(page, headers=HTMX)


# --- Search ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["{0.account_number}", "{0.email_address}", "{0.pk}", "  {0.account_number} "])
def test_an_exact_hit_leads_straight_to_the_account(desk, account, query):
    response = desk.get("/search", {"q": query.format(account)})

    assert response["Location"] == f"/accounts/{account.pk}"


def test_a_name_finds_every_account_that_has_it(desk, account):
    other = make_account(account.correspondent)

    said = desk.get("/search?q=john").content.decode()

    assert str(account.pk) in said
    assert str(other.pk) in said


def test_a_symbol_finds_who_holds_it_or_an_option_on_it(desk, account):
    assert [row[2:4] for row in rows(desk.get("/search?q=aapl"))] == [
        ["AAPL", "100"],
        ["AAPL Jan 26 2024 50 Call", "−1"],
    ]
    assert [row[2:4] for row in rows(desk.get(f"/search?q={CALL}"))] == [["AAPL Jan 26 2024 50 Call", "−1"]]


def test_a_part_of_a_symbol_finds_underlyings_and_contracts_that_nobody_holds(desk, account):
    share = desk.get("/search?q=aa").content.decode()
    contracts = desk.get("/search?q=aapl2401")

    assert 'href="/options/chain/AAPL"' in share
    assert "Nothing found" not in share
    assert CALL in [one.asset.symbol for one in contracts.context["found"].contracts]
    assert f'href="/options/chain/AAPL/trade?contract={CALL}&amp;side=buy"' in contracts.content.decode()
    assert desk.get("/search?q=aapl2301").context["found"].is_empty


def test_holders_are_walked_page_by_page(desk, account):
    share = Asset.objects.get(symbol="AAPL")
    others = Account.objects.bulk_create(
        Account(
            correspondent=account.correspondent,
            name=f"Holder {number:03}",
            opened_by=account.opened_by,
            created_at=account.created_at,
        )
        for number in range(PAGE_SIZE)
    )
    Position.objects.bulk_create(
        Position(account=other, correspondent_id=other.correspondent_id, asset=share, quantity=1, cost_amount=1)
        for other in others
    )

    first = desk.get("/search?q=aapl")
    second = desk.get(first.context["next_url"])

    assert (len(rows(first)), len(rows(second))) == (PAGE_SIZE, 2)


@pytest.mark.parametrize("query", ["", "   ", "zzzz", "%", "usd", "'; drop table", "a" * 5000])
def test_a_search_that_finds_nothing_says_what_can_be_found(desk, query):
    response = desk.get("/search", {"q": query})

    assert response.status_code == 200
    assert "Accounts are found by name, number, e-mail or phone" in response.content.decode()


def test_broker_staff_see_whose_holder_it_is(client, account):
    client.force_login(make_staff(Role.VIEWER, None))

    assert "ACME" in [row[-1] for row in rows(client.get("/search?q=aapl"))]
