"""Keep the daily report on approvals, and tell compliance where it is not empty (RC-11)."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import acting
from accounts.choices import NoticeKind
from accounts.models import Correspondent
from accounts.services.notices import Message, give_notice
from accounts.services.users import system_user
from options.notice_people import compliance_of
from trading.approval_report import FINDINGS, count_checked, find_gaps
from trading.models import ApprovalReport


@transaction.atomic(durable=True)
def store_approval_reports(*, report_date: date, at: datetime) -> list[ApprovalReport]:
    """Write what was found of each correspondent as of `at`, and answer it; what is found is mailed to compliance.

    Safe to run again: the day's report is written over, and nobody is told twice of one day.
    """
    acting.claim(system_user())
    checked, gaps = count_checked(), find_gaps(at)
    reports = [
        ApprovalReport(
            correspondent=correspondent,
            date=report_date,
            made_at=at,
            accounts_checked=checked.get(correspondent.pk, 0),
            findings=[one.as_kept() for one in gaps.get(correspondent.pk, [])],
        )
        for correspondent in Correspondent.objects.order_by("code")
    ]
    stored = ApprovalReport.objects.bulk_create(
        reports,
        update_conflicts=True,
        unique_fields=["correspondent", "date"],
        update_fields=["made_at", "accounts_checked", "findings"],
    )
    for report in stored:
        if report.findings:
            _tell_compliance(report, at=at)
    return stored


def _tell_compliance(report: ApprovalReport, *, at: datetime) -> None:
    counts = {
        said: count
        for kind, said in FINDINGS.items()
        if (count := sum(one["finding"] == kind for one in report.findings))
    }
    facts = {
        "report": report,
        "count": len(report.findings),
        "counts": counts.items(),
        "link": settings.PUBLIC_URL + reverse("trading:approval_report", args=[report.pk]),
    }
    message = Message(
        kind=NoticeKind.REPORT,
        key=f"approval-report:{report.correspondent_id}:{report.date}",
        subject=f"Strikebook: {report.correspondent.code}, approvals of {report.date:%B} {report.date.day}: "
        f"{facts['count']} to look at",
        body=render_to_string("trading/mail/approval_report.txt", facts),
    )
    give_notice(message, compliance_of(report.correspondent), correspondent=report.correspondent, now=at)
