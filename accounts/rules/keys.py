"""What an API key may have, and how far it reaches (contract/accounts.md 1.1)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from accounts.choices import KeyGrace, KeyLifetime, KeyScope, ScopeAccess
from accounts.rules.text import Fault

LONGEST_NAME = 60
MOST_NETWORKS = 50
MOST_KEYS = 100
MOST_KEYS_OF_AN_ACCOUNT = 10
SOON = timedelta(days=14)
FULL: dict[str, str] = {scope.value: ScopeAccess.WRITE.value for scope in KeyScope}
READ_ONLY: dict[str, str] = {scope.value: ScopeAccess.READ.value for scope in KeyScope}

LIFETIMES: dict[KeyLifetime, timedelta] = {
    KeyLifetime.WEEK: timedelta(days=7),
    KeyLifetime.MONTH: timedelta(days=30),
    KeyLifetime.QUARTER: timedelta(days=90),
    KeyLifetime.HALF_YEAR: timedelta(days=182),
    KeyLifetime.YEAR: timedelta(days=365),
}
GRACES: dict[KeyGrace, timedelta] = {
    KeyGrace.NONE: timedelta(),
    KeyGrace.HOUR: timedelta(hours=1),
    KeyGrace.DAY: timedelta(hours=24),
    KeyGrace.WEEK: timedelta(days=7),
}
_REACH = {ScopeAccess.NONE: 0, ScopeAccess.READ: 1, ScopeAccess.WRITE: 2}


@dataclass(frozen=True, kw_only=True)
class KeyTicket:
    """A key as it was asked for: `expires_at` of None is never, no networks are all of them.

    With an `account_number` it is a key of that account, else of the correspondent.
    """

    name: str
    scopes: Mapping[str, str]
    account_number: str = ""
    expires_at: datetime | None = None
    networks: tuple[str, ...] = ()


def expiry_of(lifetime: KeyLifetime, now: datetime, *, chosen: datetime | None = None) -> datetime | None:
    """Answer when a key of this lifetime expires, None for never; `chosen` is for a date of one's own."""
    if lifetime == KeyLifetime.CUSTOM:
        return chosen
    return None if lifetime == KeyLifetime.NEVER else now + LIFETIMES[lifetime]


def key_faults(ticket: KeyTicket, *, now: datetime) -> list[Fault]:
    """Answer every fault of a key that is asked for, by field."""
    found: list[Fault] = [*name_faults(ticket.name)]
    if not set(ticket.scopes) <= set(KeyScope) or not set(ticket.scopes.values()) <= set(ScopeAccess):
        found.append(("access", f"must map {', '.join(KeyScope)} to none, read or write"))
    elif all(access == ScopeAccess.NONE for access in ticket.scopes.values()):
        found.append(("access", "must let the key into something"))
    if ticket.expires_at is not None and ticket.expires_at <= now:
        found.append(("expires_at", "must be in the future"))
    return [*found, *_network_faults(ticket.networks)]


def name_faults(name: str) -> Iterator[Fault]:
    """Answer what is wrong with a key's name."""
    if not name.strip():
        yield "name", "must say what the key is for"
    elif len(name.strip()) > LONGEST_NAME or "\x00" in name:
        yield "name", f"must have at most {LONGEST_NAME} characters"


def _network_faults(networks: tuple[str, ...]) -> Iterator[Fault]:
    if len(networks) > MOST_NETWORKS:
        yield "networks", f"must be at most {MOST_NETWORKS}"
    for text in networks:
        try:
            network = ip_network(text.strip())
        except ValueError as error:
            is_host = "has host bits set" in str(error)
            said = f"{text[:60]} has bits set below its prefix" if is_host else f"{text[:60]} is no address or network"
            yield "networks", f"{said}, use for example 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"
        else:
            if network.prefixlen == 0:
                yield "networks", f"{text} is every address: leave the networks empty for that"


def tidy_networks(networks: Iterable[str]) -> list[str]:
    """Answer networks that have no fault in one spelling, each once, in their order."""
    return list(dict.fromkeys(str(ip_network(text.strip())) for text in networks))


def is_from(address: str, networks: Iterable[str]) -> bool:
    """Say whether an address lies in one of the networks."""
    if not address:
        return False
    found = ip_address(address)
    return any(found in network for network in map(ip_network, networks) if network.version == found.version)


def access_to(scopes: Mapping[str, str], scope: str) -> ScopeAccess:
    """Answer how far a key with these scopes goes in one of them."""
    return ScopeAccess(scopes.get(scope, ScopeAccess.NONE))


def least_access(scopes: Mapping[str, str]) -> ScopeAccess:
    """Answer how far a key goes in every scope at once."""
    return min((access_to(scopes, scope) for scope in KeyScope), key=lambda access: _REACH[access])


def reaches(found: ScopeAccess, needed: ScopeAccess) -> bool:
    """Say whether access that was found is enough where `needed` is."""
    return _REACH[found] >= _REACH[needed]


def scopes_in_words(scopes: Mapping[str, str]) -> str:
    """Answer what a key reaches in a few words: full access, read only, or each part of it."""
    if least_access(scopes) == ScopeAccess.WRITE:
        return "Full access"
    if {access_to(scopes, scope) for scope in KeyScope} == {ScopeAccess.READ}:
        return "Read only"
    parts = [(KeyScope(scope).label, access_to(scopes, scope)) for scope in KeyScope]
    return ", ".join(f"{label} ({access.label.lower()})" for label, access in parts if access != ScopeAccess.NONE)
