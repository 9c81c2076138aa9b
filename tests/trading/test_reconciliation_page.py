"""The reconciliation as staff read it: what is found, since when, and that a run alone ends it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from brokerage.market_calendar import NEW_YORK
from tests.market import make_trader
from trading.models import Position, ReconciliationBreak, ReconciliationRun
from trading.reconciliation import CHECKS
from trading.services.reconciliation import reconcile

pytestmark = pytest.mark.django_db(transaction=True)
CLOSE = datetime(2024, 1, 24, 18, tzinfo=NEW_YORK)
CHECK = "positions equal their postings"


@pytest.fixture
def account(acme, overview_market):
    """An account whose cash is not what was posted to it."""
    account = make_trader(acme.correspondent, cash="1000", level=0)
    Position.objects.filter(account=account).update(quantity=Decimal(999))
    return account


def of_check():
    return ReconciliationBreak.objects.filter(check_name=CHECK)


def test_a_break_keeps_its_age_and_is_over_when_a_run_no_longer_finds_it(account):
    reconcile(at=CLOSE)
    reconcile(at=CLOSE + timedelta(days=1))

    found = of_check().get()
    assert (found.account, found.asset, found.found, found.expected) == (account, "USD", 999, 1000)
    assert (found.first_seen_at, found.last_seen_at, found.gone_at) == (CLOSE, CLOSE + timedelta(days=1), None)

    Position.objects.filter(account=account).update(quantity=Decimal(1000))
    run = reconcile(at=CLOSE + timedelta(days=2))

    assert of_check().get().gone_at == CLOSE + timedelta(days=2)
    assert (run.checks_done, run.finished_at is None) == (len(CHECKS), False)


def test_staff_see_their_own_breaks_and_say_who_looks_after_one(account, client, acme, globex):
    reconcile(at=CLOSE)
    found = of_check().get()
    client.force_login(acme.ops)

    page = client.get("/reconciliation")
    kept = client.post(f"/reconciliation/breaks/{found.pk}", {"note": "Asked the bank."})

    assert {line.name for line in page.context["lines"] if line.count} == {CHECK}
    found.refresh_from_db()
    assert (kept.status_code, found.owner, found.note, found.gone_at) == (302, acme.ops, "Asked the bank.", None)
    client.force_login(globex.ops)
    assert all(not line.count for line in client.get("/reconciliation").context["lines"])
    assert client.get(f"/reconciliation/breaks/{found.pk}").status_code == 404


def test_a_note_that_says_nothing_is_refused_and_nothing_is_kept(account, client, acme):
    reconcile(at=CLOSE)
    found = of_check().get()
    client.force_login(acme.ops)

    refused = client.post(f"/reconciliation/breaks/{found.pk}", {"note": "x"})

    found.refresh_from_db()
    assert (refused.status_code, found.owner, found.note) == (422, None, "")


def test_who_only_reads_neither_sees_nor_asks(acme, client):
    client.force_login(acme.reader)

    assert client.get("/reconciliation").status_code == 403
    assert client.post("/reconciliation/run").status_code == 403
    assert not ReconciliationRun.objects.exists()
