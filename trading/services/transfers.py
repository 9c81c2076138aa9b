"""Cash in and out: asked for, cancelled, decided on by a second person, returned by a bank (contract 5.2)."""

from dataclasses import fields
from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, Sum

from accounts.acting import give_reason
from accounts.choices import AccountStatus, UserKind
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.rules.decisions import require_reason
from brokerage import clock, market_calendar
from brokerage.errors import NotPermitted
from brokerage.events import event, record_events
from brokerage.market_calendar import NEW_YORK
from brokerage.mode import is_sandbox
from brokerage.models import Event
from trading.choices import AchStatus, BankStatus, TransferStatus, TransferType
from trading.funding_errors import (
    CashNotWithdrawable,
    DepositsNotPermitted,
    FundingMoveImpossible,
    OneTimeKeyReused,
    TooManyAchTransfers,
    TransferDecidedByMaker,
    TransferFixturesNotOffered,
    TransferInvalid,
    TransferNotFound,
    WithdrawalsNotPermitted,
)
from trading.models import AchRelationship, Bank, Transfer
from trading.rules.funding import (
    CANCELABLE,
    LIFETIME,
    ZERO,
    Charge,
    TransferRequest,
    charge,
    require_known_fixture,
    require_least,
    review_transfer,
    trading_day,
)
from trading.services.funding_steps import MOVED, move, plan, read_cash, transfer_event

# What went nowhere counts towards no limit.
NEVER_WENT = (TransferStatus.REJECTED, TransferStatus.CANCELED)
DEPOSITORS = (AccountStatus.ACTIVE, AccountStatus.ACCOUNT_UPDATED)


@transaction.atomic(durable=True)
def create_transfer(*, actor: User, account_id: UUID, request: TransferRequest) -> Transfer:
    """Take on a transfer; what goes out is held at once, so that nothing else can spend it.

    Beyond the daily limit, and where no rail is connected, it waits for a second person. The same
    `one_time_key` with the same request returns the first transfer. Raises `AccountNotFound`,
    `TransferInvalid`, `IncomingWire`, `DepositsNotPermitted`, `WithdrawalsNotPermitted`,
    `TooManyAchTransfers`, `CashNotWithdrawable`, `TransferFixturesNotOffered` or `OneTimeKeyReused`.
    """
    actor.require(Permission.TRANSFER_FUNDS)
    account = lock_account(actor, account_id)
    earlier = _find_replay(account, request)
    if earlier is not None:
        return earlier

    charged = charge(request, review_transfer(request))
    if "/fixtures/" in request.additional_information and not is_sandbox():
        raise TransferFixturesNotOffered
    require_known_fixture(request.additional_information)
    require_may_move(account, is_outgoing=request.is_outgoing)
    house = account.correspondent
    require_least(
        request,
        charged,
        least_deposit=house.least_deposit_amount,
        least_withdrawal=house.least_withdrawal_amount,
    )
    relationship, bank = _find_link(account, request)
    now = clock.now()
    is_beyond = _exceeds_limit(account, request, charged, now)
    if request.is_outgoing:
        available = read_cash(account.pk).withdrawable
        if charged.requested > available:
            raise CashNotWithdrawable(requested=charged.requested, available=available)
    transfer = _draft(actor, account, request, charged, now, waits=is_beyond or not is_sandbox())
    transfer.relationship, transfer.bank = relationship, bank
    transfer.save(force_insert=True)
    record_events([transfer_event(transfer, "", now)])
    return transfer


def require_may_move(account: Account, *, is_outgoing: bool) -> None:
    """Raise `DepositsNotPermitted` or `WithdrawalsNotPermitted` for the account's status or a block.

    While a holder's changed data are under review cash may come in, and none may leave.
    """
    is_blocked = account.account_blocked or account.transfers_blocked
    if is_outgoing and (is_blocked or account.outgoing_transfers_blocked or not account.is_active):
        raise WithdrawalsNotPermitted
    if not is_outgoing and (is_blocked or account.incoming_transfers_blocked or account.status not in DEPOSITORS):
        raise DepositsNotPermitted


