"""The blotter: the orders of all accounts, and canceling several at once."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.choices import UserKind
from accounts.list_heads import Head
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, listed, place_in, require_staff, saved_context
from accounts.selectors import list_correspondent_codes, list_own_accounts
from brokerage.templatetags.formats import sentence
from brokerage.web import redirect_page, render_page
from trading.blotter import (
    FILLED,
    NEWEST,
    OLDEST,
    PAGE_SIZE,
    PATH,
    BlotterFilter,
    chips,
    choices_of_status,
    list_blotter,
    read_filter,
)
from trading.canceling import CancelPlan, Kept, plan_cancel, read_orders
from trading.choices import OrderSide, OrderType, PositionIntent
from trading.exports import ORDERS, orders_of
from trading.models import Order
from trading.services.canceling import CancelOutcome, cancel_orders

NONE_SELECTED = {"selected": "none"}  # What the list is led back to with where nothing was.
BLOTTER = SavedList("orders", PATH, "Orders", read_filter, ORDERS, orders_of)


@require_GET
@never_cache
@login_required
def blotter(request: SignedInRequest) -> HttpResponse:
    """List the orders of all accounts, newest first, as the URL filters and pages them."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:orders")
    wanted = read_filter(request.GET)
    page = list_blotter(request.user, wanted, **place_in(request.GET))
    context = listed(request, wanted, page) | {
        "chips": chips(wanted),
        "submitted": _submitted(wanted),
        "may_cancel": request.user.may(Permission.CANCEL_ORDERS),
        "is_none_selected": request.GET.get("selected") == NONE_SELECTED["selected"],
    }
    if not request.htmx:
        context |= {
            "statuses": choices_of_status(wanted),
            "sides": OrderSide.choices,
            "types": OrderType.choices,
            "intents": PositionIntent.choices,
            "filled": FILLED.items(),
            "correspondents": list_correspondent_codes(request.user) if _sees_all(request) else (),
            **saved_context(request, BLOTTER),
        }
    return render_page(request, "trading/blotter.html", fragment="trading/_blotter.html", context=context)


def lead_to_own(request: SignedInRequest, route: str) -> HttpResponse:
    """Lead a customer, who has no list over accounts, to the page of their one account, or let them choose."""
    own = list_own_accounts(request.user)
    return redirect_page(request, route, own[0].pk) if len(own) == 1 else redirect_page(request, "accounts:list")


def _submitted(wanted: BlotterFilter) -> Head:
    """Answer the head of the column that the list is sorted by: the other way round at a click."""
    is_newest = wanted.sort == NEWEST
    other = BlotterFilter(**(vars(wanted) | {"sort": OLDEST if is_newest else NEWEST}))
    direction = "descending" if is_newest else "ascending"
    return Head("submitted", "Submitted (ET)", "number column-moment", other.url(), direction)


# --- Several at once -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def cancel_many(request: SignedInRequest) -> HttpResponse:
    """Show what canceling the selected orders would do; on POST cancel each, and say what came of each.

    Whoever selected nothing is led back to the list, which says so.
    """
    require_staff(request)
    request.user.require(Permission.CANCEL_ORDERS)
    asked = request.POST if request.method == "POST" else request.GET
    orders = read_orders(request.user, _selected(asked))
    wanted = read_filter(QueryDict(asked.get("filter", "")))
    place = place_in(asked)
    back = wanted.url(**place)
    context: dict[str, Any] = {"filters": wanted, "back_url": back, "shows_correspondent": _sees_all(request)}
    if request.method == "POST":
        outcomes = cancel_orders(actor=request.user, orders=orders)
        context |= _told(request, orders, outcomes)
        return render(request, "trading/bulk_done.html", context, status=200 if outcomes else 422)
    if not orders:
        return redirect(wanted.url(**place, **NONE_SELECTED))
    plan = plan_cancel(orders)
    context |= {"plan": plan, "sentence": _sentence(plan), **place}
    return render(request, "trading/bulk_cancel.html", context)


@require_GET
@never_cache
@login_required
def asked_orders(request: SignedInRequest) -> HttpResponse:
    """Show how far the orders are by now whose cancellation was asked for."""
    require_staff(request)
    request.user.require(Permission.CANCEL_ORDERS)
    context = {"back_url": PATH, "shows_correspondent": _sees_all(request)}
    context |= _asked(read_orders(request.user, _selected(request.GET)))
    return render_page(request, "trading/bulk_done.html", fragment="trading/_bulk_asked.html", context=context)


def _sees_all(request: SignedInRequest) -> bool:
    return request.user.sees_every_correspondent


def _selected(asked: QueryDict) -> list[UUID]:
    """Answer the orders that were selected on the page, each once; what is no id was not on it."""
    found: list[UUID] = []
    for text in asked.getlist("selected")[: 2 * PAGE_SIZE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _sentence(plan: CancelPlan) -> str:
    """Say in a sentence what would be canceled: `3 orders of 2 accounts in AAPL and TSLA`."""
    orders, accounts = len(plan.orders), len({order.account_id for order in plan.orders})
    said = f"{orders} order{'' if orders == 1 else 's'} of {accounts} account{'' if accounts == 1 else 's'}"
    symbols = len(plan.symbols)
    return f"{said} in {plan.symbols[0]}" if symbols == 1 else f"{said} in {symbols} symbols"


def _told(request: SignedInRequest, orders: Sequence[Order], outcomes: Sequence[CancelOutcome]) -> dict[str, Any]:
    """Answer what came of each order: how far those are that were asked for, and why others were not."""
    by_id = {order.pk: order for order in orders}
    refused = [Kept(by_id[one.order_id], sentence(one.refusal)) for one in outcomes if one.refusal]
    asked = read_orders(request.user, [one.order_id for one in outcomes if not one.refusal])
    said = f"{len(asked)} canceled or on {'its' if len(asked) == 1 else 'their'} way"
    return {"refused": refused, "said": f"{said}, {len(refused)} not." if refused else f"{said}.", **_asked(asked)}


def _asked(orders: Sequence[Order]) -> dict[str, Any]:
    query = urlencode([("selected", order.pk) for order in orders])
    return {
        "asked": orders,
        "is_pending": any(order.is_open for order in orders),
        "asked_url": f"{PATH}/cancel/asked?{query}",
    }
