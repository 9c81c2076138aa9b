"""Keep watchlists: make, change, add to, take from and delete them (contract/trading.md 8.2)."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from options.choices import AssetClass
from options.models import Asset
from trading.errors import AssetUnknown
from trading.models import Watchlist
from trading.rules.watchlists import MOST_WATCHLISTS, tidy_symbols, watchlist_faults
from trading.watchlist_errors import (
    TooManyWatchlists,
    WatchlistInputInvalid,
    WatchlistNameTaken,
    WatchlistNotFound,
    WatchlistSymbolMissing,
)


@transaction.atomic(durable=True)
def create_watchlist(*, actor: User, account_id: UUID, name: str, symbols: Sequence[str]) -> Watchlist:
    """Make a watchlist with these symbols in this order.

    Raises `WatchlistInputInvalid`, `WatchlistNameTaken`, `AssetUnknown` or `TooManyWatchlists`.
    """
    account = _lock(actor, account_id)
    _require_sound(name, symbols)
    _require_free_name(account, name)
    if Watchlist.objects.filter(account=account).count() >= MOST_WATCHLISTS:
        raise TooManyWatchlists(most=MOST_WATCHLISTS)
    now = clock.now()
    return Watchlist.objects.create(
        account=account, name=name.strip(), asset_ids=_asset_ids(symbols), created_at=now, updated_at=now
    )


@transaction.atomic(durable=True)
def change_watchlist(
    *, actor: User, account_id: UUID, watchlist_id: UUID, name: str | None, symbols: Sequence[str] | None
) -> Watchlist:
    """Give a watchlist another name, other symbols, or both; None leaves what is there.

    Raises what `create_watchlist` raises, and `WatchlistNotFound`.
    """
    account = _lock(actor, account_id)
    watchlist = _find(account, watchlist_id)
    _require_sound(name, symbols)
    if name is not None:
        _require_free_name(account, name, but=watchlist)
        watchlist.name = name.strip()
    if symbols is not None:
        watchlist.asset_ids = _asset_ids(symbols)
    return _saved(watchlist)


@transaction.atomic(durable=True)
def add_to_watchlist(*, actor: User, account_id: UUID, watchlist_id: UUID, symbol: str) -> Watchlist:
    """Put a symbol at the end of a watchlist; one that is on it stays where it is.

    Raises `WatchlistNotFound`, `WatchlistInputInvalid` or `AssetUnknown`.
    """
    account = _lock(actor, account_id)
    watchlist = _find(account, watchlist_id)
    (asset_id,) = _asset_ids([symbol])
    if asset_id in watchlist.asset_ids:
        return watchlist
    watchlist.asset_ids = [*watchlist.asset_ids, asset_id]
    _require_sound(None, [str(one) for one in watchlist.asset_ids])
    return _saved(watchlist)


@transaction.atomic(durable=True)
def take_from_watchlist(*, actor: User, account_id: UUID, watchlist_id: UUID, symbol: str) -> Watchlist:
    """Take a symbol off a watchlist. Raises `WatchlistNotFound` or `WatchlistSymbolMissing`."""
    account = _lock(actor, account_id)
    watchlist = _find(account, watchlist_id)
    asset_id = Asset.objects.filter(symbol=symbol.strip().upper()).values_list("pk", flat=True).first()
    if asset_id not in watchlist.asset_ids:
        raise WatchlistSymbolMissing(symbol=symbol)
    watchlist.asset_ids = [one for one in watchlist.asset_ids if one != asset_id]
    return _saved(watchlist)


@transaction.atomic(durable=True)
def delete_watchlist(*, actor: User, account_id: UUID, watchlist_id: UUID) -> None:
    """Delete a watchlist, or raise `WatchlistNotFound`."""
    _find(_lock(actor, account_id), watchlist_id).delete()


def _lock(actor: User, account_id: UUID) -> Account:
    actor.require(Permission.CONFIGURE_ACCOUNTS)
    return lock_account(actor, account_id)


def _find(account: Account, watchlist_id: UUID) -> Watchlist:
    found = Watchlist.objects.filter(account=account, pk=watchlist_id).first()
    if found is None:
        raise WatchlistNotFound(watchlist_id=watchlist_id)
    return found


def _saved(watchlist: Watchlist) -> Watchlist:
    watchlist.updated_at = clock.now()
    watchlist.save(update_fields=["name", "asset_ids", "updated_at"])
    return watchlist


def _require_sound(name: str | None, symbols: Sequence[str] | None) -> None:
    faults = watchlist_faults(name, symbols)
    if faults:
        raise WatchlistInputInvalid(faults)


def _require_free_name(account: Account, name: str, *, but: Watchlist | None = None) -> None:
    """The account is locked: nobody takes the name between this look and the write."""
    holder = Watchlist.objects.filter(account=account, name=name.strip()).first()
    if holder is not None and holder != but:
        raise WatchlistNameTaken


def _asset_ids(symbols: Sequence[str]) -> list[UUID]:
    """Answer the ids of shares and contracts in the order of their symbols, or raise `AssetUnknown`."""
    wanted = tidy_symbols(symbols)
    known = Asset.objects.exclude(asset_class=AssetClass.USD).filter(symbol__in=wanted)
    ids = dict(known.values_list("symbol", "pk"))
    for symbol in wanted:
        if symbol not in ids:
            raise AssetUnknown(symbol=symbol)
    return [ids[symbol] for symbol in wanted]
