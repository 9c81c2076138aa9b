"""Reads over API keys. Each starts from what the actor may see."""

from dataclasses import dataclass
from datetime import datetime

from accounts.key_errors import ApiKeyNotFound
from accounts.models import ApiKey, Correspondent, User
from accounts.models.users import ApiKeyQuerySet
from accounts.permissions import Permission
from accounts.rules.keys import SOON, scopes_in_words
from brokerage import clock

MOST_SHOWN = 500


@dataclass(frozen=True)
class ListedKey:
    """A key as the list shows it: how it stands, in words, and what may be done with it."""

    key: ApiKey
    status: str
    status_label: str
    reach: str
    is_in_force: bool
    is_replaced: bool


def keys_visible_to(actor: User) -> ApiKeyQuerySet:
    """Answer the keys that the actor may manage: its correspondent's, all of them for the broker."""
    actor.require(Permission.MANAGE_API_KEYS)
    joined = ("user__correspondent", "account", "created_by", "revoked_by", "replaces", "replaced_by")
    return ApiKey.objects.visible_to(actor).select_related(*joined)


def get_api_key(actor: User, key_id: str) -> ApiKey:
    """Answer a key, or raise `ApiKeyNotFound`."""
    found = keys_visible_to(actor).filter(key_id=key_id).first()
    if found is None:
        raise ApiKeyNotFound
    return found


def list_api_keys(actor: User, *, correspondent_code: str = "", with_ended: bool = False) -> list[ListedKey]:
    """Answer up to 500 keys, newest first: those in force, and with `with_ended` those that were."""
    keys = keys_visible_to(actor)
    if correspondent_code:
        keys = keys.filter(user__correspondent__code=correspondent_code)
    if not with_ended:
        keys = keys.in_force(clock.real_now())
    return [listed(key, clock.real_now()) for key in keys.order_by("-created_at", "-pk")[:MOST_SHOWN]]


def listed(key: ApiKey, now: datetime) -> ListedKey:
    """Answer how a key stands at a time."""
    status, label = _status(key, now)
    return ListedKey(
        key=key,
        status=status,
        status_label=label,
        reach=scopes_in_words(key.scopes),
        is_in_force=key.is_in_force(now),
        is_replaced=hasattr(key, "replaced_by"),
    )


def _status(key: ApiKey, now: datetime) -> tuple[str, str]:
    if key.revoked_at is not None:
        return "key-revoked", "Revoked"
    if key.expires_at is None:
        return "ACTIVE", "In force"
    left = key.expires_at - now
    if left.total_seconds() <= 0:
        return "key-expired", "Expired"
    if left > SOON:
        return "ACTIVE", "In force"
    days = -(-int(left.total_seconds()) // 86_400)
    if left.total_seconds() < 86_400:
        return "key-ending", f"Ends in {max(1, round(left.total_seconds() / 3600))} h"
    return "key-ending", f"Ends in {days} days" if days > 1 else "Ends in 1 day"


def correspondents_visible_to(actor: User) -> list[Correspondent]:
    """Answer the correspondents whose keys and settings the actor may manage, by code."""
    found = Correspondent.objects.order_by("code")
    if not actor.sees_every_correspondent:
        found = found.filter(users=actor)
    return list(found)
