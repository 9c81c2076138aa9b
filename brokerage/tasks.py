"""The kernel's one task: the tick that drives everything that falls due."""

from celery import shared_task

from brokerage import clock, schedule
from brokerage.database import alone
from brokerage.health import beat_alive

TICK_LOCK = 5_072_001


@shared_task(name="brokerage.tasks.tick", ignore_result=True)
def tick() -> None:
    """Run what has fallen due; a tick that finds another at work leaves it to that one."""
    with alone(TICK_LOCK) as is_alone:
        beat_alive("worker")
        if is_alone:
            with clock.reading():
                schedule.run_due(clock.now())
