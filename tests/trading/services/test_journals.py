"""Cash and shares between the firm and its customers: once, in one direction, within what is free."""

from decimal import Decimal

import pytest

from brokerage.errors import NotPermitted
from brokerage.models import Event
from brokerage.schedule import run_due
from options.market.silent import SilentMarket
from options.services.market import release_quotes
from tests.factories import change_row, make_account, nowhere
from tests.ledger import deposit, everything
from tests.market import PUT, give_cash, held, make_trader, trade
from trading.choices import JournalType
from trading.errors import (
    AssetUnknown,
)
from trading.journal_errors import (
    IdempotencyKeyReused,
    JournalAccountInactive,
    JournalAccountNotFound,
    JournalCashUnavailable,
    JournalDirection,
    JournalSharesUnavailable,
    JournalSharesUnpriced,
)
from trading.models import Activity, Journal
from trading.reconciliation import find_breaks
from trading.rules.journals import JournalRequest
from trading.services.journals import create_journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(acme, overview_market):
    """Acme's firm account with a hundred thousand dollars."""
    deposit(acme.firm_account, "100000")
    return acme.firm_account


@pytest.fixture
def account(acme, firm):
    """A customer of Acme's."""
    return make_account(acme.correspondent)


def cash(source, destination, amount, **fields):
    return JournalRequest(JournalType.JNLC, source.pk, destination.pk, amount=Decimal(amount), **fields)


def shares(source, destination, quantity, symbol="AAPL"):
    return JournalRequest(JournalType.JNLS, source.pk, destination.pk, symbol=symbol, qty=Decimal(quantity))


def test_cash_moves_at_once_and_both_accounts_see_it(acme, firm, account):
    journal = create_journal(actor=acme.api_user, request=cash(firm, account, "1234.56", description="hello"))

    assert (journal.status, journal.amount) == ("executed", Decimal("1234.56"))
    assert (held(account, "USD"), held(firm, "USD")) == (Decimal("1234.56"), Decimal("98765.44"))
    faces = Activity.objects.filter(activity_type="JNLC").values_list("account_id", "net_amount", "description")
    assert set(faces) == {(account.pk, Decimal("1234.56"), "hello"), (firm.pk, Decimal("-1234.56"), "hello")}
    event = Event.objects.get(type="journal.status_changed", account_id=account.pk)
    assert (event.payload["status_from"], event.payload["status_to"]) == ("", "executed")
    assert find_breaks() == []


def test_cash_comes_back_the_same_way(acme, firm, account):
    create_journal(actor=acme.api_user, request=cash(firm, account, "1000"))

    create_journal(actor=acme.api_user, request=cash(account, firm, "400"))

    assert held(account, "USD") == 600


def test_shares_are_brought_in_by_the_sandbox_where_the_firm_has_none(acme, firm, account):
    journal = create_journal(actor=acme.api_user, request=shares(firm, account, 100))

    assert (journal.status, journal.price) == ("executed", Decimal("190.00"))
    assert (held(account, "AAPL"), held(firm, "AAPL")) == (100, 0)
    assert account.positions.get(asset__symbol="AAPL").cost_amount == 19000
    assert find_breaks() == []


def test_shares_that_the_firm_has_are_taken_from_it(acme, firm, account):
    trade(firm, "QS", "buy", "100")

    create_journal(actor=acme.api_user, request=shares(firm, account, 60, "QS"))

    assert (held(account, "QS"), held(firm, "QS")) == (60, 40)
    assert not Activity.objects.filter(activity_type="ACATS").exists()


def test_in_production_the_firm_delivers_only_what_it_has(acme, firm, account, monkeypatch):
    monkeypatch.setattr("trading.services.journal_steps.is_sandbox", lambda: False)
    before = everything()

    with pytest.raises(JournalSharesUnavailable, match="requested: 100, available: 0"):
        create_journal(actor=acme.api_user, request=shares(firm, account, 100))

    assert everything() == before


def test_pledged_cash_does_not_leave(acme, firm):
    writer = make_trader(acme.correspondent, cash="21000", level=1)
    trade(writer, PUT, "sell")
    before = everything()

    with pytest.raises(JournalCashUnavailable) as refusal:
        create_journal(actor=acme.api_user, request=cash(writer, firm, "690.01"))

    assert everything() == before
    assert refusal.value.body()["available"] == "690"
    create_journal(actor=acme.api_user, request=cash(writer, firm, "690"))


def _refusals(firm, account, other, stranger):
    inactive = make_account(account.correspondent, status="ACTION_REQUIRED")
    return [
        (cash(firm, account, "100000.01"), JournalCashUnavailable),
        (cash(account, other, "1"), JournalDirection),
        (shares(account, firm, 1), JournalDirection),
        (cash(firm, stranger, "1"), JournalAccountNotFound),
        (cash(stranger, firm, "1"), JournalAccountNotFound),
        (cash(firm, inactive, "1"), JournalAccountInactive),
        (shares(firm, account, 1, "ZZZZ"), AssetUnknown),
    ]


