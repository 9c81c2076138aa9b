"""Reads over entitlements, prices and usage of market data. Each starts from what the actor may see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from accounts.errors import CorrespondentNotFound
from accounts.models import ApiKey, Correspondent, User
from accounts.permissions import Permission
from brokerage.keyset import Page, read_page
from options.choices import DataFeed
from options.models import DataEntitlement, DataPrice, DataUsage
from options.rules.data_access import (
    DAY_WIDTH,
    PRICED,
    DayBar,
    MonthlyPrice,
    Term,
    draw_days,
    feeds_held,
    month_costs,
    next_month,
    price_in,
)
from options.services.entitlements import default_feed

PAGE_SIZE = 100
NEWEST = 25
MOST_KEYS = 50
IN_ORDER = ("-day", "api_key_id", "endpoint")


@dataclass(frozen=True)
class Standing:
    """What a correspondent may see at a moment; without a record it is what everybody begins with."""

    feed: DataFeed
    record: DataEntitlement | None
    waiting: tuple[DataEntitlement, ...]


@dataclass(frozen=True)
class Took:
    """How many requests were made, and how many points they answered."""

    requests: int = 0
    points: int = 0


@dataclass(frozen=True)
class Line:
    """A correspondent as the overview shows it: what it may see, what it took in a month and what that costs."""

    correspondent: Correspondent
    standing: Standing
    took: Took
    cost_amount: Decimal | None


@dataclass(frozen=True)
class KeyLine:
    """What one key took in a month."""

    key: ApiKey
    took: Took


@dataclass(frozen=True)
class DayLine:
    """One day of a month: its bar, which stands for points, and how many requests there were."""

    bar: DayBar
    requests: int


@dataclass(frozen=True)
class MonthOfUsage:
    """A month of one correspondent: what was taken by day and by key, and what the month costs."""

    took: Took
    days: list[DayLine]
    most: DayBar | None
    keys: list[KeyLine]
    has_more_keys: bool
    cost_amount: Decimal | None

    @property
    def width(self) -> int:
        """Answer how wide the drawing of its days is."""
        return DAY_WIDTH * len(self.days)


@dataclass(frozen=True)
class PriceLine:
    """A feed with what it costs this month, and its rows, newest month first."""

    feed: DataFeed
    amount: Decimal | None
    rows: list[DataPrice]


def get_correspondent_of(actor: User, code: str = "") -> Correspondent:
    """Answer the correspondent whose market data the actor asks for, its own where none is named; 404 for another's."""
    actor.require(Permission.MANAGE_MARKET_DATA)
    found = Correspondent.objects.filter(code=code).first() if code and "\x00" not in code else actor.correspondent
    if found is None or not (actor.sees_every_correspondent or found.pk == actor.correspondent_id):
        raise CorrespondentNotFound(code=code)
    return found


def list_correspondents(
    actor: User, month: date, now: datetime, *, after: str = "", before: str = ""
) -> tuple[Page[Correspondent], list[Line]]:
    """Answer a page of correspondents by code, each with its entitlement and what it took in a month."""
    actor.require(Permission.MANAGE_MARKET_DATA)
    seen = Correspondent.objects.all()
    if not actor.sees_every_correspondent:
        seen = seen.filter(users=actor)
    page = read_page(seen, ("code",), size=PAGE_SIZE, after=after, before=before)
    records = _records(actor, page.rows)
    prices = _prices()
    sums = usage_in(actor, month).filter(correspondent__in=page.rows).values("correspondent")
    took = {
        one["correspondent"]: Took(one["requests"], one["points"])
        for one in sums.annotate(requests=Sum("requests"), points=Sum("points"))
    }
    lines = [
        Line(one, _standing(records[one.pk], now), took.get(one.pk, Took()), _cost(records[one.pk], prices, month))
        for one in page.rows
    ]
    return page, lines


def standing_of(actor: User, correspondent: Correspondent, now: datetime) -> Standing:
    """Answer what a correspondent may see now, and what waits for its day."""
    return _standing(_records(actor, [correspondent])[correspondent.pk], now)


def history_of(actor: User, correspondent: Correspondent) -> list[DataEntitlement]:
    """Answer the newest records of what a correspondent may see, the last entered first."""
    actor.require(Permission.MANAGE_MARKET_DATA)
    rows = DataEntitlement.objects.visible_to(actor).filter(correspondent=correspondent)
    return list(rows.select_related("changed_by").order_by("-pk")[:NEWEST])


