"""Journals: cash and shares between a firm's account and its customers' (contract/accounts.md 5.3)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from accounts.errors import FixturesNotOffered
from accounts.locking import lock_accounts
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import BrokerageError
from brokerage.mode import is_sandbox
from trading.choices import JournalStatus, JournalType
from trading.journal_errors import (
    IdempotencyKeyReused,
    JournalAccountNotFound,
    JournalNotFound,
    JournalNotPending,
)
from trading.models import Journal, JournalBatch
from trading.rules.journals import BatchRequest, JournalRequest, beyond_limits, fixture_outcome
from trading.services.journal_steps import announce, draft, execute, limits_of, moved_on, review_ends


@transaction.atomic(durable=True)
def create_journal(*, actor: User, request: JournalRequest) -> Journal:
    """Move the cash or the shares at once, or keep the journal pending where it is above the limit.

    The same `idempotency_key` with the same request returns the first journal. Raises
    `JournalAccountNotFound`, `JournalDirection`, `JournalAccountInactive`, `JournalSourceInactive`,
    `AssetUnknown`, `JournalCashUnavailable`, `JournalSharesUnavailable`, `JournalSharesUnpriced`,
    `FixturesNotOffered` or `IdempotencyKeyReused`.
    """
    actor.require(Permission.JOURNAL_FUNDS)
    ends = _lock_ends(actor, [request])
    earlier = _find_replay(ends[request.from_account], request)
    if earlier is not None:
        return earlier

    now = clock.now()
    journal = _review(actor, ends, request, now)
    source = journal.from_account
    moved = moved_on(source, request.entry_type, now)
    [waits] = beyond_limits([journal.value_amount], limits_of(source.correspondent), moved)
    _book([journal], [waits], now)
    return journal


@transaction.atomic(durable=True)
def create_journal_batch(*, actor: User, request: BatchRequest) -> list[Journal]:
    """Make every cash journal of a batch, in the order asked, or none where one entry is refused.

    The same `idempotency_key` with the same request returns the first journals. Refusals are
    those of `create_journal`, naming the entry at fault by its place (`entries.0`).
    """
    actor.require(Permission.JOURNAL_FUNDS)
    ends = _lock_ends(actor, request.entries)
    shared = ends[request.account_id]
    earlier = _find_batch(shared, request)
    if earlier is not None:
        return earlier

    now = clock.now()
    batch = _insert_batch(actor, shared, request, now)
    journals = []
    for index, entry in enumerate(request.entries):
        try:
            journals.append(_review(actor, ends, entry, now))
        except BrokerageError as refusal:
            raise _in_entry(refusal, index) from None
    waits: dict[UUID, bool] = {}
    for source in {journal.from_account for journal in journals}:
        own = [journal for journal in journals if journal.from_account_id == source.pk]
        limits, moved = limits_of(source.correspondent), moved_on(source, JournalType.JNLC, now)
        beyond = beyond_limits([journal.value_amount for journal in own], limits, moved)
        waits |= {journal.pk: is_beyond for journal, is_beyond in zip(own, beyond, strict=True)}
    for journal in journals:
        journal.batch = batch
    _book(journals, [waits[journal.pk] for journal in journals], now)
    return journals


def _lock_ends(actor: User, requests: tuple[JournalRequest, ...] | list[JournalRequest]) -> dict[UUID, Account]:
    """Lock every account named, in id order; raise `JournalAccountNotFound` for what the actor may not see."""
    named = {end for request in requests for end in (request.from_account, request.to_account)}
    ends = lock_accounts(actor, named)
    for index, request in enumerate(requests):
        for account_id in (request.from_account, request.to_account):
            if account_id not in ends:
                missing = JournalAccountNotFound(account_id=str(account_id))
                raise missing if len(requests) == 1 else _in_entry(missing, index)
    return ends


def _in_entry(refusal: BrokerageError, index: int) -> BrokerageError:
    refusal.message = f"entries.{index}: {refusal.message}"
    refusal.field = f"entries.{index}.{refusal.field}" if refusal.field else f"entries.{index}"
    return refusal


def _find_replay(source: Account, request: JournalRequest) -> Journal | None:
    if request.idempotency_key is None:
        return None
    earlier = Journal.objects.filter(
        correspondent_id=source.correspondent_id, idempotency_key=request.idempotency_key
    ).first()
    if earlier is None:
        return None
    same = (
        earlier.from_account_id == source.pk
        and earlier.entry_type == request.entry_type
        and earlier.to_account_id == request.to_account
        and earlier.amount == request.amount
        and earlier.quantity == request.qty
        and (earlier.asset.symbol if earlier.asset else "") == request.symbol
        and earlier.description == request.description
        and all(getattr(earlier, name) == value for name, value in vars(request.transmitter).items())
    )
    if not same:
        raise IdempotencyKeyReused
    return earlier


def _find_batch(shared: Account, request: BatchRequest) -> list[Journal] | None:
    if request.idempotency_key is None:
        return None
    earlier = JournalBatch.objects.filter(
        correspondent_id=shared.correspondent_id, idempotency_key=request.idempotency_key
    ).first()
    if earlier is None:
        return None
    if earlier.request_digest != request.digest:
        raise IdempotencyKeyReused
    return list(earlier.journals.order_by("pk"))


def _insert_batch(actor: User, shared: Account, request: BatchRequest, now: datetime) -> JournalBatch:
    batch = JournalBatch(
        correspondent_id=shared.correspondent_id,
        is_reverse=request.is_reverse,
        idempotency_key=request.idempotency_key,
        request_digest=request.digest,
        created_by=actor,
        created_at=now,
    )
    _insert_once([batch], request.idempotency_key)
    return batch


def _insert_once(rows: list[JournalBatch] | list[Journal], idempotency_key: str | None) -> None:
    """Insert; a key that another account used in the same instant is found by the constraint alone."""
    try:
        type(rows[0]).objects.bulk_create(rows)  # type: ignore[arg-type]
    except IntegrityError as error:
        if idempotency_key is None or not isinstance(error.__cause__, UniqueViolation):
            raise
        raise IdempotencyKeyReused from error


def _review(actor: User, ends: Mapping[UUID, Account], request: JournalRequest, now: datetime) -> Journal:
    if "/fixtures/" in request.description and not is_sandbox():
        raise FixturesNotOffered
    review_ends(request.entry_type, ends[request.from_account], ends[request.to_account])
    return draft(actor, ends, request, now)


def _book(journals: list[Journal], waits: list[bool], now: datetime) -> None:
    """Execute what need not wait, insert all, announce all."""
    for journal, is_waiting in zip(journals, waits, strict=True):
        journal.status = JournalStatus.PENDING if is_waiting else JournalStatus.QUEUED
    balances = execute([journal for journal, is_waiting in zip(journals, waits, strict=True) if not is_waiting], now)
    _insert_once(journals, journals[0].idempotency_key)
    announce(journals, now, balances=balances)


@transaction.atomic(durable=True)
def cancel_journal(*, actor: User, journal_id: UUID) -> Journal:
    """Cancel a journal that still waits. Raises `JournalNotFound` or `JournalNotPending`."""
    actor.require(Permission.JOURNAL_FUNDS)
    journal = _lock_journal(actor, journal_id)
    if journal.status != JournalStatus.PENDING:
        raise JournalNotPending(status=journal.status)
    _end(journal, JournalStatus.CANCELED, clock.now())
    return journal


@transaction.atomic(durable=True)
def settle_pending_journal(*, journal_id: UUID, at: datetime) -> None:
    """End one pending journal; a fixture in its description says how, in the sandbox."""
    journal = _lock_journal(system_user(), journal_id)
    if journal.status != JournalStatus.PENDING:
        return
    outcome = fixture_outcome(journal.description) if is_sandbox() else None
    if outcome == "pending":
        return
    try:
        if outcome is None:
            with transaction.atomic():
                review_ends(JournalType(journal.entry_type), journal.from_account, journal.to_account)
                balances = execute([journal], at)
                journal.save(update_fields=["transaction", "status", "settle_date"])
                announce([journal], at, before=JournalStatus.PENDING, balances=balances)
            return
    except BrokerageError:
        journal.refresh_from_db(fields=["status", "transaction", "settle_date"])
    _end(journal, JournalStatus.REJECTED, at)


def _lock_journal(actor: User, journal_id: UUID) -> Journal:
    """Lock both accounts of a journal, then read it; raise `JournalNotFound` where the actor sees no such one."""
    ends = Journal.objects.filter(pk=journal_id).values_list("from_account_id", "to_account_id").first()
    if ends is None or set(lock_accounts(actor, ends)) != set(ends):
        raise JournalNotFound
    return Journal.objects.select_related("from_account__correspondent", "to_account__correspondent", "asset").get(
        pk=journal_id
    )


def _end(journal: Journal, status: JournalStatus, at: datetime) -> None:
    before, journal.status = journal.status, status
    journal.save(update_fields=["status"])
    announce([journal], at, before=before)
