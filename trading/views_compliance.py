"""The pages of the daily report on approvals (RC-11), for who supervises."""

import csv
from io import StringIO

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.audit import record_export
from accounts.requests import SignedInRequest
from brokerage.market_calendar import NEW_YORK
from brokerage.tabular import FORMULA_STARTS
from brokerage.web import render_page
from trading.approval_report import MOST_SHOWN, FindingLine, describe, get_report, list_reports

PATH = "/compliance"
COLUMNS = ("Account", "Holder", "Account ID", "Finding", "Since (New York)")


@require_GET
@never_cache
@login_required
def approval_reports(request: SignedInRequest) -> HttpResponse:
    """List the reports, newest first, each with how much it found."""
    page = list_reports(request.user, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "shows_correspondent": request.user.sees_every_correspondent,
        "previous_url": f"{PATH}?before={page.before}" if page.before else "",
        "next_url": f"{PATH}?after={page.after}" if page.after else "",
    }
    return render_page(request, "trading/compliance.html", fragment="trading/_compliance_reports.html", context=context)


@require_GET
@never_cache
@login_required
def approval_report(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Show what the report of one day found."""
    report = get_report(request.user, report_id)
    lines = describe(request.user, report.findings[:MOST_SHOWN])
    context = {"report": report, "lines": lines, "further": len(report.findings) - len(lines)}
    return render(request, "trading/compliance_report.html", context)


@require_GET
@never_cache
@login_required
def export_findings(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Send everything that the report of one day found, as CSV; that it was taken stands in the trail."""
    report = get_report(request.user, report_id)
    name = f"approvals-{report.correspondent.code}-{report.date}.csv"
    record_export(request.user, subject="ApprovalReport", facts={"report": name, "findings": len(report.findings)})
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    rows.writerows(_cells(line) for line in describe(request.user, report.findings))
    response = HttpResponse(b"\xef\xbb\xbf" + out.getvalue().encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(line: FindingLine) -> list[str]:
    since = line.since.astimezone(NEW_YORK).isoformat() if line.since else ""
    holder, account_id = (line.account.name, str(line.account.pk)) if line.account else ("", "")
    texts = (line.account_number, holder, account_id, line.sentence, since)
    return [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in texts]
