"""Where bank links and transfers can go from where they are, and what a transfer may ask for."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from brokerage import market_calendar
from brokerage.market_calendar import NEW_YORK
from brokerage.money import CENT, cents_down
from trading.choices import AchStatus as A
from trading.choices import BankStatus as B
from trading.choices import FeePaymentMethod, TransferDirection, TransferType
from trading.choices import TransferStatus as S
from trading.funding_errors import FundingMoveImpossible, IncomingWire, TransferInvalid
from trading.rules.buying_power import buying_power_of
from trading.rules.holdings import Holdings

ACH_TRANSITIONS: dict[A, frozenset[A]] = {
    # One that was never sent to the bank is cancelled at once.
    A.QUEUED: frozenset({A.PENDING, A.APPROVED, A.REJECTED, A.CANCELED}),
    A.PENDING: frozenset({A.APPROVED, A.REJECTED, A.CANCEL_REQUESTED}),
    A.APPROVED: frozenset({A.CANCEL_REQUESTED}),
    A.CANCEL_REQUESTED: frozenset({A.CANCELED}),
    A.REJECTED: frozenset(),
    A.CANCELED: frozenset(),
}
BANK_TRANSITIONS: dict[B, frozenset[B]] = {
    B.QUEUED: frozenset({B.SENT_TO_CLEARING, B.APPROVED, B.REJECTED, B.CANCELED}),
    B.SENT_TO_CLEARING: frozenset({B.APPROVED, B.REJECTED, B.CANCELED}),
    B.APPROVED: frozenset({B.CANCELED}),
    B.REJECTED: frozenset(),
    B.CANCELED: frozenset(),
}
TRANSFER_TRANSITIONS: dict[S, frozenset[S]] = {
    # Released by a person; where no rail is connected, that person saw the bank move the money.
    S.APPROVAL_PENDING: frozenset({S.QUEUED, S.APPROVED, S.REJECTED, S.CANCELED}),
    S.QUEUED: frozenset({S.PENDING, S.SENT_TO_CLEARING, S.REJECTED, S.CANCELED}),
    S.PENDING: frozenset({S.SENT_TO_CLEARING, S.REJECTED, S.CANCELED}),
    # With the bank now: nobody here can call it back.
    S.SENT_TO_CLEARING: frozenset({S.APPROVED, S.COMPLETE, S.REJECTED}),
    S.APPROVED: frozenset({S.COMPLETE, S.REJECTED}),
    # A bank may return a payment weeks after it was posted.
    S.COMPLETE: frozenset({S.RETURNED}),
    S.REJECTED: frozenset(),
    S.CANCELED: frozenset(),
    S.RETURNED: frozenset(),
}
UNDER_WAY = sorted((S.QUEUED, S.APPROVAL_PENDING, S.PENDING, S.SENT_TO_CLEARING, S.APPROVED))
CANCELABLE = (S.QUEUED, S.APPROVAL_PENDING, S.PENDING)
ACTIVE_ACH = (A.QUEUED, A.PENDING, A.APPROVED)
ACTIVE_BANK = (B.QUEUED, B.SENT_TO_CLEARING, B.APPROVED)

State = TypeVar("State", A, B, S)
LIFETIME = timedelta(days=7)
FIXTURE_STATUSES = (S.QUEUED, S.PENDING, S.REJECTED, S.CANCELED, S.RETURNED, S.APPROVED)
FIXTURE = re.compile(rf"/fixtures/status=({'|'.join(FIXTURE_STATUSES)})/fixtures/")
LARGEST_AMOUNT = Decimal("999999999999.99")
WIRE_FEE = Decimal("25.00")  # of an outgoing wire; ACH is free
NO_FEE = Decimal("0.00")
ZERO = Decimal(0)


def require_ach_move(status: str, to: A) -> A:
    """Answer `to` where an ACH relationship has that move, or raise `FundingMoveImpossible`."""
    return _require(ACH_TRANSITIONS[A(status)], "ACH relationship", status, to)


def require_bank_move(status: str, to: B) -> B:
    """Answer `to` where a bank has that move, or raise `FundingMoveImpossible`."""
    return _require(BANK_TRANSITIONS[B(status)], "bank", status, to)


def require_transfer_move(status: str, to: S) -> S:
    """Answer `to` where a transfer has that move, or raise `FundingMoveImpossible`."""
    return _require(TRANSFER_TRANSITIONS[S(status)], "transfer", status, to)


def _require(allowed: frozenset[State], thing: str, status: str, to: State) -> State:
    if to not in allowed:
        raise FundingMoveImpossible(thing=thing, status=str(status), to=to.value)
    return to


@dataclass(frozen=True)
class TransferRequest:
    """A transfer asked for, as it was sent; `one_time_key` is a form's, which may arrive twice."""

    transfer_type: str
    direction: str
    amount: Decimal | None
    relationship_id: UUID | None = None
    bank_id: UUID | None = None
    additional_information: str = ""
    fee_payment_method: str = FeePaymentMethod.INVOICE
    one_time_key: UUID | None = None

    @property
    def is_outgoing(self) -> bool:
        """Say whether cash leaves the account."""
        return self.direction == TransferDirection.OUTGOING


