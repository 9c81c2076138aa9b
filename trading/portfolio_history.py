"""What an account was worth over time, from stored closes and stored points only (contract/trading.md 8.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import Account
from brokerage import clock, market_calendar
from brokerage.market_calendar import NEW_YORK
from trading.models import Activity, ClosingBalance, EquityPoint
from trading.rules.history import EXTERNAL, Flow, HistoryQuery, Item, Span, Worth, items_of, span_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class History:
    """Equity over time, oldest first: lists of one length, times in epoch seconds.

    `profit_loss` is what equity gained, without the money that came and went, since `base_value`, or
    since the close of the day before where windows are shorter than a day; `profit_loss_pct` its
    ratio to what was put in, None where that was nothing. `cashflow` are dollars by activity type and
    window. `unpriced` counts the positions that a value has at cost for want of a price.
    """

    timeframe: str
    timestamps: tuple[int, ...]
    equity: tuple[Decimal, ...]
    profit_loss: tuple[Decimal, ...]
    profit_loss_pct: tuple[Decimal | None, ...]
    base_value: Decimal | None
    base_value_asof: date | None
    unpriced: tuple[int, ...] = ()
    cashflow: dict[str, tuple[Decimal, ...]] = field(default_factory=dict)


def read_history(account: Account, *, period: str = "1M", timeframe: str = "") -> History:
    """Answer the account's equity over a period that ends now: `1D`, `1W`, `1M`, `1A` and so on.

    The timeframe is the one that the period has by default, unless one is named.
    """
    return portfolio_history(account, HistoryQuery(period=period, timeframe=timeframe))


def portfolio_history(account: Account, query: HistoryQuery) -> History:
    """Answer the history of an account fetched for the actor, in at most four queries.

    Raises `HistoryQueryInvalid` naming each field at fault. Where no job stored a value there is
    none: nothing is computed from today's prices.
    """
    span = span_of(query, clock.now())
    values = _values(account, span)
    base = _base(account, values[0]) if values else None
    items = items_of(span, values, _flows(account, span, base), base)
    return _history(span, items, base)


def _values(account: Account, span: Span) -> list[Worth]:
    """Answer closes, and points of sessions, in order of time; a close comes before a point of its instant."""
    first, last = (at.astimezone(NEW_YORK).date() for at in (span.starts_at, span.ends_at))
    rows = ClosingBalance.objects.filter(account=account, date__gte=first, date__lte=last)
    closes = [_close(row) for row in rows.order_by("date")]
    found = {worth.at: worth for worth in [*_points(account, span, closes), *closes]}
    return [found[at] for at in sorted(found) if span.starts_at <= at <= span.ends_at]


def _points(account: Account, span: Span, closes: Sequence[Worth]) -> list[Worth]:
    """Answer the points of the span; of a day the close says it all, so then only those since the last close."""
    rows = EquityPoint.objects.filter(account=account, at__gte=span.starts_at, at__lte=span.ends_at)
    if span.is_daily and closes:
        rows = rows.filter(at__gt=closes[-1].at)
    rows = rows.order_by("at")
    if span.is_daily:
        newest = rows.last()
        return [_point(newest)] if newest else []
    return [_point(row) for row in rows]


def _point(row: EquityPoint) -> Worth:
    return Worth(row.at, row.at.astimezone(NEW_YORK).date(), row.equity_amount, row.unpriced_positions)


def _close(row: ClosingBalance) -> Worth:
    session = market_calendar.session_on(row.date)
    assert session is not None
    return Worth(session.closes_at, row.date, row.equity_amount, row.unpriced_positions)


def _base(account: Account, first: Worth) -> Worth | None:
    """Answer the last close before the first value; None where there is none, or nothing was there."""
    rows = ClosingBalance.objects.filter(account=account, date__lt=first.session_date)
    row = rows.order_by("-date").first()
    return _close(row) if row is not None and row.equity_amount else None


def _flows(account: Account, span: Span, base: Worth | None) -> list[Flow]:
    """Answer what came in and went out since the base, and what else is to be shown."""
    wanted = {*EXTERNAL, *span.flow_types}
    since = base.at if base is not None else span.starts_at - timedelta.resolution
    rows = Activity.objects.filter(account=account, activity_type__in=wanted, at__gt=since, at__lte=span.ends_at)
    found = rows.order_by("id").values_list("at", "activity_type", "net_amount", "quantity", "price")
    # Shares move without dollars: their value did, at the price that was put on them.
    return [
        Flow(at, kind, amount or (quantity or ZERO) * (price or ZERO)) for at, kind, amount, quantity, price in found
    ]


def _history(span: Span, items: Sequence[Item], base: Worth | None) -> History:
    shown = [kind for kind in span.flow_types if any(flow.activity_type == kind for one in items for flow in one.flows)]
    start = base or (items[0].worth if items else None)
    return History(
        timeframe=span.timeframe,
        timestamps=tuple(int(one.label.timestamp()) for one in items),
        equity=tuple(one.worth.equity for one in items),
        profit_loss=tuple(one.profit for one in items),
        profit_loss_pct=tuple(one.ratio for one in items),
        base_value=start.equity if start else None,
        base_value_asof=base.session_date if base else None,
        unpriced=tuple(one.worth.unpriced for one in items),
        cashflow={
            kind: tuple(sum((flow.amount for flow in one.flows if flow.activity_type == kind), ZERO) for one in items)
            for kind in shown
        },
    )
