"""RC-11: accounts that trade options and lack what their approval asks; the report must be empty."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import AccountKind, AgreementType, NoticeKind, Role
from accounts.models import Account, Agreement, Notice
from brokerage import clock
from brokerage.services.clock import set_clock
from options.choices import ClockKind, DeliveryMeans
from options.models import ComplianceClock, DisclosureDelivery, OptionsApplication
from options.rules.clocks import due_at
from tests.factories import make_staff
from tests.market import CALL, LONG_CALL, PUT, make_trader, submit, trade
from trading.approval_report import count_checked, find_gaps
from trading.approval_tasks import report_approvals
from trading.models import ApprovalReport
from trading.services.approval_report import store_approval_reports

pytestmark = pytest.mark.usefixtures("overview_market")


@pytest.fixture
def trader(acme):
    """An account of level 2 that bought a call, its file in order."""
    account = make_trader(acme.correspondent, cash="10000")
    trade(account, LONG_CALL, "buy")
    return account


def findings(at=None):
    found = find_gaps(at or clock.now())
    return sorted((one.account_number, one.finding) for gaps in found.values() for one in gaps)


def start(account, kind, days_ago):
    started = clock.now() - timedelta(days=days_ago)
    return ComplianceClock.objects.create(
        account=account, correspondent=account.correspondent, kind=kind, started_at=started, due_at=due_at(started)
    )


def test_an_account_that_came_in_by_the_services_has_nothing_missing(trader, acme):
    assert findings() == []
    assert count_checked() == {acme.correspondent.pk: 1}


def test_an_approval_that_was_never_given_is_found(trader):
    OptionsApplication.objects.all().delete()
    Account.objects.filter(pk=trader.pk).update(options_approved_at=None)

    assert findings() == [(trader.account_number, "no_approval")]


def test_a_level_that_was_lowered_since_was_still_approved(trader):
    Account.objects.filter(pk=trader.pk).update(options_approved_level=0)

    assert findings() == []


@pytest.mark.parametrize("revision", [None, "01.2020.01"])
def test_an_agreement_that_is_missing_or_was_no_longer_in_force_is_found_with_the_document_it_encloses(
    trader, revision
):
    signed = Agreement.objects.filter(account=trader, agreement=AgreementType.OPTIONS)
    if revision:
        signed.update(revision=revision)
    else:
        signed.delete()
    OptionsApplication.objects.update(decided_at=clock.now() + timedelta(days=365))

    assert findings() == [(trader.account_number, "no_agreement"), (trader.account_number, "no_disclosure")]


def test_an_agreement_of_the_time_of_the_approval_was_in_force(trader):
    Agreement.objects.filter(account=trader, agreement=AgreementType.OPTIONS).update(revision="01.2023.11")
    deliver(trader, "2023-04")

    assert findings() == [], "approved in January 2024, when the text of May 2024 did not exist"


def deliver(account, edition):
    DisclosureDelivery.objects.create(
        account=account,
        edition=edition,
        means=DeliveryMeans.MAIL,
        delivered_at=clock.now(),
        recorded_at=clock.now(),
        recorded_by=account.opened_by,
    )


@pytest.mark.parametrize(("edition", "is_missing"), [("2022-03", True), ("2023-04", False)])
def test_a_document_counts_in_the_edition_that_was_in_force_at_the_approval(trader, edition, is_missing):
    Agreement.objects.filter(account=trader, agreement=AgreementType.OPTIONS).update(revision="01.2023.11")
    deliver(trader, edition)

    assert findings() == ([(trader.account_number, "no_disclosure")] if is_missing else [])


def test_an_account_without_options_trades_lacks_nothing(acme):
    account = make_trader(acme.correspondent, cash="10000", level=0)
    Agreement.objects.filter(account=account).delete()
    trade(account, "AAPL", "buy")

    assert (findings(), count_checked()) == ([], {})


@pytest.mark.parametrize("symbol", [CALL, PUT, LONG_CALL])
def test_an_order_that_has_not_filled_counts(acme, symbol):
    account = make_trader(acme.correspondent, cash="50000")
    submit(account, symbol, "buy", limit="0.05")
    Agreement.objects.filter(account=account, agreement=AgreementType.OPTIONS).delete()

    assert (account.account_number, "no_agreement") in findings()


def test_a_firm_account_is_nobodys_customer(trader):
    Account.objects.filter(pk=trader.pk).update(kind=AccountKind.FIRM)
    Agreement.objects.filter(account=trader).delete()

    assert findings() == []


@pytest.mark.parametrize("kind", ClockKind)
@pytest.mark.parametrize(("days", "is_over"), [(14, False), (15, False), (16, True)])
def test_a_clock_that_ran_out_is_found_whatever_is_traded(acme, kind, days, is_over):
    account = make_trader(acme.correspondent, level=0)
    start(account, kind, days)

    assert findings() == ([(account.account_number, f"clock_{kind}")] if is_over else [])


def test_a_clock_runs_out_when_its_last_day_is_over(acme):
    running = start(make_trader(acme.correspondent, level=0), ClockKind.DECISION, 3)

    assert findings(running.due_at) == []
    assert len(findings(running.due_at + timedelta(microseconds=1))) == 1


def test_a_clock_that_was_stopped_did_not_run_out(acme):
    running = start(make_trader(acme.correspondent, level=0), ClockKind.DECISION, 30)
    ComplianceClock.objects.filter(pk=running.pk).update(stopped_at=clock.now())

    assert findings() == []


def test_the_report_is_kept_for_every_correspondent_and_mailed_where_it_is_not_empty(trader, acme, globex):
    Agreement.objects.filter(account=trader, agreement=AgreementType.OPTIONS).delete()
    deliver(trader, "2023-04")
    make_staff(Role.COMPLIANCE, acme.correspondent)
    make_staff(Role.COMPLIANCE, globex.correspondent)

    store_approval_reports(report_date=clock.today(), at=clock.now())

    ours, theirs = ApprovalReport.objects.order_by("correspondent__code")
    assert (ours.accounts_checked, len(ours.findings), theirs.accounts_checked, theirs.findings) == (1, 1, 0, [])
    assert ours.findings[0]["account_number"] == trader.account_number
    assert trader.name not in str(ours.findings)
    notice = Notice.objects.get()
    assert (notice.address, notice.kind) == ("compliance@acme.example", NoticeKind.REPORT)
    assert "Strikebook: ACME, approvals of January 24: 1 to look at" in notice.subject
    assert "1: Trades options without an agreement in force" in notice.body
    assert f"/compliance/{ours.pk}" in notice.body


def test_without_compliance_of_its_own_the_brokers_is_told(trader):
    Agreement.objects.filter(account=trader, agreement=AgreementType.OPTIONS).delete()
    make_staff(Role.COMPLIANCE, None)

    store_approval_reports(report_date=clock.today(), at=clock.now())

    assert list(Notice.objects.values_list("address", flat=True)) == ["compliance@broker.example"]


def test_a_report_made_again_replaces_the_days_and_tells_nobody_twice(trader, acme):
    make_staff(Role.COMPLIANCE, acme.correspondent)
    Agreement.objects.filter(account=trader, agreement=AgreementType.OPTIONS).delete()
    deliver(trader, "2023-04")
    for _ in range(2):
        store_approval_reports(report_date=clock.today(), at=clock.now())
    assert (ApprovalReport.objects.count(), Notice.objects.count()) == (1, 1)

    ComplianceClock.objects.all().delete()
    start(trader, ClockKind.DECISION, 30)
    store_approval_reports(report_date=clock.today(), at=clock.now())

    assert (ApprovalReport.objects.count(), Notice.objects.count()) == (1, 1)
    assert len(ApprovalReport.objects.get().findings) == 2


def test_the_statements_do_not_grow_with_the_accounts(acme):
    def statements(accounts):
        for _ in range(accounts):
            account = make_trader(acme.correspondent, cash="10000")
            submit(account, LONG_CALL, "buy", limit="0.05")
        Agreement.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            store_approval_reports(report_date=clock.today(), at=clock.now())
        return len(queries)

    assert statements(1) == statements(3)


def test_moving_the_clock_past_closes_makes_a_report_of_each(acme):
    set_clock(now=clock.now() + timedelta(days=2), frozen=True)

    days = ApprovalReport.objects.order_by("date").values_list("date", flat=True)
    assert [str(day) for day in days] == ["2024-01-24", "2024-01-25"]


def test_the_job_reports_the_session_that_ended(acme, clock_at):
    report_approvals(clock_at("2024-01-24 16:00"))

    report = ApprovalReport.objects.get()
    assert (str(report.date), report.made_at) == ("2024-01-24", clock.now())
