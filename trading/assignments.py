"""Assignments and notices as people read them: lists, one assignment with what it posted, one work paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from accounts.list_filters import Chip, ListFilter, chip_of, chips_of, chips_of_days
from accounts.listing import read_day
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage.keyset import Page, read_chunks, read_page
from brokerage.tabular import Cell, local
from trading.assignment_errors import AssignmentNotFound, NoticeNotFound
from trading.exports import CHUNK, Chunks
from trading.models import Activity, Assignment, AssignmentNotice
from trading.narrowing import in_assets, known, of_accounts, of_correspondents, read_codes, read_symbol, seen_by
from trading.rules.allocation import Candidate, candidates_of, re_run, result_of

PATH = "/assignments"
PAGE_SIZE = 50
MOST_FOR_PEOPLE = 50
MOST_CANDIDATES = 200
KEYS = ("-pk",)  # ids are given in the order of time, and every index of the table ends in them
JOINED = ("account", "correspondent", "asset__contract__underlying")
STATES = {"waiting": "Waits to be posted", "posted": "Posted", "person": "Needs a person"}
COLUMNS: Mapping[str, int] = {
    "Assignment ID": 36,
    "Exercised": 12,
    "Account": 32,
    "Number": 12,
    "Correspondent": 14,
    "Symbol": 22,
    "Name": 30,
    "Contracts": 10,
    "Posted (New York)": 20,
    "Missing": 24,
    "Needs a person": 14,
    "Note": 40,
    "Group ID": 36,
}


@dataclass(frozen=True)
class AssignmentFilter(ListFilter):
    """Which assignments to list: everything that the URL of the list carries."""

    path: ClassVar[str] = PATH
    symbol: str = ""
    account: str = ""
    state: tuple[str, ...] = ()
    correspondents: tuple[str, ...] = ()
    exercised_from: date | None = None
    exercised_to: date | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the list carries."""
        return {
            "symbol": self.symbol,
            "account": self.account,
            "state": self.state,
            "correspondent": self.correspondents,
            "from": self.exercised_from,
            "to": self.exercised_to,
        }


@dataclass(frozen=True)
class CandidateLine:
    """One candidate of an allocation: its tickets, when its short was first opened, and what fell to it."""

    account: Account | None
    account_id: UUID
    first_ticket: int
    last_ticket: int
    opened_on: date | None
    lots: int
    assigned: int

    @property
    def short(self) -> int:
        """Answer how many contracts the account was short."""
        return self.last_ticket - self.first_ticket + 1


@dataclass(frozen=True)
class WorkPaper:
    """What an allocation was made from, as the page shows it; `further` candidates are in the file only."""

    lines: list[CandidateLine]
    further: int
    accounts: int
    tickets: int
    fell_to: int


def read_filter(query: QueryDict) -> AssignmentFilter:
    """Answer the filter that a query string asks for."""
    return AssignmentFilter(
        symbol=read_symbol(query),
        account=" ".join(query.get("account", "").split()),
        state=known(query, "state", STATES),
        correspondents=read_codes(query),
        exercised_from=read_day(query.get("from", "")),
        exercised_to=read_day(query.get("to", "")),
    )


def chips(wanted: AssignmentFilter) -> list[Chip]:
    """Answer the filters in force, one by one, each with the URL of the list without it."""
    found = chip_of(wanted, "symbol", f"In {wanted.symbol}") + chip_of(wanted, "account", f"Account “{wanted.account}”")
    found += chips_of(wanted, "state", STATES.__getitem__) + chips_of(wanted, "correspondents", str)
    return found + chips_of_days(wanted, "exercised", "Exercised")


def filter_assignments(actor: User, wanted: AssignmentFilter) -> QuerySet[Assignment]:
    """Answer the assignments that `actor` may see and `wanted` describes."""
    rows = of_correspondents(seen_by(Assignment.objects.all(), actor), actor, wanted.correspondents)
    if wanted.account:
        rows = rows.filter(of_accounts(actor, wanted.account))
    if wanted.symbol:
        rows = rows.filter(in_assets(wanted.symbol))
    if wanted.exercised_from:
        rows = rows.filter(exercised_on__gte=wanted.exercised_from)
    if wanted.exercised_to:
        rows = rows.filter(exercised_on__lte=wanted.exercised_to)
    states = {"waiting": Q(posted_at=None), "posted": Q(posted_at__isnull=False), "person": Q(needs_person=True)}
    if wanted.state:
        rows = rows.filter(Q(*(states[one] for one in wanted.state), _connector=Q.OR))
    return rows


def list_assignments(
    actor: User, wanted: AssignmentFilter, *, size: int = PAGE_SIZE, after: str = "", before: str = ""
) -> Page[Assignment]:
    """Answer a page of assignments, newest first."""
    rows = filter_assignments(actor, wanted).select_related(*JOINED)
    return read_page(rows, KEYS, size=size, after=after, before=before)


