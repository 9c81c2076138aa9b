"""Journals: cash and shares between a firm's account and its customers' (contract/accounts.md 5.3)."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from accounts.choices import AccountKind, AccountStatus
from accounts.locking import lock_accounts
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import BrokerageError
from brokerage.events import event, record_events
from brokerage.market_calendar import Instrument as Settling
from brokerage.market_calendar import settlement_date
from brokerage.mode import is_sandbox
from brokerage.money import plain, to_cents
from options.models import Asset
from options.rules.asset_ids import USD_ID
from options.services.market import get_quote
from trading.choices import ActivityType, HouseBook, JournalStatus, JournalType
from trading.errors import AssetUnknown
from trading.instruments import MARKET, read_holdings
from trading.journal_errors import (
    IdempotencyKeyReused,
    JournalAccountInactive,
    JournalAccountNotFound,
    JournalCashUnavailable,
    JournalDirection,
    JournalSharesUnavailable,
    JournalSharesUnpriced,
)
from trading.models import Activity, Journal
from trading.rules.postings import Move, trade_date
from trading.services.ledger import Entry, post

MAY_SEND = (AccountStatus.ACTIVE, AccountStatus.ACCOUNT_CLOSED)
FIXTURE = re.compile(r"/fixtures/status=(rejected|pending)/fixtures/")


@dataclass(frozen=True)
class JournalRequest:
    """A movement asked for: cash (`amount`) or shares (`symbol`, `qty`)."""

    entry_type: JournalType
    from_account: UUID
    to_account: UUID
    amount: Decimal | None = None
    symbol: str = ""
    qty: Decimal | None = None
    description: str = ""
    idempotency_key: str | None = None


@transaction.atomic(durable=True)
def create_journal(*, actor: User, request: JournalRequest) -> Journal:
    """Move the cash or the shares at once, or keep the journal pending where it is above the limit.

    The same `idempotency_key` with the same request returns the first journal. Raises
    `JournalAccountNotFound`, `JournalDirection`, `JournalAccountInactive`, `AssetUnknown`,
    `JournalCashUnavailable`, `JournalSharesUnavailable`, `JournalSharesUnpriced`, `IdempotencyKeyReused`.
    """
    actor.require(Permission.JOURNAL_FUNDS)
    accounts = lock_accounts(actor, [request.from_account, request.to_account])
    for account_id in (request.from_account, request.to_account):
        if account_id not in accounts:
            raise JournalAccountNotFound(account_id=str(account_id))
    source, destination = accounts[request.from_account], accounts[request.to_account]
    earlier = _find_replay(source, request)
    if earlier is not None:
        return earlier

    _require_direction(request.entry_type, source, destination)
    _require_active(source, destination)
    now = clock.now()
    journal = _draft(actor, source, destination, request, now)
    if _exceeds_limit(journal, now):
        journal.status = JournalStatus.PENDING
        journal.save(force_insert=True)
        _announce(journal, "", now)
        return journal
    _execute(journal, now, is_new=True)
    return journal


def _find_replay(source: Account, request: JournalRequest) -> Journal | None:
    if request.idempotency_key is None:
        return None
    earlier = Journal.objects.filter(from_account=source, idempotency_key=request.idempotency_key).first()
    if earlier is None:
        return None
    same = (
        earlier.entry_type == request.entry_type
        and earlier.to_account_id == request.to_account
        and earlier.amount == request.amount
        and earlier.quantity == request.qty
        and (earlier.asset.symbol if earlier.asset else "") == request.symbol
        and earlier.description == request.description
    )
    if not same:
        raise IdempotencyKeyReused
    return earlier


def _require_direction(entry_type: JournalType, source: Account, destination: Account) -> None:
    kinds = (source.kind, destination.kind)
    allowed = {(AccountKind.FIRM, AccountKind.CUSTOMER)}
    if entry_type == JournalType.JNLC:
        allowed.add((AccountKind.CUSTOMER, AccountKind.FIRM))
    if kinds not in allowed or source.correspondent_id != destination.correspondent_id:
        spoken = "between the firm and a customer" if entry_type == JournalType.JNLC else "from the firm to a customer"
        raise JournalDirection(entry_type=entry_type.value, allowed=spoken)


def _require_active(source: Account, destination: Account) -> None:
    if destination.status != AccountStatus.ACTIVE or destination.account_blocked:
        raise JournalAccountInactive(status=destination.status)
    if source.status not in MAY_SEND or source.account_blocked or source.transfers_blocked:
        refusal = JournalAccountInactive(status=source.status)
        refusal.message, refusal.field = "from_account must be ACTIVE, and is {status}", "from_account"
        raise refusal


def _draft(actor: User, source: Account, destination: Account, request: JournalRequest, now: datetime) -> Journal:
    journal = Journal(
        entry_type=request.entry_type,
        from_account=source,
        to_account=destination,
        amount=request.amount,
        value_amount=request.amount or Decimal(0),
        description=request.description,
        status=JournalStatus.QUEUED,
        idempotency_key=request.idempotency_key,
        created_by=actor,
        created_at=now,
    )
    if request.entry_type == JournalType.JNLS:
        journal.asset = Asset.objects.shares().select_related(*MARKET).filter(symbol=request.symbol).first()
        if journal.asset is None:
            raise AssetUnknown(symbol=request.symbol)
        quote = get_quote(journal.asset, now)
        if quote is None or quote.mark is None or request.qty is None:
            raise JournalSharesUnpriced(symbol=request.symbol)
        journal.quantity, journal.price = request.qty, quote.mark
        journal.value_amount = to_cents(request.qty * quote.mark)
    return journal


def _exceeds_limit(journal: Journal, now: datetime) -> bool:
    """Say whether the journal waits for the end of the day: a limit is the correspondent's, off by default."""
    correspondent = journal.from_account.correspondent
    limit, daily_limit = correspondent.journal_limit_amount, correspondent.journal_daily_limit_amount
    if limit is not None and journal.value_amount > limit:
        return True
    if daily_limit is None:
        return False
    today = Journal.objects.filter(
        from_account=journal.from_account, transaction__trade_date=trade_date(now), entry_type=journal.entry_type
    )
    moved = today.aggregate(sum=Sum("value_amount"))["sum"] or Decimal(0)
    return moved + journal.value_amount > daily_limit


