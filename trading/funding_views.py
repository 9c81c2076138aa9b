"""The funding pages of an account: banks, transfers, journals, and what may leave."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage.keyset import read_page
from brokerage.web import redirect_page, refusals_on, render_page
from trading.choices import AchStatus, BankStatus
from trading.funding_forms import AchForm, BankForm, DepositForm, WithdrawalForm
from trading.funding_selectors import links_shown, page_transfers
from trading.models import Journal
from trading.paging import paged, wanted
from trading.rules.funding import charge
from trading.services.banks import link_ach, link_bank
from trading.services.funding_steps import read_cash
from trading.services.transfers import create_transfer

BRIEF = 8


@require_GET
@never_cache
@login_required
def funding(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show an account's banks, its newest transfers and journals, and what may leave."""
    account = get_listed_account(request.user, account_id)
    relationships, banks = links_shown(account)
    may_deposit = any(one.status == AchStatus.APPROVED for one in relationships)
    context = _framed(request, account) | {
        "relationships": relationships,
        "banks": banks,
        "may_deposit": may_deposit,
        "may_withdraw": may_deposit or any(one.status == BankStatus.APPROVED for one in banks),
        "cash": read_cash(account.pk),
        "transfers": page_transfers(account, size=BRIEF),
        "journals": read_page(_journals_of(account), ("-created_at", "-id"), size=BRIEF),
    }
    return render_page(request, "trading/funding.html", fragment="trading/_funding.html", context=context)


@require_GET
@never_cache
@login_required
def transfers(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show all of an account's transfers, newest first."""
    account = get_listed_account(request.user, account_id)
    page = page_transfers(account, **wanted(request))
    context = _framed(request, account) | paged(request, page)
    return render_page(request, "trading/transfers.html", fragment="trading/_transfers.html", context=context)


@require_GET
@never_cache
@login_required
def journals(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show all journals into and out of an account, newest first."""
    account = get_listed_account(request.user, account_id)
    page = read_page(_journals_of(account), ("-created_at", "-id"), **wanted(request))
    context = _framed(request, account) | paged(request, page)
    return render_page(request, "trading/journals.html", fragment="trading/_journals.html", context=context)


@sensitive_post_parameters("bank_account_number")
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def link_ach_page(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Ask for a bank account to link by ACH; on POST link it, or say what is wrong."""
    account = _fundable(request, account_id)
    form = AchForm(request.POST or None, initial={"account_owner_name": account.name})

    def act() -> str:
        link_ach(actor=request.user, account_id=account.pk, details=form.to_details())
        return "The bank account was linked and waits to be confirmed."

    return _form_page(request, account, form, act, heading="Link a bank account by ACH", button="Link it")


@sensitive_post_parameters("account_number")
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def link_bank_page(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Ask for a bank to wire to; on POST link it, or say what is wrong."""
    account = _fundable(request, account_id)
    form = BankForm(request.POST or None)

    def act() -> str:
        link_bank(actor=request.user, account_id=account.pk, details=form.to_details())
        return "The bank was linked and waits to be confirmed."

    return _form_page(request, account, form, act, heading="Link a bank to wire to", button="Link it")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def deposit(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Ask how much to draw by ACH; on POST send it on its way, once for each form."""
    account = _fundable(request, account_id)
    relationship = next((one for one in links_shown(account)[0] if one.status == AchStatus.APPROVED), None)
    if relationship is None:
        messages.error(request, "A deposit needs a bank account that is linked by ACH and confirmed.")
        return redirect_page(request, "trading:funding", account.pk)
    form = DepositForm(request.POST or None, relationship=relationship)

    def act() -> str:
        create_transfer(actor=request.user, account_id=account.pk, request=form.to_request())
        return "The deposit is on its way."

    about = (
        f"Drawn by ACH from {relationship.account_owner_name}, account ending in {relationship.bank_account_last_four}."
    )
    return _form_page(request, account, form, act, heading="Deposit", button="Deposit", about=about)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Ask how much to pay out and over which bank; then show it all once more, and act when that is confirmed."""
    account = _fundable(request, account_id)
    relationships, banks = links_shown(account)
    relationships = [one for one in relationships if one.status == AchStatus.APPROVED]
    banks = [one for one in banks if one.status == BankStatus.APPROVED]
    if not relationships and not banks:
        messages.error(request, "A withdrawal needs a bank that is linked and confirmed.")
        return redirect_page(request, "trading:funding", account.pk)
    form = WithdrawalForm(request.POST or None, relationships=relationships, banks=banks)
    cash = read_cash(account.pk)
    if form.is_valid():
        if "confirmed" not in request.POST:
            asked = form.to_request()
            context = _framed(request, account) | {
                "form": form,
                "cash": cash,
                "charge": charge(asked, form.cleaned_data["amount"]),
            }
            return render(request, "trading/withdraw_confirm.html", context)
        with refusals_on(form):
            create_transfer(actor=request.user, account_id=account.pk, request=form.to_request())
            messages.success(request, "The withdrawal is on its way, and its cash is held.")
            return redirect_page(request, "trading:funding", account.pk)
    context = _framed(request, account) | {"form": form, "cash": cash}
    return render(request, "trading/withdraw.html", context, status=422 if form.errors else 200)


def _journals_of(account: Account) -> Any:
    return Journal.objects.filter(Q(from_account=account) | Q(to_account=account)).select_related("asset")


def _fundable(request: SignedInRequest, account_id: UUID) -> Account:
    account = get_listed_account(request.user, account_id)
    request.user.require(Permission.TRANSFER_FUNDS)
    return account


def _framed(request: SignedInRequest, account: Account) -> dict[str, Any]:
    return account_frame(account, "funding") | {"may_act": request.user.may(Permission.TRANSFER_FUNDS)}


def _form_page(
    request: SignedInRequest,
    account: Account,
    form: Form,
    act: Callable[[], str],
    *,
    heading: str,
    button: str,
    about: str = "",
) -> HttpResponse:
    """Show a form; where it was sent and nothing stands against it, act and go back to the funding page."""
    if form.is_valid():
        with refusals_on(form):
            messages.success(request, act())
            return redirect_page(request, "trading:funding", account.pk)
    context = _framed(request, account) | {"form": form, "heading": heading, "button": button, "about": about}
    return render(request, "trading/funding_form.html", context, status=422 if form.errors else 200)
