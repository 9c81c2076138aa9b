"""Closing prices that the market did not say, entered by the broker's people: what waits for them is settled then."""

from datetime import date
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.web import redirect_page, refusals_on
from trading.expirations import not_priced
from trading.services.expiration_close import LONGEST_REASON, enter_closing_price


class ClosingPriceForm(forms.Form):
    """What an underlying closed at, and where that is from."""

    symbol = forms.CharField(label="Underlying", max_length=32, widget=forms.Select)
    price = forms.DecimalField(
        label="Last sale of the regular session",
        error_messages={"required": "Enter the price.", "invalid": "Enter a price per share, such as 12.34."},
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label="Where it is from",
        max_length=LONGEST_REASON,
        error_messages={"required": "Say where the price is from."},
    )


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def closing_prices(request: SignedInRequest, expiration_date: str) -> HttpResponse:
    """Show what waits for a closing price of that date; on POST enter one, or show why it was refused."""
    request.user.require(Permission.POST_ASSIGNMENTS)
    if not request.user.sees_every_correspondent:
        raise NotPermitted(permission=Permission.POST_ASSIGNMENTS.label)
    day = _day(expiration_date)
    found = not_priced(day)
    asked = {"symbol": request.GET.get("symbol", "")}
    form = ClosingPriceForm(request.POST if request.method == "POST" else None, initial=asked)
    form.fields["symbol"].widget = forms.Select(choices=[(one, one) for one in found])
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            symbol, price = form.cleaned_data["symbol"], Decimal(form.cleaned_data["price"])
            enter_closing_price(
                actor=request.user,
                expiration_date=day,
                symbol=symbol,
                price=price,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, f"{symbol} closed at {price}: its contracts are settled within seconds.")
            return redirect_page(request, "trading:closing_prices", expiration_date)
    context = {
        "form": form,
        "day": day,
        "today": clock.today(),
        "waiting": [(symbol, one.positions, one.contracts) for symbol, one in found.items()],
    }
    return render(request, "trading/closing_prices.html", context, status=422 if form.errors else 200)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
