"""Expiring: what expires in the next five sessions, what will become of it, and telling the holders."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.choices import UserKind
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, listed, place_in, require_staff, saved_context
from accounts.selectors import list_correspondent_codes
from brokerage import clock
from brokerage.keyset import Page
from brokerage.web import render_page
from options.rules.expirations import stops_trading_at
from trading.choices import Projected
from trading.expiring import PATH, ExpiringFilter, chips, read_filter, read_worklist
from trading.expiring_board import read_board
from trading.expiring_export import EXPIRING, expiring_of
from trading.expiring_lines import describe, outcomes_by_day
from trading.expiring_notify import Plan, notify, plan_of
from trading.expiring_range import read_range
from trading.rules.cutoffs import expiration_day
from trading.views_blotter import lead_to_own

LIST = SavedList("expiring", PATH, "Expiring", read_filter, EXPIRING, expiring_of)
MOST_SELECTED = 200


@require_GET
@never_cache
@login_required
def expiring(request: SignedInRequest) -> HttpResponse:
    """List every position that expires in the next five sessions, the most pressing first, as the URL narrows it."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:positions")
    wanted, now = read_filter(request.GET), clock.now()
    work = read_worklist(request.user, wanted, now, **place_in(request.GET))
    page: Page[Any] = Page(list(work.page.rows), work.page.before, work.page.after)
    context = listed(request, wanted, page) | {
        "lines": describe(work),
        "chips": chips(wanted),
        "days": outcomes_by_day(work),
        "day_urls": _day_urls(wanted, work.whole.days),
        "outcomes": Projected,
        "at": now,
        "may_tell": request.user.may(Permission.WRITE_NOTES),
        "may_exercise": request.user.may(Permission.EXERCISE_POSITIONS),
        "may_trade": request.user.may(Permission.SUBMIT_ORDERS),
        "may_fund": request.user.may(Permission.TRANSFER_FUNDS),
        "closed_days": [day for day in work.whole.days if stops_trading_at(day) <= now],
        "last_days": [day for day in work.whole.days if expiration_day(day) == clock.today()],
        "is_none_selected": request.GET.get("selected") == "none",
    }
    if not request.htmx:
        slid = wanted.moves[-1].partition(":") if wanted.moves else ("", "", "")
        context |= {
            **_board(request),
            "symbols": work.expiring.symbols,
            "slid_symbol": slid[0],
            "slid_percent": slid[2].removeprefix("+"),
            "other_moves": wanted.moves[:-1],
            "correspondents": list_correspondent_codes(request.user) if request.user.sees_every_correspondent else (),
            **saved_context(request, LIST),
        }
    return render_page(request, "trading/expiring.html", fragment="trading/_expiring.html", context=context)


@require_GET
@never_cache
@login_required
def board(request: SignedInRequest) -> HttpResponse:
    """Show the board of the expiration day alone: what the page fetches again as things happen."""
    require_staff(request)
    return render_page(
        request, "trading/expiring_board.html", fragment="trading/_expiring_board.html", context=_board(request)
    )


@require_GET
@never_cache
@login_required
def price_range(request: SignedInRequest) -> HttpResponse:
    """Show how many positions on one underlying end how, over a range of its price."""
    require_staff(request)
    wanted = read_filter(request.GET)
    symbol = request.GET.get("move_of", "").upper() or wanted.symbol
    found = read_range(request.user, wanted, symbol, clock.now()) if symbol else None
    context = {"range": found, "symbol": symbol, "back_url": wanted.url()}
    return render_page(request, "trading/expiring_range.html", fragment="trading/_expiring_range.html", context=context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def tell(request: SignedInRequest) -> HttpResponse:
    """Show whom telling of the selected positions would write to; on POST tell them, and say what came of it."""
    require_staff(request)
    request.user.require(Permission.WRITE_NOTES)
    asked = request.POST if request.method == "POST" else request.GET
    wanted = read_filter(QueryDict(asked.get("filter", "")))
    back, place = wanted.url(**place_in(asked)), place_in(asked)
    selected = _selected(asked)
    plan: Plan = plan_of(request.user, selected, clock.now())
    if not plan.lines:
        return redirect(wanted.url(**place, selected="none"))
    context = {"plan": plan, "filters": wanted, "back_url": back, **place}
    if request.method == "POST":
        told = notify(request.user, plan, again="again" in asked)
        context |= {"told": told}
        return render(request, "trading/expiring_told.html", context)
    return render(request, "trading/expiring_tell.html", context)


def _board(request: SignedInRequest) -> dict[str, Any]:
    """Answer what the board shows: only the broker's people enter prices, which are everybody's."""
    user = request.user
    may_price = user.sees_every_correspondent and user.may(Permission.POST_ASSIGNMENTS)
    return {"board": read_board(user, clock.now()), "may_price": may_price}


def _selected(asked: QueryDict) -> list[int]:
    """Answer the positions that were selected on the page, each once; what is no id was not on it."""
    texts = asked.getlist("selected")[:MOST_SELECTED]
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19))


def _day_urls(wanted: ExpiringFilter, days: Any) -> dict[Any, str]:
    """Answer the URL of the list for each day: the one that is shown leads back to all of them."""
    fields = vars(wanted)
    return {day: ExpiringFilter(**(fields | {"day": None if day == wanted.day else day})).url() for day in days}
