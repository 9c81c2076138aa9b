"""The forms of signing in and of the second factor; what they ask is the library's, how they say it is ours."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm as LibraryChangePasswordForm,
)
from allauth.account.forms import (
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as LibraryCodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms

from accounts import lockout
from accounts.audit_access import record_sign_in
from accounts.choices import AuditAct
from accounts.models import User

LEAST = "At least ten characters. A few words that only you would put together are best."


def _email() -> forms.EmailField:
    return forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={"required": "Type your e-mail address.", "invalid": "This is not an e-mail address."},
    )


def _word(field: forms.Field, label: str, help_text: str = "", **attributes: str) -> None:
    """Give a field of the library our words."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= attributes


class SignInForm(LoginForm):
    """E-mail and password. It never says which of the two is wrong, nor whether a user exists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = _email()
        _word(self.fields["password"], "Password", autocomplete="current-password")
        self.fields["password"].error_messages["required"] = "Type your password."
        self.fields["password" if self.is_bound else "login"].widget.attrs["autofocus"] = True
        self.order_fields(["login", "password"])


class PasswordAgainForm(ReauthenticateForm):
    """The password once more, before what protects the account is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["password"], "Password", autofocus="autofocus")


class ForgottenPasswordForm(ResetPasswordForm):
    """The address that the link to a new password goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = _email()
        self.fields["email"].widget.attrs["autofocus"] = True


class NewPasswordForm(ResetPasswordKeyForm):
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["password1"], "New password", LEAST, autofocus="autofocus")
        _word(self.fields["password2"], "New password again")


class ChangePasswordForm(LibraryChangePasswordForm):
    """The present password, and a new one typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["oldpassword"], "Present password", autofocus="autofocus")
        _word(self.fields["password1"], "New password", LEAST)
        _word(self.fields["password2"], "New password again")


def _word_code(field: forms.Field, help_text: str) -> None:
    _word(field, "Code", help_text, inputmode="numeric", autocomplete="one-time-code", autofocus="autofocus")
    field.error_messages["required"] = "Type the code."


def _checked(form: Any, check: Any) -> str:
    """Answer the code if it is right; a wrong one counts as a wrong password, and is kept."""
    request, user = context.request, form.user
    assert isinstance(user, User)
    if lockout.stands(request, {"email": user.email}):
        raise forms.ValidationError("Too many attempts.")
    try:
        return str(check())
    except forms.ValidationError:
        record_sign_in(request, AuditAct.REFUSED, user=user, reason="wrong code")
        lockout.count_failure(request, user.email)
        raise


class CodeForm(AuthenticateForm):
    """The code of the authenticator app at sign-in, or one of the recovery codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_code(self.fields["code"], "The six digits that your authenticator app shows, or a recovery code.")

    def clean_code(self) -> str:
        """Answer the code, or refuse and count it."""
        return _checked(self, super().clean_code)


class CodeAgainForm(LibraryCodeAgainForm):
    """The code once more, before what protects the account is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_code(self.fields["code"], "The six digits that your authenticator app shows, or a recovery code.")

    def clean_code(self) -> str:
        """Answer the code, or refuse and count it."""
        return _checked(self, super().clean_code)


class FirstCodeForm(ActivateTOTPForm):
    """The first code of a new authenticator app: it proves that the secret arrived."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_code(self.fields["code"], "The six digits that the app shows now.")


class PasskeyForm(AddWebAuthnForm):
    """A name for a new passkey; the browser fills in the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["name"], "Name", "What you will know it by, such as the device that keeps it.")
        self.fields["name"].widget.attrs["maxlength"] = 60
