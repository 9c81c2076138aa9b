"""What people are told by e-mail: written in the transaction of an act, sent afterwards by the worker."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts import acting
from accounts.choices import NoticeKind
from accounts.locking import lock_account
from accounts.models import Account, Correspondent, Notice, User
from accounts.services.users import system_user
from brokerage import clock

MOST_AT_ONCE = 20
# For so long a worker has the notices that it took to itself. One that dies gives them up with it.
LEASE = timedelta(minutes=5)
# Before the second try, the third …; the last pause lies before all others.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60))
LONGEST_FAILURE, LONGEST_SUBJECT = 500, 200


@dataclass(frozen=True)
class Message:
    """What is told. `key` names it, so that an address hears of it once."""

    kind: NoticeKind
    key: str
    subject: str
    body: str


@dataclass(frozen=True)
class Recipient:
    """Who is told: an address, and the user whose it is, where it is one's."""

    address: str
    user: User | None = None


AfterSending = Callable[[Notice, Account, datetime], None]
_after_sending: dict[NoticeKind, AfterSending] = {}


def after_sending(kind: NoticeKind, step: AfterSending) -> None:
    """Have `step` run when a notice of `kind` was accepted, in the transaction that marks it, its account locked."""
    _after_sending[kind] = step


def give_notice(
    message: Message,
    recipients: Iterable[Recipient],
    *,
    correspondent: Correspondent,
    account: Account | None = None,
    now: datetime,
) -> None:
    """Write what is to be told to each address, as a step of the act that it tells of.

    The same message is written to an address once, however often the step runs. `due_at` and the
    pauses run by the machine's time, for a sandbox clock that stands still would hold up every mail.
    """
    addressed = {one.address.strip().lower(): one for one in recipients if one.address.strip()}
    due_at = clock.real_now()
    rows = [
        Notice(
            correspondent=correspondent,
            account=account,
            kind=message.kind,
            key=message.key,
            recipient=one.user,
            address=address,
            subject=" ".join(message.subject.split())[:LONGEST_SUBJECT],
            body=message.body,
            created_at=now,
            due_at=due_at,
        )
        for address, one in addressed.items()
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic(durable=True)
def take_notices(*, at: datetime) -> list[Notice]:
    """Answer some notices that are due, longest first, as nobody else's for the time of a lease.

    Two workers never take the same one: what the other has locked is passed over, and what it took
    is due again only when its lease has run out.
    """
    acting.claim(system_user())
    due = Notice.objects.filter(sent_at__isnull=True, due_at__lte=at).order_by("due_at", "id")
    taken = list(due.select_for_update(skip_locked=True)[:MOST_AT_ONCE])
    for notice in taken:
        notice.due_at = at + LEASE
        notice.attempts += 1
    Notice.objects.bulk_update(taken, ["due_at", "attempts"])
    return taken


@transaction.atomic(durable=True)
def mark_sent(*, notice_id: UUID) -> None:
    """Record that the mail server accepted a notice, with what follows from that. Safe to run twice."""
    actor = system_user()
    acting.claim(actor)
    account_id = Notice.objects.values_list("account_id", flat=True).get(pk=notice_id)
    account = lock_account(actor, account_id) if account_id else None
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.sent_at is not None:
        return
    notice.sent_at, notice.failure = clock.now(), ""
    notice.save(update_fields=["sent_at", "failure"])
    follow = _after_sending.get(NoticeKind(notice.kind))
    if follow is not None and account is not None:
        follow(notice, account, notice.sent_at)


@transaction.atomic(durable=True)
def put_off(*, notice: Notice, failure: str, at: datetime) -> None:
    """Keep why a notice could not be sent, and try again after a pause that grows with every try."""
    acting.claim(system_user())
    pause = PAUSES[min(notice.attempts, len(PAUSES)) - 1]
    waiting = Notice.objects.filter(pk=notice.pk, sent_at__isnull=True)
    waiting.update(due_at=at + pause, failure=failure[:LONGEST_FAILURE])


@transaction.atomic(durable=True)
def put_off_all(*, at: datetime) -> None:
    """Let everything that is due wait for the shortest pause: the mail server is away."""
    acting.claim(system_user())
    Notice.objects.filter(sent_at__isnull=True, due_at__lte=at).update(due_at=at + PAUSES[0])
