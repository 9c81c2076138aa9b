"""How people sign in: what we decide ourselves of allauth's way (docs/decisions/0005-sign-in-is-allauth.md)."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from accounts import devices, lockout
from accounts.audit_access import record_sign_in
from accounts.backends import PEOPLE, PeopleBackend
from accounts.choices import AuditAct, UserKind
from accounts.models import Account, User
from brokerage.origin import client_ip

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - what is kept where the server does not know who called
WRONG = "This e-mail address and this password do not belong together. Check both and try again."
TOO_MANY = "Too many attempts. Wait ten minutes and try again."
WRONG_CODE = "This code is not right, or it was used before. Wait for the next one and try again."


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, guessing is locked out, and each sign-in leaves an audit entry."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": WRONG,
        "account_inactive": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your present password.",
        "incorrect_code": WRONG_CODE,
    }

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Answer where signing in leads: the accounts, or for who holds one account, that account."""
        if isinstance(request.user, User) and request.user.kind == UserKind.CUSTOMER:
            own = list(Account.objects.visible_to(request.user).values_list("pk", flat=True)[:2])
            if len(own) == 1:
                return reverse("accounts:account", args=own)
        return super().get_login_redirect_url(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: staff are added by their administrators, customers are invited to their account."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Answer where the request came from, as far as it can be believed."""
        return client_ip(request) or UNKNOWN_ADDRESS

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse without looking at the password while the address, or the place, is locked out."""
        if lockout.stands(request, credentials):
            record_sign_in(
                request, AuditAct.REFUSED, user=None, email=credentials.get("email", ""), reason="locked out"
            )
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Answer the user whose password this is.

        The library also answers one who may not sign in, to say so. Nobody shall learn that
        from us: a key, and somebody who was deactivated, are as wrong as any other.
        """
        user = super().authenticate(request, **credentials)
        if user is None or PeopleBackend().user_can_authenticate(user):
            return user
        self.authentication_failed(request, **credentials)
        return None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep that a password was wrong."""
        email = str(credentials.get("email", ""))
        user = User.objects.filter(email=email.lower()).first()
        record_sign_in(request, AuditAct.REFUSED, user=user, email=email, reason="wrong password")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session, after the second factor where there is one."""
        super().login(request, user)
        assert isinstance(user, User)
        devices.mark_seen(request)
        record_sign_in(request, AuditAct.SIGNED_IN, user=user)

    def logout(self, request: HttpRequest) -> None:
        """End the session."""
        if isinstance(request.user, User):
            record_sign_in(request, AuditAct.SIGNED_OUT, user=request.user)
        super().logout(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count guesses by address alone, whatever name this installation was called by: `unlock` knows the key."""
        return f"sign-in:{str(credentials.get('email', '')).lower()}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Answer where to go after the password was changed."""
        return reverse("mfa_index")

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for the password again before factors change, unless it was given in the last minutes."""
        request = context.request
        records = get_authentication_records(request, request.user)
        lately = bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not lately and super().is_reauthentication_required(app=app)

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """Send the link to people only: a key and the system have no password to forget."""
        if isinstance(user, User) and user.kind in PEOPLE:
            super().send_password_reset_mail(user, email, context)
