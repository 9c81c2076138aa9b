"""`manage.py seed_book`: many made-up accounts, in a book as sound as one that services made."""

from collections import Counter
from decimal import Decimal
from io import StringIO

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F

from accounts.models import Account, AuditEntry
from brokerage import clock
from brokerage.models import Event
from options.applicant_files import from_record, read_applicant
from options.approval_selectors import find_difference
from options.models import ComplianceClock, OptionsApplication
from tests.ledger import everything
from trading.approval_report import find_gaps
from trading.models import Activity, ClosingBalance, Order, Position
from trading.reconciliation import find_breaks
from trading.seeding import book
from trading.seeding.crew import SEEDING_LOCK
from trading.seeding.indexes import set_aside

pytestmark = pytest.mark.django_db


def seed(accounts=300, *arguments):
    out = StringIO()
    call_command("seed_book", "--accounts", str(accounts), *arguments, stdout=out)
    return out.getvalue().splitlines()


def people():
    rows = Account.objects.customers().order_by("email_address")
    return list(rows.values_list("id", "name", "email_address", "phone_number", "status", "options_approved_level"))


def dangling():
    """Answer every foreign key that leads nowhere: nothing checked them while the book was loaded."""
    keys = [
        (model._meta.db_table, field.column, field.related_model._meta.db_table, field.target_field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.remote_field and field.db_constraint
    ]
    nowhere = """SELECT '{0}.{1}' FROM "{0}" AS child WHERE child."{1}" IS NOT NULL
        AND NOT EXISTS (SELECT FROM "{2}" AS parent WHERE parent."{3}" = child."{1}")"""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(nowhere.format(*key) for key in keys))
        return cursor.fetchall()


def test_a_seeded_book_has_something_of_everything_and_no_break(acme, globex):
    seed(600)

    customers = Account.objects.customers()
    assert customers.count() == 600
    assert Counter(customers.values_list("correspondent__code", flat=True)) == {"ACME": 300, "GLBX": 300}
    statuses = Counter(customers.values_list("status", flat=True))
    assert 530 < statuses["ACTIVE"] < 590
    assert set(statuses) == {
        *("ACTIVE", "SUBMITTED", "ACTION_REQUIRED", "APPROVAL_PENDING", "REJECTED", "DISABLED", "ACCOUNT_CLOSED")
    }
    levels = Counter(customers.values_list("options_approved_level", flat=True))
    assert levels[0] > levels[1] > levels[2] > 60
    filled = set(Order.objects.filter(status="filled").values_list("strategy", flat=True))
    assert filled == {"long_shares", "covered_call", "cash_secured_put", "long_call", "long_put"}
    assert Order.objects.filter(status="canceled").exists()
    requests = Counter(OptionsApplication.objects.values_list("status", flat=True))
    assert requests["APPROVED"] == levels[1] + levels[2]
    assert requests["REJECTED"] > 0 < requests["PENDING"]
    assert Counter(Activity.objects.values_list("activity_type", flat=True))["CSD"] > 500
    assert find_breaks() == []
    assert dangling() == []


def test_a_closing_balance_says_what_the_account_holds(acme):
    seed(200)

    for closing in ClosingBalance.objects.select_related("account"):
        held = Position.objects.filter(account=closing.account)
        cash = held.get(asset__symbol="USD").quantity
        assert closing.cash_amount == cash
        value = closing.long_market_value_amount + closing.short_market_value_amount
        assert closing.equity_amount == cash + value == closing.account.last_equity_amount
        assert closing.buying_power_amount == cash - closing.initial_margin_amount >= 0
    assert ClosingBalance.objects.count() == Account.objects.customers().filter(status="ACTIVE").count()


def test_a_seeded_account_is_like_any_other_on_the_wire_and_on_its_pages(acme, client):
    seed(100)
    account = Account.objects.filter(orders__strategy="covered_call").first()
    api = acme.client()

    found = api.get(f"/v1/accounts/{account.pk}").json()
    assert (found["account_number"], found["contact"]["email_address"]) == (
        account.account_number,
        account.email_address,
    )
    assert found["identity"]["date_of_birth"] == str(account.identity.date_of_birth)
    assert [one["id"] for one in api.get(f"/v1/accounts?query={account.email_address}").json()] == [str(account.pk)]
    trading = api.get(f"/v1/trading/accounts/{account.pk}/account").json()
    assert (trading["status"], Decimal(trading["last_equity"])) == ("ACTIVE", account.last_equity_amount)
    assert len(api.get(f"/v1/trading/accounts/{account.pk}/positions").json()) == 2
    client.force_login(acme.ops)
    for page in ("", "/profile", "/positions", "/orders", "/activities", "/funding", "/documents", "/notes"):
        assert client.get(f"/accounts/{account.pk}{page}").status_code == 200
    assert account.name in client.get("/accounts", {"query": account.account_number}).content.decode()


def test_the_same_seed_makes_the_same_people_and_another_makes_others(acme):
    seed(10)
    before = set(people())
    made = []
    for words in ("strikebook", "strikebook", "other"):
        with transaction.atomic():
            seed(50, "--seed", words)
            made.append(sorted(set(people()) - before))
            transaction.set_rollback(True)

    assert made[0] == made[1]
    assert len(made[0]) == 50
    assert not {one[0] for one in made[0]} & {one[0] for one in made[2]}


