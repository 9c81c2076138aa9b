"""The pages of the report on approvals: who may look, what they show, and the file to take away."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.test import Client

from accounts.choices import Role
from accounts.models import AuditEntry
from brokerage import clock
from tests.factories import make_account, make_staff
from trading.models import ApprovalReport


@pytest.fixture
def report(acme):
    account = make_account(acme.correspondent, changes={"identity.given_name": "=Ada", "identity.family_name": "Cole"})
    finding = {
        "account_id": str(account.pk),
        "account_number": account.account_number,
        "finding": "no_agreement",
        "since": "2024-01-10T15:00:00+00:00",
    }
    return ApprovalReport.objects.create(
        correspondent=acme.correspondent,
        date=date(2024, 1, 24),
        made_at=clock.now(),
        accounts_checked=7,
        findings=[finding, finding | {"finding": "no_approval", "since": None}],
    )


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def paths(report):
    return ["/compliance", f"/compliance/{report.pk}", f"/compliance/{report.pk}/findings.csv"]


@pytest.mark.parametrize("number", range(3))
def test_who_may_not_supervise_is_refused_and_nobody_is_sent_to_sign_in(report, acme, number):
    path = paths(report)[number]

    assert [signed_in(user).get(path).status_code for user in (acme.reader, acme.ops)] == [403, 403]
    assert Client().get(path).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("number", [1, 2])
def test_the_neighbor_finds_no_report_of_ours(report, globex, number):
    assert signed_in(globex.rop).get(paths(report)[number]).status_code == 404


def test_the_neighbors_list_is_its_own(report, globex, acme):
    theirs, ours = (signed_in(user).get("/compliance").content.decode() for user in (globex.rop, acme.rop))

    assert f"report-{report.pk}" not in theirs
    assert "No report yet." in theirs
    assert f"report-{report.pk}" in ours


@pytest.mark.parametrize("role", [Role.ROP, Role.COMPLIANCE, Role.ADMIN])
def test_supervisors_see_the_days_with_their_counts(report, acme, role):
    user = acme.rop if role == Role.ROP else make_staff(role, acme.correspondent)

    page = signed_in(user).get("/compliance").content.decode()

    assert "Jan 24, 2024" in page
    assert "To look at" in page
    assert 'data-label="Findings">2<' in page
    assert 'data-label="Checked">7<' in page


def test_the_broker_sees_whose_each_report_is(report, globex):
    ApprovalReport.objects.create(
        correspondent=globex.correspondent, date=report.date, made_at=clock.now(), accounts_checked=0
    )

    page = signed_in(make_staff(Role.COMPLIANCE, None)).get("/compliance").content.decode()

    assert ("ACME" in page, "GLBX" in page, "Empty" in page) == (True, True, True)


def test_the_fragment_equals_its_part_of_the_page(report, acme):
    client = signed_in(acme.rop)

    page = client.get("/compliance").content.decode()
    fragment = client.get("/compliance", headers={"HX-Request": "true"}).content.decode()

    assert fragment.strip() in page


def test_a_report_names_what_was_found_with_links_to_the_accounts(report, acme):
    page = signed_in(acme.rop).get(f"/compliance/{report.pk}").content.decode()

    account_id = report.findings[0]["account_id"]
    assert "Trades options without an agreement in force at the approval" in page
    assert "Trades options without an approval on record" in page
    assert page.count(f'href="/accounts/{account_id}/options"') == 2


def test_an_empty_report_says_so(report, acme):
    ApprovalReport.objects.update(findings=[])

    assert "Nothing was found." in signed_in(acme.rop).get(f"/compliance/{report.pk}").content.decode()


def test_the_file_holds_every_finding_and_the_trail_that_it_was_taken(report, acme):
    response = signed_in(acme.rop).get(f"/compliance/{report.pk}/findings.csv")

    heads, first, second = csv.reader(StringIO(response.content.decode("utf-8-sig")))
    assert response.headers["Content-Disposition"] == 'attachment; filename="approvals-ACME-2024-01-24.csv"'
    assert heads == ["Account", "Holder", "Account ID", "Finding", "Since (New York)"]
    assert (first[0], first[1], first[4]) == (
        report.findings[0]["account_number"],
        "'=Ada Cole",
        "2024-01-10T10:00:00-05:00",
    )
    assert second[4] == ""
    assert AuditEntry.objects.filter(act="exported", subject="ApprovalReport", actor_id=acme.rop.pk).count() == 1


def test_the_days_are_paged(report, acme):
    ApprovalReport.objects.bulk_create(
        ApprovalReport(
            correspondent=acme.correspondent,
            date=date.fromordinal(report.date.toordinal() - day),
            made_at=clock.now(),
            accounts_checked=0,
        )
        for day in range(1, 60)
    )

    page = signed_in(acme.rop).get("/compliance")

    assert page.content.decode().count('id="report-') == 50
    assert page.context["next_url"]
    assert signed_in(acme.rop).get(page.context["next_url"]).content.decode().count('id="report-') == 10


def test_a_report_that_does_not_exist_is_not_found(acme):
    assert signed_in(acme.rop).get("/compliance/999999999999999999999").status_code == 404