@transaction.atomic(durable=True)
def cancel_transfer(*, actor: User, account_id: UUID, transfer_id: UUID) -> Transfer:
    """Cancel a transfer that has not left for the bank, and let go of what it holds.

    Cancelling it again changes nothing. Raises `TransferNotFound` or `FundingMoveImpossible`.
    """
    actor.require(Permission.TRANSFER_FUNDS)
    transfer = get_transfer(lock_account(actor, account_id), transfer_id)
    if transfer.status == TransferStatus.CANCELED:
        return transfer
    if transfer.status not in CANCELABLE:
        raise FundingMoveImpossible(thing="transfer", status=transfer.status, to=TransferStatus.CANCELED.value)
    moved = move(transfer, TransferStatus.CANCELED, clock.now())
    transfer.save(update_fields=MOVED)
    record_events([moved])
    return transfer


@transaction.atomic(durable=True)
def decide_transfer(*, actor: User, account_id: UUID, transfer_id: UUID, approve: bool, reason: str) -> Transfer:
    """Release or reject a transfer that waits, as a person who did not enter it (AA-21), with why (AA-22).

    Released, it goes on by the rail. Where there is none, whoever approves has seen the bank move
    the money, and it is posted. Raises `ReasonTooShort`, `TransferNotFound`, `TransferDecidedByMaker`,
    `FundingMoveImpossible`, and what stands against the transfer now: `DepositsNotPermitted`,
    `WithdrawalsNotPermitted`, `CashNotWithdrawable`.
    """
    said = _require_person(actor, reason)
    account = lock_account(actor, account_id)
    transfer = get_transfer(account, transfer_id)
    if transfer.status != TransferStatus.APPROVAL_PENDING:
        to = TransferStatus.QUEUED if approve else TransferStatus.REJECTED
        raise FundingMoveImpossible(thing="transfer", status=transfer.status, to=to.value)
    if transfer.created_by_id == actor.pk:
        raise TransferDecidedByMaker
    give_reason(said)
    now = clock.now()
    if not approve:
        moved = [move(transfer, TransferStatus.REJECTED, now, reason=said[:200])]
    else:
        require_may_move(account, is_outgoing=bool(transfer.hold_amount))
        require_cover(transfer)
        path = [TransferStatus.QUEUED] if is_sandbox() else [TransferStatus.APPROVED, TransferStatus.COMPLETE]
        moved = [move(transfer, status, now) for status in path]
    transfer.save(update_fields=MOVED)
    record_events(moved)
    return transfer


@transaction.atomic(durable=True)
def return_transfer(*, actor: User, account_id: UUID, transfer_id: UUID, reason: str) -> Transfer:
    """Record that the bank returned a posted transfer: its cash goes back where it came from.

    A deposit that was spent is taken back all the same; the account is then short of cash and
    may neither trade nor transfer until that is put right. Whoever entered the transfer does not
    record its return: it would credit a withdrawal that has left (AA-21). Raises `ReasonTooShort`,
    `TransferNotFound`, `TransferDecidedByMaker` or `FundingMoveImpossible`.
    """
    said = _require_person(actor, reason)
    account = lock_account(actor, account_id)
    transfer = get_transfer(account, transfer_id)
    if transfer.created_by_id == actor.pk:
        raise TransferDecidedByMaker
    give_reason(said)
    now = clock.now()
    moved = [move(transfer, TransferStatus.RETURNED, now, reason=said[:200])]
    transfer.save(update_fields=MOVED)
    record_events(moved + restrict_where_short(account, now))
    return transfer


def restrict_where_short(account: Account, at: datetime) -> list[Event]:
    """Block a locked account whose cash no longer covers what is pledged and held; answer the event to record."""
    if not read_cash(account.pk).missing:
        return []
    blocks = {name: True for name in ("trading_blocked", "transfers_blocked") if not getattr(account, name)}
    if not blocks:
        return []
    account.trading_blocked = account.transfers_blocked = True
    account.save(update_fields=list(blocks))
    return [event("account.blocked", account=account, subject=account, at=at, payload=dict(blocks))]