def test_seeding_again_adds_other_accounts(acme):
    seed(60)
    before = people()

    seed(40)

    after = people()
    assert len(after) == 100
    assert set(before) < set(after)
    assert find_breaks() == []


def test_one_audit_entry_speaks_for_the_whole_book(acme):
    before = set(AuditEntry.objects.values_list("pk", flat=True))

    seed(50, "--seed", "words")

    entry = AuditEntry.objects.exclude(pk__in=before).exclude(subject__startswith="Asset").latest("pk")
    assert (entry.act, entry.subject, entry.after) == ("added", "Account", {"accounts": 50, "seed": "words"})
    assert not AuditEntry.objects.filter(account_id__in=[one[0] for one in people()]).exists()
    assert not Event.objects.filter(account_id__in=[one[0] for one in people()]).exists()


def test_it_says_how_far_it_is_and_how_fast_it_was(acme):
    lines = seed(120)

    assert lines[0].startswith("  120/120 accounts, ")
    assert lines[-1].startswith("120 accounts, ")
    assert lines[-1].endswith(" accounts a second")


@pytest.mark.django_db(transaction=True)
def test_processes_share_the_chunks(acme):
    lines = seed(2_600, "--processes", "2")

    assert [line.split(" accounts")[0] for line in lines] == ["  2,500/2,600", "  2,600/2,600", "2,600"]
    assert Account.objects.customers().count() == 2_600
    assert find_breaks() == []


def test_production_has_no_made_up_book(acme, settings):
    settings.STRIKEBOOK_MODE = "production"
    before = (people(), everything())

    with pytest.raises(CommandError, match="sandbox mode only"):
        seed()

    assert (people(), everything()) == before


def test_a_book_without_a_partner_is_left_empty():
    with pytest.raises(CommandError, match="no correspondent with an API key"):
        seed()

    assert not Account.objects.exists()


@pytest.mark.parametrize("arguments", [("0",), ("-5",), ("10", "--processes", "0")])
def test_there_is_no_book_of_nothing(acme, arguments):
    before = (people(), everything())

    with pytest.raises(CommandError, match="must be at least 1"):
        seed(*arguments)

    assert (people(), everything()) == before


def test_as_many_requests_wait_as_are_asked_for_in_the_words_of_the_rules(acme):
    seed(120, "--pending", "30")

    waiting = OptionsApplication.objects.pending()
    assert waiting.count() == 30
    assert waiting.filter(account__status="ACTIVE", requested_level=F("level_before") + 1).count() == 30
    assert all(one.makers == [acme.api_user.pk] for one in waiting)
    assert not any(find_difference(one) for one in OptionsApplication.objects.all())
    rules = {rule for one in waiting for rule in one.reason_rules}
    assert len(rules) > 5
    assert all(rule.startswith("flag_") for rule in rules)
    assert ComplianceClock.objects.filter(kind="decision", due_at__gt=clock.now()).count() == 30
    for one in waiting:
        applicant = read_applicant(one.account, None, now=one.created_at, apart_from=one)
        assert applicant == from_record(one.answers)


def test_the_report_on_approvals_finds_nothing_in_a_seeded_book(acme):
    seed(300, "--pending", "20")

    assert find_gaps(at=clock.now()) == {}


INDEXES = """
    SELECT indexrelid::regclass::text, indisvalid AND indisready FROM pg_index
    WHERE indrelid = ANY(%s::regclass[]) ORDER BY 1
"""


def indexes():
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [book.TABLE_NAMES])
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_a_large_load_builds_its_indexes_at_the_end(acme, monkeypatch):
    monkeypatch.setattr(book, "LARGE", 200)
    before = indexes()

    lines = seed(300)

    assert indexes() == before
    assert set(before.values()) == {True}
    assert sum("building index" in line for line in lines) > 1
    assert Account.objects.customers().filter(search_text__contains=Account.objects.customers().first().name.lower())
    assert find_breaks() == []


@pytest.mark.django_db(transaction=True)
def test_a_load_that_is_stopped_builds_its_indexes_and_keeps_what_was_loaded(acme, monkeypatch):
    monkeypatch.setattr(book, "LARGE", 200)
    monkeypatch.setattr(book, "CHUNK", 100)
    before = indexes()

    def stop(stage):
        if (stage.act, stage.done) == ("accounts", 200):
            assert not all(indexes().values())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.seed_book(300, seed="words", pending=0, progress=stop, processes=1)

    assert indexes() == before
    assert Account.objects.customers().count() == 200


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_load_left_aside_the_next_one_builds(acme):
    before = indexes()
    set_aside(book.TABLE_NAMES)
    aside = {name for name, is_whole in indexes().items() if not is_whole}

    lines = seed(20)

    assert indexes() == before
    assert len(aside) > 40
    assert f"  building index {len(aside)}/{len(aside)}" in lines


@pytest.mark.django_db(transaction=True)
def test_one_load_at_a_time(acme):
    before = (people(), everything())
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [SEEDING_LOCK])

        with pytest.raises(CommandError, match="another seed_book loads this book"):
            seed()

    assert (people(), everything()) == before
    assert seed(10)
