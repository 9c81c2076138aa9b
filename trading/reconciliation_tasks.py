"""The reconciliation, after every close and when somebody asks for it."""

from datetime import datetime

from celery import shared_task

from brokerage import clock


@shared_task(ignore_result=True)
def reconcile_books(run_id: int) -> None:
    """Check every book now, for a run that was asked for."""
    from trading.services.reconciliation import reconcile

    with clock.reading():
        reconcile(at=clock.now(), run_id=run_id)


def reconcile_at_close(at: datetime) -> None:
    """Check every book of the session that ended at `at`."""
    from trading.services.reconciliation import reconcile

    reconcile(at=at)
