"""What the worker does with allocations that wait to be posted: split by account, safe to run twice."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from celery import shared_task

from brokerage import clock
from trading.choices import NoticeSource, NoticeStatus
from trading.models import Assignment, AssignmentNotice

log = logging.getLogger(__name__)

IN_ONE_TASK = 250
MOST_AT_ONCE = 500
Progress = Callable[[int, int], None]


def post_notice_soon(notice_id: str) -> None:
    """Start the tasks that post a notice, some accounts each. A broker that is away costs nothing: the tick posts."""
    ids = [str(one) for one in _waiting(UUID(notice_id))]
    for start in range(0, len(ids), IN_ONE_TASK):
        post_some.apply_async((notice_id, ids[start : start + IN_ONE_TASK]), retry=False)


@shared_task(ignore_result=True)
def post_some(notice_id: str, assignment_ids: list[str]) -> None:
    """Post some of a notice's assignments."""
    with clock.reading():
        _post_each(UUID(notice_id), [UUID(one) for one in assignment_ids])


def post_waiting_assignments(at: datetime) -> None:
    """Post what was allocated and is not posted, those included whose task was lost; some at each tick.

    What is simulated at an expiration is posted by that (`services/expiration_run.py`).
    """
    waiting = AssignmentNotice.objects.filter(status=NoticeStatus.ALLOCATED)
    notices = waiting.exclude(source=NoticeSource.SIMULATED)
    for notice_id in list(notices.order_by("received_at", "pk").values_list("pk", flat=True)):
        _post_each(notice_id, _waiting(notice_id)[:MOST_AT_ONCE])


def post_notice(notice_id: UUID, progress: Progress | None = None) -> None:
    """Post all of a notice now, account by account; what is posted already is passed over."""
    _post_each(notice_id, _waiting(notice_id), progress)


def _waiting(notice_id: UUID) -> list[UUID]:
    waiting = Assignment.objects.filter(notice_id=notice_id, posted_at=None)
    return list(waiting.order_by("account_id").values_list("pk", flat=True))


def _post_each(notice_id: UUID, assignment_ids: Iterable[UUID], progress: Progress | None = None) -> None:
    """Post assignments one by one: one that fails is logged, looked at again, and costs only itself."""
    from trading.services.assignment_posting import finish_notice, post_assignment

    ids = list(assignment_ids)
    for done, assignment_id in enumerate(ids, start=1):
        try:
            post_assignment(assignment_id=assignment_id)
        except Exception:
            log.exception("assignment %s could not be posted and is looked at again", assignment_id)
        if progress is not None:
            progress(done, len(ids))
    finish_notice(notice_id=notice_id)
