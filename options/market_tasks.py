"""What the worker does for a stored market at every tick: it plays a replayed one, builds bars, keeps days."""

from datetime import date, datetime

from django.conf import settings

from brokerage import clock
from brokerage.market_calendar import NEW_YORK
from brokerage.market_data import ALPACA, REPLAY
from brokerage.mode import is_sandbox
from options.services.market_bars import build_bars
from options.services.market_days import keep_days
from options.services.market_player import play

_kept_on: list[date] = []


def play_market(at: datetime) -> None:
    """Move a replayed market's latest values to `at`; in production nobody replays. Safe to run twice."""
    if settings.MARKET_SOURCE == REPLAY and is_sandbox():
        play(at=at)


def build_market_bars(at: datetime) -> None:
    """Build the bars that wait; the rest of very many waits for the next tick. Safe beside another."""
    if settings.MARKET_SOURCE in (REPLAY, ALPACA):
        build_bars(at=at)


def keep_market_days(at: datetime) -> None:
    """Once a day, make the days to come and drop the old ones of a market that is fed.

    By the machine's day, since it is the machine's room: what was loaded from files to be replayed stays,
    wherever the sandbox clock is.
    """
    today = clock.real_now().astimezone(NEW_YORK).date()
    if settings.MARKET_SOURCE == ALPACA and _kept_on != [today]:
        keep_days(today)
        _kept_on[:] = [today]
