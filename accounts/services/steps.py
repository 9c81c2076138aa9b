"""Steps that several services over one account share; each runs inside a service's transaction."""

from typing import Any, cast

from django.db import IntegrityError, transaction

from accounts.choices import AccountStatus
from accounts.errors import EmailTaken
from accounts.models import Account
from accounts.rules.applications import AccountApplication, ContactDetails, IdentityDetails
from accounts.rules.onboarding import require_transition
from accounts.rules.text import registered_form

EMAIL_CONSTRAINT = "an_email_is_registered_once_in_a_correspondent"


def copy_holder(account: Account, application: AccountApplication) -> None:
    """Repeat on the account what lists show of its holder, whose application has been reviewed."""
    contact, identity = cast(ContactDetails, application.contact), cast(IdentityDetails, application.identity)
    account.name = f"{identity.given_name} {identity.family_name}"
    account.email_address = contact.email_address
    account.registered_email = registered_form(contact.email_address)
    account.phone_number = contact.phone_number


def save_under_its_email(account: Account, **save: Any) -> None:
    """Save, or raise `EmailTaken`; the constraint has the last word when two come at once."""
    require_free_email(account)
    try:
        account.save(**save)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != EMAIL_CONSTRAINT:
            raise
        raise EmailTaken(email_address=account.email_address) from None


def require_free_email(account: Account) -> None:
    """Raise `EmailTaken` where another open account of the correspondent is registered under the address."""
    if not account.registered_email:
        return
    taken = Account.objects.customers().filter(
        correspondent_id=account.correspondent_id, registered_email=account.registered_email
    )
    if taken.exclude(pk=account.pk).exclude(status=AccountStatus.ACCOUNT_CLOSED).exists():
        raise EmailTaken(email_address=account.email_address)


def change_status(account: Account, status: AccountStatus) -> dict[str, str]:
    """Move a locked account to `status`, unsaved, and answer what its event says; or raise `IllegalStatusChange`."""
    require_transition(AccountStatus(account.status), status)
    payload = {"status_from": str(account.status), "status_to": status.value}
    account.status = status
    return payload


def make_record_soon(account: Account) -> None:
    """Let the worker make the account record that is due, as `advance_soon` moves the account on."""
    from accounts.tasks import make_record  # tasks call services, so services import tasks late

    account_id = str(account.pk)
    transaction.on_commit(lambda: make_record.apply_async((account_id,), retry=False), robust=True)


def advance_soon(account: Account) -> None:
    """Let the worker move the account on after the commit; a sweep finds what is lost on the way.

    Robust: an account that is open stays open, and is answered so, when the broker is away.
    """
    from accounts.tasks import advance_account  # tasks call services, so services import tasks late

    account_id = str(account.pk)
    transaction.on_commit(lambda: advance_account.apply_async((account_id,), retry=False), robust=True)