def test_what_may_not_move_moves_nothing(acme, globex, firm, account):
    other, stranger = make_account(acme.correspondent), make_account(globex.correspondent)
    refusals = _refusals(firm, account, other, stranger)
    before = everything()

    for request, refusal in refusals:
        with pytest.raises(refusal):
            create_journal(actor=acme.api_user, request=request)
    with pytest.raises(JournalAccountNotFound):
        create_journal(
            actor=acme.api_user, request=JournalRequest(JournalType.JNLC, nowhere(), account.pk, amount=Decimal(1))
        )
    with pytest.raises(NotPermitted):
        create_journal(actor=acme.reader, request=cash(firm, account, "1"))

    assert everything() == before


def test_a_key_with_the_same_request_returns_the_first_journal(acme, firm, account):
    first = create_journal(actor=acme.api_user, request=cash(firm, account, "10", idempotency_key="k"))
    before = everything()

    again = create_journal(actor=acme.api_user, request=cash(firm, account, "10", idempotency_key="k"))

    assert again.pk == first.pk
    with pytest.raises(IdempotencyKeyReused):
        create_journal(actor=acme.api_user, request=cash(firm, account, "11", idempotency_key="k"))
    assert everything() == before


@pytest.fixture
def limited(acme):
    """A limit of fifty dollars a journal and a hundred a day."""
    columns = {"journal_limit_amount": 50, "journal_daily_limit_amount": 100}
    type(acme.correspondent).objects.filter(pk=acme.correspondent.pk).update(**columns)


@pytest.mark.parametrize(
    ("description", "status", "arrives"),
    [
        ("", "executed", "50.01"),
        ("/fixtures/status=rejected/fixtures/", "rejected", "0"),
        ("/fixtures/status=pending/fixtures/", "pending", "0"),
    ],
)
def test_above_the_limit_a_journal_waits_for_the_end_of_the_day(
    acme, firm, account, limited, clock_at, description, status, arrives
):
    run_due(clock_at("2024-01-24 11:00"))
    at_once = create_journal(actor=acme.api_user, request=cash(firm, account, "50"))
    waits = create_journal(actor=acme.api_user, request=cash(firm, account, "50.01", description=description))
    assert (at_once.status, waits.status, held(account, "USD")) == ("executed", "pending", 50)

    run_due(clock_at("2024-01-24 16:00"))

    assert Journal.objects.get(pk=waits.pk).status == status
    assert held(account, "USD") == 50 + Decimal(arrives)
    assert find_breaks() == []


def test_the_days_sum_is_limited_too(acme, firm, account, limited):
    statuses = [create_journal(actor=acme.api_user, request=cash(firm, account, "50")).status for _ in range(3)]

    assert statuses == ["executed", "executed", "pending"]


def test_a_pending_journal_that_the_cash_no_longer_covers_is_rejected(acme, firm, account, limited, clock_at):
    run_due(clock_at("2024-01-24 11:00"))
    give_cash(account, "50")
    waits = create_journal(actor=acme.api_user, request=cash(account, firm, "50.00"))
    assert waits.status == "executed"
    over = create_journal(actor=acme.api_user, request=cash(firm, account, "60000"))
    trade(firm, "AAPL", "buy", "500")

    run_due(clock_at("2024-01-24 16:00"))

    assert Journal.objects.get(pk=over.pk).status == "rejected"


def test_a_pending_journal_to_an_account_that_was_closed_meanwhile_is_rejected(acme, firm, account, limited, clock_at):
    run_due(clock_at("2024-01-24 11:00"))
    waits = create_journal(actor=acme.api_user, request=cash(firm, account, "60"))
    change_row(account, status="ACCOUNT_CLOSED")

    run_due(clock_at("2024-01-24 16:00"))

    assert Journal.objects.get(pk=waits.pk).status == "rejected"
    assert held(account, "USD") == 0


def test_a_pending_share_journal_that_cannot_be_delivered_is_rejected_and_holds_nobody_up(
    acme, firm, account, limited, clock_at, monkeypatch
):
    run_due(clock_at("2024-01-24 11:00"))
    monkeypatch.setattr("trading.services.journal_steps.is_sandbox", lambda: False)
    undeliverable = create_journal(actor=acme.api_user, request=shares(firm, account, 1))
    deliverable = create_journal(actor=acme.api_user, request=cash(firm, account, "60"))

    run_due(clock_at("2024-01-24 16:00"))

    assert Journal.objects.get(pk=undeliverable.pk).status == "rejected"
    assert Journal.objects.get(pk=deliverable.pk).status == "executed"
    assert find_breaks() == []


def test_the_days_sum_counts_shares_at_their_price(acme, firm, account, clock_at):
    type(acme.correspondent).objects.filter(pk=acme.correspondent.pk).update(journal_daily_limit_amount=400)

    statuses = [create_journal(actor=acme.api_user, request=shares(firm, account, 1)).status for _ in range(3)]

    assert statuses == ["executed", "executed", "pending"]


def test_shares_without_a_price_are_not_journaled(acme, firm, account, monkeypatch):
    monkeypatch.setattr("options.services.market.market_source", SilentMarket)
    release_quotes(actor=acme.api_user)
    before = everything()

    with pytest.raises(JournalSharesUnpriced, match="AAPL"):
        create_journal(actor=acme.api_user, request=shares(firm, account, 1))

    assert everything() == before
