"""Equity over time: which times are asked for, and what a line of stored values says (contract/trading.md 8.1).

Windows are named by their beginning and valued at their end: in a session they run from its open
on, and a day's begins at midnight in New York. A window in which nothing was stored is left out,
never filled from its neighbors.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from brokerage import market_calendar
from brokerage.market_calendar import NEW_YORK
from trading.choices import ActivityType
from trading.history_errors import HistoryQueryInvalid
from trading.rules.activity_types import PUBLISHED

ZERO = Decimal(0)
RATIO = Decimal("1e-8")
ONE_DAY = timedelta(days=1)
TIMEFRAMES = {
    "1Min": timedelta(minutes=1),
    "5Min": timedelta(minutes=5),
    "15Min": timedelta(minutes=15),
    "1H": timedelta(hours=1),
    "1D": ONE_DAY,
}
REPORTING = ("market_hours", "extended_hours", "continuous")
RESETS = ("per_day", "no_reset")
PERIOD = re.compile(r"([1-9][0-9]{0,3})([DWMA])", re.IGNORECASE)
DAYS_IN = {"D": 1, "W": 7, "M": 30, "A": 365}
FINEST_DAYS, FINE_DAYS = 7, 30
FIRST_DAY = date(1990, 1, 10)
MOST_DAYS = 40_000
LATENESS = timedelta(seconds=59)  # A value is taken at the end of a window, or as soon as the worker came to it.
# What comes in and goes out, and so is neither profit nor loss.
EXTERNAL = frozenset({ActivityType.CSD, ActivityType.CSW, ActivityType.JNLC, ActivityType.JNLS, ActivityType.ACATS})
ALL_FLOWS = tuple(kind for kind in ActivityType.values if kind != ActivityType.FILL)


@dataclass(frozen=True, kw_only=True)
class HistoryQuery:
    """What is asked for; empty is what 8.1 says it is by default."""

    period: str = ""
    timeframe: str = ""
    start: datetime | None = None
    end: datetime | None = None
    intraday_reporting: str = "market_hours"
    pnl_reset: str = "per_day"
    cashflow_types: tuple[str, ...] = ("NONE",)


@dataclass(frozen=True)
class Span:
    """From when to when, both included, in windows of `timeframe`; and which flows are shown."""

    starts_at: datetime
    ends_at: datetime
    timeframe: str
    resets_daily: bool
    flow_types: tuple[str, ...]

    @property
    def is_daily(self) -> bool:
        """Say whether a window is a day."""
        return self.timeframe == "1D"


@dataclass(frozen=True)
class Worth:
    """What an account was worth at a moment of a session, and how many positions of it count at cost."""

    at: datetime
    session_date: date
    equity: Decimal
    unpriced: int = 0


@dataclass(frozen=True)
class Flow:
    """Dollars, or the value of shares, that came in (above zero) or went out with an activity."""

    at: datetime
    activity_type: str
    amount: Decimal


@dataclass(frozen=True)
class Item:
    """One window of the answer."""

    label: datetime
    worth: Worth
    profit: Decimal
    ratio: Decimal | None
    flows: tuple[Flow, ...]


def span_of(query: HistoryQuery, now: datetime) -> Span:
    """Answer the times that a query asks for, or raise `HistoryQueryInvalid` naming each field at fault."""
    faults = dict(_faults(query))
    if faults:
        raise HistoryQueryInvalid({name: [said] for name, said in faults.items()})
    start, end, days = _bounds(query, now)
    timeframe = query.timeframe or ("1Min" if days < FINEST_DAYS else "15Min" if days < FINE_DAYS else "1D")
    if days > FINE_DAYS and timeframe != "1D":
        raise HistoryQueryInvalid({"timeframe": [f"must be 1D for more than {FINE_DAYS} days"]})
    if start > end:
        raise HistoryQueryInvalid({"start": ["must not be after end"]})
    flow_types = _flow_types(query.cashflow_types)
    return Span(_floor(start, timeframe), end, timeframe, query.pnl_reset == "per_day", flow_types)


def _faults(query: HistoryQuery) -> Iterator[tuple[str, str]]:
    if query.period and not PERIOD.fullmatch(query.period):
        yield "period", "must be a number from 1 and D, W, M or A, such as 1M"
    if query.timeframe and query.timeframe not in TIMEFRAMES:
        yield "timeframe", f"must be one of {', '.join(TIMEFRAMES)}"
    if query.period and query.start and query.end:
        yield "period", "cannot be combined with both start and end"
    if query.intraday_reporting not in REPORTING:
        yield "intraday_reporting", f"must be one of {', '.join(REPORTING)}"
    if query.pnl_reset not in RESETS:
        yield "pnl_reset", f"must be one of {', '.join(RESETS)}"
    known = PUBLISHED - {ActivityType.FILL} | {"ALL", "NONE"}
    unknown = [one for one in query.cashflow_types if one not in known]
    if unknown:
        yield "cashflow_types", f"{unknown[0][:20]} is none of ALL, NONE, {', '.join(ALL_FLOWS)}"
    elif len(query.cashflow_types) > 1 and {"ALL", "NONE"} & set(query.cashflow_types):
        yield "cashflow_types", "ALL and NONE stand alone"


def _flow_types(asked: tuple[str, ...]) -> tuple[str, ...]:
    if "ALL" in asked:
        return ALL_FLOWS
    return tuple(dict.fromkeys(one for one in asked if one != "NONE"))


def _bounds(query: HistoryQuery, now: datetime) -> tuple[datetime, datetime, int]:
    """Answer start, end and how many days that is; what lies ahead has not happened."""
    first = _midnight(FIRST_DAY)
    end = max(min(query.end or now, now), first)
    number, unit = 1, "M"
    if query.period:
        found = PERIOD.fullmatch(query.period)
        assert found is not None
        number, unit = int(found[1]), found[2].upper()
    if query.start is None:
        return _back(end, number, unit), end, number * DAYS_IN[unit]
    start = max(query.start, first)
    if query.period and start < now:
        end = min(now, start + timedelta(days=min(number * DAYS_IN[unit], MOST_DAYS)))
    return start, end, -(-(end - start) // ONE_DAY)


def _back(end: datetime, number: int, unit: str) -> datetime:
    """Answer when a period begins that ends then: days are sessions, a month ago is its day or its last one."""
    day = end.astimezone(NEW_YORK).date()
    if unit == "D":
        day = market_calendar.last_session(end).date
        for _ in range(number - 1):
            day = market_calendar.previous_session(day).date if day > FIRST_DAY else day
    elif unit == "W":
        day = date.fromordinal(max(day.toordinal() - 7 * number, FIRST_DAY.toordinal()))
    else:
        months = day.year * 12 + day.month - 1 - number * (12 if unit == "A" else 1)
        year, month = divmod(months, 12)
        if year < FIRST_DAY.year:
            return _midnight(FIRST_DAY)
        day = date(year, month + 1, min(day.day, _days_in(year, month + 1)))
    return _midnight(max(day, FIRST_DAY))


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - ONE_DAY).day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)


def _floor(at: datetime, timeframe: str) -> datetime:
    """Round down to the timeframe by New York's clock."""
    midnight = _midnight(at.astimezone(NEW_YORK).date())
    if timeframe == "1D":
        return midnight
    step = TIMEFRAMES[timeframe]
    return midnight + (at - midnight) // step * step


