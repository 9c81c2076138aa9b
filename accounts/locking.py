"""The lock that every act takes: the account's own row (house style 3.3), or a correspondent's for its settings."""

from collections.abc import Iterable
from uuid import UUID

from accounts import acting
from accounts.errors import AccountNotFound, CorrespondentNotFound
from accounts.models import Account, Correspondent, User
from brokerage import clock
from brokerage.errors import BrokerageError


def lock_account(actor: User, account_id: UUID, *, missing: type[BrokerageError] = AccountNotFound) -> Account:
    """Lock and return the account, with its correspondent, or raise `missing`.

    What the actor may not see does not exist. The sandbox clock's setting comes with the row,
    so that reading the clock afterwards costs no round trip, and from here to the end of the
    transaction the database knows who acts (`accounts/acting.py`). `missing` is for the few endpoints
    that say 401 and not 404 (contract/accounts.md 1.2).
    """
    account = lock_accounts(actor, [account_id]).get(account_id)
    if account is None:
        raise missing()
    return account


def lock_accounts(actor: User, account_ids: Iterable[UUID]) -> dict[UUID, Account]:
    """Lock those of the accounts that the actor may see, in id order, whatever order was asked.

    Two acts that lock the same accounts therefore never wait for each other in a circle. An
    id that is missing from the answer does not exist for the actor.
    """
    rows = (
        Account.objects.visible_to(actor)
        .filter(pk__in=sorted(set(account_ids)))
        .select_related("correspondent")
        .select_for_update(of=("self",))
        .annotate(**clock.annotations(), **acting.lock_annotations(actor))
        .order_by("pk")
    )
    accounts = {account.pk: account for account in rows}
    for account in accounts.values():
        clock.adopt(account)
    return accounts


def lock_correspondent(actor: User, correspondent_id: UUID) -> Correspondent:
    """Lock the correspondent, so that its settings, keys and policies change one act at a time.

    Raises `CorrespondentNotFound` for another's, which does not exist for the actor.
    """
    is_visible = actor.sees_every_correspondent or actor.correspondent_id == correspondent_id
    rows = Correspondent.objects.select_for_update(no_key=True).filter(pk=correspondent_id)
    found = rows.first() if is_visible else None
    if found is None:
        raise CorrespondentNotFound(code=correspondent_id)
    return found
