"""Market data at a cost: what may be agreed with a correspondent, what a month costs, how usage is drawn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from accounts.rules.text import Fault
from options.choices import DataFeed
from options.rules.data_windows import midnight_of

LONGEST_NAME = 120
LONGEST_AHEAD = timedelta(days=366)
FIRST_SIGNED = date(2000, 1, 1)
MOST_A_MONTH = Decimal(10_000_000)
PRICED = (DataFeed.OPRA, DataFeed.INDICATIVE)
WHOLE = 100
DAY_WIDTH = 20


@dataclass(frozen=True, kw_only=True)
class EntitlementTicket:
    """What is agreed with a correspondent: the feed, who signed the OPRA agreement and when, and from which day on.

    Without a day it holds at once; a day begins at midnight of New York.
    """

    feed: str
    signed_by: str = ""
    signed_on: date | None = None
    effective_on: date | None = None
    reason: str


@dataclass(frozen=True, kw_only=True)
class PriceTicket:
    """What a feed is to cost a month, from the month on that has `month` as its first day."""

    feed: str
    month: date
    monthly_amount: Decimal
    reason: str


class Term(NamedTuple):
    """A feed, and when it begins to hold."""

    feed: DataFeed
    begins: datetime


class MonthlyPrice(NamedTuple):
    """What a feed costs from the month on that begins with that day."""

    feed: DataFeed
    effective_from: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day of a chart, and how many its bar stands for: where it is drawn, from the left and of 100 from the top."""

    day: date
    count: int
    left: int
    top: int
    height: int


def entitlement_faults(ticket: EntitlementTicket, today: date) -> Iterator[Fault]:
    """Answer every fault of what is agreed, by field."""
    if ticket.feed not in set(DataFeed):
        yield "feed", f"must be {', '.join(DataFeed)}"
    if len(ticket.signed_by) > LONGEST_NAME or "\x00" in ticket.signed_by:
        yield "signed_by", f"must have at most {LONGEST_NAME} characters"
    if ticket.feed == DataFeed.OPRA and not ticket.signed_by:
        yield "signed_by", "Name who signed the OPRA agreement: real time needs it."
    if (ticket.feed == DataFeed.OPRA or ticket.signed_by) and ticket.signed_on is None:
        yield "signed_on", "Say when the OPRA agreement was signed."
    if ticket.signed_on is not None:
        if not ticket.signed_by and ticket.feed != DataFeed.OPRA:
            yield "signed_by", "Name who signed on that day."
        if not FIRST_SIGNED <= ticket.signed_on <= today:
            yield "signed_on", "must be a day up to today"
    if ticket.effective_on is not None and not today < ticket.effective_on <= today + LONGEST_AHEAD:
        yield "effective_on", "must be a day after today and within a year, or empty for at once"


def price_faults(ticket: PriceTicket, today: date) -> Iterator[Fault]:
    """Answer every fault of a price, by field."""
    if ticket.feed not in PRICED:
        yield "feed", f"must be {' or '.join(PRICED)}"
    if not 0 <= ticket.monthly_amount <= MOST_A_MONTH:
        yield "monthly_amount", f"must be dollars from 0 to {MOST_A_MONTH:,}"
    if ticket.month.day != 1 or not first_of(today) <= ticket.month <= first_of(today) + LONGEST_AHEAD:
        yield "month", "must be this month or one of the next twelve"


def feeds_held(terms: Iterable[Term], month: date, default: DataFeed) -> set[DataFeed]:
    """Answer the feeds that held at some moment of a month; before the first of the terms it was `default`.

    The terms come in the order in which they were entered: of two that begin together the later holds.
    """
    begins, ends = midnight_of(month), midnight_of(next_month(month))
    held = sorted({term.begins: term for term in terms}.values(), key=lambda term: term.begins)
    before = [default, *(term.feed for term in held if term.begins <= begins)][-1]
    return {before, *(term.feed for term in held if begins < term.begins < ends)}


def price_in(prices: Iterable[MonthlyPrice], feed: DataFeed, month: date) -> Decimal | None:
    """Answer what a feed costs in a month, None where no price was given.

    The prices come in the order in which they were entered: of two from one month on the later counts.
    """
    held = [(price.effective_from, number, price.amount) for number, price in enumerate(prices) if price.feed == feed]
    return max((one for one in held if one[0] <= month), default=(None, 0, None))[2]


def month_costs(feeds: Iterable[DataFeed], prices: Sequence[MonthlyPrice], month: date) -> Decimal | None:
    """Answer what a month costs: the dearest feed that held in it, whole; None where none of them has a price.

    Exchanges charge a month for any part of it, and a correspondent that moves from one feed to the other
    within a month pays for one.
    """
    costs = [price_in(prices, feed, month) for feed in feeds if feed != DataFeed.NONE]
    return max((cost for cost in costs if cost is not None), default=None)


def draw_days(counts: Mapping[date, int], month: date) -> list[DayBar]:
    """Answer a bar for each day of a month, the longest 100 high; what is not nothing is at least 1 high."""
    days = days_of(month)
    most = max((counts.get(day, 0) for day in days), default=0)

    def height(count: int) -> int:
        return max(1, round(count * WHOLE / most)) if count else 0

    found = [(number * DAY_WIDTH, day, counts.get(day, 0)) for number, day in enumerate(days)]
    return [DayBar(day, count, left, WHOLE - height(count), height(count)) for left, day, count in found]


def read_month(text: str, today: date) -> date:
    """Answer the first day of the month that `2026-01` names; the present month where it names none."""
    try:
        month = datetime.strptime(text, "%Y-%m").date() if len(text) == 7 else today  # noqa: DTZ007 - a month
    except ValueError:
        month = today
    return min(first_of(month), first_of(today)) if month.year >= FIRST_SIGNED.year else first_of(today)


def first_of(day: date) -> date:
    """Answer the first day of the month of a day."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Answer the first day of the month that follows."""
    return first_of(first_of(month) + timedelta(days=31))


def month_before(month: date) -> date:
    """Answer the first day of the month before."""
    return first_of(first_of(month) - timedelta(days=1))


def days_of(month: date) -> list[date]:
    """Answer the days of a month."""
    return [month + timedelta(days=number) for number in range((next_month(month) - month).days)]