def _execute(journal: Journal, at: datetime, *, is_new: bool) -> None:
    """Post the journal: a step, both accounts are locked."""
    moves = _cash_moves(journal) if journal.amount is not None else _share_moves(journal, at)
    traded_on = trade_date(at)
    source, destination, value = journal.from_account, journal.to_account, journal.value_amount
    entry = Entry(
        activity_type=ActivityType(journal.entry_type),
        reference=f"journal:{journal.pk}",
        moves=moves,
        at=at,
        trade_date=traded_on,
        settle_date=traded_on,
        faces=[_face(journal, source, -1), _face(journal, destination, 1)],
        costs={(account.pk, journal.asset_id): value for account in (source, destination) if journal.asset_id},
    )
    journal.transaction, _ = post(entry)
    before = "" if is_new else journal.status
    journal.status, journal.settle_date = JournalStatus.EXECUTED, traded_on
    journal.save(force_insert=is_new)
    _announce(journal, before, at)


def _cash_moves(journal: Journal) -> list[Move]:
    assert journal.amount is not None
    available = max(read_holdings(journal.from_account_id, ()).free_cash, Decimal(0))
    if journal.amount > available:
        raise JournalCashUnavailable(requested=journal.amount, available=available)
    return [Move(journal.from_account_id, journal.to_account_id, USD_ID, journal.amount)]


def _share_moves(journal: Journal, at: datetime) -> list[Move]:
    assert journal.quantity is not None
    assert journal.asset_id is not None
    source, asset_id = journal.from_account, journal.asset_id
    available = read_holdings(source.pk, [asset_id]).free_quantity(asset_id)
    if journal.quantity > available:
        if not is_sandbox():
            raise JournalSharesUnavailable(requested=journal.quantity, available=available)
        _deliver_to_firm(journal, journal.quantity - available, at)
    return [Move(source.pk, journal.to_account_id, asset_id, journal.quantity)]


def _deliver_to_firm(journal: Journal, shortfall: Decimal, at: datetime) -> None:
    """Bring in from the street the shares that the firm lacks: sandbox only, so that a test can hand out shares."""
    assert journal.asset_id is not None
    source = journal.from_account
    traded_on = trade_date(at)
    face = Activity(
        account=source,
        correspondent_id=source.correspondent_id,
        asset_id=journal.asset_id,
        quantity=shortfall,
        price=journal.price,
        net_amount=Decimal(0),
        description="Shares delivered to the firm account by the sandbox",
    )
    entry = Entry(
        activity_type=ActivityType.ACATS,
        reference=f"sandbox-delivery:{journal.pk}",
        moves=[Move(HouseBook.STREET, source.pk, journal.asset_id, shortfall)],
        at=at,
        trade_date=traded_on,
        settle_date=settlement_date(traded_on, Settling.EQUITY),
        faces=[face],
        costs={(source.pk, journal.asset_id): to_cents(shortfall * (journal.price or Decimal(0)))},
    )
    post(entry)


def _face(journal: Journal, account: Account, sign: int) -> Activity:
    return Activity(
        account=account,
        correspondent_id=account.correspondent_id,
        asset_id=journal.asset_id,
        quantity=journal.quantity * sign if journal.quantity is not None else None,
        price=journal.price,
        net_amount=journal.amount * sign if journal.amount is not None else Decimal(0),
        description=journal.description,
    )


def _announce(journal: Journal, before: str, at: datetime) -> None:
    payload = {
        "entry_type": journal.entry_type,
        "journal_id": str(journal.pk),
        "status_from": before,
        "status_to": journal.status,
        "description": journal.description,
        "net_amount": plain(journal.amount),
    }
    record_events(
        [
            event("journal.status_changed", account=account, subject=journal, at=at, payload=payload)
            for account in (journal.from_account, journal.to_account)
        ]
    )


@transaction.atomic(durable=True)
def settle_pending_journal(*, journal_id: UUID, at: datetime) -> None:
    """End one pending journal; a fixture in its description says how, in the sandbox."""
    ends = Journal.objects.filter(pk=journal_id).values_list("from_account_id", "to_account_id").get()
    lock_accounts(system_user(), ends)
    journal = Journal.objects.select_related("from_account__correspondent", "to_account__correspondent", "asset").get(
        pk=journal_id
    )
    if journal.status != JournalStatus.PENDING:
        return
    fixture = FIXTURE.search(journal.description) if is_sandbox() else None
    outcome = fixture.group(1) if fixture else None
    if outcome == "pending":
        return
    try:
        if outcome is None:
            with transaction.atomic():
                _require_active(journal.from_account, journal.to_account)
                _execute(journal, at, is_new=False)
            return
    except BrokerageError:
        journal.refresh_from_db(fields=["status", "transaction", "settle_date"])
    journal.status = JournalStatus.REJECTED
    journal.save(update_fields=["status"])
    _announce(journal, JournalStatus.PENDING, at)
