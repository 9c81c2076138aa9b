"""`manage.py load_market_data FILE…`"""

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brokerage import clock, market_calendar
from brokerage.errors import BrokerageError
from options.services.market_bars import build_bars, find_waiting
from options.services.market_loading import Loaded, load_market_file

SPEAKS_EVERY = 1.0  # seconds
LOOKS_EVERY = 0.2  # seconds, while another builds
MOST_GAPS = 20  # are named


class Command(BaseCommand):
    """Load files of market data, each whole or not at all."""

    help = (
        "Load quotes, trades or bars from CSV or Parquet (docs/market-data-file.md). What is wrong is named by line, "
        "and nothing of that file is loaded. STRIKEBOOK_MARKET=replay lets the sandbox clock move through them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files."""
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV with a header, or Parquet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load each file, then build the bars that its trades make."""
        for file in options["files"]:
            self._load(file)
        self._build()

    def _load(self, file: Path) -> None:
        began = self._spoke_at = monotonic()
        try:
            with clock.reading():
                loaded = load_market_file(
                    file=file, progress=lambda rows: self._say(f"{file.name}: {rows:,} rows read")
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from None
        except BrokerageError as refusal:
            raise CommandError(f"{file}:\n{refusal}\nNothing of it was loaded.") from None
        pace = loaded.rows / max(monotonic() - began, 0.001)
        known = f", {loaded.known:,} were there already" if loaded.known else ""
        self.stdout.write(f"{file.name}: {loaded.rows:,} {loaded.kind}{known} ({pace:,.0f} a second)")
        self._tell_gaps(loaded)

    def _tell_gaps(self, loaded: Loaded) -> None:
        for gap in loaded.gaps[:MOST_GAPS]:
            self.stdout.write(self.style.WARNING(f"  nothing was said on {gap}"))
        if len(loaded.gaps) > MOST_GAPS:
            self.stdout.write(self.style.WARNING(f"  and in {len(loaded.gaps) - MOST_GAPS:,} more gaps"))

    def _build(self) -> None:
        self._spoke_at = monotonic()
        built = 0
        last = market_calendar.days_to_live_in()[1]
        over = market_calendar.previous_session(last).closes_at  # every day that there is a file of is over
        while (count := build_bars(at=over)) or find_waiting(at=over):
            built += count
            self._say(f"{built:,} bars built")
            if not count:  # the worker builds the rest
                sleep(LOOKS_EVERY)
        if built:
            self.stdout.write(f"{built:,} bars built")

    def _say(self, text: str) -> None:
        if monotonic() - self._spoke_at >= SPEAKS_EVERY:
            self._spoke_at = monotonic()
            self.stdout.write(text)
