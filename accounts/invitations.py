"""The mail by which somebody gets in for the first time: a link to choose a password with."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User

STAFF, CUSTOMER = "staff", "customer"
SUBJECT = "Strikebook: Choose your password"


def invite(user: User, *, inviter: User, kind: str) -> None:
    """Send the link once the transaction is committed; a mail server that fails undoes nothing.

    Whoever sent it can send it again from the page, and the invited can ask for one themselves.
    """
    link = settings.PUBLIC_URL + password_path(user)
    facts = {"user": user, "inviter": inviter, "link": link, "public_url": settings.PUBLIC_URL}
    text = render_to_string(f"accounts/mail/{kind}.txt", facts)
    transaction.on_commit(lambda: send_mail(SUBJECT, text, None, [user.email]), robust=True)


def password_path(user: User) -> str:
    """Answer the path at which the user, and nobody else, can choose a password once."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=key)
