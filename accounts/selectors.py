"""Reads over accounts. Each starts from what the actor may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from accounts.errors import AccountNotFound
from accounts.models import Account, Suitability, User
from accounts.models.accounts import AccountQuerySet
from accounts.permissions import Permission
from brokerage.errors import BrokerageError

MOST_ACCOUNTS = 1000
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

    Tokens of three characters and more are found by the trigram index `accounts_searched`.
    """
    for token in search.query.split():
        accounts = accounts.filter(search_text__contains=token.lower())
    if search.statuses:
        accounts = accounts.filter(status__in=search.statuses)
    if search.created_after is not None:
        accounts = accounts.filter(created_at__gte=search.created_after)
    if search.created_before is not None:
        accounts = accounts.filter(created_at__lte=search.created_before)
    return accounts


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