@dataclass(frozen=True)
class Charge:
    """What a transfer takes from the account, what arrives, and the fee, if it comes out of the user's cash."""

    requested: Decimal
    arrives: Decimal
    fee: Decimal


def review_transfer(request: TransferRequest) -> Decimal:
    """Answer the amount of a transfer that could be; raise `TransferInvalid` or `IncomingWire` (contract 5.2)."""
    faults: dict[str, list[str]] = {}
    if request.transfer_type not in TransferType:
        faults["transfer_type"] = ["transfer_type must be either ach or wire"]
    if request.direction not in TransferDirection:
        faults["direction"] = ["direction must be either incoming or outgoing"]
    if request.amount is None or request.amount <= 0:
        faults["amount"] = ["amount must be greater than 0.00"]
    elif request.amount > LARGEST_AMOUNT or request.amount != cents_down(request.amount):
        faults["amount"] = ["amount must be in dollars and whole cents, below a trillion"]
    if faults:
        raise TransferInvalid(faults)
    if request.transfer_type == TransferType.WIRE and not request.is_outgoing:
        raise IncomingWire
    faults = _relation_faults(request)
    if request.fee_payment_method not in FeePaymentMethod:
        faults["fee_payment_method"] = ["fee_payment_method must be either user or invoice"]
    if faults:
        raise TransferInvalid(faults)
    assert request.amount is not None
    return request.amount.quantize(CENT)


def _relation_faults(request: TransferRequest) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if request.transfer_type == TransferType.WIRE:
        if request.bank_id is None:
            faults["bank_id"] = ["bank_id required for wire transfer"]
        if request.relationship_id is not None:
            faults["relationship_id"] = ["relationship_id should be empty for wire transfer"]
        return faults
    if request.bank_id is not None:
        faults["bank_id"] = ["bank_id should be empty for ach transfer"]
    if request.relationship_id is None:
        faults["relationship_id"] = ["invalid relationship_id"]
    if request.additional_information:
        said = "only wire transfer type can provide additional information for the transfer"
        faults["additional_information"] = [said]
    return faults


def charge(request: TransferRequest, amount: Decimal) -> Charge:
    """Answer what the transfer takes and brings: a fee that the user pays is taken off what arrives."""
    is_charged = request.is_outgoing and request.transfer_type == TransferType.WIRE
    fee = WIRE_FEE if is_charged else NO_FEE
    is_users = request.fee_payment_method == FeePaymentMethod.USER
    return Charge(requested=amount, arrives=amount - fee if is_users else amount, fee=fee)


def require_least(
    request: TransferRequest, charged: Charge, *, least_deposit: Decimal, least_withdrawal: Decimal
) -> None:
    """Raise `TransferInvalid` below what the correspondent lets move, or where a fee would eat all of it."""
    if request.is_outgoing:
        least = max(least_withdrawal, charged.requested - charged.arrives)
        if charged.requested <= least:
            raise TransferInvalid({"amount": [f"withdrawal amount must be greater than {least:.2f}"]})
    elif charged.requested < least_deposit:
        raise TransferInvalid({"amount": [f"deposit amount must be greater than or equal to {least_deposit:.2f}"]})


def require_known_fixture(additional_information: str) -> None:
    """Raise `TransferInvalid` for a fixture that asks for no status of a transfer: ignored, it would move cash."""
    if "/fixtures/" in additional_information and fixture_outcome(additional_information) is None:
        said = f"a fixture is /fixtures/status=<status>/fixtures/, with one of {', '.join(FIXTURE_STATUSES)}"
        raise TransferInvalid({"additional_information": [said]})


def fixture_outcome(additional_information: str) -> S | None:
    """Answer the status that a sandbox fixture asks for, or None."""
    found = FIXTURE.search(additional_information)
    return S(found.group(1)) if found else None


def trading_day(at: datetime) -> date:
    """Answer the trading day that a transfer counts to: its New York date, or the next that is a session."""
    day = at.astimezone(NEW_YORK).date()
    return day if market_calendar.session_on(day) else market_calendar.next_business_day(day)


@dataclass(frozen=True)
class CashSum:
    """Cash and what of it may not leave: it did not settle, it is pledged, held, on its way out, or owed in fees."""

    cash: Decimal
    unsettled: Decimal
    pledged: Decimal
    held: Decimal
    leaving: Decimal
    accrued_fees: Decimal
    free: Decimal
    withdrawable: Decimal

    @property
    def waiting(self) -> Decimal:
        """Answer the free dollars that have not settled; the others already cover pledges and orders."""
        return max(self.free, ZERO) - self.withdrawable

    @property
    def missing(self) -> Decimal:
        """Answer the dollars by which the cash falls short of what it is bound to."""
        return max(-self.free, ZERO)


def cash_sum(holdings: Holdings, unsettled: Decimal) -> CashSum:
    """Answer the cash of an account, part by part."""
    power = buying_power_of(holdings, unsettled)
    return CashSum(
        cash=power.cash,
        unsettled=unsettled,
        pledged=power.pledged,
        held=power.held,
        leaving=power.leaving,
        accrued_fees=power.accrued_fees,
        free=power.free,
        withdrawable=power.withdrawable,
    )
