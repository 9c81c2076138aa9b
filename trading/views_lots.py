"""An account's lots: what is open, what was realized, and both as files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.audit import record_export
from accounts.choices import UserKind
from accounts.errors import AccountNotFound
from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from accounts.saved_lists import CONTENT_TYPES, place_in, require_staff, send_table
from brokerage import clock
from brokerage.keyset import Page
from brokerage.web import render_page
from trading.lot_book import (
    PATH,
    LotFilter,
    chips,
    describe,
    list_closed,
    list_open,
    mark,
    read_filter,
    total_by_year,
    total_of,
    total_open,
)
from trading.lot_export import OPEN, REALIZED, Chunks, open_of, realized_of


@dataclass(frozen=True)
class File:
    """A part of the page as a file: its title, its columns, and what yields its rows."""

    title: str
    columns: dict[str, int]
    rows: Callable[[Account, LotFilter], Chunks]


FILES = {
    "open": File("Open lots", dict(OPEN), open_of),
    "realized": File("Realized gains", dict(REALIZED), realized_of),
}


@require_GET
@never_cache
@login_required
def lots(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show the open lots of an account by symbol, the oldest of each first, marked to the market."""
    account = get_listed_account(request.user, account_id)
    wanted = LotFilter(read_filter(request.GET).symbol)
    page = list_open(account, wanted, **place_in(request.GET))
    context = _listed(request, account, wanted, page, "open")
    context |= {"lines": mark(page.rows), "totals": total_open(account, wanted)}
    return render_page(request, "trading/lots.html", fragment="trading/_lots_open.html", context=context)


@require_GET
@never_cache
@login_required
def realized(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what an account realized, year by year and closing by closing, the newest first."""
    account = get_listed_account(request.user, account_id)
    wanted = read_filter(request.GET)
    page = list_closed(account, wanted, **place_in(request.GET))
    years = total_by_year(account, wanted)
    context = _listed(request, account, wanted, page, "realized") | {
        "lines": describe(account, page.rows),
        "years": years,
        "all_years": total_of(years),
        "this_year": clock.today().year,
    }
    return render_page(request, "trading/lots.html", fragment="trading/_lots_realized.html", context=context)


@require_GET
@never_cache
@login_required
def export(request: SignedInRequest, part: str, kind: str) -> HttpResponseBase:
    """Send the open lots of an account, or what it realized, as the URL filters them; last a row with the totals."""
    require_staff(request)
    try:
        account = get_listed_account(request.user, UUID(request.GET.get("account", "")))
    except ValueError:
        raise AccountNotFound from None
    wanted, file = read_filter(request.GET), FILES[part]
    facts = {"format": kind, "filter": wanted.query_string, "account": str(account.pk)}
    record_export(request.user, subject=f"lots/{part}", facts=facts)
    name = f"{'lots' if part == 'open' else 'realized'}-{account.account_number}"
    return send_table(request, kind, name, file.title, file.columns, file.rows(account, wanted))


def _listed(
    request: SignedInRequest, account: Account, wanted: LotFilter, page: Page[Any], part: str
) -> dict[str, Any]:
    own = f"/accounts/{account.pk}/lots" + ("" if part == "open" else "/realized")
    files = {kind: wanted.url(f"{PATH}/{part}/export.{kind}", account=str(account.pk)) for kind in CONTENT_TYPES}
    return account_frame(account, "lots") | {
        "part": part,
        "path": own,
        "filters": wanted,
        "chips": chips(wanted, own),
        "page": page,
        "own_url": wanted.url(own, **place_in(request.GET)),
        "previous_url": wanted.url(own, before=page.before) if page.before else "",
        "next_url": wanted.url(own, after=page.after) if page.after else "",
        "export_urls": {} if request.user.kind == UserKind.CUSTOMER else files,
    }
