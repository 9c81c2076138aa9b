"""The pages of signing in and out, and of what protects somebody's own access."""

import json
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account import views as account_views
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as factor_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import devices, second_factor
from accounts.errors import LastFactorNeeded
from accounts.requests import SignedInRequest

View = Callable[..., HttpResponse]


def _shown(view: View) -> View:
    """Make a page of the library's view: never kept by the browser, 422 where the form is not right."""

    @never_cache
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        context = getattr(response, "context_data", None) or {}
        form = context.get("webauthn_form") if "credential" in request.POST else context.get("form")
        if request.method == "POST" and form is not None and form.errors:
            response.status_code = 422
        if "js_data" in context:
            context["options"] = json.dumps(next(iter(context["js_data"].values())), default=dict)
        return response

    return respond


def _own_factors(view: View) -> View:
    """Let only who is signed in act on their own factors, and with the first factor end every other session."""

    @login_required
    @wraps(view)
    def respond(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        user = request.user
        was_enrolled = second_factor.is_enrolled(user)
        response = view(request, *args, **kwargs)
        if not was_enrolled and second_factor.is_enrolled(user):
            devices.end_devices(user, but=request.session.session_key)
        return response

    return respond


def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail and password; on POST go on to the second factor, or in; or say that they are wrong."""
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        return _sign_in_again(request)
    return _sign_in(request)


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """Take the whole browser to the sign-in page: the session ended, and a part of a page was asked for."""
    shown = urlsplit(request.htmx.current_url or "")  # type: ignore[attr-defined]
    query = urlencode({"next": f"{shown.path}?{shown.query}" if shown.query else shown.path})
    return HttpResponseClientRedirect(f"{settings.LOGIN_URL}?{query}")


_sign_in = require_http_methods(["GET", "POST"])(_shown(account_views.login))
sign_out = require_http_methods(["GET", "POST"])(_shown(account_views.logout))
second_step = _shown(factor_views.authenticate)
forgotten = _shown(account_views.password_reset)
forgotten_sent = _shown(account_views.password_reset_done)
new_password = _shown(account_views.password_reset_from_key)
new_password_done = _shown(account_views.password_reset_from_key_done)
change_password = login_required(_shown(account_views.password_change))
again = _shown(account_views.reauthenticate)
again_by_code = _shown(factor_views.reauthenticate)
again_by_passkey = _shown(passkey_views.reauthenticate_webauthn)
add_app = _own_factors(_shown(app_views.activate_totp))
remove_app = _own_factors(_shown(app_views.deactivate_totp))
recovery_codes = _shown(recovery_views.view_recovery_codes)
new_recovery_codes = _own_factors(_shown(recovery_views.generate_recovery_codes))
_add_passkey = _own_factors(_shown(passkey_views.add_webauthn))
_remove_passkey = _own_factors(_shown(passkey_views.remove_webauthn))


def add_passkey(request: HttpRequest) -> HttpResponse:
    """Let the browser make a passkey; where it cannot, because the address is a number, say what can be done."""
    if _is_number(request.get_host()):
        return render(request, "mfa/webauthn/needs_a_name.html", {"port": request.get_port()})
    return _add_passkey(request)


def _is_number(host: str) -> bool:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


@login_required
def remove_passkey(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether the passkey shall go; on POST remove it."""
    passkey = get_object_or_404(Authenticator, pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN)
    if not get_adapter().can_delete_authenticator(passkey):
        raise LastFactorNeeded
    return _remove_passkey(request, pk=pk)


@require_GET
@never_cache
@login_required
def security(request: SignedInRequest) -> HttpResponse:
    """Show what protects one's own access: password, factors, recovery codes, signed-in devices."""
    kept = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    codes = next((found for found in kept if found.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "app": next((found for found in kept if found.type == Authenticator.Type.TOTP), None),
        "passkeys": [found for found in kept if found.type == Authenticator.Type.WEBAUTHN],
        "codes": codes,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "is_required": request.user.role in second_factor.REQUIRED_OF,
        "devices": devices.list_devices(request, request.user),
    }
    return render(request, "accounts/security.html", context)


@require_GET
@never_cache
@login_required
def enroll(request: SignedInRequest) -> HttpResponse:
    """Say that the role needs a second factor, and offer what it can be."""
    if not second_factor.is_missing(request.user):
        return redirect("mfa_index")
    return render(request, "accounts/enroll.html")


@require_POST
@login_required
def sign_out_device(request: SignedInRequest, device_id: int) -> HttpResponse:
    """End one of one's own sessions."""
    if devices.end_device(request.user, device_id):
        messages.success(request, "The device is signed out.")
    return redirect("mfa_index")


@require_POST
@login_required
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """End all of one's own sessions, this one too."""
    user = request.user
    response = account_views.logout(request)
    devices.end_devices(user)
    return response
