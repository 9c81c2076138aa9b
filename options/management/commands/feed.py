"""`manage.py feed`: the process that asks a real data account for prices (STRIKEBOOK_MARKET=alpaca)."""

import signal
from threading import Event
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from brokerage.market_data import ALPACA
from options.market.wanted import wanted_symbols
from options.services.market_feed import feed_once

LOOKS_AROUND_EVERY = 5.0  # seconds until it is asked again what is wanted
GIVES_WAY = 30.0  # seconds at most between two attempts at a vendor who fails


class Command(BaseCommand):
    """Feeds the market until it is told to stop."""

    help = (
        "Ask the data account of ALPACA_DATA_KEY and ALPACA_DATA_SECRET for quotes and trades of what is held, "
        "ordered, watched and looked at. `serve` starts it where STRIKEBOOK_MARKET is alpaca."
    )

    def add_arguments(self, parser: Any) -> None:
        """Take `--once`."""
        parser.add_argument("--once", action="store_true", help="ask once, say what came, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask again and again."""
        account = settings.MARKET_DATA
        if settings.MARKET_SOURCE != ALPACA:
            raise CommandError("STRIKEBOOK_MARKET is not alpaca: nobody would read what is fed")
        if not (account.key_id and account.secret):
            raise CommandError("ALPACA_DATA_KEY and ALPACA_DATA_SECRET are needed")
        try:
            from options.market.alpaca import FAILURES, AlpacaFeed
        except ImportError:
            raise CommandError("alpaca-py is needed: install strikebook[alpaca]") from None
        stopped = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        feed, wanted, looked_at, pause = AlpacaFeed(account), set[str](), 0.0, account.poll_seconds
        while not stopped.is_set():
            if not looked_at or monotonic() - looked_at >= LOOKS_AROUND_EVERY:
                wanted, looked_at = wanted_symbols(), monotonic()
            taken = feed_once(feed, wanted, FAILURES)
            if options["once"]:
                self.stdout.write(str(taken))
                return
            pause = account.poll_seconds if taken else min(2 * pause, GIVES_WAY)
            stopped.wait(pause)
