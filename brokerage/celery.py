"""The Celery application. Its broker is `settings.CELERY_BROKER_URL`; the rest is decided here.

A task is acknowledged when it has run, so one whose worker is killed runs again: every task is
safe to run twice. There is one schedule, a tick: what falls due is in `schedule.py`.
"""

import os

from celery import Celery
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brokerage.settings")

app = Celery("brokerage")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,  # in the sandbox the worker prints the mails that it sends
    broker_connection_retry_on_startup=True,
    enable_utc=True,
    timezone="UTC",
    CELERY_DB_REUSE_MAX=1000,
    beat_scheduler="celery.beat:Scheduler",  # one entry, each second: there is nothing to remember
    beat_schedule={
        # A tick that waited this long in the queue has been overtaken by the next ones.
        "tick": {"task": "brokerage.tasks.tick", "schedule": 1.0, "options": {"expires": 5}},
    },
)


@app.on_after_configure.connect
def _take_lost_tasks_back(sender: Celery, **_: object) -> None:
    """On Redis and Valkey, hand out the tasks of a killed worker again after two minutes at most."""
    if str(sender.conf.broker_url).startswith("redis"):
        sender.conf.broker_transport_options = {
            "visibility_timeout": 120,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
        }


@task_prerun.connect
def _let_go_of_broken_connections(**_: object) -> None:
    """Do before a task what Django does before a request: Celery, reusing a connection, would keep a broken one."""
    from django.db import close_old_connections

    close_old_connections()


app.autodiscover_tasks()
