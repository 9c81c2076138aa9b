"""The clearing house's notices, for the broker's people: their list, each one's work paper, and importing a file."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.audit import record_export
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from brokerage.errors import NotPermitted
from brokerage.web import redirect_page, refusals_on, render_page
from trading.assignments import describe_paper, get_notice, is_repeatable, list_notices
from trading.forms_assignments import AssignmentFileForm
from trading.models import AssignmentNotice
from trading.rules.assignment_notices import read_file
from trading.services.assignment import receive_file

PATH = "/assignments/notices"


@require_GET
@never_cache
@login_required
def notices(request: SignedInRequest) -> HttpResponse:
    """List the notices, newest first, each with how many accounts it fell to and how many are posted."""
    page = list_notices(request.user, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "previous_url": f"{PATH}?before={page.before}" if page.before else "",
        "next_url": f"{PATH}?after={page.after}" if page.after else "",
        "may_import": request.user.may(Permission.POST_ASSIGNMENTS),
    }
    return render_page(request, "trading/notices.html", fragment="trading/_notices.html", context=context)


@require_GET
@never_cache
@login_required
def notice(request: SignedInRequest, notice_id: UUID) -> HttpResponse:
    """Show a notice and its work paper; with `?again=1` allocate from it again, and say whether it is the same."""
    found = get_notice(request.user, notice_id)
    context = {
        "notice": found,
        "paper": describe_paper(found.work_paper),
        "is_same": is_repeatable(found) if request.GET.get("again") else None,
        "is_random": found.work_paper["method"] == "random",
    }
    return render(request, "trading/notice.html", context)


@require_GET
@never_cache
@login_required
def work_paper(request: SignedInRequest, notice_id: UUID) -> HttpResponse:
    """Send a work paper whole, as JSON; that it was taken stands in the trail."""
    found = get_notice(request.user, notice_id)
    record_export(request.user, subject="AssignmentNotice", facts={"reference": found.reference, "format": "json"})
    response = HttpResponse(json.dumps(found.work_paper, indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="allocation-{found.pk}.json"'
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def import_notices(request: SignedInRequest) -> HttpResponse:
    """Check or import a clearing file: all of it, or every bad line named."""
    request.user.require(Permission.POST_ASSIGNMENTS)
    if not request.user.sees_every_correspondent:
        raise NotPermitted(permission=Permission.POST_ASSIGNMENTS.label)
    form = AssignmentFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        is_dry_run = "check" in request.POST
        with refusals_on(form):
            lines = read_file(form.cleaned_data["file"])
            received = receive_file(actor=request.user, lines=lines, is_dry_run=is_dry_run)
            if not is_dry_run:
                messages.success(request, f"Imported: {_said(received)}. They are being posted, account by account.")
                return redirect_page(request, "trading:notices")
            context["checked"] = _said(received)
    return render(request, "trading/notices_import.html", context, status=422 if form.errors else 200)


def _said(received: Sequence[AssignmentNotice]) -> str:
    contracts = sum(int(one.quantity) for one in received)
    notices = "1 notice" if len(received) == 1 else f"{len(received):,} notices"
    return f"{notices} of {contracts:,} contract{'' if contracts == 1 else 's'}"
