"""The pages of trading: an account's positions, orders and activities, and the search."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.choices import AccountKind
from accounts.listing import get_listed_account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage import clock
from brokerage.web import render_page
from trading.listing import find_exactly, page_activities, page_orders
from trading.listing import search as search_everything
from trading.overview import Binding, bindings_by_asset
from trading.paging import paged, wanted
from trading.rules.cutoffs import expiration_day
from trading.selectors import MarkedPosition, mark_positions


@dataclass(frozen=True)
class PositionLine:
    """A position as its account shows it: its numbers, and what binds it."""

    marked: MarkedPosition
    bindings: tuple[Binding, ...]
    further: int
    today: date

    @property
    def closing_side(self) -> str:
        """Answer which order closes it."""
        return "sell" if self.marked.quantity > 0 else "buy"

    @property
    def closing_quantity(self) -> Decimal:
        """Answer how much of it an order can close: what is free."""
        return abs(self.marked.free_quantity)

    @property
    def may_be_exercised(self) -> bool:
        """Say whether it is a long contract."""
        return self.marked.asset.is_option and self.marked.quantity > 0

    @property
    def may_be_withheld(self) -> bool:
        """Say whether it is a long contract on its last day: instructions are taken then only."""
        return self.may_be_exercised and expiration_day(self.marked.asset.contract.expiration_date) == self.today


@require_GET
@never_cache
@login_required
def positions(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what an account holds, marked to the market."""
    account = get_listed_account(request.user, account_id)
    bindings = bindings_by_asset(account)
    today = clock.today()
    lines = [PositionLine(one, *bindings.get(one.asset.symbol, ((), 0)), today) for one in mark_positions(account)]
    context = account_frame(account, "positions") | {
        "positions": lines,
        "may_trade": request.user.may(Permission.SUBMIT_ORDERS) and account.kind == AccountKind.CUSTOMER,
        "may_exercise": request.user.may(Permission.EXERCISE_POSITIONS),
    }
    return render_page(request, "trading/positions.html", fragment="trading/_positions.html", context=context)


@require_GET
@never_cache
@login_required
def orders(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show an account's orders, newest first; `status` and `limit` narrow them down."""
    account = get_listed_account(request.user, account_id)
    status = request.GET.get("status", "")
    page = page_orders(account, status=status, **wanted(request))
    context = account_frame(account, "orders") | paged(request, page) | {"status": status}
    return render_page(request, "trading/orders.html", fragment="trading/_orders.html", context=context)


@require_GET
@never_cache
@login_required
def activities(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what moved in an account, newest first."""
    account = get_listed_account(request.user, account_id)
    page = page_activities(account, **wanted(request))
    context = account_frame(account, "activities") | paged(request, page)
    return render_page(request, "trading/activities.html", fragment="trading/_activities.html", context=context)


@require_GET
@never_cache
@login_required
def search(request: SignedInRequest) -> HttpResponse:
    """Show what a search finds; an account's own number, e-mail address or id leads straight to it."""
    query = " ".join(request.GET.get("q", "").split())
    exact = find_exactly(request.user, query)
    if exact is not None:
        return redirect("accounts:account", account_id=exact.pk)
    found = search_everything(
        request.user, query, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {"query": query, "found": found, "shows_correspondent": request.user.sees_every_correspondent}
    context |= paged(request, found.holders) | {"may_trade": request.user.may(Permission.SUBMIT_ORDERS)}
    return render_page(request, "trading/search.html", fragment="trading/_found.html", context=context)
