"""Exercise a position from its account: looked over, confirmed where it is out of the money, and done once."""

from dataclasses import replace
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage.errors import BrokerageError
from brokerage.money import plain
from brokerage.web import redirect_page, render_page
from options.models import Asset
from trading.exercise_page import read_exercise
from trading.forms_exercise import ExerciseForm
from trading.refusal_words import plain_refusals_on
from trading.services.exercise import Exercised, exercise_position, find_contract


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def exercise(request: SignedInRequest, account_id: UUID, symbol: str) -> HttpResponse:
    """Show what exercising would move and what it gives away; on POST exercise, once for each form."""
    account = get_listed_account(request.user, account_id)
    request.user.require(Permission.EXERCISE_POSITIONS)
    asset = _contract(symbol)
    if request.method == "GET":
        form = ExerciseForm({"qty": request.GET["qty"]} if "qty" in request.GET else None)
        return _page(request, account, asset, form)
    form = ExerciseForm(request.POST)
    if form.is_valid():
        with plain_refusals_on(form):
            done = exercise_position(
                actor=request.user,
                account_id=account.pk,
                symbol_or_id=asset.symbol,
                quantity=form.cleaned_data["qty"],
                confirmed=form.cleaned_data["confirmed"],
                one_time_key=form.cleaned_data["one_time_key"],
            )
            messages.success(request, _said(done, asset))
            return redirect_page(request, "trading:activities", account.pk)
    return _page(request, account, asset, form, status=422)


def _contract(symbol: str) -> Asset:
    try:
        return find_contract(symbol)
    except BrokerageError:
        raise Http404 from None


def _said(done: Exercised, asset: Asset) -> str:
    count = f"{plain(done.qty_exercised)} contract{'' if done.qty_exercised == 1 else 's'}"
    return f"Exercised {count} of {asset.name}; {plain(done.qty_remaining)} left."


def _page(
    request: SignedInRequest, account: Account, asset: Asset, form: ExerciseForm, *, status: int = 200
) -> HttpResponse:
    look = read_exercise(account, asset, actor=request.user, quantity=form.quantity)
    if form.errors.get("qty"):
        look = replace(look, picture=None, refusal=" ".join(str(one) for one in form.errors["qty"]), remedy="")
    if not form.is_bound:
        form.initial["qty"] = plain(look.holding.available)
    context = account_frame(account, "positions") | {
        "form": form,
        "look": look,
        "asset": asset,
        "one_time_key": form.data.get("one_time_key") or uuid4(),
    }
    return render_page(
        request, "trading/exercise.html", fragment="trading/_exercise.html", context=context, status=status
    )