def require_cover(transfer: Transfer) -> None:
    """Raise `CashNotWithdrawable` where the cash that an outgoing transfer holds is no longer all there."""
    if not transfer.hold_amount:
        return
    missing = read_cash(transfer.account_id).missing
    if missing:
        available = max(transfer.hold_amount - missing, ZERO)
        raise CashNotWithdrawable(requested=transfer.requested_amount, available=available)


def get_transfer(account: Account, transfer_id: UUID) -> Transfer:
    """Answer a transfer of the account, or raise `TransferNotFound`."""
    found = Transfer.objects.filter(account=account, pk=transfer_id).first()
    if found is None:
        raise TransferNotFound
    found.account = account
    return found


def _require_person(actor: User, reason: str) -> str:
    actor.require(Permission.TRANSFER_FUNDS)
    if actor.kind != UserKind.STAFF:
        raise NotPermitted(permission=Permission.TRANSFER_FUNDS.value)
    return require_reason(reason)


def _find_replay(account: Account, request: TransferRequest) -> Transfer | None:
    if request.one_time_key is None:
        return None
    earlier = Transfer.objects.filter(account=account, one_time_key=request.one_time_key).first()
    if earlier is None:
        return None
    asked = {column.name: getattr(request, column.name) for column in fields(request)}
    found = {name: getattr(earlier, name) for name in asked if name != "amount"} | {"amount": earlier.requested_amount}
    if asked != found:
        raise OneTimeKeyReused
    return earlier


def _find_link(account: Account, request: TransferRequest) -> tuple[AchRelationship | None, Bank | None]:
    """Answer the approved relationship or bank of this account that the transfer goes over."""
    if request.transfer_type == TransferType.ACH:
        assert request.relationship_id is not None
        link = AchRelationship.objects.filter(account=account, pk=request.relationship_id).first()
        if link is None or link.status != AchStatus.APPROVED:
            raise TransferInvalid({"relationship_id": ["invalid relationship_id"]})
        return link, None
    assert request.bank_id is not None
    bank = Bank.objects.filter(account=account, pk=request.bank_id).first()
    if bank is None or bank.status != BankStatus.APPROVED:
        raise TransferInvalid({"bank_id": ["invalid bank_id"]})
    return None, bank


def _exceeds_limit(account: Account, request: TransferRequest, charged: Charge, now: datetime) -> bool:
    """Say whether the transfer goes beyond the day's limit: the account's own, else its correspondent's.

    Raises `TooManyAchTransfers` for a second ACH transfer in the same direction.
    """
    day = trading_day(now)
    since = datetime.combine(market_calendar.previous_session(day).date, time(), NEW_YORK)
    today = Transfer.objects.filter(account=account, created_at__gte=since, trade_date=day).exclude(
        status__in=NEVER_WENT
    )
    sums = today.filter(direction=request.direction).aggregate(
        count=Count("pk", filter=Q(transfer_type=TransferType.ACH)), amount=Sum("requested_amount", default=Decimal(0))
    )
    if request.transfer_type == TransferType.ACH and sums["count"]:
        raise TooManyAchTransfers
    limit = account.daily_transfer_limit_amount
    if limit is None:
        limit = account.correspondent.daily_transfer_limit_amount
    return limit is not None and sums["amount"] + charged.requested > limit


def _draft(
    actor: User, account: Account, request: TransferRequest, charged: Charge, now: datetime, *, waits: bool
) -> Transfer:
    transfer = Transfer(
        account=account,
        transfer_type=request.transfer_type,
        direction=request.direction,
        status=TransferStatus.APPROVAL_PENDING if waits else TransferStatus.QUEUED,
        amount=charged.arrives,
        requested_amount=charged.requested,
        fee_amount=charged.fee,
        fee_payment_method=request.fee_payment_method,
        hold_amount=charged.requested if request.is_outgoing else ZERO,
        additional_information=request.additional_information,
        trade_date=trading_day(now),
        expires_at=now + LIFETIME,
        one_time_key=request.one_time_key,
        created_by=actor,
        created_at=now,
        updated_at=now,
    )
    plan(transfer)
    return transfer
