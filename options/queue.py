"""The queue of requests that wait for a principal: which, in what order, and the URL that says it all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.http import QueryDict

from accounts.list_filters import Chip, ListFilter, chip_of, chips_of
from accounts.listing import LONGEST_CODE
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.selectors import AccountSearch, search_accounts
from brokerage.errors import NotPermitted
from brokerage.keyset import Page, read_page
from brokerage.market_calendar import NEW_YORK
from options.choices import ClockKind
from options.models import ComplianceClock, OptionsApplication
from options.models.applications import OptionsApplicationQuerySet
from options.review_errors import ApplicationNotFound
from options.rules.approval_rules import LEVELS, RULE_SETS
from options.rules.approval_terms import Effect
from options.rules.clocks import due_at

PATH = "/options/queue"
PAGE_SIZE = 50
OLDEST_FIRST = ("created_at", "id")
MOST_COUNTED = 999
SOON = 5
WHOSE = {
    "mine": "Mine",
    "unclaimed": "Unclaimed",
    "claimed": "Claimed",
    "asked": "Waiting for the applicant",
    "second": "Waiting for a second approval",
}
# What the automatic decision leaves to a person, each rule by a name that is short enough to choose by.
RULES = {
    rule.id: rule.id.removeprefix("flag_").replace("_", " ").capitalize()
    for rules in RULE_SETS.values()
    for rule in rules.rules
    if rule.effect is Effect.ASKS_A_PERSON
}
JOINED = ("account__correspondent", "claimed_by", "first_approved_by")


@dataclass(frozen=True)
class QueueFilter(ListFilter):
    """Which requests to list: everything that the URL of the queue carries. `correspondents` are codes."""

    path: ClassVar[str] = PATH
    query: str = ""
    whose: str = ""
    levels: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    correspondents: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL of the queue carries."""
        return {
            "query": self.query,
            "whose": self.whose,
            "level": self.levels,
            "rule": self.rules,
            "correspondent": self.correspondents,
        }


@dataclass(frozen=True)
class Waiting:
    """A request in the queue, and what is said of it: how old it is, and how long it may still wait."""

    application: OptionsApplication
    age: str
    left: str
    urgency: str
    reason: str
    further: int

    @property
    def pk(self) -> UUID:
        """Answer the id of the request."""
        return self.application.pk


def read_filter(query: QueryDict) -> QueueFilter:
    """Answer the filter that a query string asks for; what the queue does not know it leaves out."""
    whose = query.get("whose", "")
    codes = dict.fromkeys(code.upper() for code in query.getlist("correspondent") if 0 < len(code) <= LONGEST_CODE)
    return QueueFilter(
        query=query.get("query", "").strip(),
        whose=whose if whose in WHOSE else "",
        levels=tuple(str(one) for one in LEVELS if str(one) in query.getlist("level")),
        rules=tuple(one for one in RULES if one in query.getlist("rule")),
        correspondents=tuple(codes),
    )


def may_look(actor: User) -> bool:
    """Say whether somebody may look into the queue: who decides, and who watches over those who do."""
    return actor.may(Permission.DECIDE_OPTIONS) or actor.may(Permission.VIEW_AUDIT)


def require_look(actor: User) -> None:
    """Raise `NotPermitted` unless `actor` may look into the queue."""
    if not may_look(actor):
        raise NotPermitted(permission=Permission.DECIDE_OPTIONS.value)


def filter_queue(actor: User, wanted: QueueFilter) -> OptionsApplicationQuerySet:
    """Answer the requests that wait, that `actor` may see, and that `wanted` describes, not yet in order."""
    require_look(actor)
    rows = OptionsApplication.objects.visible_to(actor).pending()
    if wanted.query:
        found = search_accounts(Account.objects.visible_to(actor), AccountSearch(query=wanted.query))
        rows = rows.filter(account__in=found.order_by().values("pk"))
    if wanted.levels:
        rows = rows.filter(requested_level__in=[int(one) for one in wanted.levels])
    if wanted.rules:
        rows = rows.filter(reason_rules__overlap=list(wanted.rules))
    if wanted.correspondents and actor.sees_every_correspondent:
        rows = rows.filter(correspondent__code__in=wanted.correspondents)
    return rows.filter(_whose(actor).get(wanted.whose, Q()))


