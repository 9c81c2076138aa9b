"""Several cash journals at once: all of them or none, in as many round trips as one."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import FixturesNotOffered
from accounts.models import Correspondent
from brokerage.errors import NotPermitted
from brokerage.models import Event
from brokerage.schedule import run_due
from tests.factories import make_account, nowhere
from tests.ledger import deposit, everything
from tests.market import PUT, give_cash, held, make_trader, trade
from trading.choices import JournalType
from trading.journal_errors import (
    IdempotencyKeyReused,
    JournalAccountInactive,
    JournalAccountNotFound,
    JournalCashUnavailable,
    JournalDirection,
    JournalNotFound,
    JournalNotPending,
)
from trading.models import Activity, Journal
from trading.reconciliation import find_breaks
from trading.rules.journals import BatchRequest, JournalRequest
from trading.services.journals import cancel_journal, create_journal, create_journal_batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(acme, overview_market):
    """Acme's firm account with a thousand dollars."""
    deposit(acme.firm_account, "1000")
    return acme.firm_account


@pytest.fixture
def customers(acme, firm):
    """Three customers of Acme's."""
    return [make_account(acme.correspondent) for _ in range(3)]


def pay_out(firm, payments, **fields):
    entries = [JournalRequest(JournalType.JNLC, firm.pk, to.pk, amount=Decimal(amount)) for to, amount in payments]
    return BatchRequest(tuple(entries), **fields)


def collect(firm, payments):
    entries = [JournalRequest(JournalType.JNLC, of.pk, firm.pk, amount=Decimal(amount)) for of, amount in payments]
    return BatchRequest(tuple(entries), is_reverse=True)


def test_a_batch_pays_everybody_in_the_order_asked(acme, firm, customers):
    amounts = ["1.10", "2.20", "3.30"]

    journals = create_journal_batch(actor=acme.api_user, request=pay_out(firm, zip(customers, amounts, strict=True)))

    assert [(one.status, one.to_account_id) for one in journals] == [("executed", one.pk) for one in customers]
    assert [held(one, "USD") for one in customers] == [Decimal(amount) for amount in amounts]
    assert held(firm, "USD") == Decimal("993.40")
    assert Activity.objects.filter(activity_type="JNLC", account=firm).count() == 3
    assert Event.objects.filter(type="journal.status_changed").count() == 6
    assert find_breaks() == []


def test_one_account_may_be_paid_twice_in_a_batch(acme, firm, customers):
    create_journal_batch(actor=acme.api_user, request=pay_out(firm, [(customers[0], "5"), (customers[0], "7")]))

    assert held(customers[0], "USD") == 12
    assert find_breaks() == []


def test_a_reverse_batch_collects_from_everybody(acme, firm, customers):
    for customer in customers:
        give_cash(customer, "20")
    before = held(firm, "USD")

    create_journal_batch(actor=acme.api_user, request=collect(firm, [(one, "15") for one in customers]))

    assert [held(one, "USD") for one in customers] == [5, 5, 5]
    assert held(firm, "USD") == before + 45
    assert find_breaks() == []


def test_a_bad_line_books_nothing_and_is_named(acme, globex, firm, customers):
    inactive = make_account(acme.correspondent, status="ACTION_REQUIRED")
    stranger = make_account(globex.correspondent)
    writer = make_trader(acme.correspondent, cash="21000", level=1)
    trade(writer, PUT, "sell")
    refused = [
        (pay_out(firm, [(customers[0], "1"), (inactive, "1")]), JournalAccountInactive, "entries.1: "),
        (pay_out(firm, [(stranger, "1"), (customers[0], "1")]), JournalAccountNotFound, "entries.0: "),
        (pay_out(customers[0], [(firm, "1"), (customers[1], "1")]), JournalDirection, "entries.1: "),
        (pay_out(firm, [(customers[0], "600"), (customers[1], "400.01")]), JournalCashUnavailable, "1000.01"),
        (collect(firm, [(writer, "1"), (customers[0], "1")]), JournalCashUnavailable, "available: 0"),
        (collect(firm, [(writer, "20000")]), JournalCashUnavailable, "available: 690"),
    ]
    before = everything()

    for request, refusal, says in refused:
        with pytest.raises(refusal, match=says):
            create_journal_batch(actor=acme.api_user, request=request)
    with pytest.raises(NotPermitted):
        create_journal_batch(actor=acme.reader, request=pay_out(firm, [(customers[0], "1")]))

    assert everything() == before


def test_a_key_with_the_same_batch_returns_the_first_journals(acme, firm, customers):
    payments = [(customers[0], "1"), (customers[1], "2")]
    first = create_journal_batch(actor=acme.api_user, request=pay_out(firm, payments, idempotency_key="k"))
    before = everything()

    again = create_journal_batch(actor=acme.api_user, request=pay_out(firm, payments, idempotency_key="k"))

    assert [one.pk for one in again] == [one.pk for one in first]
    with pytest.raises(IdempotencyKeyReused):
        create_journal_batch(actor=acme.api_user, request=pay_out(firm, payments[:1], idempotency_key="k"))
    assert everything() == before


