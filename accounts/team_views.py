"""The team page and what an administrator does there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Correspondent
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.services import team as services
from accounts.services.customers import invite_customer
from accounts.team import Member, get_member, list_team
from accounts.team_forms import BROKER, MemberForm, ReasonForm, RoleForm
from brokerage.web import redirect_page, refusals_on


@require_GET
@never_cache
@login_required
def team(request: SignedInRequest) -> HttpResponse:
    """List who works here; staff of the broker see everybody, by house if they like."""
    house = request.GET.get("house", "")
    members = list_team(request.user, house=house)
    sees_all = request.user.sees_every_correspondent
    context = {
        "members": members,
        "house": house,
        "houses": [(BROKER, "The broker itself"), *_houses()] if sees_all else [],
        "shows_correspondent": sees_all,
    }
    return render(request, "accounts/team.html", context)


def _houses() -> list[tuple[str, str]]:
    return [(firm.code, firm.name) for firm in Correspondent.objects.order_by("code")]


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def add(request: SignedInRequest) -> HttpResponse:
    """Ask who is new; on POST add them and send the link, or say why not."""
    request.user.require(Permission.MANAGE_STAFF)
    form = MemberForm(request.POST or None, actor=request.user)
    if form.is_valid():
        with refusals_on(form):
            added = services.add_member(actor=request.user, **form.to_command())
            messages.success(request, f"{added} is added. A link to choose a password is on its way to {added.email}.")
            return redirect_page(request, "accounts:team")
    return render(request, "accounts/team_add.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@never_cache
@login_required
def member(request: SignedInRequest, member_id: int) -> HttpResponse:
    """Show one member, and what can be done about their access."""
    return _show(request, get_member(request.user, member_id))


def _show(request: SignedInRequest, found: Member, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "member": found,
        "role_form": RoleForm(initial={"role": found.user.role}),
        "reason_form": ReasonForm(),
    }
    return render(request, "accounts/team_member.html", context | forms, status=status)


@require_POST
@login_required
def change_role(request: SignedInRequest, member_id: int) -> HttpResponse:
    """Give a member another role, or say why not."""
    form = RoleForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            changed = services.change_role(actor=request.user, member_id=member_id, **form.cleaned_data)
            return _done(request, f"{changed} is now {changed.get_role_display().lower()}.", member_id)
    return _show(request, get_member(request.user, member_id), status=422, role_form=form)


@require_POST
@login_required
def reset_second_factor(request: SignedInRequest, member_id: int) -> HttpResponse:
    """Take a member's factors away, for a reason."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            reset = services.reset_second_factor(actor=request.user, member_id=member_id, **form.cleaned_data)
            return _done(request, f"{reset} has no second factor any more and is signed out.", member_id)
    return _show(request, get_member(request.user, member_id), status=422, reason_form=form)


def _act(service: Callable[..., Any], sentence: str) -> Callable[..., HttpResponse]:
    """Answer the view of an act that asks nothing; a refusal becomes a page of its own."""

    @require_POST
    @login_required
    def view(request: SignedInRequest, member_id: int) -> HttpResponse:
        return _done(request, sentence.format(service(actor=request.user, member_id=member_id)), member_id)

    return view


deactivate = _act(services.deactivate, "{} is shut out and signed out everywhere.")
reactivate = _act(services.reactivate, "{} can sign in again.")
unlock = _act(services.unlock, "{} can try to sign in again.")
invite_again = _act(services.invite_again, "A new link is on its way to {}.")


def _done(request: HttpRequest, sentence: str, member_id: int) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("accounts:team_member", member_id)


@require_POST
@login_required
def invite(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Let the holder of an account in, and send them the link."""
    customer = invite_customer(actor=request.user, account_id=account_id)
    messages.success(request, f"A link to choose a password is on its way to {customer.email}.")
    return redirect_page(request, "accounts:profile", account_id)
