"""Make, renew, rename and revoke API keys (contract/accounts.md 1.1)."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import acting
from accounts.choices import AccountStatus, KeyGrace
from accounts.key_counts import store
from accounts.key_errors import (
    ApiKeyAlreadyMade,
    ApiKeyInputInvalid,
    ApiKeyNotFound,
    ApiKeyNotInForce,
    ApiKeyReplaced,
    TooManyKeys,
)
from accounts.locking import lock_correspondent
from accounts.models import Account, ApiKey, Correspondent, User
from accounts.permissions import Permission
from accounts.rules.keys import (
    GRACES,
    MOST_KEYS,
    MOST_KEYS_OF_AN_ACCOUNT,
    KeyTicket,
    key_faults,
    name_faults,
    tidy_networks,
)
from accounts.rules.onboarding import by_field
from accounts.services.users import KEY_ALPHABET, KEY_LENGTH, issue_api_key
from brokerage import clock

USE_REMEMBERED_EVERY = timedelta(minutes=1)


@transaction.atomic(durable=True)
def create_api_key(*, actor: User, correspondent_id: UUID, ticket: KeyTicket, once: str) -> tuple[ApiKey, str]:
    """Make a key for a correspondent, or one account of it, and answer it with its secret, which nobody sees again.

    `once` is the request's own: the same one again makes no second key but raises
    `ApiKeyAlreadyMade`. Raises `ApiKeyInputInvalid` or `TooManyKeys`.
    """
    actor.require(Permission.MANAGE_API_KEYS)
    acting.claim(actor)
    correspondent = lock_correspondent(actor, correspondent_id)
    key_id = _key_id_of(actor, once)
    if ApiKey.objects.filter(key_id=key_id).exists():
        raise ApiKeyAlreadyMade(key_id=key_id)
    now = clock.real_now()
    _require_sound(ticket, now)
    account = _account_of(correspondent, ticket.account_number)
    _require_room(correspondent, account, now)
    return issue_api_key(
        correspondent=correspondent,
        account=account,
        name=ticket.name.strip(),
        key_id=key_id,
        scopes=ticket.scopes,
        allowed_networks=tidy_networks(ticket.networks),
        expires_at=ticket.expires_at,
        created_by=actor,
    )


@transaction.atomic(durable=True)
def rotate_api_key(*, actor: User, key_id: str, grace: KeyGrace) -> tuple[ApiKey, str]:
    """Make a key that replaces another, with its name, scopes, networks and lifetime; answer it with its secret.

    The old one goes on working until `grace` is over. A key is replaced once, so the same
    request again makes no second one: it raises `ApiKeyReplaced`, or `ApiKeyNotInForce`.
    """
    actor.require(Permission.MANAGE_API_KEYS)
    acting.claim(actor)
    old = _lock_key(actor, key_id)
    now = clock.real_now()
    replacement = ApiKey.objects.filter(replaces=old).first()
    if replacement is not None:
        raise ApiKeyReplaced(key_id=old.key_id, replacement=replacement.key_id)
    _require_in_force(old, now)

    new, secret = issue_api_key(
        correspondent=_correspondent_of(old),
        account_id=old.account_id,
        name=old.name,
        scopes=old.scopes,
        allowed_networks=old.allowed_networks,
        expires_at=None if old.expires_at is None else now + (old.expires_at - old.created_at),
        created_by=actor,
        replaces=old,
    )
    if grace == KeyGrace.NONE:
        _end(old, actor, now)
    else:
        old.expires_at = min(filter(None, [old.expires_at, now + GRACES[grace]]))
        old.save(update_fields=["expires_at"])
    return new, secret


@transaction.atomic(durable=True)
def revoke_api_key(*, actor: User, key_id: str) -> ApiKey:
    """Take a key out of force at once, its open streams with it; one that was revoked stays as it is."""
    actor.require(Permission.MANAGE_API_KEYS)
    acting.claim(actor)
    key = _lock_key(actor, key_id)
    if key.revoked_at is None:
        _end(key, actor, clock.real_now())
    return key


@transaction.atomic(durable=True)
def rename_api_key(*, actor: User, key_id: str, name: str) -> ApiKey:
    """Give a key another name. Raises `ApiKeyInputInvalid` or `ApiKeyNotInForce`."""
    actor.require(Permission.MANAGE_API_KEYS)
    acting.claim(actor)
    key = _lock_key(actor, key_id)
    _require_in_force(key, clock.real_now())
    faults = by_field(name_faults(name))
    if faults:
        raise ApiKeyInputInvalid(faults)
    if key.name != name.strip():
        key.name = name.strip()
        key.save(update_fields=["name"])
    return key


def record_use(*, key_pk: int, used_at: datetime, address: str) -> None:
    """Remember the newest use of a key, at most once a minute."""
    is_news = Q(last_used_at__isnull=True) | Q(last_used_at__lte=used_at - USE_REMEMBERED_EVERY)
    keys = ApiKey.objects.filter(is_news, pk=key_pk)
    keys.update(last_used_at=used_at, last_used_from=address or None)


def note_use(key: ApiKey, address: str) -> None:
    """Let the worker remember that a key is used, outside of the call; a use that is lost is followed by others."""
    from accounts.tasks import record_key_use  # tasks call services, so services import tasks late

    facts = (key.pk, clock.real_now().isoformat(), address)
    transaction.on_commit(lambda: record_key_use.apply_async(facts, retry=False), robust=True)


def _lock_key(actor: User, key_id: str) -> ApiKey:
    keys = ApiKey.objects.visible_to(actor).select_related("user__correspondent")
    found = keys.select_for_update(of=("self",), no_key=True).filter(key_id=key_id).first()
    if found is None:
        raise ApiKeyNotFound
    return found


def _correspondent_of(key: ApiKey) -> Correspondent:
    correspondent = key.user.correspondent
    assert correspondent is not None
    return correspondent


def _require_sound(ticket: KeyTicket, now: datetime) -> None:
    faults = by_field(key_faults(ticket, now=now))
    if faults:
        raise ApiKeyInputInvalid(faults)


def _account_of(correspondent: Correspondent, account_number: str) -> Account | None:
    """Answer the customer's account that a key is asked for; None where it is for the correspondent."""
    if not account_number:
        return None
    accounts = Account.objects.filter(correspondent=correspondent, account_number=account_number)
    account = accounts.customers().first()
    if account is None:
        raise ApiKeyInputInvalid({"account_number": [f"is no customer's account of {correspondent.name}"]})
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        raise ApiKeyInputInvalid({"account_number": ["is of an account that is closed"]})
    return account


def _require_room(correspondent: Correspondent, account: Account | None, now: datetime) -> None:
    most = MOST_KEYS if account is None else MOST_KEYS_OF_AN_ACCOUNT
    keys = ApiKey.objects.in_force(now).filter(user__correspondent=correspondent, account=account)
    if keys.count() >= most:
        raise TooManyKeys(most=most)


def _require_in_force(key: ApiKey, now: datetime) -> None:
    if not key.is_in_force(now):
        raise ApiKeyNotInForce(key_id=key.key_id)


def _end(key: ApiKey, actor: User, now: datetime) -> None:
    key.revoked_at, key.revoked_by = now, actor
    key.save(update_fields=["revoked_at", "revoked_by"])
    transaction.on_commit(lambda: store().end_streams(key.pk))


def _key_id_of(actor: User, once: str) -> str:
    """Answer the id of the key that this request makes: the same for the same request."""
    number = int.from_bytes(sha256(f"{actor.pk} {once}".encode("utf-8", "surrogatepass")).digest())
    drawn = []
    for _ in range(KEY_LENGTH):
        number, place = divmod(number, len(KEY_ALPHABET))
        drawn.append(KEY_ALPHABET[place])
    return "CK" + "".join(drawn)
