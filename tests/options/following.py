"""The relay's and the worker's part for notices: events get their place and are followed."""

from ulid import ULID

from accounts.models import Account, Notice
from brokerage import clock
from brokerage.models import Event
from options.clock_tasks import follow_events, remind_of_clocks
from options.models import ComplianceClock


def place_events() -> None:
    """Do the relay's work: give every event its place."""
    for number, event in enumerate(Event.objects.order_by("id"), start=1):
        Event.objects.filter(pk=event.pk, event_id__isnull=True).update(event_id=number, ulid=str(ULID()))


def tick() -> None:
    """Let the worker follow what happened, and remind of what runs."""
    place_events()
    follow_events(clock.now())
    remind_of_clocks(clock.now())


def told(account: Account, kind: str = "") -> list[tuple[str, str]]:
    """Answer who was told of an account, and the subject without its mark, in order."""
    rows = Notice.objects.filter(account=account, **({"kind": kind} if kind else {}))
    found = rows.order_by("created_at", "key", "address").values_list("address", "subject")
    return [(address, subject.removeprefix("Strikebook: ")) for address, subject in found]


def body_to(address: str, kind: str) -> str:
    """Answer what the newest notice of a kind says to an address."""
    return Notice.objects.filter(address=address, kind=kind).order_by("-id").values_list("body", flat=True)[0]


def clocks_of(account: Account) -> list[tuple[str, bool]]:
    """Answer each clock of an account, in order: its kind, and whether it runs."""
    rows = ComplianceClock.objects.filter(account=account).order_by("id")
    return [(one.kind, one.stopped_at is None) for one in rows]
