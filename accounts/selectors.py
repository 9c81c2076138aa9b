"""Reads over accounts. Each starts from what the actor may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Min, Prefetch, Q, Window

from accounts.errors import AccountNotFound
from accounts.models import (
    Account,
    AccountDocument,
    AccountNote,
    CipRecord,
    Correspondent,
    OwnerDocument,
    SavedFilter,
    Suitability,
    User,
)
from accounts.models.accounts import AccountQuerySet
from accounts.permissions import Permission
from accounts.record_errors import CipNotFound
from brokerage.errors import BrokerageError
from brokerage.keyset import Page, read_page

MOST_ACCOUNTS = 1000
NOTES_ON_A_PAGE = 25
SHORTEST_TOKEN = 3  # a trigram
MOST_FOUND = 1000
ENTITIES = (
    "agreements",
    "contact",
    "disclosures",
    "documents",
    "identity",
    "trading_configurations",
    "trusted_contact",
)
JOINED = ("contact", "identity", "disclosures", "trusted_contact")
FETCHED = ("agreements", "documents")


@dataclass(frozen=True, kw_only=True)
class AccountSearch:
    """Which accounts to list (contract/accounts.md 2.4); absent means any."""

    query: str = ""
    statuses: tuple[str, ...] = ()
    created_after: datetime | None = None
    created_before: datetime | None = None
    newest_first: bool = True


def get_account(actor: User, account_id: UUID, *, missing: type[BrokerageError] = AccountNotFound) -> Account:
    """Answer an account with everything on file of its holder, or raise `missing`."""
    actor.require(Permission.VIEW_ACCOUNTS)
    account = with_entities(Account.objects.visible_to(actor), ENTITIES).filter(pk=account_id).first()
    if account is None:
        raise missing()
    return account


def list_accounts(actor: User, search: AccountSearch, *, entities: Collection[str] = ENTITIES) -> list[Account]:
    """Answer up to 1,000 customer accounts that match, by creation time, in a constant number of queries."""
    actor.require(Permission.VIEW_ACCOUNTS)
    order = ("-created_at", "-id") if search.newest_first else ("created_at", "id")
    found = search_accounts(Account.objects.visible_to(actor).customers(), search)
    return list(with_entities(found, entities).order_by(*order)[:MOST_ACCOUNTS])


def search_accounts(accounts: AccountQuerySet, search: AccountSearch) -> AccountQuerySet:
    """Keep the accounts that match. Every token of the query must be in name, number, phone or e-mail.

    They are found first, by the trigram index `accounts_searched`: where few accounts have them
    all, only those are read. Where many have, the order of the list soon comes upon them.
    """
    tokens = search.query.lower().split()
    for token in tokens:
        accounts = accounts.filter(search_text__contains=token)
    found = _find_ids([token for token in tokens if len(token) >= SHORTEST_TOKEN])
    if found is not None:
        accounts = accounts.filter(pk__in=found)
    if search.statuses:
        accounts = accounts.filter(status__in=search.statuses)
    if search.created_after is not None:
        accounts = accounts.filter(created_at__gte=search.created_after)
    if search.created_before is not None:
        accounts = accounts.filter(created_at__lte=search.created_before)
    return accounts


def _find_ids(tokens: list[str]) -> list[UUID] | None:
    """Answer the accounts of the tenant that have all of `tokens`; None where there are none, or too many have them.

    A function of the database looks, because row-level security keeps LIKE from every index
    (migration 0010).
    """
    if not tokens:
        return None
    with connection.cursor() as cursor:
        patterns = [f"%{connection.ops.prep_for_like_query(token)}%" for token in tokens]
        cursor.execute("SELECT accounts_found(%s, %s)", [patterns, MOST_FOUND + 1])
        found = [account_id for (account_id,) in cursor.fetchall()]
    return found if len(found) <= MOST_FOUND else None


def with_entities(accounts: AccountQuerySet, entities: Collection[str]) -> AccountQuerySet:
    """Fetch the sections named along with the accounts: joins for one row, one query for each list."""
    accounts = accounts.select_related("terms", *(name for name in JOINED if name in entities))
    accounts = accounts.prefetch_related(*(name for name in FETCHED if name in entities))
    if "identity" in entities:
        accounts = accounts.prefetch_related(newest_answers())
    return accounts


def newest_answers() -> Prefetch:
    """Fetch, for each account, the newest revision of its suitability answers as `newest_suitability`."""
    newest = Suitability.objects.order_by("account_id", "-id").distinct("account_id")
    return Prefetch("suitability", queryset=newest, to_attr="newest_suitability")


def list_own_accounts(actor: User) -> list[Account]:
    """Answer the accounts that a customer holds, the oldest first."""
    actor.require(Permission.VIEW_ACCOUNTS)
    rows = Account.objects.visible_to(actor).filter(owner=actor).select_related("correspondent")
    return list(rows.order_by("created_at", "id")[:MOST_ACCOUNTS])


def list_saved_filters(actor: User, page: str) -> list[SavedFilter]:
    """Answer the filters of a page that the actor kept, and those that colleagues share."""
    shared = Q(is_shared=True, correspondent=actor.correspondent_id)
    if actor.correspondent_id is None:
        shared = Q(is_shared=True, correspondent__isnull=True)
    usable = Q(owner=actor) | shared if actor.kind == "staff" else Q(owner=actor)
    return list(SavedFilter.objects.filter(usable, page=page).select_related("owner")[:MOST_ACCOUNTS])


def find_own_filters(actor: User, page: str) -> list[SavedFilter]:
    """Answer the filters of a page that the actor kept, by name."""
    return list(SavedFilter.objects.filter(owner=actor, page=page)[:MOST_ACCOUNTS])


def list_correspondent_codes(actor: User) -> list[tuple[str, str]]:
    """Answer code and name of each correspondent, for somebody of the broker who may choose among them."""
    if not actor.sees_every_correspondent:
        return []
    return list(Correspondent.objects.order_by("code").values_list("code", "name")[:MOST_ACCOUNTS])


def get_newest_cip(actor: User, account_id: UUID) -> CipRecord:
    """Answer the newest identity check of an account, with when the first one came.

    Raises `AccountNotFound` or `CipNotFound`.
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    if not Account.objects.visible_to(actor).filter(pk=account_id).exists():
        raise AccountNotFound
    first = Window(Min("recorded_at"), partition_by="account_id")
    newest = CipRecord.objects.filter(account_id=account_id).annotate(first_recorded_at=first)
    record = newest.order_by("-recorded_at", "-pk").first()
    if record is None:
        raise CipNotFound
    return record


def list_papers(account: Account) -> tuple[list[OwnerDocument], list[AccountDocument]]:
    """Answer what the holder sent and what was made about the account, newest first, of an account fetched."""
    sent = account.documents.order_by("-created_at", "-id")[:MOST_ACCOUNTS]
    return list(sent), list(account.account_documents.all()[:MOST_ACCOUNTS])


def list_notes(account: Account, *, after: str = "", before: str = "") -> Page[AccountNote]:
    """Answer a page of the notes about an account that was fetched, newest first."""
    rows = account.notes.select_related("written_by")
    return read_page(rows, ("-id",), size=NOTES_ON_A_PAGE, after=after, before=before)
