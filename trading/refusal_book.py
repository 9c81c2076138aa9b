"""Refused orders as staff read them: what they are narrowed down to, and what was asked for in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django.http import QueryDict

from accounts.list_filters import Chip, ListFilter, chip_of, chips_of_days
from accounts.listing import midnight, read_day
from accounts.models import Account, User
from brokerage.keyset import Page
from brokerage.templatetags.formats import sentence
from options.rules.contracts import name_of
from trading.listing import find_exactly
from trading.models import Refusal
from trading.narrowing import read_symbol
from trading.refusal_listing import page_refusals

PATH = "/orders/refusals"
PAGE_SIZE = 50
CHUNK = 1000
LONGEST_REASON = 60
STEP = timedelta(microseconds=1)


@dataclass(frozen=True)
class RefusalFilter(ListFilter):
    """Which refusals to list: everything that the URL of the list carries. `account` names exactly one."""

    path: ClassVar[str] = PATH
    symbol: str = ""
    reason: str = ""
    account: str = ""
    refused_from: date | None = None
    refused_to: date | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the list carries."""
        return {
            "symbol": self.symbol,
            "reason": self.reason,
            "account": self.account,
            "from": self.refused_from,
            "to": self.refused_to,
        }


@dataclass(frozen=True)
class RefusalLine:
    """One refusal in words: what was asked for, why it was refused, and the intent that was inferred."""

    refusal: Refusal
    asked: str
    beneath: str
    reason: str
    intent: str
    intent_reason: str


def read_filter(query: QueryDict) -> RefusalFilter:
    """Answer the filter that a query string asks for."""
    return RefusalFilter(
        symbol=read_symbol(query),
        reason=query.get("reason", "").strip()[:LONGEST_REASON],
        account=" ".join(query.get("account", "").split()),
        refused_from=read_day(query.get("from", "")),
        refused_to=read_day(query.get("to", "")),
    )


def chips(wanted: RefusalFilter) -> list[Chip]:
    """Answer the filters in force, one by one, each with the URL of the list without it."""
    found = chip_of(wanted, "symbol", f"In {wanted.symbol}") + chip_of(wanted, "reason", sentence(wanted.reason))
    found += chip_of(wanted, "account", f"Account “{wanted.account}”")
    return found + chips_of_days(wanted, "refused", "Refused")


def list_refusals(
    actor: User, wanted: RefusalFilter, *, size: int = PAGE_SIZE, after: str = "", before: str = ""
) -> Page[Refusal]:
    """Answer a page of the refusals that `actor` may see and `wanted` describes, newest first."""
    account: Account | None = None
    if wanted.account:
        account = find_exactly(actor, wanted.account)
        if account is None:
            return Page([])
    return page_refusals(
        actor,
        account=account,
        symbol=wanted.symbol,
        reason=wanted.reason,
        since=midnight(wanted.refused_from) - STEP if wanted.refused_from else None,
        until=midnight(wanted.refused_to + timedelta(days=1)) if wanted.refused_to else None,
        size=size,
        after=after,
        before=before,
    )


def all_refusals(actor: User, wanted: RefusalFilter) -> Iterator[list[Refusal]]:
    """Yield all that `wanted` describes, newest first, a chunk and a statement at a time."""
    page = list_refusals(actor, wanted, size=CHUNK)
    while page.rows:
        yield page.rows
        if not page.after:
            return
        page = list_refusals(actor, wanted, size=CHUNK, after=page.after)


def describe(refusal: Refusal) -> RefusalLine:
    """Say of a refusal what was asked for and why it was refused."""
    ticket, facts = _texts(refusal.ticket), _texts(refusal.facts)
    intent = facts.get("position_intent") or facts.get("inferred", "")
    return RefusalLine(
        refusal=refusal,
        asked=asked_in_words(ticket),
        beneath=_terms(ticket),
        reason=sentence(refusal.reason),
        intent=sentence(intent),
        intent_reason=_about_it(facts.get("intent_reason", ""), refusal.symbol),
    )


def asked_in_words(ticket: Mapping[str, str]) -> str:
    """Answer what a ticket asks for: `Sell to open 1 AAPL Jan 26 2024 50 Call`; what was left out is left out."""
    act = sentence(ticket.get("position_intent") or ticket.get("side") or ticket.get("act") or "order")
    much = f"${ticket['notional']} of" if "notional" in ticket else ticket.get("qty") or ticket.get("quantity", "")
    return " ".join(part for part in (act, much, name_of(ticket.get("symbol", ""))) if part)


def _about_it(reason: str, symbol: str) -> str:
    """Answer why an intent was inferred, beside the order that says of what: `The account has no position in it`."""
    said = reason.replace(f" in {symbol},", " in it,").replace(f" of {symbol},", ",")
    return f"{said[:1].upper()}{said[1:]}"


def _terms(ticket: Mapping[str, str]) -> str:
    """Answer type, limit and time in force: `Limit 1.5, day`."""
    kind, limit = sentence(ticket.get("type", "")), ticket.get("limit_price", "")
    return ", ".join(part for part in (f"{kind} {limit}".strip(), ticket.get("time_in_force", "")) if part)


def _texts(found: Any) -> dict[str, str]:
    """Answer the members of a JSON object that are written in one line."""
    return {name: str(value) for name, value in dict(found or {}).items() if not isinstance(value, dict | list)}
