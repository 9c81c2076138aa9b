"""The second factor: who needs one, who has one, and what waits until then."""

from base64 import b64decode, b64encode
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from accounts.choices import Role
from accounts.models import User
from accounts.sealing import seal, unseal
from accounts.sign_in import WRONG_CODE
from brokerage.api import is_api
from brokerage.web import redirect_page

REQUIRED_OF = (Role.ROP, Role.COMPLIANCE, Role.ADMIN)
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
STREAMS = "/streams/"
# What somebody without the factor that the role needs may reach: the way to one, and out.
OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "security_enroll",
        "theme",
        "healthz",
    }
)
# Sealed texts belong to an account; the factors of people belong to this one, which no account can have.
NO_ACCOUNT = UUID(int=0)


def is_enrolled(user: User) -> bool:
    """Say whether the user has an authenticator app or a passkey."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def is_missing(user: User) -> bool:
    """Say whether the user's role needs a second factor that the user does not have yet."""
    return user.role in REQUIRED_OF and not is_enrolled(user)


class SecondFactorRequired(MiddlewareMixin):
    """Leads who needs a second factor, and has none, to enrolling one, from wherever they go."""

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Answer the way to enrolment; None lets the request pass. Streams look by themselves."""
        match = request.resolver_match
        if is_api(request) or request.path.startswith(STREAMS) or (match and match.view_name in OPEN):
            return None
        if request.user.is_authenticated and is_missing(request.user):
            return redirect_page(request, "security_enroll")
        return None


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of authenticator apps, and keeps the last factor of who needs one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": "Your role needs a second factor. Add another one before you remove this one.",
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret before it is stored."""
        return b64encode(seal(text.encode(), account_id=NO_ACCOUNT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a stored secret."""
        return unseal(b64decode(encrypted_text), account_id=NO_ACCOUNT).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Say whether the user may do without this factor."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS).exclude(
            pk=authenticator.pk
        )
        return authenticator.user.role not in REQUIRED_OF or others.exists()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """Propose a name for a new passkey."""
        kept = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {kept + 1}" if kept else "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Answer who asks for the passkey."""
        return super().get_public_key_credential_rp_entity() | {"name": "Strikebook"}
