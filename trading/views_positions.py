"""The book: what all accounts hold, asset by asset, and who holds one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.choices import UserKind
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, listed, place_in, require_staff, saved_context
from accounts.selectors import list_correspondent_codes
from brokerage.web import render_page
from trading.exports import POSITIONS, positions_of
from trading.position_book import (
    KINDS,
    PATH,
    SIDES,
    BookFilter,
    chips,
    describe,
    get_held_asset,
    list_book,
    list_holders,
    read_filter,
)
from trading.views_blotter import lead_to_own

BOOK = SavedList("positions", PATH, "Positions", read_filter, POSITIONS, positions_of)


@require_GET
@never_cache
@login_required
def book(request: SignedInRequest) -> HttpResponse:
    """List what all accounts hold, by symbol, as the URL filters and pages it; marked now."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:positions")
    wanted = read_filter(request.GET)
    page = list_book(request.user, wanted, **place_in(request.GET))
    context = listed(request, wanted, page) | {
        "lines": describe(request.user, wanted, page.rows),
        "chips": chips(wanted),
        "holders_query": BookFilter(
            side=wanted.side, account=wanted.account, correspondents=wanted.correspondents
        ).query_string,
    }
    if not request.htmx:
        sees_all = request.user.sees_every_correspondent
        context |= {
            "kinds": KINDS.items(),
            "sides": SIDES.items(),
            "correspondents": list_correspondent_codes(request.user) if sees_all else (),
            **saved_context(request, BOOK),
        }
    return render_page(request, "trading/book.html", fragment="trading/_book.html", context=context)


@require_GET
@never_cache
@login_required
def holders(request: SignedInRequest, symbol: str) -> HttpResponse:
    """List who holds an asset, by name, each position with its numbers."""
    require_staff(request)
    asset = get_held_asset(symbol)
    wanted = read_filter(request.GET)
    page, lines = list_holders(request.user, wanted, asset, **place_in(request.GET))
    context = listed(request, wanted, page, f"{PATH}/{asset.symbol}") | {
        "asset": asset,
        "line": describe(request.user, wanted, [asset])[0],
        "lines": lines,
        "may_exercise": asset.is_option and request.user.may(Permission.EXERCISE_POSITIONS),
    }
    return render_page(request, "trading/book_asset.html", fragment="trading/_book_asset.html", context=context)
