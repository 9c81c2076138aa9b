"""Who sends this request: an API key, by Basic or by the header pair (contract/accounts.md 1.1)."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from hmac import compare_digest
from typing import cast

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import acting
from accounts.api.limits import count_call, count_refusal
from accounts.key_errors import ApiKeyExpired, ApiKeyRevoked, NetworkNotAllowed
from accounts.models import ApiKey, User
from accounts.rules.keys import is_from
from accounts.services.keys import note_use
from accounts.services.users import hash_secret
from brokerage import clock
from brokerage.database_session import forget, origin
from brokerage.errors import BrokerageError, Unauthenticated
from brokerage.origin import client_ip
from brokerage.prepared import PreparedQuery, Slot

# What a wrong key is compared with, so that it takes as long as a wrong secret.
NOBODYS_HASH = hash_secret("")
REALM = 'Basic realm="Strikebook"'


class ApiKeyAuthentication(BaseAuthentication):
    """Answers the key's user, with its correspondent, in one query."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Answer the user and the key, None where no credentials came; refuse those that do not match."""
        if read_credentials(request.headers) is None:
            return None
        key = admit(request._request)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """Answer what makes the reply a 401 and not a 403."""
        return REALM


def actor_of(request: Request) -> User:
    """Answer who acts: the user behind the key."""
    return cast(User, request.user)


def admit(request: HttpRequest) -> ApiKey:
    """Answer the key that signs the request, with the call counted, or raise what keeps it out.

    Raises `Unauthenticated`, `ApiKeyRevoked`, `ApiKeyExpired`, `NetworkNotAllowed`, or
    `TooManyRequests`. That a key was revoked or has expired is told only to who has its secret.
    """
    credentials = read_credentials(request.headers)
    key = find_key(*credentials) if credentials else None
    try:
        key = _require_in_force(key, client_ip(request))
    except BrokerageError:
        forget()
        count_refusal(request)
        raise
    window = count_call(request, key)
    if window.used == 1:  # the first call of its minute says that the key is used, outside of the call
        note_use(key, client_ip(request))
    return key


def _require_in_force(key: ApiKey | None, address: str) -> ApiKey:
    if key is None or not key.user.is_active:
        raise Unauthenticated
    if key.revoked_at is not None:
        raise ApiKeyRevoked
    if key.expires_at is not None and key.expires_at <= clock.real_now():
        raise ApiKeyExpired(day=f"{key.expires_at:%Y-%m-%d}")
    if key.allowed_networks and not is_from(address, key.allowed_networks):
        raise NetworkNotAllowed(address=address or "an unknown address")
    return key


def read_credentials(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Answer key id and secret from a request's headers, None where there are none to read."""
    if headers.get("APCA-API-KEY-ID"):
        return headers["APCA-API-KEY-ID"], headers.get("APCA-API-SECRET-KEY", "")
    scheme, _, encoded = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return (key_id, secret) if colon else ("", "")


def find_key(key_id: str, secret: str) -> ApiKey | None:
    """Find the key that this secret belongs to, in force or not, comparing in constant time.

    The same query tells the database who acts; who refuses the key calls `forget`.
    """
    found = None
    if key_id and "\x00" not in key_id:
        came_from = origin()
        found = _KEY.first(key_id=key_id, address=came_from.address, request_id=came_from.request_id)
    matches = compare_digest(found.secret_hash if found else NOBODYS_HASH, hash_secret(secret))
    return found if matches else None


def _key() -> QuerySet[ApiKey]:
    says_who = acting.annotations(
        "user__", means=Concat(Value("key "), F("key_id")), address=Slot("address"), request_id=Slot("request_id")
    )
    return ApiKey.objects.select_related("user__correspondent").annotate(**says_who).filter(key_id=Slot("key_id"))


_KEY = PreparedQuery(_key)
