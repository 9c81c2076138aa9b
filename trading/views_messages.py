"""The messages that came by mail: the review list, one of them with its match, and the mail itself."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.saved_lists import place_in, require_staff
from brokerage import clock
from brokerage.money import plain
from brokerage.web import redirect_page, render_page
from trading.choices import MessageStatus
from trading.forms_instructions import DismissForm, MatchForm
from trading.mailbox.parsing import attachments_of, headers_of
from trading.message_review import (
    can_be_filed_late,
    candidates_of,
    get_message,
    holders_of,
    list_messages,
)
from trading.models import InstructionMessage
from trading.refusal_words import plain_refusals_on
from trading.services.messages import dismiss_message, propose_do_not_exercise
from trading.views_instructions import tabs

PATH = "/instructions/messages"
LABELS = {MessageStatus.NEW: "To match", MessageStatus.MATCHED: "Matched", MessageStatus.DISMISSED: "Dismissed"}


@require_GET
@never_cache
@login_required
def message_list(request: SignedInRequest) -> HttpResponse:
    """List the messages in one state, the last received first."""
    require_staff(request)
    asked = request.GET.get("status", "")
    status = MessageStatus(asked) if asked in MessageStatus.values else MessageStatus.NEW
    page = list_messages(request.user, status, **place_in(request.GET))
    own = f"{PATH}?status={status}"
    context = tabs(request, "messages") | {
        "page": page,
        "status": status,
        "label": LABELS[status],
        "states": [(one, LABELS[one]) for one in MessageStatus],
        "own_url": own,
        "previous_url": f"{own}&before={page.before}" if page.before else "",
        "next_url": f"{own}&after={page.after}" if page.after else "",
        "shows_correspondent": request.user.sees_every_correspondent,
    }
    return render_page(request, "trading/messages.html", fragment="trading/_messages.html", context=context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def message(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """Show a message as it came, and what it could be about; on POST match it to a position, or dismiss it."""
    require_staff(request)
    found = get_message(request.user, message_id)
    holders = holders_of(request.user, found)
    candidates = candidates_of(holders)
    now = clock.now()
    can_be_late = any(can_be_filed_late(one.asset, found.received_at, now) for one in candidates)
    matching = MatchForm(
        request.POST if "match" in request.POST else None,
        candidates=candidates,
        can_be_late=can_be_late,
        initial={"position": candidates[0].value if len(candidates) == 1 else ""},
    )
    dismissing = DismissForm(request.POST if "dismiss" in request.POST else None, prefix="dismissal")
    if matching.is_valid():
        with plain_refusals_on(matching):
            return _match(request, found, matching)
    if dismissing.is_valid():
        with plain_refusals_on(dismissing):
            return _dismiss(request, found, dismissing)
    raw = bytes(found.raw)
    context = {
        "message": found,
        "headers": headers_of(raw),
        "attachments": attachments_of(raw),
        "size": len(raw),
        "holders": holders,
        "candidates": candidates,
        "chosen": matching["position"].value(),
        "matching": matching,
        "dismissing": dismissing,
        "instructions": found.instructions.select_related("asset", "account", "entered_by", "confirmed_by"),
        "may_match": request.user.may(Permission.EXERCISE_POSITIONS) and found.status != MessageStatus.DISMISSED,
        "may_dismiss": request.user.may(Permission.EXERCISE_POSITIONS) and found.status == MessageStatus.NEW,
        "is_late": can_be_late,
    }
    status = 422 if matching.errors or dismissing.errors else 200
    return render(request, "trading/message.html", context, status=status)


def _match(request: SignedInRequest, found: InstructionMessage, form: MatchForm) -> HttpResponse:
    account_id, symbol = form.chosen
    proposed = propose_do_not_exercise(
        actor=request.user,
        message_id=found.pk,
        account_id=account_id,
        symbol_or_id=symbol,
        quantity=form.quantity,
        late=form.late,
    )
    messages.success(request, f"Entered: {plain(proposed.quantity)} of {symbol}. Somebody else confirms it.")
    return redirect_page(request, "trading:messages")


def _dismiss(request: SignedInRequest, found: InstructionMessage, form: DismissForm) -> HttpResponse:
    dismiss_message(
        actor=request.user,
        message_id=found.pk,
        reason=form.cleaned_data["reason"],
        tells_sender=form.cleaned_data["tells_sender"],
    )
    messages.success(request, "Dismissed.")
    return redirect_page(request, "trading:messages")


@require_GET
@never_cache
@login_required
def message_raw(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """Send the mail as it came, attachments included: to be kept, never to be shown by the browser."""
    require_staff(request)
    found = get_message(request.user, message_id)
    answer = HttpResponse(bytes(found.raw), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="message-{found.pk}.eml"'
    return answer
