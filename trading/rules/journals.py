"""Which way a journal may go, and whether it waits for the end of the day (contract/accounts.md 5.3)."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from accounts.choices import AccountKind, AccountStatus
from trading.choices import JournalType
from trading.journal_errors import JournalDirection

MAY_SEND = (AccountStatus.ACTIVE, AccountStatus.ACCOUNT_CLOSED)
DIRECTIONS: dict[JournalType, frozenset[tuple[AccountKind, AccountKind]]] = {
    JournalType.JNLC: frozenset({(AccountKind.FIRM, AccountKind.CUSTOMER), (AccountKind.CUSTOMER, AccountKind.FIRM)}),
    # Shares are handed out by the firm and cannot be sent back.
    JournalType.JNLS: frozenset({(AccountKind.FIRM, AccountKind.CUSTOMER)}),
}
IN_WORDS = {
    JournalType.JNLC: "between the firm and a customer",
    JournalType.JNLS: "from the firm to a customer",
}
FIXTURE = re.compile(r"/fixtures/status=(rejected|pending)/fixtures/")


@dataclass(frozen=True)
class Transmitter:
    """Who sends cash through the firm, for the travel rule (31 CFR 1010.410(f))."""

    transmitter_name: str = ""
    transmitter_account_number: str = ""
    transmitter_address: str = ""
    transmitter_financial_institution: str = ""
    transmitter_timestamp: datetime | None = None


@dataclass(frozen=True)
class JournalRequest:
    """A movement asked for: cash (`amount`) or shares (`symbol`, `qty`)."""

    entry_type: JournalType
    from_account: UUID
    to_account: UUID
    amount: Decimal | None = None
    symbol: str = ""
    qty: Decimal | None = None
    description: str = ""
    transmitter: Transmitter = Transmitter()
    idempotency_key: str | None = None


@dataclass(frozen=True)
class BatchRequest:
    """Cash journals asked for together: out of one account, or (`is_reverse`) into one."""

    entries: tuple[JournalRequest, ...]
    is_reverse: bool = False
    idempotency_key: str | None = None

    @property
    def account_id(self) -> UUID:
        """Answer the account that every entry shares."""
        return self.entries[0].to_account if self.is_reverse else self.entries[0].from_account

    @property
    def digest(self) -> str:
        """Answer what tells this request from another under the same key; 5 and 5.00 are the same amount."""
        entries = [asdict(entry) | {"amount": entry.amount and entry.amount.normalize()} for entry in self.entries]
        return sha256(repr(entries).encode()).hexdigest()


def require_direction(
    entry_type: JournalType, source: tuple[AccountKind, UUID], destination: tuple[AccountKind, UUID]
) -> None:
    """Raise `JournalDirection` unless such a journal may go so; each end is its kind and its correspondent."""
    is_abroad = source[1] != destination[1]
    if is_abroad or (source[0], destination[0]) not in DIRECTIONS[entry_type]:
        raise JournalDirection(entry_type=entry_type.value, allowed=IN_WORDS[entry_type])


@dataclass(frozen=True)
class Limits:
    """A correspondent's limits in dollars: on one journal, and on a day's sum; None is none."""

    each: Decimal | None = None
    daily: Decimal | None = None


def beyond_limits(values: Iterable[Decimal], limits: Limits, moved_today: Decimal) -> list[bool]:
    """Say of each journal, in order, whether it waits; one that waits does not count towards the day."""
    waits = []
    for value in values:
        is_beyond = limits.each is not None and value > limits.each
        is_beyond = is_beyond or (limits.daily is not None and moved_today + value > limits.daily)
        waits.append(is_beyond)
        moved_today += Decimal(0) if is_beyond else value
    return waits


def fixture_outcome(description: str) -> str | None:
    """Answer how a fixture wants a journal above the limit to end: rejected, pending, or None."""
    found = FIXTURE.search(description)
    return found.group(1) if found else None
