"""The pages of an account's lots: open ones, what was realized, possible wash sales, and the files."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Account
from brokerage import clock
from tests.factories import make_customer
from tests.market import LONG_CALL, PUT, make_trader, submit, trade
from trading.lot_book import LotFilter, describe, list_closed, total_by_year
from trading.models import Lot, LotClosing
from trading.services.fills import ExecutionReport, record_fill
from trading.wash_sales import Replacement

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash and shares."""
    return make_trader(acme.correspondent, cash="90000", level=2, shares={"AAPL": 100})


@pytest.fixture
def clerk(acme):
    """A client of Acme's operations."""
    client = Client()
    client.force_login(acme.ops)
    return client


def fill(account, symbol, side, quantity, price):
    order = submit(account, symbol, side, quantity, limit=price)
    record_fill(report=ExecutionReport(uuid4(), order.pk, Decimal(quantity), Decimal(price), clock.now()))
    return order


def realize(account):
    """Sell two of three calls at a gain of 70 and buy a written put back at a loss of 110."""
    fill(account, LONG_CALL, "buy", "3", "5.00")
    sale = fill(account, LONG_CALL, "sell", "2", "5.35")
    fill(account, PUT, "sell", "1", "6.90")
    fill(account, PUT, "buy", "1", "8.00")
    return sale


def lines(account):
    return describe(account, list_closed(account, LotFilter()).rows)


def test_open_lots_are_listed_with_their_numbers_and_what_they_come_to(account, clerk):
    realize(account)
    Lot.objects.filter(asset__symbol="AAPL").update(opened_on="2023-01-20")

    page = clerk.get(f"/accounts/{account.pk}/lots")
    shown = page.content.decode()

    assert [(one.lot.asset.symbol, one.lot.quantity, one.days) for one in page.context["lines"]] == [
        ("AAPL", 100, 369),
        (LONG_CALL, 1, 0),
    ]
    assert "Long-term" in shown
    assert "expires before" in shown
    totals = page.context["totals"]
    assert (totals.lots, totals.cost, totals.value, totals.unrealized) == (2, 19500, 19534, 34)
    part = clerk.get(f"/accounts/{account.pk}/lots?symbol=PTON", headers={"HX-Request": "true"})
    assert [one.lot.asset.symbol for one in part.context["lines"]] == [LONG_CALL]
    assert part.content.decode().strip().startswith('<section class="panel" id="lots"')


def test_what_was_realized_ties_line_by_line_and_year_by_year(account, clerk):
    sale = realize(account)
    LotClosing.objects.filter(asset__symbol=LONG_CALL).update(closed_on="2023-12-29")

    page = clerk.get(f"/accounts/{account.pk}/lots/realized")

    told = [
        (one.closing.asset.symbol, one.proceeds, one.cost, one.closing.gain_amount, one.how) for one in lines(account)
    ]
    assert told == [(PUT, 690, 800, -110, "Bought back"), (LONG_CALL, 1070, 1000, 70, "Sold")]
    years = page.context["years"]
    assert [(one.year, one.closings, one.proceeds, one.cost, one.gain) for one in years] == [
        (2024, 1, 690, 800, -110),
        (2023, 1, 1070, 1000, 70),
    ]
    every = page.context["all_years"]
    assert (every.proceeds, every.cost, every.short_term, every.long_term, every.gain) == (1760, 1800, -40, 0, -40)
    assert f"/orders/{sale.pk}" in page.content.decode()
    [only] = total_by_year(account, LotFilter(symbol="PTON", year=2023))
    assert only.gain == 70
    empty = clerk.get(f"/accounts/{account.pk}/lots/realized?year=2021").content.decode()
    assert "Nothing that was closed matches" in empty
    assert "Closed in 2021" in empty


def test_the_files_have_every_row_and_last_the_totals(account, clerk):
    realize(account)
    LotClosing.objects.filter(asset__symbol=LONG_CALL).update(is_long_term=True)

    def table(part):
        answer = clerk.get(f"/lots/{part}/export.csv?account={account.pk}")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(StringIO(text)))

    *closed, short, long, every = table("realized")
    assert [(row["Symbol"], row["Side"], row["Gain"], row["Term"]) for row in closed] == [
        (PUT, "short", "-110", "Short-term"),
        (LONG_CALL, "long", "70", "Long-term"),
    ]
    assert (short["Gain"], long["Gain"]) == ("-110", "70")
    assert (every["Account number"], every["Proceeds"], every["Cost basis"], every["Gain"]) == (
        *("Total", "1760", "1800", "-40"),
    )
    *held, total = table("open")
    assert [(row["Symbol"], row["Cost basis"]) for row in held] == [("AAPL", "19000"), (LONG_CALL, "500")]
    assert (total["Cost basis"], total["Market value"], total["Unrealized"]) == ("19500", "19534", "34")
    workbook = clerk.get(f"/lots/realized/export.xlsx?account={account.pk}&year=2024")
    assert BytesIO(b"".join(workbook.streaming_content)).read(2) == b"PK"


@pytest.mark.parametrize(
    ("symbol", "days", "is_marked"),
    [
        *[("PTON", 30, True), ("PTON", 31, False), ("PTON", -30, True), ("PTON", -31, False)],
        *[(LONG_CALL, 3, True), ("AAPL", 3, False)],
    ],
)
def test_a_loss_is_marked_where_the_same_or_the_like_was_bought_within_thirty_days(account, symbol, days, is_marked):
    fill(account, LONG_CALL, "buy", "1", "5.35")
    fill(account, LONG_CALL, "sell", "1", "5.00")
    trade(account, symbol, "buy")
    day = clock.today() + timedelta(days=days)
    Lot.objects.filter(account=account, asset__symbol=symbol).exclude(quantity=0).update(opened_on=day)

    [loss] = lines(account)

    assert loss.replacement == (Replacement(symbol, day) if is_marked else None)


def test_what_was_bought_before_and_sold_with_it_replaces_nothing(account):
    fill(account, LONG_CALL, "buy", "1", "5.35")
    fill(account, LONG_CALL, "buy", "1", "5.30")

    fill(account, LONG_CALL, "sell", "2", "5.00")

    assert [(one.closing.gain_amount, one.replacement) for one in lines(account)] == [(-30, None), (-35, None)]


def test_a_customer_sees_their_own_lots_and_takes_nothing_away(account, client):
    realize(account)
    customer = make_customer(account.correspondent)
    Account.objects.filter(pk=account.pk).update(owner=customer)
    client.force_login(customer)

    shown = client.get(f"/accounts/{account.pk}/lots")
    assert shown.status_code == 200
    assert "export" not in shown.content.decode()
    assert client.get(f"/lots/open/export.csv?account={account.pk}").status_code == 403


def test_the_files_of_another_firms_account_do_not_exist(account, globex):
    client = Client()
    client.force_login(globex.ops)

    for path in (
        f"/lots/open/export.csv?account={account.pk}",
        "/lots/realized/export.xlsx?account=x",
        "/lots/open/export.csv",
    ):
        assert client.get(path).status_code == 404
