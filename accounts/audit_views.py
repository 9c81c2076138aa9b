"""The pages of the audit trail, and the part of an account's page that reveals what is masked."""

from functools import partial
from operator import itemgetter
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.acting import tenant_of
from accounts.audit_forms import RevealForm
from accounts.audit_listing import describe, list_account_audit, list_audit, read_filter
from accounts.audit_status import chain_status
from accounts.audit_words import subject_words
from accounts.auditing import audited_subjects
from accounts.choices import AuditAct
from accounts.listing import get_listed_account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from accounts.services.audit_export import export_audit
from accounts.services.reveal import reveal_date_of_birth, reveal_tax_id
from brokerage import clock
from brokerage.database_session import TENANT, put
from brokerage.downloads import send_chunks
from brokerage.errors import EndpointNotFound
from brokerage.market_calendar import NEW_YORK
from brokerage.templatetags.formats import when
from brokerage.web import refusals_on, render_page

# What no trigger sees: looks, exports, and coming and going.
EXPLICIT = ("AuditEntry", "Expiration", "Identity.date_of_birth", "Identity.tax_id", "sign_in")
REVEALED = {"tax-id": "Tax ID", "date-of-birth": "Date of birth"}


@require_GET
@never_cache
@login_required
def audit_trail(request: SignedInRequest) -> HttpResponse:
    """List the audit trail as the URL filters and pages it, with how its chain stands."""
    wanted = read_filter(request.GET)
    page = list_audit(request.user, wanted, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "filters": wanted,
        "page": page,
        "rows": describe(page.rows),
        "chain": chain_status(),
        "acts": AuditAct.choices,
        "subjects": sorted(((one, subject_words(one)) for one in {*audited_subjects(), *EXPLICIT}), key=itemgetter(1)),
        "previous_url": wanted.url(before=page.before) if page.before else "",
        "next_url": wanted.url(after=page.after) if page.after else "",
        "export_url": wanted.url("/audit/export.csv"),
    }
    return render_page(request, "accounts/audit_trail.html", fragment="accounts/_audit_entries.html", context=context)


@require_GET
@never_cache
@login_required
def export_audit_trail(request: SignedInRequest) -> HttpResponseBase:
    """Send the trail, as the URL filters it, as CSV."""
    lines = export_audit(actor=request.user, wanted=read_filter(request.GET))
    name = f"audit-{clock.real_now().astimezone(NEW_YORK):%Y-%m-%d-%H%M}.csv"
    act = partial(put, {TENANT: tenant_of(request.user)}, is_local=False)
    return send_chunks(request, lines, content_type="text/csv; charset=utf-8", name=name, act=act)


@require_GET
@never_cache
@login_required
def account_audit(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what the trail holds of one account."""
    found = get_listed_account(request.user, account_id)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = list_account_audit(request.user, found, after=after, before=before)
    path = f"/accounts/{found.pk}/audit"
    context = account_frame(found, "audit") | {
        "page": page,
        "rows": describe(page.rows),
        "previous_url": f"{path}?before={page.before}" if page.before else "",
        "next_url": f"{path}?after={page.after}" if page.after else "",
        "search_url": f"/audit?account={found.account_number}",
    }
    return render_page(request, "accounts/audit.html", fragment="accounts/_audit.html", context=context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
@sensitive_variables("value")
def reveal(request: SignedInRequest, account_id: UUID, what: str) -> HttpResponse:
    """Ask why; on POST show once what is masked, or why it is not shown. It is in no URL and no store."""
    request.user.require(Permission.REVEAL_IDENTITY)
    found = get_listed_account(request.user, account_id)
    if what not in REVEALED:
        raise EndpointNotFound
    form = None if "closed" in request.GET else RevealForm(request.POST if request.method == "POST" else None)
    value = ""
    if form is not None and form.is_valid():
        with refusals_on(form):
            asked = {"actor": request.user, "account_id": found.pk, "reason": form.cleaned_data["reason"]}
            value = reveal_tax_id(**asked) if what == "tax-id" else str(when(reveal_date_of_birth(**asked)))
    context = account_frame(found, "profile") | {"what": what, "label": REVEALED[what], "form": form, "value": value}
    template = "accounts/_reveal.html" if request.htmx else "accounts/reveal.html"
    return render(request, template, context, status=422 if form is not None and form.errors else 200)
