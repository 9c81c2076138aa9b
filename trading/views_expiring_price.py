"""Entering by hand what an underlying closed at, where the market did not say."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.listing import read_day
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.saved_lists import require_staff
from brokerage.errors import NotPermitted
from brokerage.web import redirect_page, refusals_on
from trading.expirations import not_priced
from trading.services.expiration_close import enter_closing_price


class ClosingPriceForm(forms.Form):
    """What a person enters of one underlying: the price, and where it was read."""

    price = forms.DecimalField(
        label="Official closing price",
        error_messages={"required": "Official closing price is required.", "invalid": "The price must be a number."},
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label="Where it was read",
        max_length=1024,
        error_messages={"required": "Where it was read is required."},
        help_text="Kept in the audit trail with your name.",
    )


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def closing_price(request: SignedInRequest, symbol: str) -> HttpResponse:
    """Ask for the closing price of an underlying whose contracts wait for one; on POST enter it."""
    require_staff(request)
    request.user.require(Permission.POST_ASSIGNMENTS)
    if not request.user.sees_every_correspondent:
        raise NotPermitted(permission=Permission.POST_ASSIGNMENTS.label)
    day: date | None = read_day(request.GET.get("day", ""))
    waiting: Any = not_priced(day).get(symbol) if day else None
    if day is None or waiting is None:
        raise Http404
    form = ClosingPriceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        with refusals_on(form):
            enter_closing_price(
                actor=request.user, expiration_date=day, symbol=symbol, price=said["price"], reason=said["reason"]
            )
            messages.success(request, f"{symbol} closed at {said['price']}: its contracts are settled now.")
            return redirect_page(request, "trading:expiring")
    context = {"form": form, "symbol": symbol, "day": day, "waiting": waiting}
    return render(request, "trading/expiring_price.html", context, status=422 if form.errors else 200)