def test_a_key_is_the_correspondents_whichever_account_used_it(acme, globex, firm, customers):
    give_cash(customers[0], "50")
    request = JournalRequest(JournalType.JNLC, firm.pk, customers[0].pk, amount=Decimal(1), idempotency_key="k")
    create_journal(actor=acme.api_user, request=request)
    before = everything()

    other_source = JournalRequest(JournalType.JNLC, customers[0].pk, firm.pk, amount=Decimal(1), idempotency_key="k")
    with pytest.raises(IdempotencyKeyReused):
        create_journal(actor=acme.api_user, request=other_source)

    assert everything() == before
    deposit(globex.firm_account, "10")
    neighbor = make_account(globex.correspondent)
    theirs = JournalRequest(
        JournalType.JNLC, globex.firm_account.pk, neighbor.pk, amount=Decimal(1), idempotency_key="k"
    )
    assert create_journal(actor=globex.api_user, request=theirs).status == "executed"


def test_each_entry_counts_towards_the_days_limit(acme, firm, customers, clock_at):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(
        journal_limit_amount=50, journal_daily_limit_amount=100
    )
    run_due(clock_at("2024-01-24 11:00"))

    journals = create_journal_batch(
        actor=acme.api_user, request=pay_out(firm, zip(customers, ["50", "50.01", "50"], strict=True))
    )
    later = create_journal_batch(actor=acme.api_user, request=pay_out(firm, [(customers[0], "0.01")]))

    assert [one.status for one in (*journals, *later)] == ["executed", "pending", "executed", "pending"]
    run_due(clock_at("2024-01-24 16:00"))
    assert set(Journal.objects.values_list("status", flat=True)) == {"executed"}
    assert find_breaks() == []


def test_a_batch_of_thirty_takes_as_many_round_trips_as_one_of_three(acme, firm, customers):
    def round_trips(count):
        payments = [(customers[number % 3], "0.01") for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            create_journal_batch(actor=acme.api_user, request=pay_out(firm, payments))
        return len(queries)

    round_trips(3)  # the first makes the positions

    assert round_trips(30) == round_trips(3)


def test_a_pending_journal_is_canceled_once(acme, globex, firm, customers):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(journal_limit_amount=1)
    request = JournalRequest(JournalType.JNLC, firm.pk, customers[0].pk, amount=Decimal(2))
    waits = create_journal(actor=acme.api_user, request=request)
    before = everything()
    with pytest.raises(JournalNotFound):
        cancel_journal(actor=globex.api_user, journal_id=waits.pk)
    with pytest.raises(JournalNotFound):
        cancel_journal(actor=acme.api_user, journal_id=nowhere())
    with pytest.raises(NotPermitted):
        cancel_journal(actor=acme.reader, journal_id=waits.pk)
    assert everything() == before

    cancel_journal(actor=acme.api_user, journal_id=waits.pk)

    assert Journal.objects.get(pk=waits.pk).status == "canceled"
    newest = Event.objects.filter(account_id=firm.pk, type="journal.status_changed").latest("id")
    assert (newest.payload["status_from"], newest.payload["status_to"]) == ("pending", "canceled")
    before = everything()
    with pytest.raises(JournalNotPending, match="canceled"):
        cancel_journal(actor=acme.api_user, journal_id=waits.pk)
    assert everything() == before


def test_fixtures_are_refused_in_production(acme, firm, customers, monkeypatch):
    monkeypatch.setattr("trading.services.journals.is_sandbox", lambda: False)
    request = JournalRequest(
        JournalType.JNLC, firm.pk, customers[0].pk, amount=Decimal(1), description="/fixtures/status=pending/fixtures/"
    )
    before = everything()

    with pytest.raises(FixturesNotOffered):
        create_journal(actor=acme.api_user, request=request)

    assert everything() == before


def test_what_was_sold_today_does_not_leave_before_it_settles(acme, firm, customers, clock_at):
    run_due(clock_at("2024-01-24 11:00"))
    seller = make_trader(acme.correspondent, cash="100000", level=1)
    trade(seller, "AAPL", "buy", "100")
    run_due(clock_at("2024-02-01 11:00"))
    give = held(seller, "USD")
    trade(seller, "AAPL", "sell", "100")

    def send(amount):
        request = JournalRequest(JournalType.JNLC, seller.pk, firm.pk, amount=amount)
        return create_journal(actor=acme.api_user, request=request)

    with pytest.raises(JournalCashUnavailable):
        send(give + Decimal("0.01"))
    assert send(give).status == "executed"
    rest = held(seller, "USD")
    run_due(clock_at("2024-02-05 11:00"))
    assert send(rest).status == "executed"