def price_list(month: date) -> list[PriceLine]:
    """Answer every feed with what it costs in a month and the rows that say so, newest month first."""
    rows = list(DataPrice.objects.select_related("entered_by").order_by("-effective_from", "-pk"))
    prices = _prices()
    return [
        PriceLine(feed, price_in(prices, feed, month), [row for row in rows if row.feed == feed]) for feed in PRICED
    ]


def usage_in(actor: User, month: date) -> QuerySet[DataUsage]:
    """Answer what the actor sees of the usage of a month."""
    actor.require(Permission.MANAGE_MARKET_DATA)
    return DataUsage.objects.visible_to(actor).filter(day__gte=month, day__lt=next_month(month))


def month_of(actor: User, correspondent: Correspondent, month: date, key_id: str = "") -> MonthOfUsage:
    """Answer a month of a correspondent, by day and by key; the days of one key only where one is named."""
    rows = usage_in(actor, month).filter(correspondent=correspondent)
    of_keys = rows.values("api_key").annotate(requests=Sum("requests"), points=Sum("points"))
    most_first = list(of_keys.order_by("-points", "api_key")[: MOST_KEYS + 1])
    keys = ApiKey.objects.visible_to(actor).in_bulk([one["api_key"] for one in most_first[:MOST_KEYS]])
    of_days: Any = _of_key(rows, key_id).values("day").annotate(requests=Sum("requests"), points=Sum("points"))
    days = {one["day"]: Took(one["requests"], one["points"]) for one in of_days}
    bars = draw_days({day: one.points for day, one in days.items()}, month)
    return MonthOfUsage(
        took=Took(sum(one.requests for one in days.values()), sum(one.points for one in days.values())),
        days=[DayLine(bar, days[bar.day].requests if bar.day in days else 0) for bar in bars],
        most=max(bars, key=lambda bar: bar.count) if days else None,
        keys=[
            KeyLine(keys[one["api_key"]], Took(one["requests"], one["points"]))
            for one in most_first
            if one["api_key"] in keys
        ],
        has_more_keys=len(most_first) > MOST_KEYS,
        cost_amount=_cost(_records(actor, [correspondent])[correspondent.pk], _prices(), month),
    )


def usage_page(
    actor: User, correspondent: Correspondent, month: date, key_id: str = "", *, after: str = "", before: str = ""
) -> Page[DataUsage]:
    """Answer a page of what was taken, by day, key and endpoint, the newest day first."""
    rows = _of_key(usage_in(actor, month).filter(correspondent=correspondent), key_id).select_related("api_key")
    return read_page(rows, IN_ORDER, size=PAGE_SIZE, after=after, before=before)


def find_key(actor: User, correspondent: Correspondent, key_id: str) -> ApiKey | None:
    """Answer the key of a correspondent that an address names; None where there is none of that name."""
    keys = ApiKey.objects.visible_to(actor).filter(user__correspondent=correspondent)
    return keys.filter(key_id=key_id).first() if key_id and "\x00" not in key_id else None


def _of_key(rows: QuerySet[DataUsage], key_id: str) -> QuerySet[DataUsage]:
    return rows.filter(api_key__key_id=key_id) if key_id else rows


def _records(actor: User, correspondents: Sequence[Correspondent]) -> Mapping[UUID, list[DataEntitlement]]:
    """Answer the records of some correspondents, each in the order in which they were entered."""
    actor.require(Permission.MANAGE_MARKET_DATA)
    rows = DataEntitlement.objects.visible_to(actor).filter(correspondent__in=correspondents)
    found: defaultdict[UUID, list[DataEntitlement]] = defaultdict(list)
    for row in rows.select_related("changed_by").order_by("pk"):
        found[row.correspondent_id].append(row)
    return found


def _standing(records: Iterable[DataEntitlement], now: datetime) -> Standing:
    ordered = sorted(records, key=lambda one: (one.effective_from, one.pk))
    begun = [one for one in ordered if one.effective_from <= now]
    by_day = {one.effective_from: one for one in ordered if one.effective_from > now}
    record = begun[-1] if begun else None
    return Standing(DataFeed(record.feed) if record else default_feed(), record, tuple(by_day.values()))


def _prices() -> list[MonthlyPrice]:
    rows = DataPrice.objects.order_by("pk").values_list("feed", "effective_from", "monthly_amount")
    return [MonthlyPrice(DataFeed(feed), effective_from, amount) for feed, effective_from, amount in rows]


def _cost(records: Iterable[DataEntitlement], prices: Sequence[MonthlyPrice], month: date) -> Decimal | None:
    terms = [Term(DataFeed(one.feed), one.effective_from) for one in records]
    return month_costs(feeds_held(terms, month, default_feed()), prices, month)
