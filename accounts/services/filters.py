"""Keep a list's filter under a name: for oneself, or for one's colleagues too."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import acting
from accounts.errors import FilterNameInvalid, FilterNameTaken, FilterNotFound
from accounts.models import SavedFilter, User
from accounts.permissions import Permission
from brokerage import clock
from brokerage.errors import InvalidInput

LONGEST_NAME = 60
LONGEST_QUERY = 1000
NAME_CONSTRAINT = "a_filter_is_saved_once_under_a_name"


@transaction.atomic(durable=True)
def save_filter(*, actor: User, page: str, name: str, query_string: str, is_shared: bool) -> SavedFilter:
    """Keep a filter of `page` under a name. Saving under a name that one has already replaces that filter.

    Raises `FilterNameInvalid`, or `InvalidInput` where the filter is longer than can be kept.
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    if len(query_string) > LONGEST_QUERY:
        raise InvalidInput({"query_string": [f"must have at most {LONGEST_QUERY} characters"]})
    acting.claim(actor)
    kept, _ = SavedFilter.objects.update_or_create(
        owner=actor,
        page=page,
        name=_require_name(name),
        defaults={"query_string": query_string, "is_shared": is_shared},
        create_defaults={
            "correspondent_id": actor.correspondent_id,
            "query_string": query_string,
            "is_shared": is_shared,
            "created_at": clock.now(),
        },
    )
    return kept


@transaction.atomic(durable=True)
def change_filter(*, actor: User, filter_id: UUID, name: str, is_shared: bool) -> SavedFilter:
    """Rename a filter of one's own, and share it or keep it to oneself.

    Raises `FilterNotFound`, `FilterNameInvalid` or `FilterNameTaken`.
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    kept = _lock_filter(actor, filter_id)
    kept.name, kept.is_shared = _require_name(name), is_shared
    try:
        with transaction.atomic():
            kept.save(update_fields=["name", "is_shared"])
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != NAME_CONSTRAINT:
            raise
        raise FilterNameTaken(name=kept.name) from None
    return kept


@transaction.atomic(durable=True)
def delete_filter(*, actor: User, filter_id: UUID) -> None:
    """Forget a filter of one's own; raises `FilterNotFound`."""
    actor.require(Permission.VIEW_ACCOUNTS)
    _lock_filter(actor, filter_id).delete()


def _lock_filter(actor: User, filter_id: UUID) -> SavedFilter:
    acting.claim(actor)
    found: Any = SavedFilter.objects.select_for_update().filter(owner=actor, pk=filter_id).first()
    if found is None:
        raise FilterNotFound
    return found


def _require_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise FilterNameInvalid(found=len(name))
    return name
