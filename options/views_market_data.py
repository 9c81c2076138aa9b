"""The market data pages: what a correspondent may see and pays for, and how much its keys took."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit import record_export
from accounts.models import Correspondent
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.saved_lists import place_in, send_table
from brokerage import clock
from brokerage.web import redirect_page, refusals_on, render_page
from options.choices import DataFeed
from options.data_access_errors import DataAccessIsTheBrokers
from options.data_access_selectors import (
    find_key,
    get_correspondent_of,
    history_of,
    list_correspondents,
    month_of,
    price_list,
    standing_of,
    usage_page,
)
from options.data_usage_export import COLUMNS, usage_rows
from options.forms_market_data import EntitlementForm, PriceForm
from options.rules.data_access import first_of, month_before, next_month, read_month
from options.services.data_access import change_entitlement, set_data_price

PATH = "/market-data"
USAGE = "market data usage"


@require_GET
@never_cache
@login_required
def market_data(request: SignedInRequest) -> HttpResponse:
    """Show the broker every correspondent and the price list, and a correspondent's administrator its own page."""
    request.user.require(Permission.MANAGE_MARKET_DATA)
    if request.user.sees_every_correspondent:
        return _overview(request)
    return _correspondent_page(request, get_correspondent_of(request.user))


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def correspondent_data(request: SignedInRequest, code: str) -> HttpResponse:
    """Show what a correspondent may see and what it took; on POST change what it may see."""
    found = get_correspondent_of(request.user, code)
    if request.method != "POST":
        return _correspondent_page(request, found)
    _require_broker(request)
    standing = standing_of(request.user, found, clock.now())
    form = EntitlementForm(request.POST, standing=standing, newest=None)
    if form.is_valid():
        with refusals_on(form):
            record = change_entitlement(
                actor=request.user,
                correspondent_id=found.pk,
                ticket=form.to_ticket(),
                seen=form.cleaned_data["seen"],
            )
            feed = DataFeed(record.feed).label
            waits = record.effective_from > clock.now()
            messages.success(request, f"{feed}: {'saved for its day' if waits else 'in force'}.")
            return redirect_page(request, f"{PATH}/{code}")
    return _correspondent_page(request, found, form)


@require_POST
@never_cache
@login_required
def data_price(request: SignedInRequest) -> HttpResponse:
    """Add a price to the list."""
    request.user.require(Permission.MANAGE_MARKET_DATA)
    _require_broker(request)
    form = PriceForm(request.POST, this_month=first_of(clock.today()))
    if form.is_valid():
        with refusals_on(form):
            price = set_data_price(actor=request.user, ticket=form.to_ticket())
            said = f"{DataFeed(price.feed).label} costs ${price.monthly_amount:,.2f} a month"
            messages.success(request, f"{said} from {price.effective_from:%B %Y}.")
            return redirect_page(request, PATH)
    return _overview(request, form)


@require_GET
@never_cache
@login_required
def export_usage(request: SignedInRequest, kind: str, code: str = "") -> HttpResponseBase:
    """Send the usage of a month as a file, of one correspondent or of all, with the totals that it is billed by."""
    found = get_correspondent_of(request.user, code) if code else None
    month = read_month(request.GET.get("month", ""), clock.today())
    rows = usage_rows(request.user, month, found)
    name = f"market-data{f'-{found.code}' if found else ''}-{month:%Y-%m}"
    record_export(request.user, subject=USAGE, facts={"format": kind, "month": f"{month:%Y-%m}", "of": code or "all"})
    return send_table(request, kind, name, f"Usage {month:%Y-%m}", COLUMNS, rows)


def _require_broker(request: SignedInRequest) -> None:
    """Raise what the service would: a correspondent's own page has no form to say it on."""
    if not request.user.sees_every_correspondent:
        raise DataAccessIsTheBrokers


def _overview(request: SignedInRequest, form: PriceForm | None = None) -> HttpResponse:
    today = clock.today()
    month = read_month(request.GET.get("month", ""), today)
    page, lines = list_correspondents(request.user, month, clock.now(), **place_in(request.GET))
    context = {
        "page": page,
        "lines": lines,
        "prices": price_list(first_of(today)),
        "form": form or PriceForm(None, this_month=first_of(today)),
        "previous_url": _url(PATH, month, before=page.before) if page.before else "",
        "next_url": _url(PATH, month, after=page.after) if page.after else "",
        **_months(PATH, month),
    }
    fragment = "options/market_data/_correspondents.html"
    template, status = "options/market_data/overview.html", 422 if form else 200
    return render_page(request, template, fragment=fragment, context=context, status=status)


def _correspondent_page(
    request: SignedInRequest, found: Correspondent, form: EntitlementForm | None = None
) -> HttpResponse:
    actor, now = request.user, clock.now()
    path = f"{PATH}/{found.code}"
    month = read_month(request.GET.get("month", ""), clock.today())
    key = find_key(actor, found, request.GET.get("key", ""))
    key_id = key.key_id if key else ""
    page = usage_page(actor, found, month, key_id, **place_in(request.GET))
    usage = month_of(actor, found, month, key_id)
    context: dict[str, Any] = {
        "correspondent": found,
        "page": page,
        "usage": usage,
        "key": key,
        "all_keys_url": _url(path, month),
        "previous_url": _url(path, month, key=key_id, before=page.before) if page.before else "",
        "next_url": _url(path, month, key=key_id, after=page.after) if page.after else "",
        **_months(path, month, key_id),
    }
    if not request.htmx:
        history, standing = history_of(actor, found), standing_of(actor, found, now)
        newest = history[0].pk if history else None
        context |= {
            "standing": standing,
            "history": history,
            "is_brokers": actor.sees_every_correspondent,
            "form": form or EntitlementForm(None, standing=standing, newest=newest),
            "prices": price_list(first_of(clock.today())),
        }
    template, fragment = "options/market_data/correspondent.html", "options/market_data/_usage.html"
    return render_page(request, template, fragment=fragment, context=context, status=422 if form else 200)


def _months(path: str, month: date, key_id: str = "") -> dict[str, Any]:
    """Answer the month that is shown, the ways to its neighbors, and its files."""
    later = next_month(month)
    return {
        "month": month,
        "earlier_url": _url(path, month_before(month), key=key_id),
        "later_url": _url(path, later, key=key_id) if later <= clock.today() else "",
        "own_url": _url(path, month, key=key_id),
        "export_urls": {kind: _url(f"{path}/export.{kind}", month) for kind in ("csv", "xlsx")},
    }


def _url(path: str, month: date, **more: str) -> str:
    return f"{path}?{urlencode({'month': f'{month:%Y-%m}'} | {name: value for name, value in more.items() if value})}"
