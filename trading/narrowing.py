"""What the lists over all accounts narrow down by: whose rows, of which accounts, in which instruments, since when."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

from accounts.choices import UserKind
from accounts.listing import LONGEST_CODE, midnight
from accounts.models import Account, Correspondent, User
from accounts.permissions import Permission
from accounts.selectors import AccountSearch, search_accounts
from options.models import Asset, OptionContract

Row = TypeVar("Row", bound=Model)
MOST_ACCOUNTS = 1000
LONGEST_SYMBOL = 32


def seen_by(rows: QuerySet[Row], actor: User) -> QuerySet[Row]:
    """Keep the rows of the accounts that `actor` may see; rows say themselves whose they are."""
    actor.require(Permission.VIEW_ACCOUNTS)
    if actor.kind == UserKind.CUSTOMER:
        return rows.filter(account__in=Account.objects.visible_to(actor))
    return rows if actor.sees_every_correspondent else rows.filter(correspondent_id=actor.correspondent_id)


def is_of_all(actor: User, correspondents: Sequence[str]) -> bool:
    """Say whether a list is of several correspondents at once: no index has their rows in one order of time."""
    return actor.sees_every_correspondent and len(correspondents) != 1


def of_correspondents(rows: QuerySet[Row], actor: User, codes: Sequence[str]) -> QuerySet[Row]:
    """Keep the rows of the correspondents with those codes, for somebody who sees several."""
    if not codes or not actor.sees_every_correspondent:
        return rows
    ids = list(Correspondent.objects.filter(code__in=codes).values_list("pk", flat=True))
    return rows.filter(correspondent_id=ids[0]) if len(ids) == 1 else rows.filter(correspondent_id__in=ids)


def of_accounts(actor: User, query: str) -> Q:
    """Match the accounts that `query` names: an id, or what is in name, number, e-mail or phone."""
    accounts = Account.objects.visible_to(actor)
    account_id = _read_id(query)
    found = accounts.filter(pk=account_id) if account_id else search_accounts(accounts, AccountSearch(query=query))
    ids = list(found.order_by().values_list("pk", flat=True)[: MOST_ACCOUNTS + 1])
    if len(ids) > MOST_ACCOUNTS:
        return Q(account__in=found.order_by().values("pk"))
    return Q(account_id=ids[0]) if len(ids) == 1 else Q(account_id__in=ids)


def in_assets(symbol: str, path: str = "asset_id") -> Q:
    """Match the asset of that symbol; that of a share finds its contracts too."""
    asset = Asset.objects.filter(symbol=symbol).exclude(asset_class="usd").only("pk", "asset_class").first()
    if asset is None:
        return Q(pk__in=[])
    if asset.is_option:
        return Q(**{path: asset.pk})
    contracts = OptionContract.objects.filter(underlying_id=asset.pk).values_list("pk", flat=True)
    return Q(**{f"{path}__in": [asset.pk, *contracts]})


def between(field: str, start: date | None, end: date | None) -> Q:
    """Match instants from the first day to the last, both included, days in New York."""
    found = Q()
    if start:
        found &= Q(**{f"{field}__gte": midnight(start)})
    if end:
        found &= Q(**{f"{field}__lt": midnight(end + timedelta(days=1))})
    return found


def read_symbol(query: QueryDict) -> str:
    """Answer the symbol that a query string asks for, in capitals and without blanks."""
    return "".join(query.get("symbol", "").upper().split())[:LONGEST_SYMBOL]


def read_codes(query: QueryDict) -> tuple[str, ...]:
    """Answer the codes of correspondents that a query string asks for."""
    codes = (code.upper() for code in query.getlist("correspondent") if 0 < len(code) <= LONGEST_CODE)
    return tuple(dict.fromkeys(codes))


def known(query: QueryDict, name: str, values: Iterable[str]) -> tuple[str, ...]:
    """Answer the values of `name` that the list knows, in its own order."""
    asked = set(query.getlist(name))
    return tuple(one for one in values if one in asked)


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
