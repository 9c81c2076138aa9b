"""The worker's way with fifteen-day clocks: it follows the events, and reminds of the clocks that run."""

import logging
from datetime import datetime, time, timedelta

from django.db import OperationalError
from django.db.models import Max, Q

from brokerage.market_calendar import NEW_YORK
from brokerage.models import Event
from options.models import ComplianceClock, EventsRead
from options.rules.clocks import DAYS, MARKS
from options.services.following import FOLLOWED, READER, follow_event, remind_of_clock

log = logging.getLogger(__name__)

MOST_EVENTS_AT_ONCE = 500
MOST_CLOCKS_AT_ONCE = 500


def follow_events(at: datetime) -> None:
    """Follow what was announced since the last tick, in the order of the stream.

    Safe to run twice, and beside another. Where the database fails, the event is followed at the
    next tick; one that fails for another reason is logged and passed over, so that it costs only itself.
    """
    read = EventsRead.objects.filter(reader=READER).values_list("event_id", flat=True).first() or 0
    newest = Event.objects.aggregate(newest=Max("event_id"))["newest"] or 0
    if newest <= read:
        return
    events = Event.objects.filter(event_id__gt=read, event_id__lte=newest, type__in=list(FOLLOWED))
    found = list(events.order_by("event_id")[:MOST_EVENTS_AT_ONCE])
    for event in found:
        try:
            follow_event(event=event)
        except OperationalError:
            raise
        except Exception:
            log.exception("nobody was told of event %s (%s)", event.event_id, event.type)
    done = newest if len(found) < MOST_EVENTS_AT_ONCE else found[-1].event_id
    EventsRead.objects.get_or_create(reader=READER)
    EventsRead.objects.filter(reader=READER, event_id__lt=done).update(event_id=done)


def remind_of_clocks(at: datetime) -> None:
    """Tell of every clock that has come to a day that people are told of. Safe to run twice."""
    today = at.astimezone(NEW_YORK).date()
    due = Q()
    for mark in MARKS:
        last = datetime.combine(today + timedelta(days=DAYS - mark), time.max, NEW_YORK)
        due |= Q(warned_day__lt=mark, due_at__lte=last)
    running = ComplianceClock.objects.filter(due, stopped_at__isnull=True).order_by("due_at", "id")
    for clock_id in list(running.values_list("pk", flat=True)[:MOST_CLOCKS_AT_ONCE]):
        try:
            remind_of_clock(clock_id=clock_id, at=at)
        except Exception:
            log.exception("nobody was reminded of clock %s", clock_id)
