"""Run the relay until it is told to stop."""

import signal
from threading import Event as Flag
from time import monotonic
from typing import Any

import psycopg
from django.core.management.base import BaseCommand

from brokerage.database import direct_parameters
from brokerage.health import beat_alive
from brokerage.relay import Relay

BEAT_SECONDS = 2.0


class Command(BaseCommand):
    help = "Give committed events their place in the stream, and tell the streams. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Flag()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        with psycopg.connect(**direct_parameters(), autocommit=True) as direct:
            Relay(direct).run(wait=stop.wait, beat=_Beat())


class _Beat:
    """Says now and then that the relay lives, not at every turn."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> None:
        if monotonic() - self.at > BEAT_SECONDS:
            self.at = monotonic()
            beat_alive("relay")
