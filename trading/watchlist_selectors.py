"""Reads of watchlists and what is on them."""

from uuid import UUID

from accounts.models import Account
from options.models import Asset
from options.selectors import assets_by_id
from trading.models import Watchlist
from trading.watchlist_errors import WatchlistNotFound


def list_watchlists(account: Account) -> list[Watchlist]:
    """Answer the account's watchlists, the oldest first, of an account fetched for the actor."""
    return list(Watchlist.objects.filter(account=account).order_by("pk"))


def get_watchlist(account: Account, watchlist_id: UUID) -> Watchlist:
    """Answer a watchlist of the account, or raise `WatchlistNotFound`."""
    found = Watchlist.objects.filter(account=account, pk=watchlist_id).first()
    if found is None:
        raise WatchlistNotFound(watchlist_id=watchlist_id)
    return found


def assets_on(watchlist: Watchlist) -> list[Asset]:
    """Answer what is on a watchlist, in its order, in one query."""
    found = assets_by_id(watchlist.asset_ids)
    return [found[asset_id] for asset_id in watchlist.asset_ids if asset_id in found]
