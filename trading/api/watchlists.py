"""Watchlists over REST (contract/trading.md 8.2)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brokerage.scopes import Admits
from options.api.representations import asset_json
from trading.api.serializers import SYMBOL_LENGTH
from trading.api.views import AccountView
from trading.models import Watchlist
from trading.services.watchlists import (
    add_to_watchlist,
    change_watchlist,
    create_watchlist,
    delete_watchlist,
    take_from_watchlist,
)
from trading.watchlist_errors import WatchlistInputInvalid
from trading.watchlist_selectors import assets_on, get_watchlist, list_watchlists


class SymbolField(serializers.CharField):
    """A symbol, which is a string and nothing that could be read as one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=SYMBOL_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("must be a string")
        return super().to_internal_value(data)


class NameField(SymbolField):
    """A name; how long it may be the rules say."""

    def __init__(self, **kwargs: Any) -> None:
        serializers.CharField.__init__(self, allow_blank=True, **kwargs)


class NewWatchlist(serializers.Serializer):
    """The body of `POST …/watchlists`."""

    name = NameField()
    symbols = serializers.ListField(child=SymbolField(), default=list, allow_null=True)


class WatchlistChange(serializers.Serializer):
    """The body of `PUT …/watchlists/{id}`: what is absent or null stays."""

    name = NameField(default=None, allow_null=True)
    symbols = serializers.ListField(child=SymbolField(), default=None, allow_null=True)


class Addition(serializers.Serializer):
    """The body of `POST …/watchlists/{id}`."""

    symbol = SymbolField()


class WatchlistList(AccountView):
    """`…/watchlists`: list and make."""

    invalid_input = WatchlistInputInvalid

    def get(self, request: Request, account_id: UUID) -> Response:
        """List the account's watchlists, without what is on them."""
        return Response([watchlist_object(one) for one in list_watchlists(self.account(account_id))])

    def post(self, request: Request, account_id: UUID) -> Response:
        """Make a watchlist."""
        asked = NewWatchlist(data=self.body())
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        made = create_watchlist(
            actor=self.actor, account_id=account_id, name=said["name"], symbols=said["symbols"] or []
        )
        return Response(with_assets(made))


class WatchlistDetail(AccountView):
    """`…/watchlists/{watchlist_id}`: read, change, add to, delete."""

    invalid_input = WatchlistInputInvalid

    def get(self, request: Request, account_id: UUID, watchlist_id: UUID) -> Response:
        """Answer the watchlist with what is on it."""
        return Response(with_assets(get_watchlist(self.account(account_id), watchlist_id)))

    def put(self, request: Request, account_id: UUID, watchlist_id: UUID) -> Response:
        """Change name, symbols, or both."""
        asked = WatchlistChange(data=self.body())
        asked.is_valid(raise_exception=True)
        changed = change_watchlist(
            actor=self.actor, account_id=account_id, watchlist_id=watchlist_id, **asked.validated_data
        )
        return Response(with_assets(changed))

    def post(self, request: Request, account_id: UUID, watchlist_id: UUID) -> Response:
        """Put a symbol at the end."""
        asked = Addition(data=self.body())
        asked.is_valid(raise_exception=True)
        changed = add_to_watchlist(
            actor=self.actor, account_id=account_id, watchlist_id=watchlist_id, symbol=asked.validated_data["symbol"]
        )
        return Response(with_assets(changed))

    def delete(self, request: Request, account_id: UUID, watchlist_id: UUID) -> Response:
        """Delete the watchlist; nothing is answered, with 200 where the path names the account."""
        delete_watchlist(actor=self.actor, account_id=account_id, watchlist_id=watchlist_id)
        return Response(status=204 if self.admits is Admits.ACCOUNTS else 200)


class WatchlistMember(AccountView):
    """`…/watchlists/{watchlist_id}/{symbol}`: take off."""

    def delete(self, request: Request, account_id: UUID, watchlist_id: UUID, symbol: str) -> Response:
        """Take the symbol off; answers the watchlist that is left."""
        left = take_from_watchlist(actor=self.actor, account_id=account_id, watchlist_id=watchlist_id, symbol=symbol)
        return Response(with_assets(left))


def watchlist_object(watchlist: Watchlist) -> dict[str, Any]:
    """Answer a watchlist as a list shows it."""
    return {
        "id": str(watchlist.pk),
        "account_id": str(watchlist.account_id),
        "name": watchlist.name,
        "created_at": watchlist.created_at,
        "updated_at": watchlist.updated_at,
    }


def with_assets(watchlist: Watchlist) -> dict[str, Any]:
    """Answer a watchlist with what is on it, in its order."""
    return watchlist_object(watchlist) | {"assets": [asset_json(asset) for asset in assets_on(watchlist)]}
