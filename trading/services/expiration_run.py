"""The run that settles an expiration date: chunk by chunk, as often as it takes, each time only what is left (XD-9)."""

import gc
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from time import monotonic
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.acting import claim
from accounts.choices import AllocationMethod
from accounts.services.users import system_user
from accounts.settings_selectors import broker_policy
from brokerage.database import alone
from brokerage.market_calendar import next_session
from options.choices import AssetClass
from trading.choices import ExpirationPhase, ExpirationState, NoticeSource, NoticeStatus
from trading.expirations import FINAL_STATES, hours_of
from trading.expiring_books import Series, read_series, underlyings_of
from trading.fee_schedule import rates_on
from trading.models import Assignment, AssignmentNotice, Expiration, ExpiringPosition, Position
from trading.rules.allocation import Allocation, Candidate, Opened, write_work_paper
from trading.rules.expiration import RULE_VERSION, ExpiringLine, Shorts
from trading.services.assignment_posting import finish_notice, post_assignment
from trading.services.expiration_posting import Chunk, Setting, settle_accounts

ACCOUNTS_AT_ONCE = 250
SETTLE_LOCK = 5_072_006
Spread = Callable[..., Iterator[Chunk]]

# Positions as they stand now; what has come to its end keeps what it was.
FOUND = """
INSERT INTO trading_expiringposition (
    expiration_id, account_id, correspondent_id, asset_id, quantity, state, reason, decided_at,
    exercised_quantity, assigned_quantity, expired_quantity)
SELECT %(date)s, held.account_id, held.correspondent_id, held.asset_id, held.quantity,
    CASE WHEN held.quantity < 0 THEN 'short' ELSE 'watched' END, '', %(at)s, 0, 0, 0
FROM trading_position AS held
JOIN options_optioncontract AS contract ON contract.asset_id = held.asset_id
WHERE contract.expiration_date = %(date)s AND held.quantity <> 0
ON CONFLICT (expiration_id, account_id, asset_id) DO UPDATE SET quantity = excluded.quantity
    WHERE trading_expiringposition.quantity <> excluded.quantity
        AND trading_expiringposition.state <> ALL(%(final)s)
"""
GONE = """
UPDATE trading_expiringposition AS one SET state = 'closed', quantity = 0, decided_at = %(at)s, reason = 'traded away'
WHERE expiration_id = %(date)s AND state <> ALL(%(final)s) AND NOT EXISTS (
    SELECT FROM trading_position AS held
    WHERE held.account_id = one.account_id AND held.asset_id = one.asset_id AND held.quantity <> 0)
"""


@dataclass(frozen=True)
class Progress:
    """How far a run is: accounts and positions that it has settled, rows that it has written, and how many to go."""

    accounts: int
    of_accounts: int
    positions: int
    rows: int
    seconds: float


