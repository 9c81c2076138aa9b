"""The kernel's one task: the tick that drives everything that falls due."""

from celery import shared_task
from django.db import connection

from brokerage import clock, schedule
from brokerage.health import beat_alive

TICK_LOCK = 5_072_001


@shared_task(name="brokerage.tasks.tick", ignore_result=True)
def tick() -> None:
    """Run what has fallen due; a tick that finds another at work leaves it to that one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TICK_LOCK])
        is_alone = cursor.fetchone()[0]
    beat_alive("worker")
    if not is_alone:
        return
    try:
        with clock.reading():
            schedule.run_due(clock.now())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [TICK_LOCK])
