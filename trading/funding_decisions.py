"""The pages of one bank link and of one transfer: what it is, and what may be done about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage.mode import is_sandbox
from brokerage.web import redirect_page, refusals_on, render_page
from trading.choices import AchStatus, BankStatus, TransferStatus
from trading.funding_forms import DecisionForm
from trading.funding_selectors import find_ach, find_bank, find_transfer
from trading.rules.funding import CANCELABLE
from trading.services.banks import decide_ach, decide_bank, unlink_ach, unlink_bank
from trading.services.transfers import cancel_transfer, decide_transfer, return_transfer

DECISIONS = ("approve", "reject")


@require_GET
@never_cache
@login_required
def transfer(request: SignedInRequest, account_id: UUID, transfer_id: UUID) -> HttpResponse:
    """Show one transfer."""
    account = get_listed_account(request.user, account_id)
    context = _of_transfer(request, account, transfer_id)
    return render_page(request, "trading/transfer.html", fragment="trading/_transfer.html", context=context)


@require_POST
@login_required
def transfer_cancel(request: SignedInRequest, account_id: UUID, transfer_id: UUID) -> HttpResponse:
    """Cancel a transfer, and show it."""
    account = _acted_on(request, account_id)
    cancel_transfer(actor=request.user, account_id=account.pk, transfer_id=transfer_id)
    messages.success(request, "The transfer was canceled.")
    return redirect_page(request, "trading:transfer", account.pk, transfer_id)


@require_POST
@login_required
def transfer_decide(request: SignedInRequest, account_id: UUID, transfer_id: UUID) -> HttpResponse:
    """Release, reject or take back a transfer, with the reason that was given."""
    account = _acted_on(request, account_id)
    form = DecisionForm(request.POST)
    wanted = request.POST.get("decision", "")
    if form.is_valid():
        which: dict[str, Any] = {"actor": request.user, "account_id": account.pk, "transfer_id": transfer_id}
        with refusals_on(form):
            if wanted == "return":
                return_transfer(**which, reason=form.cleaned_data["reason"])
            elif wanted in DECISIONS:
                decide_transfer(**which, approve=wanted == "approve", reason=form.cleaned_data["reason"])
            return redirect_page(request, "trading:transfer", account.pk, transfer_id)
    context = _of_transfer(request, account, transfer_id) | {"form": form}
    return render(request, "trading/transfer.html", context, status=422)


def _acted_on(request: SignedInRequest, account_id: UUID) -> Account:
    """Answer the account of an act, for those who may see it; raise `NotPermitted` for those who may only look."""
    account = get_listed_account(request.user, account_id)
    request.user.require(Permission.TRANSFER_FUNDS)
    return account


def _of_transfer(request: SignedInRequest, account: Account, transfer_id: UUID) -> dict[str, Any]:
    found = find_transfer(account, transfer_id)
    may_act = request.user.may(Permission.TRANSFER_FUNDS)
    waits = found.status == TransferStatus.APPROVAL_PENDING
    return account_frame(account, "funding") | {
        "transfer": found,
        "form": DecisionForm(),
        "may_cancel": may_act and found.status in CANCELABLE,
        "may_expire": found.status in CANCELABLE,
        "may_decide": may_act and waits and found.created_by_id != request.user.pk,
        "needs_another": may_act and waits and found.created_by_id == request.user.pk,
        "may_return": may_act and found.status == TransferStatus.COMPLETE and found.created_by_id != request.user.pk,
        "has_rail": is_sandbox(),
    }


@require_GET
@never_cache
@login_required
def ach_link(request: SignedInRequest, account_id: UUID, link_id: UUID) -> HttpResponse:
    """Show one ACH relationship."""
    account = get_listed_account(request.user, account_id)
    return render(request, "trading/bank_link.html", _of_ach(request, account, link_id))


@require_GET
@never_cache
@login_required
def bank_link(request: SignedInRequest, account_id: UUID, link_id: UUID) -> HttpResponse:
    """Show one bank."""
    account = get_listed_account(request.user, account_id)
    return render(request, "trading/bank_link.html", _of_bank(request, account, link_id))


@require_POST
@login_required
def ach_remove(request: SignedInRequest, account_id: UUID, link_id: UUID) -> HttpResponse:
    """Let go of an ACH relationship."""
    account = _acted_on(request, account_id)
    unlink_ach(actor=request.user, account_id=account.pk, relationship_id=link_id)
    messages.success(request, "The bank account is no longer linked.")
    return redirect_page(request, "trading:funding", account.pk)


@require_POST
@login_required
def bank_remove(request: SignedInRequest, account_id: UUID, link_id: UUID) -> HttpResponse:
    """Let go of a bank."""
    account = _acted_on(request, account_id)
    unlink_bank(actor=request.user, account_id=account.pk, bank_id=link_id)
    messages.success(request, "The bank is no longer linked.")
    return redirect_page(request, "trading:funding", account.pk)


@require_POST
@login_required
def ach_decide(request: SignedInRequest, account_id: UUID, link_id: UUID) -> HttpResponse:
    """Confirm or reject an ACH relationship, with the reason that was given."""
    account = _acted_on(request, account_id)
    form = DecisionForm(request.POST)
    wanted = request.POST.get("decision", "")
    if form.is_valid() and wanted in DECISIONS:
        with refusals_on(form):
            decide_ach(
                actor=request.user,
                account_id=account.pk,
                relationship_id=link_id,
                approve=wanted == "approve",
                reason=form.cleaned_data["reason"],
            )
            return redirect_page(request, "trading:funding", account.pk)
    return render(request, "trading/bank_link.html", _of_ach(request, account, link_id) | {"form": form}, status=422)


@require_POST
@login_required
def bank_decide(request: SignedInRequest, account_id: UUID, link_id: UUID) -> HttpResponse:
    """Confirm or reject a bank, with the reason that was given."""
    account = _acted_on(request, account_id)
    form = DecisionForm(request.POST)
    wanted = request.POST.get("decision", "")
    if form.is_valid() and wanted in DECISIONS:
        with refusals_on(form):
            decide_bank(
                actor=request.user,
                account_id=account.pk,
                bank_id=link_id,
                approve=wanted == "approve",
                reason=form.cleaned_data["reason"],
            )
            return redirect_page(request, "trading:funding", account.pk)
    return render(request, "trading/bank_link.html", _of_bank(request, account, link_id) | {"form": form}, status=422)


def _of_ach(request: SignedInRequest, account: Account, link_id: UUID) -> dict[str, Any]:
    found = find_ach(account, link_id)
    is_waiting = found.status in (AchStatus.QUEUED, AchStatus.PENDING)
    is_over = found.status in (AchStatus.CANCELED, AchStatus.REJECTED, AchStatus.CANCEL_REQUESTED)
    return _of_link(request, account, found, is_waiting=is_waiting, is_over=is_over) | {
        "heading": f"ACH, {found.account_owner_name}",
        "address": f"/accounts/{account.pk}/funding/ach/{found.pk}",
        "facts": [
            ("Account owner", found.account_owner_name),
            ("Kind of account", found.get_bank_account_type_display() or "—"),
            ("Routing number", found.bank_routing_number or "—"),
            ("Account number", f"····{found.bank_account_last_four}"),
            ("Nickname", found.nickname or "—"),
        ],
    }


def _of_bank(request: SignedInRequest, account: Account, link_id: UUID) -> dict[str, Any]:
    found = find_bank(account, link_id)
    is_waiting = found.status in (BankStatus.QUEUED, BankStatus.SENT_TO_CLEARING)
    is_over = found.status in (BankStatus.CANCELED, BankStatus.REJECTED)
    where = (found.street_address, found.city, found.state_province, found.postal_code, found.country)
    return _of_link(request, account, found, is_waiting=is_waiting, is_over=is_over) | {
        "heading": f"Wire, {found.name}",
        "address": f"/accounts/{account.pk}/funding/banks/{found.pk}",
        "facts": [
            ("Bank", found.name),
            ("Routing number" if found.bank_code_type == "ABA" else "BIC", found.bank_code),
            ("Account number", f"····{found.account_number_last_four}"),
            ("Address", ", ".join(part for part in where if part) or "—"),
        ],
    }


def _of_link(
    request: SignedInRequest, account: Account, link: Any, *, is_waiting: bool, is_over: bool
) -> dict[str, Any]:
    may_act = request.user.may(Permission.TRANSFER_FUNDS)
    return account_frame(account, "funding") | {
        "link": link,
        "form": DecisionForm(),
        "may_remove": may_act and not is_over,
        "may_decide": may_act and is_waiting and link.created_by_id != request.user.pk,
        "needs_another": may_act and is_waiting and link.created_by_id == request.user.pk and not is_sandbox(),
    }
