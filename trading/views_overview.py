"""An account at a glance: balances, equity over time, what the cash is bound by, what it is exposed to."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage.web import render_page
from trading.overview import PERIODS, USUAL_PERIOD, read_cash, read_equity, read_exposure
from trading.selectors import read_balances

FIGURES = "balances"


@require_GET
@never_cache
@login_required
def balances(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what an account's money comes to; a swap fetches the part that it is for, the figures unless it says."""
    account = get_listed_account(request.user, account_id)
    period = request.GET.get("period", USUAL_PERIOD)
    period = period if period in PERIODS else USUAL_PERIOD
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        FIGURES: lambda: {"balances": read_balances(account)},
        "equity": lambda: _equity(account, period),
        "cash": lambda: {"cash": read_cash(account)},
        "exposure": lambda: _exposure(account),
    }
    if request.htmx and not request.htmx.history_restore_request:
        wanted = request.htmx.target if request.htmx.target in parts else FIGURES
        context, fragment = parts[wanted](), _fragment(wanted)
    else:
        context = {name: value for part in parts.values() for name, value in part().items()}
        fragment = _fragment(FIGURES)
    context |= account_frame(account, "balances")
    return render_page(request, "trading/balances.html", fragment=fragment, context=context)


def _fragment(part: str) -> str:
    return "trading/_balances.html" if part == FIGURES else f"trading/_overview_{part}.html"


def _equity(account: Account, period: str) -> dict[str, Any]:
    return {"equity": read_equity(account, period), "periods": PERIODS.items(), "period_label": PERIODS[period]}


def _exposure(account: Account) -> dict[str, Any]:
    by_underlying, by_expiration = read_exposure(account)
    return {"by_underlying": by_underlying, "by_expiration": by_expiration}