def items_of(span: Span, values: Sequence[Worth], flows: Sequence[Flow], base: Worth | None) -> list[Item]:
    """Answer the windows of a span, oldest first, each with the profit up to its end.

    `values` are in order of time, `flows` those since `base`, the last close before; without one the
    first value is what profit is measured from. With a daily reset, and in sessions only, it is
    measured from the last value of the day before.
    """
    shown = [*{_label(span, one): one for one in values}.items()]
    if not shown:
        return []
    resets = span.resets_daily and not span.is_daily
    from_ = base if base is not None and base.equity else shown[0][1]
    before = base.at if base is not None else span.starts_at
    previous: Worth | None = None
    items = []
    for label, worth in shown:
        if resets and previous is not None and previous.session_date != worth.session_date:
            from_ = previous if previous.equity else worth
        profit, ratio = _profit(from_, worth, flows)
        within = tuple(flow for flow in flows if before < flow.at <= worth.at)
        items.append(Item(label, worth, profit, ratio, within))
        before, previous = worth.at, worth
    return items


def _label(span: Span, worth: Worth) -> datetime:
    """Answer the beginning of the window that ends with, or holds, this value."""
    if span.is_daily:
        return _midnight(worth.session_date)
    session = market_calendar.session_on(worth.session_date)
    assert session is not None
    step = TIMEFRAMES[span.timeframe]
    whole = max((worth.at - session.opens_at - LATENESS) // step, 0)
    return session.opens_at + whole * step


def _profit(start: Worth, worth: Worth, flows: Sequence[Flow]) -> tuple[Decimal, Decimal | None]:
    """Answer what was gained since `start` without what came in and went out, and its ratio to what was put in."""
    since = [flow.amount for flow in flows if flow.activity_type in EXTERNAL and start.at < flow.at <= worth.at]
    profit = worth.equity - start.equity - sum(since, ZERO)
    invested = start.equity + sum((amount for amount in since if amount > 0), ZERO)
    return profit, (profit / invested).quantize(RATIO) if invested > 0 else None
