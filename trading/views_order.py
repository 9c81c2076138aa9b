"""One order's own page: what it is, how it went, and what may be done about it."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.choices import UserKind
from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage.money import plain
from brokerage.web import redirect_page, render_page
from trading.canceling import why_not
from trading.choices import OrderStatus
from trading.forms_ticket import ReplaceForm
from trading.lot_book import realized_by
from trading.models import Order
from trading.order_errors import OrderNotFound
from trading.order_fees import fees_of
from trading.order_history import chain_of, entered_by, find_order, read_history, sent_before
from trading.order_words import as_typed, held_words, how_words, what_words
from trading.refusal_words import plain_refusals_on
from trading.rules.order_status import REPLACEABLE
from trading.services.orders import cancel_order
from trading.services.replacing import replace_order
from trading.ticket_page import look_at_replacement


@require_GET
@never_cache
@login_required
def order(request: SignedInRequest, account_id: UUID, order_id: UUID) -> HttpResponse:
    """Show one order: its terms, what it holds, its executions, and how it went."""
    account, found = _order(request, account_id, order_id)
    chain = chain_of(found)
    context = _framed(request, account, found) | {
        "history": read_history(found, names_people=request.user.kind != UserKind.CUSTOMER),
        "chain": chain if len(chain) > 1 else [],
        "fees": fees_of(found),
        "realized": realized_by(found),
    }
    return render_page(request, "trading/order.html", fragment="trading/_order.html", context=context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: SignedInRequest, account_id: UUID, order_id: UUID) -> HttpResponse:
    """Say what a cancellation does; on POST ask for it, and show the order."""
    account, found = _order(request, account_id, order_id)
    request.user.require(Permission.CANCEL_ORDERS)
    if request.method == "POST":
        canceled = cancel_order(actor=request.user, account_id=account.pk, order_id=found.pk)
        is_done = canceled.status == OrderStatus.CANCELED
        messages.success(request, "The order is canceled." if is_done else "The venue was asked to cancel the order.")
        return redirect_page(request, "trading:order", account.pk, found.pk)
    reason = why_not(found)
    if reason:
        messages.error(request, f"The order cannot be canceled. {reason}")
        return redirect_page(request, "trading:order", account.pk, found.pk)
    return render(request, "trading/order_cancel.html", _framed(request, account, found))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def replace(request: SignedInRequest, account_id: UUID, order_id: UUID) -> HttpResponse:
    """Ask what is to be different; say the order that would take its place; send it when that is confirmed."""
    account, found = _order(request, account_id, order_id)
    request.user.require(Permission.SUBMIT_ORDERS)
    sent = sent_before(request.user, found, request.POST.get("client_order_id", ""))
    if sent is not None:
        return redirect_page(request, "trading:order", account.pk, sent.pk)
    if found.status not in REPLACEABLE:
        messages.error(request, "Only an order that works at the venue can be replaced.")
        return redirect_page(request, "trading:order", account.pk, found.pk)
    form, remedies = ReplaceForm(request.POST or _as_it_is(found)), []
    if request.method == "POST" and form.is_valid():
        with plain_refusals_on(form) as remedies:
            if "confirmed" not in request.POST:
                return _say_replacement(request, account, found, form)
            sent = replace_order(
                actor=request.user, account_id=account.pk, order_id=found.pk, changes=form.to_changes()
            )
            messages.success(request, "The venue was asked to replace the order.")
            return redirect_page(request, "trading:order", account.pk, sent.pk)
    context = _framed(request, account, found) | {"form": form, "remedy": " ".join(remedies)}
    return render(request, "trading/order_replace.html", context, status=422 if request.POST else 200)


def _say_replacement(request: SignedInRequest, account: Account, found: Order, form: ReplaceForm) -> HttpResponse:
    """Say in words what would take the order's place, and what that comes to; raises what it is refused with."""
    changes = form.to_changes()
    context = _framed(request, account, found) | {
        "form": form,
        "look": look_at_replacement(request.user, found, changes),
        "one_time_id": changes.client_order_id or str(uuid4()),
    }
    return render(request, "trading/order_replace_confirm.html", context)


def _as_it_is(found: Order) -> dict[str, str]:
    """Answer the order as the form shows it before anything is typed."""
    return {
        "qty": plain(found.quantity) or "",
        "limit_price": as_typed(found.limit_price),
        "time_in_force": found.time_in_force,
    }


def _order(request: SignedInRequest, account_id: UUID, order_id: UUID) -> tuple[Account, Order]:
    account = get_listed_account(request.user, account_id)
    found = find_order(account, order_id)
    if found is None:
        raise OrderNotFound(order_id=str(order_id))
    return account, found


def _framed(request: SignedInRequest, account: Account, found: Order) -> dict[str, Any]:
    user = request.user
    return account_frame(account, "orders") | {
        "order": found,
        "what": what_words(found.asset, found.position_intent, found.quantity),
        "how": how_words(found.type, found.limit_price, found.time_in_force),
        "held": held_words(found),
        "has_own_id": found.client_order_id != str(found.pk),
        "entered_by": entered_by(found, user),
        "may_cancel": user.may(Permission.CANCEL_ORDERS) and not why_not(found),
        "may_replace": user.may(Permission.SUBMIT_ORDERS) and found.status in REPLACEABLE,
        "may_trade": user.may(Permission.SUBMIT_ORDERS),
        "is_customer": user.kind == UserKind.CUSTOMER,
    }
