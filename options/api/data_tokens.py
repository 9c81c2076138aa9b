"""Tokens of the pages of market data: opaque, and signed for the query that they lead on in."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.signing import BadSignature, Signer
from django.http import QueryDict

from options.data_errors import DataQueryInvalid
from options.market.interface import Place

LONGEST = 500
MAY_CHANGE = ("limit", "page_token")  # from one page of a query to the next


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one list."""

    list_name: str
    of_bars: bool = False

    def of(self, query: QueryDict, underlying_symbol: str = "") -> "Tokens":
        """Answer the tokens of one query."""
        asked = sorted((name, values) for name, values in query.lists() if name not in MAY_CHANGE)
        return Tokens(f"market data: {self.list_name}: {underlying_symbol}: {asked}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What leads from one page of a query to the next, and nowhere else: another query has another salt."""

    salt: str

    def after_place(self, place: Place | None) -> str | None:
        """Answer the token of what follows a place; None where nothing does."""
        return None if place is None else self._sign(place.symbol, place.at.astimezone(UTC).isoformat(), place.number)

    def place_in(self, token: str) -> Place:
        """Answer the place in a token, or raise `DataQueryInvalid` where this server did not give it for this query."""
        symbol, at, number = self._signed(token)
        return Place(symbol, datetime.fromisoformat(at), number)

    def after_key(self, key: str | None) -> str | None:
        """Answer the token of what follows a key; None where nothing does."""
        return None if key is None else self._sign(key)

    def key_in(self, token: str) -> str:
        """Answer the key in a token, or raise `DataQueryInvalid` where this server did not give it for this query."""
        (key,) = self._signed(token)
        return str(key)

    def _sign(self, *keys: str | int) -> str:
        return Signer(salt=self.salt).sign_object(list(keys))

    def _signed(self, token: str) -> list:
        try:
            if len(token) <= LONGEST:
                return list(Signer(salt=self.salt).unsign_object(token))
        except (BadSignature, ValueError):
            pass
        raise DataQueryInvalid({"page_token": ["is not valid for this query"]})
