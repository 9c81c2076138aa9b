"""Fees of executions: exact while they accrue, one row of cents for each kind at the close."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brokerage import clock
from brokerage.models import Event
from brokerage.schedule import run_due
from tests.ledger import everything
from tests.market import LONG_CALL, PUT, held, make_trader, pin, submit, trade
from tests.trading.rates import charge
from trading.api.serializers import activity_object
from trading.choices import FeeKind
from trading.instruments import read_holdings
from trading.models import AccruedFee, Activity, LedgerTransaction
from trading.order_errors import FillBeyondMeans
from trading.reconciliation import find_breaks
from trading.rules.fee_rows import booked_amount
from trading.services.fee_booking import book_account_fees, book_fees_together
from trading.services.fills import ExecutionReport, execute_on_paper
from trading.tasks import book_fees
from trading.venues.paper import PaperVenue

pytestmark = pytest.mark.django_db
TODAY = date(2024, 1, 24)


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash, in a market that charges three fees."""
    charge(FeeKind.ORF, "0.02685")
    charge(FeeKind.TAF, "0.00279", side="sell")
    charge(FeeKind.REG, "0.0000278", side="sell")
    return make_trader(acme.correspondent, cash="50000", level=2)


def owed(account):
    rows = AccruedFee.objects.filter(account=account, booked_by=None).order_by("kind")
    return {row.kind: (row.exact_amount, row.quantity, row.executions) for row in rows}


@pytest.mark.parametrize(
    ("exact", "cents"),
    [("0", "0"), ("0.0001", "0.01"), ("0.01", "0.01"), ("0.1611", "0.17"), ("-0.0001", "-0.01"), ("-0.02", "-0.02")],
)
def test_a_total_is_rounded_away_from_zero_once(exact, cents):
    assert booked_amount(Decimal(exact)) == Decimal(cents)


def test_fills_of_a_day_add_up_exactly_and_nothing_is_taken_yet(account):
    trade(account, LONG_CALL, "buy", "2")
    trade(account, LONG_CALL, "buy", "3")
    trade(account, LONG_CALL, "sell", "1")

    assert owed(account) == {
        "ORF": (Decimal("0.1611"), 6, 3),
        "REG": (Decimal("0.014734"), 1, 1),
        "TAF": (Decimal("0.00279"), 1, 1),
    }
    assert held(account, "USD") == 50000 - 5 * 538 + 530
    assert read_holdings(account.pk).free_cash == 50000 - 5 * 538 + 530 - Decimal("0.17") - Decimal("0.02") - Decimal(
        "0.01"
    )
    assert Activity.objects.filter(activity_type="FILL", exchange="CBOE").count() == 3


def test_the_close_books_each_kind_once_to_the_cent(account, clock_at):
    run_due(clock_at("2024-01-24 10:30"))
    trade(account, LONG_CALL, "buy", "6")
    before = held(account, "USD")
    close = clock_at("2024-01-24 16:00")

    ran = [job.name for job in run_due(close)]
    book_fees(close)

    assert ran.index("expire_day_orders") < ran.index("book_fees")
    assert ran.index("book_fees") < ran.index("close_the_books")
    fee = Activity.objects.select_related("asset").get(activity_type="FEE")
    shown = activity_object(fee)
    assert {name: shown[name] for name in ("activity_sub_type", "qty", "symbol", "net_amount", "description")} == {
        "activity_sub_type": "ORF",
        "qty": "0",
        "symbol": "",
        "net_amount": "-0.17",
        "description": f"ORF fee for proceed of 6 contracts on 2024-01-24 by {account.account_number}",
    }
    assert held(account, "USD") == before - Decimal("0.17") == read_holdings(account.pk).free_cash
    assert owed(account) == {}
    told = Event.objects.filter(account_id=account.pk).order_by("id")
    assert list(told.values_list("type", flat=True))[-3:] == [
        "fee.booked",
        "activity.executed",
        "account.balance_changed",
    ]
    assert find_breaks() == []


