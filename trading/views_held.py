"""Who holds an asset: a part of the pages of underlyings and contracts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.choices import UserKind
from accounts.requests import SignedInRequest
from trading.held import read_held
from trading.position_book import PATH, get_held_asset
from trading.views_blotter import lead_to_own


@require_GET
@never_cache
@login_required
def held(request: SignedInRequest, symbol: str) -> HttpResponse:
    """Show positions and open orders in an asset, to a swap; lead anything else on to the list of who holds it."""
    asset = get_held_asset(symbol)
    if not request.htmx or request.htmx.history_restore_request:
        if request.user.kind == UserKind.CUSTOMER:
            return lead_to_own(request, "trading:positions")
        return redirect(f"{PATH}/{asset.symbol}")
    context = {
        "asset": asset,
        "held": read_held(request.user, asset),
        "is_customer": request.user.kind == UserKind.CUSTOMER,
        "shows_correspondent": request.user.sees_every_correspondent,
    }
    return render(request, "trading/_held.html", context)
