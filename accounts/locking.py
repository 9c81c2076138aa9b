"""The lock that every act takes: the account's own row (house style 3.3), or a correspondent's for its settings."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Expression, UUIDField, Value

from accounts import acting
from accounts.choices import UserKind
from accounts.errors import AccountNotFound, CorrespondentNotFound
from accounts.models import Account, Correspondent, User
from accounts.models.accounts import AccountQuerySet
from brokerage import clock
from brokerage.errors import BrokerageError
from brokerage.mode import is_sandbox
from brokerage.prepared import PreparedQuery, Slot


def lock_account(actor: User, account_id: UUID, *, missing: type[BrokerageError] = AccountNotFound) -> Account:
    """Lock and return the account, with its correspondent, or raise `missing`.

    What the actor may not see does not exist. The sandbox clock's setting comes with the row,
    so that reading the clock afterwards costs no round trip, and from here to the end of the
    transaction the database knows who acts (`accounts/acting.py`). `missing` is for the few endpoints
    that say 401 and not 404 (contract/accounts.md 1.2).
    """
    if actor.kind == UserKind.CUSTOMER:  # whose own accounts are found another way
        account = lock_accounts(actor, [account_id]).get(account_id)
    else:
        account = _LOCK_ONE.first(
            *(actor.sees_every_correspondent, is_sandbox()),
            account_id=account_id,
            correspondent_id=actor.correspondent_id,
            actor_id=str(actor.pk),
            tenant=acting.tenant_of(actor),
        )
    if account is None:
        raise missing()
    clock.adopt(account)
    return account


def lock_accounts(actor: User, account_ids: Iterable[UUID]) -> dict[UUID, Account]:
    """Lock those of the accounts that the actor may see, in id order, whatever order was asked.

    Two acts that lock the same accounts therefore never wait for each other in a circle. An
    id that is missing from the answer does not exist for the actor.
    """
    visible = Account.objects.visible_to(actor).filter(pk__in=sorted(set(account_ids)))
    rows = _locked(visible, Value(str(actor.pk)), Value(acting.tenant_of(actor))).order_by("pk")
    accounts = {account.pk: account for account in rows}
    for account in accounts.values():
        clock.adopt(account)
    return accounts


def _locked(accounts: AccountQuerySet, actor_id: Expression, tenant: Expression) -> AccountQuerySet:
    return (
        accounts.select_related("correspondent")
        .select_for_update(of=("self",))
        .annotate(**clock.annotations(), **acting.lock_annotations(actor_id, tenant))
    )


def _lock_one(sees_every_correspondent: bool, _: bool) -> AccountQuerySet:
    """Answer the query that locks one account; in the sandbox, which is the second part, it brings the clock along."""
    anybody = User(kind=UserKind.SYSTEM if sees_every_correspondent else UserKind.API_KEY)
    anybody.correspondent_id = Slot("correspondent_id", UUIDField())  # type: ignore[assignment]
    found = Account.objects.visible_to(anybody).filter(pk=Slot("account_id", UUIDField()))
    return _locked(found, Slot("actor_id"), Slot("tenant"))


_LOCK_ONE = PreparedQuery(_lock_one)


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
