"""Let the holder of an account in, to see it and nothing else."""

from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import invitations
from accounts.choices import AccountKind, AccountStatus, Role, UserKind
from accounts.errors import AccountClosed, FirmAccountHasNoCustomer, HolderEmailMissing, HolderEmailTaken
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock

LONGEST_EMAIL = 254


@transaction.atomic(durable=True)
def invite_customer(*, actor: User, account_id: UUID) -> User:
    """Make the holder a user under the registered e-mail, or find the one there is, and send the link.

    Asked again, it sends another link. Raises `FirmAccountHasNoCustomer`, `AccountClosed`,
    `HolderEmailMissing`, or `HolderEmailTaken` where the address belongs to a member of staff
    or to a customer of another correspondent.
    """
    actor.require(Permission.EDIT_ACCOUNTS)
    account = lock_account(actor, account_id)
    if account.kind != AccountKind.CUSTOMER:
        raise FirmAccountHasNoCustomer(account_number=account.account_number)
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        raise AccountClosed(account_number=account.account_number)
    email = account.email_address.strip().lower()
    if not 1 <= len(email) <= LONGEST_EMAIL:
        raise HolderEmailMissing(account_number=account.account_number)
    customer = User.objects.filter(email=email).first() or _add(account, email)
    if customer.kind != UserKind.CUSTOMER or customer.correspondent_id != account.correspondent_id:
        raise HolderEmailTaken(email=email)
    if account.owner_id != customer.pk:
        account.owner = customer
        account.save(update_fields=["owner"])
    invitations.invite(customer, inviter=actor, kind=invitations.CUSTOMER)
    return customer


def _add(account: Account, email: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email,
                name=account.name[:120],
                kind=UserKind.CUSTOMER,
                role=Role.CUSTOMER,
                correspondent=account.correspondent,
                created_at=clock.now(),
            )
    except IntegrityError:
        raise HolderEmailTaken(email=email) from None
