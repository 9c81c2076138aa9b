"""Who holds it: the part of the pages of underlyings and contracts that is trading's."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_customer
from tests.market import CALL, make_trader, submit, trade

HTMX = {"HX-Request": "true"}


@pytest.fixture
def accounts(acme, overview_market):
    """A writer of two calls, a buyer of one, and an order that rests."""
    writer = make_trader(acme.correspondent, cash="50000", shares={"AAPL": 300})
    trade(writer, CALL, "sell", "2")
    buyer = make_trader(acme.correspondent, cash="50000")
    trade(buyer, CALL, "buy")
    return writer, buyer, submit(buyer, CALL, "buy", "3", "100")


def browser(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.PeopleBackend")
    return client


def seen(user, symbol=CALL):
    return browser(user).get(f"/held/{symbol}", headers=HTMX)


def test_it_says_who_holds_it_long_or_short_and_which_orders_are_open(acme, accounts):
    writer, buyer, resting = accounts

    shown = seen(acme.ops)

    page, held = shown.content.decode(), shown.context["held"]
    assert [(one.account_id, one.quantity) for one in held.positions] == [(writer.pk, -2), (buyer.pk, 1)]
    assert "1 long, 2 short, in 2 accounts" in page
    assert f'href="/accounts/{buyer.pk}/orders/{resting.pk}"' in page
    assert f'href="/positions/{CALL}"' in page


def test_the_neighbor_and_another_customer_see_nothing_of_it(acme, globex, accounts):
    for stranger in (globex.ops, make_customer(acme.correspondent)):
        held = seen(stranger).context["held"]
        assert (held.positions, held.orders) == ([], [])
        assert (held.line.long, held.line.short, held.line.accounts) == (0, 0, 0)


def test_a_customer_sees_what_is_their_own(acme, overview_market):
    from accounts.models import Account

    customer = make_customer(acme.correspondent)
    own, other = (make_trader(acme.correspondent, shares={"AAPL": count}) for count in (5, 7))
    Account.objects.filter(pk=own.pk).update(owner=customer)

    shown = seen(customer, "AAPL")

    assert [one.account_id for one in shown.context["held"].positions] == [own.pk]
    assert "What you hold of it" in shown.content.decode()
    assert str(other.pk) not in shown.content.decode()


def test_without_a_swap_it_leads_on_to_the_list(acme, accounts):
    assert browser(acme.ops).get(f"/held/{CALL}")["Location"] == f"/positions/{CALL}"
    assert browser(acme.ops).get("/held/NOPE").status_code == 404
    assert Client().get(f"/held/{CALL}").status_code == 302


def test_it_takes_the_same_queries_however_many_hold_it(acme, accounts):
    counts, looking = [], browser(acme.ops)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert looking.get(f"/held/{CALL}", headers=HTMX).status_code == 200
        counts.append(len(queries))
        for _ in range(3):
            trade(make_trader(acme.correspondent, cash="50000"), CALL, "buy")

    assert counts[0] == counts[1] <= 10
