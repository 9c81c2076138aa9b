"""Instructions over all accounts, one of them with its second person, and marking a position from its account."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.choices import UserKind
from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from accounts.saved_lists import SavedList, listed, place_in, require_staff, saved_context
from accounts.selectors import list_correspondent_codes
from brokerage import clock
from brokerage.errors import BrokerageError
from brokerage.money import plain
from brokerage.web import redirect_page, render_page
from options.models import Asset
from trading.choices import InstructionKind, InstructionStatus
from trading.forms_instructions import DoNotExerciseForm, RejectForm, WithdrawForm
from trading.instruction_book import (
    COLUMNS,
    KINDS,
    PATH,
    SOURCES,
    STATUSES,
    chips,
    count_waiting,
    get_instruction,
    instructions_of,
    list_instructions,
    read_filter,
)
from trading.instructions import long_contract
from trading.message_review import can_be_filed_late, count_new, countdown
from trading.models import Instruction
from trading.refusal_words import plain_refusals_on
from trading.rules.cutoffs import cutoff_on, expiration_day
from trading.services.do_not_exercise import (
    confirm_do_not_exercise,
    file_do_not_exercise,
    find_in_force,
    reject_do_not_exercise,
    withdraw_do_not_exercise,
)
from trading.services.exercise import find_contract
from trading.views_blotter import lead_to_own

KEPT = SavedList("instructions", PATH, "Instructions", read_filter, COLUMNS, instructions_of)


@require_GET
@never_cache
@login_required
def instructions(request: SignedInRequest) -> HttpResponse:
    """List the instructions of all accounts, the last received first, as the URL filters and pages them."""
    if request.user.kind == UserKind.CUSTOMER:
        return lead_to_own(request, "trading:positions")
    wanted = read_filter(request.GET)
    page = list_instructions(request.user, wanted, **place_in(request.GET))
    context = listed(request, wanted, page) | tabs(request, "instructions") | {"chips": chips(wanted)}
    if not request.htmx:
        sees_all = request.user.sees_every_correspondent
        context |= {
            "kinds": KINDS.items(),
            "statuses": STATUSES.items(),
            "sources": SOURCES.items(),
            "correspondents": list_correspondent_codes(request.user) if sees_all else (),
            **saved_context(request, KEPT),
        }
    return render_page(request, "trading/instructions.html", fragment="trading/_instructions.html", context=context)


def tabs(request: SignedInRequest, tab: str) -> dict[str, object]:
    """Answer what the head of both tabs shows: how much waits, and how long instructions are taken today."""
    return {
        "tab": tab,
        "new_messages": count_new(request.user),
        "waiting": count_waiting(request.user) if request.user.may(Permission.CONFIRM_INSTRUCTIONS) else 0,
        "countdown": countdown(clock.now()),
    }


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def instruction(request: SignedInRequest, instruction_id: UUID) -> HttpResponse:
    """Show an instruction; on POST confirm it or turn it down, as a second person."""
    require_staff(request)
    found = get_instruction(request.user, instruction_id)
    form = RejectForm(request.POST if "reject" in request.POST else None)
    refusal = ""
    if request.method == "POST" and "confirm" in request.POST:
        try:
            done = confirm_do_not_exercise(actor=request.user, instruction_id=found.pk)
        except BrokerageError as error:
            refusal = str(error)
        else:
            messages.success(request, _confirmed(done))
            return redirect_page(request, "trading:instructions")
    elif form.is_valid():
        with plain_refusals_on(form):
            reject_do_not_exercise(actor=request.user, instruction_id=found.pk, reason=form.cleaned_data["reason"])
            messages.success(request, f"Turned down: {found.asset.symbol}.")
            return redirect_page(request, "trading:instructions")
    is_waiting = found.status == InstructionStatus.PROPOSED
    may_confirm = request.user.may(Permission.CONFIRM_INSTRUCTIONS)
    context = {
        "instruction": found,
        "form": form,
        "refusal": refusal,
        "is_proposal": is_waiting,
        "may_confirm": is_waiting and may_confirm and found.entered_by_id != request.user.pk,
        "may_reject": is_waiting and may_confirm,
        "needs_another": is_waiting and found.entered_by_id == request.user.pk,
        "cutoff": cutoff_on(found.asset.contract.expiration_date) if found.asset.is_option else None,
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "trading/instruction.html", context, status=status)


def _confirmed(done: Instruction) -> str:
    if done.status == InstructionStatus.IN_FORCE:
        return f"In force: {plain(done.quantity)} of {done.asset.symbol} will not be exercised."
    return "Confirmed, and superseded at once: something later was said of this position."


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def do_not_exercise(request: SignedInRequest, account_id: UUID, symbol: str) -> HttpResponse:
    """Show what of a position is not to be exercised; on POST file another instruction, or withdraw it."""
    account = get_listed_account(request.user, account_id)
    request.user.require(Permission.EXERCISE_POSITIONS)
    asset, now = _contract(symbol), clock.now()
    withdraws = "withdraw" in request.POST
    posted = request.POST if request.method == "POST" else None
    form = DoNotExerciseForm(
        None if withdraws else posted, can_be_late=can_be_filed_late(asset, now, now), initial={"qty": ""}
    )
    withdrawal = WithdrawForm(posted if withdraws else None, prefix="withdrawal")
    if withdraws and withdrawal.is_valid():
        with plain_refusals_on(withdrawal):
            reason = withdrawal.cleaned_data["reason"]
            withdraw_do_not_exercise(
                actor=request.user, account_id=account.pk, symbol_or_id=asset.symbol, reason=reason
            )
            messages.success(request, f"Withdrawn: {asset.symbol} is exercised at expiration where in the money.")
            return redirect_page(request, "trading:positions", account.pk)
    elif posted and form.is_valid():
        with plain_refusals_on(form):
            done = file_do_not_exercise(
                actor=request.user, account_id=account.pk, symbol_or_id=asset.symbol, asked=form.to_request()
            )
            messages.success(request, _filed(done))
            return redirect_page(request, "trading:positions", account.pk)
    said = _said_of(account, asset)
    may_file = form.is_bound or (said["is_today"] and said["position"].held > 0)
    context = account_frame(account, "positions") | said
    context |= {"form": form, "withdrawal": withdrawal, "may_file": may_file}
    status = 422 if form.errors or withdrawal.errors else 200
    return render(request, "trading/do_not_exercise.html", context, status=status)


def _said_of(account: Account, asset: Asset) -> dict[str, Any]:
    """Answer what of a position is held, what was instructed of it, and until when instructions are taken."""
    expires = asset.contract.expiration_date
    earlier = Instruction.objects.filter(account=account, asset=asset, kind=InstructionKind.DO_NOT_EXERCISE)
    return {
        "asset": asset,
        "position": long_contract(account, asset),
        "in_force": find_in_force(account, asset),
        "earlier": earlier.select_related("entered_by").order_by("-received_at", "-id")[:20],
        "last_day": expiration_day(expires),
        "cutoff": cutoff_on(expires),
        "is_today": clock.today() == expiration_day(expires),
    }


def _filed(done: Instruction) -> str:
    if done.status == InstructionStatus.PROPOSED:
        return f"Entered: {plain(done.quantity)} of {done.asset.symbol}. Somebody else confirms it."
    return f"In force: {plain(done.quantity)} of {done.asset.symbol} will not be exercised."


def _contract(symbol: str) -> Asset:
    try:
        return find_contract(symbol)
    except BrokerageError:
        raise Http404 from None
