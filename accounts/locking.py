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
from brokerage.prepared import IsAnyOf, PreparedQuery, Slot


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
    who, tenant = str(actor.pk), acting.tenant_of(actor)
    if actor.kind == UserKind.CUSTOMER:  # whose own accounts are found another way
        rows: Iterable[Account] = _locked(
            Account.objects.visible_to(actor).filter(pk__in=list(account_ids)), Value(who), Value(tenant)
        )
    else:
        rows = _LOCK.rows(
            *(actor.sees_every_correspondent, is_sandbox()),
            account_ids=list(account_ids),
            correspondent_id=actor.correspondent_id,
            actor_id=who,
            tenant=tenant,
        )
    accounts = {account.pk: account for account in rows}
    for account in accounts.values():
        clock.adopt(account)
    return accounts


def read_account(actor: User, account_id: UUID) -> Account:
    """Answer the account as `lock_account` does, unlocked: for what is asked about the moment, and decides nothing."""
    if actor.kind == UserKind.CUSTOMER:
        found = Account.objects.visible_to(actor).filter(pk=account_id).select_related("correspondent")
        account = found.annotate(**clock.annotations()).first()
    else:
        account = _READ.first(
            *(actor.sees_every_correspondent, is_sandbox()),
            account_ids=[account_id],
            correspondent_id=actor.correspondent_id,
        )
    if account is None:
        raise AccountNotFound
    clock.adopt(account)
    return account


def _locked(accounts: AccountQuerySet, actor_id: Expression, tenant: Expression) -> AccountQuerySet:
    return (
        accounts.select_related("correspondent")
        .select_for_update(of=("self",))
        .annotate(**clock.annotations(), **acting.lock_annotations(actor_id, tenant))
        .order_by("pk")
    )


def _lock(sees_every_correspondent: bool, _: bool) -> AccountQuerySet:
    """Answer the query that locks accounts; in the sandbox, which is the second part, it brings the clock along."""
    return _locked(_visible(sees_every_correspondent), Slot("actor_id"), Slot("tenant"))


def _read(sees_every_correspondent: bool, _: bool) -> AccountQuerySet:
    return _visible(sees_every_correspondent).select_related("correspondent").annotate(**clock.annotations())


def _visible(sees_every_correspondent: bool) -> AccountQuerySet:
    anybody = User(kind=UserKind.SYSTEM if sees_every_correspondent else UserKind.API_KEY)
    anybody.correspondent_id = Slot("correspondent_id", UUIDField())  # type: ignore[assignment]
    return Account.objects.visible_to(anybody).filter(IsAnyOf("id", Slot("account_ids")))


_LOCK = PreparedQuery(_lock)
_READ = PreparedQuery(_read)


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