def settle_expiration(
    expiration_date: date,
    at: datetime,
    *,
    spread: Spread = map,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Exercise, assign and expire what is left of that date and can be settled by `at`; answer what was done.

    Nothing is done before the cut-off. What has no price, waits for a second person or for the
    clearing file stays; so what it leaves is settled by running it again. A run that finds another at
    work leaves it to that one.
    """
    with alone(SETTLE_LOCK) as is_alone:
        if not is_alone or at < hours_of(expiration_date).cutoff_at or not has_closed(expiration_date):
            return Progress(0, 0, 0, 0, 0.0)
        return _settle(expiration_date, at, spread, progress)


def _settle(expiration_date: date, at: datetime, spread: Spread, progress: Callable[[Progress], None]) -> Progress:
    began, done = monotonic(), Progress(0, 0, 0, 0, 0.0)
    note_positions(expiration_date, at)
    setting = _setting(expiration_date, at)
    account_ids = list(_to_settle(setting))
    pickled = pickle.dumps(setting)
    chunks = [account_ids[start : start + ACCOUNTS_AT_ONCE] for start in range(0, len(account_ids), ACCOUNTS_AT_ONCE)]
    for chunk in spread(settle_chunk, [(pickled, chunk) for chunk in chunks]):
        done = Progress(
            done.accounts + chunk.accounts,
            len(account_ids),
            done.positions + chunk.positions,
            done.rows + chunk.rows,
            monotonic() - began,
        )
        progress(done)
    _finish(expiration_date, at, setting)
    return done


def has_closed(expiration_date: date) -> bool:
    """Say whether the closing prices of the date are kept, and not all of it is settled."""
    return Expiration.objects.filter(pk=expiration_date, phase=ExpirationPhase.CLOSED).exists()


def can_settle(expiration: Expiration, at: datetime) -> bool:
    """Say whether there is something to settle by `at`: past the cut-off, priced, and not left to the clearing file."""
    if at < hours_of(expiration.date).cutoff_at:
        return False
    rows = priced_rows(expiration)
    if _shorts(expiration.date, at) is Shorts.WAIT:
        rows = rows.filter(quantity__gt=0)
    return rows.exists() or not _left(expiration.date).exists()


def priced_rows(expiration: Expiration) -> QuerySet[ExpiringPosition]:
    """Answer what is left of the date and has a price."""
    symbols = list(expiration.closing_prices)
    return _left(expiration.date).filter(asset__contract__underlying__symbol__in=symbols)


def prices_have_come(expiration: Expiration) -> bool:
    """Say whether something that had no price has one now."""
    return priced_rows(expiration).filter(state=ExpirationState.NOT_PRICED).exists()


def settle_chunk(task: tuple[bytes, Sequence[UUID]]) -> Chunk:
    """Settle some accounts: what a process of a run is handed."""
    pickled, account_ids = task
    collects = gc.isenabled()
    gc.disable()  # a hundred thousand values and no cycle among them
    try:
        return settle_accounts(account_ids=account_ids, setting=_unpickled(pickled))
    finally:
        if collects:
            gc.enable()


def note_positions(expiration_date: date, at: datetime) -> None:
    """Let the rows of that date say what is held now: what is new, what has changed, what was traded away."""
    facts: dict[str, Any] = {"date": expiration_date, "at": at, "final": [state.value for state in FINAL_STATES]}
    with transaction.atomic():
        Expiration.objects.get_or_create(date=expiration_date, defaults={"rule_version": RULE_VERSION})
        with connection.cursor() as cursor:
            cursor.execute(FOUND, facts)
            cursor.execute(GONE, facts)


def prices_of(expiration: Expiration, series: dict[UUID, Series]) -> dict[UUID, Decimal]:
    """Answer the closing prices that are kept of the date, by underlying."""
    kept = expiration.closing_prices
    return {one.pk: Decimal(kept[one.symbol]) for one in underlyings_of(series) if one.symbol in kept}


def _setting(expiration_date: date, at: datetime) -> Setting:
    expiration = Expiration.objects.get(pk=expiration_date)
    series = read_series(expiration_date)
    prices = prices_of(expiration, series)
    shorts = _shorts(expiration_date, at)
    return Setting(
        date=expiration_date,
        at=at,
        series=series,
        prices=prices,
        shorts=shorts,
        rates=rates_on(expiration_date, AssetClass.US_EQUITY),
        notices=_notices(expiration_date, at, series, prices) if shorts is Shorts.ASSIGNED else {},
    )


def _shorts(expiration_date: date, at: datetime) -> Shorts:
    """Answer what becomes of shorts: the clearing file decides where one is awaited, until the next open."""
    if not settings.CLEARING_FILE_AWAITED:
        return Shorts.ASSIGNED
    return Shorts.WAIT if at < next_session(hours_of(expiration_date).closes_at).opens_at else Shorts.EXPIRE


def _to_settle(setting: Setting) -> QuerySet[ExpiringPosition, UUID]:
    priced = [asset_id for asset_id, one in setting.series.items() if one.underlying.pk in setting.prices]
    rows = _left(setting.date).filter(asset_id__in=priced)
    if setting.shorts is Shorts.WAIT:
        rows = rows.filter(quantity__gt=0)
    return rows.order_by("account_id").values_list("account_id", flat=True).distinct()


def _left(expiration_date: date) -> QuerySet[ExpiringPosition]:
    return ExpiringPosition.objects.filter(expiration_id=expiration_date).exclude(state__in=FINAL_STATES)


def _notices(
    expiration_date: date, at: datetime, series: dict[UUID, Series], prices: dict[UUID, Decimal]
) -> dict[UUID, UUID]:
    """Answer the simulated notice of each series that is assigned, made where there is none yet (domain rule AS-9)."""
    assigned = [
        asset_id
        for asset_id, one in series.items()
        if one.underlying.pk in prices and _line(one, prices).is_in_the_money
    ]
    shorts: dict[UUID, list[Candidate]] = {}
    rows = Position.objects.filter(asset_id__in=assigned, quantity__lt=0).order_by("account_id")
    for account_id, asset_id, quantity in rows.values_list("account_id", "asset_id", "quantity"):
        opened = (Opened(expiration_date, "", int(-quantity)),)
        shorts.setdefault(asset_id, []).append(Candidate(account_id, opened))
    method = AllocationMethod(broker_policy().allocation_method)
    wanted = [
        _notice(series[asset_id], candidates, expiration_date, at, method) for asset_id, candidates in shorts.items()
    ]
    with transaction.atomic():
        claim(system_user())
        AssignmentNotice.objects.bulk_create(wanted, ignore_conflicts=True)
    references = [one.reference for one in wanted]
    return dict(AssignmentNotice.objects.filter(reference__in=references).values_list("asset_id", "pk"))


def _notice(
    series: Series, candidates: list[Candidate], expiration_date: date, at: datetime, method: AllocationMethod
) -> AssignmentNotice:
    """Answer the notice that assigns every short of a series whole: no lot is drawn, and the seed is empty."""
    quantity = sum(one.quantity for one in candidates)
    reference = f"expire:{expiration_date}:{series.asset.symbol}"
    return AssignmentNotice(
        reference=reference,
        asset=series.asset,
        quantity=Decimal(quantity),
        exercised_on=expiration_date,
        source=NoticeSource.SIMULATED,
        status=NoticeStatus.ALLOCATED,
        method=method,
        work_paper=write_work_paper(
            candidates,
            [Allocation(one.account_id, one.quantity) for one in candidates],
            quantity=quantity,
            method=method,
            seed="",
            reference=reference,
            symbol=series.asset.symbol,
            exercised_on=expiration_date.isoformat(),
        ),
        received_by=system_user(),
        received_at=at,
    )


def _line(series: Series, prices: dict[UUID, Decimal]) -> ExpiringLine:
    return ExpiringLine(series.asset.pk, series.asset.symbol, Decimal(-1), series.terms, prices[series.underlying.pk])


def _finish(expiration_date: date, at: datetime, setting: Setting) -> None:
    """Post the assignments without cover one by one, close the notices, and the date where nothing is left."""
    for assignment in Assignment.objects.filter(notice_id__in=list(setting.notices.values()), posted_at=None):
        posted = post_assignment(assignment_id=assignment.pk)
        rows = _left(expiration_date).filter(account_id=posted.account_id, asset_id=posted.asset_id)
        rows.update(
            state=ExpirationState.ASSIGNED,
            assigned_quantity=posted.quantity,
            decided_at=at,
            reason="assigned though the cover was missing: a person is needed",
        )
    for notice_id in AssignmentNotice.objects.filter(
        pk__in=list(setting.notices.values()), status=NoticeStatus.ALLOCATED
    ).values_list("pk", flat=True):
        finish_notice(notice_id=notice_id)
    if not _left(expiration_date).exists():
        unfinished = Expiration.objects.filter(pk=expiration_date).exclude(phase=ExpirationPhase.FINISHED)
        unfinished.update(phase=ExpirationPhase.FINISHED, finished_at=at)


@lru_cache(maxsize=1)
def _unpickled(pickled: bytes) -> Setting:
    return cast(Setting, pickle.loads(pickled))  # noqa: S301 - what `settle_expiration` wrote