def test_what_is_booked_is_not_booked_again_and_what_comes_after_it_is(account, clock_at):
    trade(account, LONG_CALL, "buy", "1")
    assert book_account_fees(account_id=account.pk, through=TODAY, at=clock.now()) == 1
    before = everything()

    assert book_account_fees(account_id=account.pk, through=TODAY, at=clock.now()) == 0
    assert everything() == before
    trade(account, LONG_CALL, "buy", "1")
    assert book_account_fees(account_id=account.pk, through=date(2024, 1, 23), at=clock.now()) == 0
    assert book_account_fees(account_id=account.pk, through=TODAY, at=clock.now()) == 1

    assert sum(row.net_amount for row in Activity.objects.filter(activity_type="FEE")) == Decimal("-0.06")


def test_an_account_whose_fees_cannot_be_booked_leaves_those_of_the_others(account, acme, clock_at):
    other = make_trader(acme.correspondent, cash="50000", level=2)
    for one in (account, other):
        trade(one, LONG_CALL, "buy", "6")
    total = AccruedFee.objects.get(account=account, booked_by=None)
    day = {"trade_date": TODAY, "settle_date": TODAY, "at": clock.now()}
    LedgerTransaction.objects.create(activity_type="FEE", reference=f"fee:{total.pk}", **day)
    before = held(other, "USD")

    book_fees(clock_at("2024-01-24 16:00"))

    assert (owed(other), held(other, "USD")) == ({}, before - Decimal("0.17"))
    assert owed(account)["ORF"][1] == 6
    assert Event.objects.filter(type="fee.booked").values_list("account_id", flat=True).get() == other.pk


def test_fees_of_many_accounts_are_booked_in_as_many_queries_as_of_one(account, acme, django_assert_num_queries):
    accounts = [account, *(make_trader(acme.correspondent, cash="50000", level=2) for _ in range(2))]
    for one in accounts:
        trade(one, LONG_CALL, "buy", "1")

    with CaptureQueriesContext(connection) as alone:
        assert book_account_fees(account_id=accounts[0].pk, through=TODAY, at=clock.now()) == 1
    with django_assert_num_queries(len(alone)):
        ids = [one.pk for one in accounts[1:]]
        assert book_fees_together(account_ids=ids, through=TODAY, at=clock.now()) == 2

    assert [owed(one) for one in accounts] == [{}, {}, {}]
    assert find_breaks() == []


def test_the_paper_venue_never_executes_what_fees_would_overdraw(acme, overview_market):
    account = make_trader(acme.correspondent, cash="540.02")
    pin(LONG_CALL, "5.30", "5.40")
    order = submit(account, LONG_CALL, "buy", limit="5.40")
    charge(FeeKind.ORF, "0.02685")  # since the order was costed
    before = everything()

    with pytest.raises(FillBeyondMeans, match=r"needs 0\.03 .* and 0\.02 is free"):
        execute_on_paper(report=ExecutionReport(order.pk, order.pk, Decimal(1), Decimal("5.40"), clock.now(), "CBOE"))

    assert everything() == before
    PaperVenue().submit(order.pk)
    order.refresh_from_db()
    assert (order.status, held(account, "USD")) == ("rejected", Decimal("540.02"))


def test_a_written_put_that_fees_would_uncover_is_not_executed(acme, overview_market):
    account = make_trader(acme.correspondent, cash="20310", level=1)
    order = submit(account, PUT, "sell", limit="6.90")
    charge(FeeKind.ORF, "0.02685")

    PaperVenue().submit(order.pk)

    order.refresh_from_db()
    assert (order.status, held(account, PUT)) == ("rejected", 0)


def test_a_rate_of_its_own_exchange_comes_before_that_of_any(acme, overview_market):
    charge(FeeKind.ORF, "0.02685")
    charge(FeeKind.ORF, "0.0023", exchange="CBOE")
    account = make_trader(acme.correspondent, cash="50000", level=2)
    pin(LONG_CALL, "5.30", "5.38")

    trade(account, LONG_CALL, "buy", "1")

    assert owed(account)["ORF"][0] == Decimal("0.0023")
