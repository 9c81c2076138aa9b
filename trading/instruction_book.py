"""The list of instructions over all accounts: what it is narrowed down to, its order, its rows as a file has them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.list_filters import Chip, ListFilter, chip_of, chips_of, chips_of_days
from accounts.listing import read_day
from accounts.models import User
from brokerage.keyset import Page, read_chunks, read_page
from brokerage.tabular import Cell, local
from brokerage.templatetags.formats import sentence
from trading.choices import InstructionKind, InstructionSource, InstructionStatus
from trading.exports import CHUNK, Chunks
from trading.instruction_errors import InstructionNotFound
from trading.models import Instruction
from trading.narrowing import (
    between,
    in_assets,
    is_of_all,
    known,
    of_accounts,
    of_correspondents,
    read_codes,
    read_symbol,
    seen_by,
)
from trading.rules.instruction_status import OPEN_STATUSES

PATH = "/instructions"
PAGE_SIZE = 50
JOINED = ("asset__contract", "account", "correspondent", "entered_by", "confirmed_by")
STATUSES = {one.value: sentence(one.label) for one in InstructionStatus}
SOURCES = {one.value: one.label for one in InstructionSource}
KINDS = {one.value: one.label for one in InstructionKind}
COLUMNS = {
    "Instruction ID": 36,
    "Received (New York)": 20,
    "Account": 32,
    "Number": 12,
    "Correspondent": 14,
    "Instruction": 16,
    "Contracts": 10,
    "Symbol": 22,
    "Name": 30,
    "Expires": 12,
    "Status": 24,
    "Source": 16,
    "Entered by": 28,
    "Entered (New York)": 20,
    "Confirmed by": 28,
    "Confirmed (New York)": 20,
    "Ended (New York)": 20,
    "Late because": 40,
    "Reason": 60,
}


@dataclass(frozen=True)
class InstructionFilter(ListFilter):
    """Which instructions to list: everything that the URL of the list carries; the days are those of receiving."""

    path: ClassVar[str] = PATH
    kind: str = ""
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    symbol: str = ""
    account: str = ""
    received_from: date | None = None
    received_to: date | None = None
    correspondents: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the list carries."""
        return {
            "kind": self.kind,
            "status": self.statuses,
            "source": self.sources,
            "symbol": self.symbol,
            "account": self.account,
            "from": self.received_from,
            "to": self.received_to,
            "correspondent": self.correspondents,
        }


def read_filter(query: QueryDict) -> InstructionFilter:
    """Answer the filter that a query string asks for; what the list does not know it leaves out."""
    kind = query.get("kind", "")
    return InstructionFilter(
        kind=kind if kind in KINDS else "",
        statuses=known(query, "status", STATUSES),
        sources=known(query, "source", SOURCES),
        symbol=read_symbol(query),
        account=" ".join(query.get("account", "").split()),
        received_from=read_day(query.get("from", "")),
        received_to=read_day(query.get("to", "")),
        correspondents=read_codes(query),
    )


def chips(wanted: InstructionFilter) -> list[Chip]:
    """Answer the filters in force, one by one, each with the URL of the list without it."""
    found = chip_of(wanted, "kind", KINDS.get(wanted.kind, ""))
    found += chips_of(wanted, "statuses", STATUSES.__getitem__) + chips_of(wanted, "sources", SOURCES.__getitem__)
    found += chip_of(wanted, "symbol", f"In {wanted.symbol}")
    found += chip_of(wanted, "account", f"Account “{wanted.account}”")
    return found + chips_of_days(wanted, "received", "Received") + chips_of(wanted, "correspondents", str)


def filter_instructions(actor: User, wanted: InstructionFilter) -> QuerySet[Instruction]:
    """Answer the instructions that `actor` may see and `wanted` describes, not yet in order."""
    rows = of_correspondents(seen_by(Instruction.objects.all(), actor), actor, wanted.correspondents)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.statuses:
        rows = rows.filter(status__in=wanted.statuses)
    if wanted.sources:
        rows = rows.filter(source__in=wanted.sources)
    if wanted.symbol:
        rows = rows.filter(in_assets(wanted.symbol))
    if wanted.account:
        rows = rows.filter(of_accounts(actor, wanted.account))
    return rows.filter(between("received_at", wanted.received_from, wanted.received_to)).select_related(*JOINED)


def keys_of(actor: User, wanted: InstructionFilter) -> tuple[str, ...]:
    """Answer what puts the list in order: the last received first; over several correspondents the last entered."""
    return ("-id",) if is_of_all(actor, wanted.correspondents) else ("-received_at", "-id")


def list_instructions(
    actor: User, wanted: InstructionFilter, *, after: str = "", before: str = ""
) -> Page[Instruction]:
    """Answer a page of the instructions, each with its account, its contract and who entered and confirmed it."""
    rows = filter_instructions(actor, wanted)
    return read_page(rows, keys_of(actor, wanted), size=PAGE_SIZE, after=after, before=before)


def get_instruction(actor: User, instruction_id: UUID) -> Instruction:
    """Answer an instruction that `actor` may see, or raise `InstructionNotFound`."""
    rows = seen_by(Instruction.objects.filter(pk=instruction_id), actor)
    found = rows.select_related(*JOINED, "message").first()
    if found is None:
        raise InstructionNotFound
    return found


def count_waiting(actor: User) -> int:
    """Answer how many instructions wait for a second person who is not `actor`."""
    rows = seen_by(Instruction.objects.filter(status__in=OPEN_STATUSES), actor)
    return rows.filter(status=InstructionStatus.PROPOSED).exclude(entered_by=actor).count()


def instructions_of(actor: User, wanted: InstructionFilter) -> Chunks:
    """Yield the rows of the list, a chunk and a statement at a time."""
    for chunk in read_chunks(filter_instructions(actor, wanted), keys_of(actor, wanted), size=CHUNK):
        yield [_row(one) for one in chunk]


def _row(one: Instruction) -> list[Cell]:
    return [
        str(one.pk),
        local(one.received_at),
        *(one.account.name, one.account.account_number, one.correspondent.code),
        KINDS[one.kind],
        one.quantity,
        *(one.asset.symbol, one.asset.name),
        one.asset.contract.expiration_date.isoformat() if one.asset.is_option else None,
        STATUSES[one.status],
        SOURCES[one.source],
        *(str(one.entered_by), local(one.entered_at)),
        *(str(one.confirmed_by) if one.confirmed_by else None, local(one.confirmed_at)),
        local(one.ended_at),
        one.get_excuse_display(),
        one.reason,
    ]
