"""What the shell of every page needs by itself: its clock, and the choice of a theme."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

A_YEAR = 365 * 24 * 60 * 60
THEMES = ("light", "dark")


@require_GET
@never_cache
@login_required
def market_clock(request: HttpRequest) -> HttpResponse:
    """Show the clock of the bar, as the shell fetches it from time to time."""
    return render(request, "components/_clock.html")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back; `system`, and anything unknown, follows the device."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
