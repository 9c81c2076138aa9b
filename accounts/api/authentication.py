"""Who sends this request: an API key, by Basic or by the header pair (contract/accounts.md 1.1)."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from hmac import compare_digest
from typing import cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiKey, User
from accounts.services.users import hash_secret

# What a wrong key is compared with, so that it takes as long as a wrong secret.
NOBODYS_HASH = hash_secret("")
REALM = 'Basic realm="Strikebook"'


class ApiKeyAuthentication(BaseAuthentication):
    """Answers the key's user, with its correspondent, in one query."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Answer the user and the key, None where no credentials came; refuse those that do not match."""
        credentials = read_credentials(request.headers)
        if credentials is None:
            return None
        key = find_key(*credentials)
        if key is None:
            raise AuthenticationFailed
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """Answer what makes the reply a 401 and not a 403."""
        return REALM


def actor_of(request: Request) -> User:
    """Answer who acts: the user behind the key."""
    return cast(User, request.user)


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
    """Find the key in force that this secret belongs to, comparing in constant time."""
    found = None
    if key_id and "\x00" not in key_id:
        found = ApiKey.objects.select_related("user__correspondent").filter(key_id=key_id).first()
    matches = compare_digest(found.secret_hash if found else NOBODYS_HASH, hash_secret(secret))
    is_in_force = found is not None and found.revoked_at is None and found.user.is_active
    return found if matches and is_in_force else None
