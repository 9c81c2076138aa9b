"""Orders that were refused, as staff and keys search them (books and records, domain rule OR-11)."""

import re
from datetime import datetime

from django.db.models import Q

from accounts.choices import UserKind
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage.keyset import Page, read_page
from options.rules.contracts import is_contract_symbol
from trading.models import Refusal

PAGE_SIZE = 50
REFUSAL_KEYS = ("-refused_at", "-id")
# Over several correspondents: the indexes by time begin with whose it is, and ids are given in order of time.
KEYS_OF_ALL = ("-id",)


def page_refusals(
    actor: User,
    *,
    account: Account | None = None,
    symbol: str = "",
    reason: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    size: int = PAGE_SIZE,
    after: str = "",
    before: str = "",
) -> Page[Refusal]:
    """Answer a page of the refusals that the actor may see, newest first, with account and actor.

    `account` was fetched for the actor; None is all it may see. The symbol of a share finds its
    contracts too. `since` and `until` bound when it was refused, both left out; `after` and `before`
    are the tokens of the page.
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    rows = Refusal.objects.select_related("account", "correspondent", "actor")
    if account is not None:
        rows = rows.filter(account=account)
    elif actor.kind == UserKind.CUSTOMER:
        rows = rows.filter(account__in=Account.objects.visible_to(actor))
    elif not actor.sees_every_correspondent:
        rows = rows.filter(correspondent=actor.correspondent)
    if symbol:
        rows = rows.filter(_about(symbol.upper()))
    if reason:
        rows = rows.filter(reason=reason)
    if since is not None:
        rows = rows.filter(refused_at__gt=since)
    if until is not None:
        rows = rows.filter(refused_at__lt=until)
    keys = KEYS_OF_ALL if account is None and actor.sees_every_correspondent else REFUSAL_KEYS
    return read_page(rows, keys, size=size, after=after, before=before)


def _about(symbol: str) -> Q:
    """Match the symbol as it was asked for; that of a share matches whatever was asked of its contracts.

    Their symbols go on with a digit: the range is what an index finds, the pattern what is meant.
    """
    named = Q(symbol=symbol)
    if is_contract_symbol(symbol):
        return named
    pattern = rf"^{re.escape(symbol)}[0-9]{{6}}[CP][0-9]{{8}}$"
    return named | Q(symbol__gte=f"{symbol}0", symbol__lt=f"{symbol}A", symbol__regex=pattern)
