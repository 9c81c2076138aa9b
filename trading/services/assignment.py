"""Receive assignment notices, and allocate each over the customers of every correspondent (domain rules AS-1 to AS-7).

What is allocated is posted account by account in `services/assignment_posting.py`.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.db import transaction

from accounts import acting
from accounts.choices import AllocationMethod
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.settings_selectors import broker_policy
from brokerage import clock, market_calendar
from brokerage.errors import BrokerageError, NotPermitted
from options.models import Asset
from trading.assignment_candidates import shorts_at_end_of
from trading.assignment_errors import (
    AssignmentFileWrong,
    ExercisedAfterExpiration,
    ExerciseDayImpossible,
    NoticeReused,
)
from trading.assignment_tasks import post_notice_soon
from trading.choices import NoticeSource, NoticeStatus
from trading.errors import ContractUnknown
from trading.models import Assignment, AssignmentNotice
from trading.rules.allocation import Allocation, allocate, write_work_paper
from trading.rules.assignment_notices import NoticeLine, NoticeTicket

SEED_BYTES = 16
Progress = Callable[[int, int], None]


@transaction.atomic(durable=True)
def receive_notice(*, actor: User, ticket: NoticeTicket, source: NoticeSource, seed: str = "") -> AssignmentNotice:
    """Allocate what the clearing house assigned, keep the work paper, and have it posted account by account.

    A notice that was received before changes nothing and answers the first. Raises `NoticeReused`
    for its reference with other contents, `ContractUnknown`, `ExerciseDayImpossible`,
    `ExercisedAfterExpiration`, and `AssignedBeyondShort`, which refuses it as a whole. `seed` is
    drawn when it is received, so that nobody can choose whom it falls to; the sandbox may give one.
    """
    _require_brokers(actor)
    return _receive(actor, ticket, source, seed, clock.now())


@transaction.atomic(durable=True)
def receive_file(
    *, actor: User, lines: Sequence[NoticeLine], is_dry_run: bool = False, progress: Progress | None = None
) -> list[AssignmentNotice]:
    """Receive the notices of a clearing file, all of them or none: `AssignmentFileWrong` names every bad line.

    Notices that were received before stay as they are, so that a file may be imported twice. A dry
    run does everything and keeps nothing.
    """
    _require_brokers(actor)
    now = clock.now()
    notices: list[AssignmentNotice] = []
    wrong: dict[int, list[str]] = {}
    in_order = sorted(lines, key=lambda line: line.ticket.symbol)  # so that two files lock the same series in turn
    for done, line in enumerate(in_order, start=1):
        try:
            notices.append(_receive(actor, line.ticket, NoticeSource.FILE, "", now))
        except BrokerageError as refusal:
            wrong[line.line] = [str(refusal)]
        if progress is not None:
            progress(done, len(lines))
    if wrong:
        raise AssignmentFileWrong(wrong)
    if is_dry_run:
        transaction.set_rollback(True)
    return notices


def exercise_day(now: datetime) -> date:
    """Answer the newest day on which contracts can have been exercised by now: the last that has opened."""
    return market_calendar.last_session(now).date


def _require_brokers(actor: User) -> None:
    """Raise `NotPermitted` for whoever is not the broker's: a partner has no say in allocation (FD-6)."""
    actor.require(Permission.POST_ASSIGNMENTS)
    if not actor.sees_every_correspondent:
        raise NotPermitted(permission=Permission.POST_ASSIGNMENTS.label)
    acting.claim(actor)


def _receive(actor: User, ticket: NoticeTicket, source: NoticeSource, seed: str, now: datetime) -> AssignmentNotice:
    asset = _lock_series(ticket.symbol)
    earlier = AssignmentNotice.objects.select_related("asset").filter(reference=ticket.reference).first()
    if earlier is not None:
        return _same(earlier, ticket)
    _require_possible(asset, ticket, now)
    method = AllocationMethod(broker_policy().allocation_method)
    seed = seed or secrets.token_hex(SEED_BYTES)
    candidates = shorts_at_end_of(ticket.exercised_on, asset.pk)
    allocations = allocate(candidates, ticket.quantity, method=method, seed=seed)
    notice = AssignmentNotice.objects.create(
        reference=ticket.reference,
        asset=asset,
        quantity=Decimal(ticket.quantity),
        exercised_on=ticket.exercised_on,
        source=source,
        status=NoticeStatus.ALLOCATED,
        method=method,
        seed=seed,
        work_paper=write_work_paper(
            candidates,
            allocations,
            quantity=ticket.quantity,
            method=method,
            seed=seed,
            reference=ticket.reference,
            symbol=asset.symbol,
            exercised_on=ticket.exercised_on.isoformat(),
        ),
        received_by=actor,
        received_at=now,
    )
    _write_down(notice, allocations)
    transaction.on_commit(partial(post_notice_soon, str(notice.pk)), robust=True)
    return notice


def _lock_series(symbol: str) -> Asset:
    """Lock the contract, so that two notices of it are allocated one after the other; orders do not wait for it."""
    contracts = Asset.objects.filter(symbol=symbol, contract__isnull=False).select_related("contract__underlying")
    asset = contracts.select_for_update(no_key=True, of=("self",)).first()
    if asset is None:
        raise ContractUnknown(symbol=symbol)
    return asset


def _same(earlier: AssignmentNotice, ticket: NoticeTicket) -> AssignmentNotice:
    told = (earlier.asset.symbol, int(earlier.quantity), earlier.exercised_on)
    if told != (ticket.symbol, ticket.quantity, ticket.exercised_on):
        symbol, quantity, exercised_on = told
        raise NoticeReused(reference=ticket.reference, symbol=symbol, quantity=quantity, exercised_on=exercised_on)
    return earlier


def _require_possible(asset: Asset, ticket: NoticeTicket, now: datetime) -> None:
    expires = asset.contract.expiration_date
    latest = exercise_day(now)
    if ticket.exercised_on > expires:
        raise ExercisedAfterExpiration(symbol=asset.symbol, expiration_date=expires, exercised_on=ticket.exercised_on)
    if ticket.exercised_on > latest or market_calendar.session_on(ticket.exercised_on) is None:
        raise ExerciseDayImpossible(exercised_on=ticket.exercised_on, latest=latest)


def _write_down(notice: AssignmentNotice, allocations: Sequence[Allocation]) -> None:
    ids = [one.account_id for one in allocations]
    firms = dict(Account.objects.filter(pk__in=ids).values_list("pk", "correspondent_id"))
    Assignment.objects.bulk_create(
        Assignment(
            notice=notice,
            account_id=one.account_id,
            correspondent_id=firms[one.account_id],
            asset_id=notice.asset_id,
            quantity=Decimal(one.quantity),
            exercised_on=notice.exercised_on,
        )
        for one in allocations
    )
