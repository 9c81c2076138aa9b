"""The API keys page: list, make, rename, replace, revoke."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.choices import KeyGrace
from accounts.forms_keys import KeyForm, RenameKeyForm, RevokeKeyForm, RotateKeyForm
from accounts.key_selectors import correspondents_visible_to, get_api_key, list_api_keys, listed
from accounts.models import ApiKey
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from accounts.services.keys import create_api_key, rename_api_key, revoke_api_key, rotate_api_key
from brokerage import clock
from brokerage.web import redirect_page, refusals_on, render_page


@require_GET
@never_cache
@login_required
def api_keys(request: SignedInRequest) -> HttpResponse:
    """List the API keys in force, and with `ended` those that were."""
    request.user.require(Permission.MANAGE_API_KEYS)
    code, with_ended = request.GET.get("correspondent", "").replace("\x00", ""), "ended" in request.GET
    context = {
        "keys": list_api_keys(request.user, correspondent_code=code, with_ended=with_ended),
        "correspondents": correspondents_visible_to(request.user) if request.user.sees_every_correspondent else [],
        "code": code,
        "with_ended": with_ended,
    }
    return render_page(request, "accounts/keys/list.html", fragment="accounts/keys/_list.html", context=context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
@sensitive_variables()
def new_api_key(request: SignedInRequest) -> HttpResponse:
    """Ask what a new key is to reach; on POST make it and show its secret, this once."""
    request.user.require(Permission.MANAGE_API_KEYS)
    form = KeyForm(request.POST or None, correspondents=correspondents_visible_to(request.user))
    if form.is_valid():
        with refusals_on(form):
            key, secret = create_api_key(
                actor=request.user,
                correspondent_id=UUID(form.cleaned_data["correspondent"]),
                ticket=form.to_ticket(),
                once=form.cleaned_data["once"],
            )
            return _secret_page(request, key, secret)
    context = {"form": form, "shows_correspondent": request.user.sees_every_correspondent}
    return render(request, "accounts/keys/new.html", context, status=422 if form.errors else 200)


@require_GET
@never_cache
@login_required
def api_key(request: SignedInRequest, key_id: str) -> HttpResponse:
    """Show one key and what can be done with it."""
    return _key_page(request, key_id)


@require_POST
@never_cache
@login_required
def rename_key(request: SignedInRequest, key_id: str) -> HttpResponse:
    """Give the key another name."""
    form = RenameKeyForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            rename_api_key(actor=request.user, key_id=key_id, name=form.cleaned_data["name"])
            return redirect_page(request, "accounts:api_key", key_id)
    return _key_page(request, key_id, rename_form=form)


@require_POST
@never_cache
@login_required
@sensitive_variables()
def rotate_key(request: SignedInRequest, key_id: str) -> HttpResponse:
    """Replace the key and show the new secret, this once."""
    form = RotateKeyForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            grace = KeyGrace(form.cleaned_data["grace"])
            key, secret = rotate_api_key(actor=request.user, key_id=key_id, grace=grace)
            return _secret_page(request, key, secret)
    return _key_page(request, key_id, rotate_form=form)


@require_POST
@never_cache
@login_required
def revoke_key(request: SignedInRequest, key_id: str) -> HttpResponse:
    """Revoke the key, once it was confirmed."""
    form = RevokeKeyForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            key = revoke_api_key(actor=request.user, key_id=key_id)
            messages.success(request, f"The key “{key.name or key.key_id}” is revoked.")
            return redirect_page(request, "accounts:api_key", key_id)
    return _key_page(request, key_id, revoke_form=form)


def _key_page(request: SignedInRequest, key_id: str, **forms: Form) -> HttpResponse:
    key = get_api_key(request.user, key_id.replace("\x00", ""))
    context: dict[str, Any] = {
        "listed": listed(key, clock.real_now()),
        "rename_form": RenameKeyForm(initial={"name": key.name}),
        "rotate_form": RotateKeyForm(),
        "revoke_form": RevokeKeyForm(),
        **forms,
    }
    is_wrong = any(form.errors for form in forms.values())
    return render(request, "accounts/keys/key.html", context, status=422 if is_wrong else 200)


def _secret_page(request: SignedInRequest, key: ApiKey, secret: str) -> HttpResponse:
    context = {"key": get_api_key(request.user, key.key_id), "secret": secret}
    return render(request, "accounts/keys/secret.html", context)