def list_for_people(actor: User) -> list[Assignment]:
    """Answer the assignments that a person must decide on, the oldest first."""
    rows = seen_by(Assignment.objects.filter(needs_person=True), actor)
    return list(rows.select_related(*JOINED).order_by("pk")[:MOST_FOR_PEOPLE])


def get_assignment(actor: User, assignment_id: UUID) -> Assignment:
    """Answer an assignment that `actor` may see, or raise `AssignmentNotFound`."""
    rows = seen_by(Assignment.objects.filter(pk=assignment_id), actor)
    found = rows.select_related(*JOINED, "dealt_with_by").first()
    if found is None:
        raise AssignmentNotFound
    return found


def activities_of(assignment: Assignment) -> list[Activity]:
    """Answer what an assignment, fetched for the actor, has posted."""
    if assignment.group_id is None:
        return []
    rows = Activity.objects.filter(account=assignment.account_id, group_id=assignment.group_id)
    return list(rows.select_related("asset__contract__underlying").order_by("pk"))


def sees_notices(actor: User) -> bool:
    """Say whether the notices of the clearing house are `actor`'s to see: they name customers of all (FD-6)."""
    return actor.sees_every_correspondent and actor.may(Permission.VIEW_ACCOUNTS)


def list_notices(actor: User, *, after: str = "", before: str = "") -> Page[AssignmentNotice]:
    """Answer a page of notices, newest first, each with how many accounts it fell to and how many are posted."""
    return read_page(
        _notices(actor).defer("work_paper"),
        ("-received_at", "-pk"),
        size=PAGE_SIZE,
        after=after,
        before=before,
    )


def get_notice(actor: User, notice_id: UUID) -> AssignmentNotice:
    """Answer a notice with its work paper, or raise `NoticeNotFound`: for a correspondent there is none."""
    found = _notices(actor).filter(pk=notice_id).first()
    if found is None:
        raise NoticeNotFound
    return found


def _notices(actor: User) -> QuerySet[AssignmentNotice]:
    if not sees_notices(actor):
        raise NoticeNotFound
    posted = Count("assignments", filter=Q(assignments__posted_at__isnull=False))
    rows = AssignmentNotice.objects.select_related("asset__contract__underlying", "received_by")
    return rows.annotate(accounts=Count("assignments"), posted=posted)


def describe_paper(paper: dict[str, Any]) -> WorkPaper:
    """Answer a work paper's candidates with their tickets, those that were drawn first."""
    candidates = candidates_of(paper)
    assigned = {one.account_id: one.quantity for one in result_of(paper)}
    numbered, ticket = [], 1
    for one in candidates:
        numbered.append((one, ticket))
        ticket += one.quantity
    numbered.sort(key=lambda pair: pair[0].account_id not in assigned)
    shown = numbered[:MOST_CANDIDATES]
    known_accounts = Account.objects.select_related("correspondent").in_bulk([one.account_id for one, _ in shown])
    lines = [
        _candidate(one, first, known_accounts.get(one.account_id), assigned.get(one.account_id, 0))
        for one, first in shown
    ]
    return WorkPaper(lines, len(numbered) - len(shown), len(candidates), ticket - 1, len(assigned))


def _candidate(one: Candidate, first: int, account: Account | None, assigned: int) -> CandidateLine:
    is_told = all(part.order for part in one.opened)  # by its lots; at expiration all are assigned, and none is asked
    opened_on = min(part.on for part in one.opened) if is_told else None
    return CandidateLine(account, one.account_id, first, first + one.quantity - 1, opened_on, len(one.opened), assigned)


def is_repeatable(notice: AssignmentNotice) -> bool:
    """Say whether a notice's work paper gives its result again, and that is what was written down (AS-4, RC-3)."""
    paper = notice.work_paper
    result = {one.account_id: one.quantity for one in result_of(paper)}
    rows = dict(notice.assignments.values_list("account_id", "quantity"))
    stated = (paper["quantity"], paper["method"], paper["seed"])
    return (
        re_run(paper) == result_of(paper)
        and {account_id: int(quantity) for account_id, quantity in rows.items()} == result
        and sum(result.values()) == notice.quantity
        and stated == (int(notice.quantity), notice.method, notice.seed)
    )


def assignments_of(actor: User, wanted: AssignmentFilter) -> Chunks:
    """Yield the rows of the list, a chunk and a statement at a time."""
    for chunk in read_chunks(filter_assignments(actor, wanted).select_related(*JOINED), KEYS, size=CHUNK):
        yield [_row(one) for one in chunk]


def _row(one: Assignment) -> list[Cell]:
    return [
        *(str(one.pk), one.exercised_on.isoformat()),
        *(one.account.name, one.account.account_number, one.correspondent.code),
        *(one.asset.symbol, one.asset.name, one.quantity),
        local(one.posted_at),
        ", ".join(f"{quantity} {symbol}" for symbol, quantity in one.missing.items()),
        *("yes" if one.needs_person else "", one.note, str(one.group_id or "")),
    ]
