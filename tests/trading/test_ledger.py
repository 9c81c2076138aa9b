"""The ledger over all accounts: what it finds, the balance beside it, its totals, and what is behind a row."""

import csv
from decimal import Decimal
from io import StringIO

import pytest

from tests.market import LONG_CALL, held, make_trader, trade
from trading.models import Activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """An account that was given cash and shares, and bought two calls."""
    account = make_trader(acme.correspondent, cash="50000", level=2, shares={"AAPL": 200})
    trade(account, LONG_CALL, "buy", "2")
    return account


def test_of_one_account_each_row_says_what_cash_it_left(account, client, acme):
    client.force_login(acme.ops)

    lines = client.get("/ledger", {"account": account.account_number}).context["lines"]

    amounts = [line.activity.net_amount for line in lines]
    assert lines[0].balance == held(account, "USD") == Decimal("48924.00")
    assert [line.balance for line in lines] == [sum(amounts[place:]) for place in range(len(amounts))]


def test_of_several_accounts_there_is_no_balance(account, client, acme):
    client.force_login(acme.ops)

    lines = client.get("/ledger").context["lines"]

    assert len(lines) > Activity.objects.filter(account=account).count()
    assert {line.balance for line in lines} == {None}


@pytest.mark.parametrize(
    ("query", "types"), [({"type": "FILL"}, {"FILL"}), ({"symbol": "PTON", "type": ["FILL", "JNLC"]}, {"FILL"})]
)
def test_it_is_narrowed_down_by_type_and_by_the_symbol_of_the_underlying(account, client, acme, query, types):
    client.force_login(acme.ops)

    lines = client.get("/ledger", query | {"account": str(account.pk)}).context["lines"]

    assert {line.activity.activity_type for line in lines} == types


def test_the_export_ends_with_totals_that_its_rows_and_the_page_add_up_to(account, client, acme):
    client.force_login(acme.ops)

    export = client.get("/ledger/export.csv", {"account": account.account_number})
    shown = client.get("/ledger/totals", {"account": account.account_number}).context

    rows = list(csv.DictReader(StringIO(b"".join(export.streaming_content).decode("utf-8-sig"))))
    lines = [row for row in rows if not row["Activity ID"].startswith("Control total")]
    totals = {row["Type"]: Decimal(row["Net amount"]) for row in rows if row not in lines}
    amounts = [Decimal(row["Net amount"]) for row in lines]
    assert (len(amounts), sum(amounts)) == (shown["rows"], shown["net_amount"])
    assert totals.pop("") == sum(amounts) == held(account, "USD")
    assert totals == {one.activity_type: one.net_amount for one in shown["totals"]}


def test_a_row_leads_to_its_postings_and_they_back_to_its_order(account, client, acme):
    client.force_login(acme.ops)
    fill = Activity.objects.get(account=account, activity_type="FILL")

    page = client.get(f"/ledger/transactions/{fill.transaction_id}")

    moved = {posting.asset.symbol: posting for posting in page.context["postings"]}
    assert moved.keys() == {LONG_CALL, "USD"}
    assert (moved[LONG_CALL].source_book, moved[LONG_CALL].destination_account) == ("street", account)
    assert (moved["USD"].quantity, moved["USD"].source_account) == (Decimal(1076), account)
    assert f"/accounts/{account.pk}/orders/{fill.order_id}" in page.text


def test_a_neighbor_finds_none_of_it(account, client, globex):
    client.force_login(globex.ops)
    fill = Activity.objects.get(account=account, activity_type="FILL")

    assert client.get("/ledger", {"account": str(account.pk)}).context["lines"] == []
    assert client.get(f"/ledger/transactions/{fill.transaction_id}").status_code == 404


def test_a_page_costs_as_much_for_one_row_as_for_many(account, client, acme, django_assert_max_num_queries):
    client.force_login(acme.ops)
    for _ in range(3):
        trade(account, LONG_CALL, "buy", "1")

    with django_assert_max_num_queries(20):
        client.get("/ledger", {"account": account.account_number})
