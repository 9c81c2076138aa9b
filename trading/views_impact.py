"""The part of a change of the options level that is trading's: what happens to open orders and positions."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.choices import OptionsLevel
from accounts.listing import get_listed_account
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage.web import render_page
from trading.impact import read_impact


@require_GET
@never_cache
@login_required
def options_impact(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show what another options level means for what is open and held."""
    account = get_listed_account(request.user, account_id)
    levels = {str(level.value): level.value for level in OptionsLevel}
    level = levels.get(request.GET.get("level", "0"))
    if level is None:
        raise Http404
    context = account_frame(account, "options") | {"impact": read_impact(account, level)}
    return render_page(request, "trading/impact.html", fragment="trading/_impact.html", context=context)