def _whose(actor: User) -> dict[str, Q]:
    return {
        "mine": Q(claimed_by=actor),
        "unclaimed": Q(claimed_by__isnull=True),
        "claimed": Q(claimed_by__isnull=False),
        "asked": Q(asked_at__isnull=False),
        "second": Q(first_approved_by__isnull=False),
    }


def list_queue(actor: User, wanted: QueueFilter, *, after: str = "", before: str = "") -> Page[OptionsApplication]:
    """Answer a page of the queue, oldest first, each request with when its clock ends."""
    rows = filter_queue(actor, wanted).select_related(*JOINED).defer("answers").annotate(clock_ends_at=_clock_ends_at())
    return read_page(rows, OLDEST_FIRST, size=PAGE_SIZE, after=after, before=before)


def _clock_ends_at() -> Subquery:
    """Answer, in the database, when the clock of a request ends, if one runs."""
    running = ComplianceClock.objects.filter(
        account=OuterRef("account"), kind=ClockKind.DECISION, stopped_at__isnull=True
    )
    return Subquery(running.values("due_at")[:1])


def count_waiting(actor: User, *, most: int = MOST_COUNTED) -> int:
    """Answer how many requests wait, of those that `actor` may see, up to one more than `most`."""
    require_look(actor)
    return OptionsApplication.objects.visible_to(actor).pending().order_by()[: most + 1].count()


def get_request(actor: User, application_id: UUID) -> OptionsApplication:
    """Answer a request, waiting or decided, with its account; or raise `ApplicationNotFound`."""
    require_look(actor)
    joined = (*JOINED, "decided_by", "requested_by", "policy")
    rows = OptionsApplication.objects.visible_to(actor).select_related(*joined).annotate(clock_ends_at=_clock_ends_at())
    found = rows.filter(pk=application_id).first()
    if found is None:
        raise ApplicationNotFound
    return found


def next_request(actor: User, wanted: QueueFilter, after: OptionsApplication) -> OptionsApplication | None:
    """Answer which request to look at after another: the next that is older than none before it, else the first.

    What somebody else works on, what waits for the applicant, and what `actor` may not decide is
    passed over, unless the filter asks for it.
    """
    rows = filter_queue(actor, wanted).exclude(pk=after.pk)
    rows = rows.exclude(first_approved_by=actor).exclude(requested_by=actor).exclude(makers__contains=[actor.pk])
    if wanted.whose != "claimed":
        rows = rows.filter(Q(claimed_by__isnull=True) | Q(claimed_by=actor))
    if wanted.whose != "asked":
        rows = rows.filter(asked_at__isnull=True)
    rows = rows.only("pk").order_by(*OLDEST_FIRST)
    later = Q(created_at__gt=after.created_at) | Q(created_at=after.created_at, pk__gt=after.pk)
    return rows.filter(later, created_at__gte=after.created_at).first() or rows.first()


def chips(wanted: QueueFilter) -> list[Chip]:
    """Answer the filters in force, one by one, each with the URL of the queue without it."""
    found = chip_of(wanted, "query", f"“{wanted.query}”") + chip_of(wanted, "whose", WHOSE.get(wanted.whose, ""))
    found += chips_of(wanted, "levels", lambda one: f"Asks for level {one}")
    found += chips_of(wanted, "rules", RULES.__getitem__)
    return found + chips_of(wanted, "correspondents", str)


def described(applications: Iterable[Any], *, now: datetime) -> list[Waiting]:
    """Say of each request how old it is and how long it may still wait, in days of New York."""
    return [describe(one, now=now) for one in applications]


def describe(application: Any, *, now: datetime) -> Waiting:
    """Say of one request, read from the queue, how old it is and how long it may still wait."""
    left = _days(now, application.clock_ends_at or due_at(application.created_at))
    return Waiting(
        application=application,
        age=age_of(application.created_at, now=now),
        left=_left(left),
        urgency="over" if left < 0 else "soon" if left <= SOON else "",
        reason=application.reasons[0] if application.reasons else "",
        further=max(len(application.reasons) - 1, 0),
    )


def age_of(moment: datetime, *, now: datetime) -> str:
    """Answer how long ago a moment was: `today`, `1 day`, `12 days`."""
    days = _days(moment, now)
    return _counted(days) if days > 0 else "today"


def _left(days: int) -> str:
    if days < 0:
        return f"{_counted(-days)} over"
    return f"{_counted(days)} left" if days else "due today"


def _counted(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def _days(start: datetime, end: datetime) -> int:
    return (end.astimezone(NEW_YORK).date() - start.astimezone(NEW_YORK).date()).days
