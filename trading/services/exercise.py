"""Exercise contracts: the holder's act. The clearing house follows in `services/clearing.py`."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from django.db import transaction

from accounts.choices import UserKind
from accounts.errors import AccountNotFound
from accounts.listing import get_listed_account
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.events import event, record_events
from brokerage.ids import time_ordered_id
from brokerage.money import plain
from options.choices import AssetClass, ExerciseStyle
from options.models import Asset
from options.rules.contracts import is_contract_symbol
from options.services.market import get_quotes
from trading.choices import InstructionKind, InstructionSource, InstructionStatus
from trading.exercise_errors import ExerciseKeyReused, LongPositionNotFound, NotAContract, SymbolMissing
from trading.fee_schedule import rates_on
from trading.instructions import in_force
from trading.instruments import MARKET, read_holdings
from trading.models import Instruction, Position
from trading.rules.exercise import (
    Exercisable,
    ExerciseMarket,
    ExerciseRequest,
    ExerciseReview,
    require_confirmed,
    review_exercise,
)
from trading.rules.fees import FeeRateInForce
from trading.rules.holdings import Holdings
from trading.rules.postings import trade_date
from trading.services.delivery_steps import accrue_delivery_fees, deliverable_of, delivery_entries
from trading.services.ledger import Entry, post_all, posted_events
from trading.services.lots import cost_of_leaving
from trading.services.orders import require_may_trade
from trading.services.refusals import keep_refusal

CONFIRMED = "confirmed though out of the money"


@dataclass(frozen=True)
class Exercised:
    """What came of an exercise: its instruction, and how many contracts were exercised and are left."""

    instruction: Instruction
    qty_exercised: Decimal
    qty_remaining: Decimal


@dataclass(frozen=True)
class ExerciseDecision:
    """An exercise that is possible: of what, what it comes to, and what it was decided on."""

    asset: Asset
    review: ExerciseReview
    holdings: Holdings
    market: ExerciseMarket
    rates: tuple[FeeRateInForce, ...]


def exercise_position(
    *,
    actor: User,
    account_id: UUID,
    symbol_or_id: str,
    quantity: Decimal | None = None,
    commission: Decimal | None = None,
    confirmed: bool = False,
    one_time_key: UUID | None = None,
) -> Exercised:
    """Exercise contracts that the account is long, at once, or raise the refusal, which is kept.

    Without a `quantity` it is all that can be: neither on order nor marked as not to be exercised.
    `confirmed` says that it is meant though out of the money. A `one_time_key` sent again
    with the same answers the first exercise. Raises `AccountNotFound`, `AccountMayNotTrade`,
    `ExerciseKeyReused`, and what `review_exercise` raises.
    """
    asked = ExerciseRequest(quantity, commission, confirmed, one_time_key)
    try:
        return _exercise(actor=actor, account_id=account_id, symbol_or_id=symbol_or_id, asked=asked)
    except (NotPermitted, AccountNotFound):
        raise
    except BrokerageError as refusal:
        ticket = {"act": "exercise", "symbol": _stored(symbol_or_id), "qty": quantity, "commission": commission}
        keep_refusal(actor, account_id, ticket, refusal, symbol=_symbol_of(symbol_or_id))
        raise


@transaction.atomic(durable=True)
def _exercise(*, actor: User, account_id: UUID, symbol_or_id: str, asked: ExerciseRequest) -> Exercised:
    actor.require(Permission.EXERCISE_POSITIONS)
    account = lock_account(actor, account_id)
    asset = find_contract(symbol_or_id)
    earlier = _sent_before(account, asset, asked)
    if earlier is not None:
        return earlier
    now = clock.now()
    decided = _decide(account, asset, asked, now)
    require_confirmed(decided.review, asked)
    instruction = _new_instruction(account, actor, decided, asked, now)
    entries = delivery_entries(
        account,
        asset,
        decided.review.quantity,
        is_long=True,
        at=now,
        on=trade_date(now),
        reference=f"exercise:{instruction.pk}",
        option_cost=cost_of_leaving(account.pk, asset.pk, decided.review.quantity),
    )
    instruction.group_id = entries[0].group_id
    instruction.save(force_insert=True)
    _, positions = post_all(entries)
    accrue_delivery_fees(account.pk, decided.rates, entries)
    remaining = positions[account.pk, asset.pk].quantity
    accepted = event(
        "exercise.accepted",
        account=account,
        subject=instruction,
        at=now,
        payload=_payload(instruction, decided, entries[1], remaining),
    )
    record_events([accepted, *posted_events(entries, positions, now)])
    return Exercised(instruction, instruction.quantity, remaining)


def preview_exercise(
    *, actor: User, account_id: UUID, symbol_or_id: str, quantity: Decimal | None = None
) -> ExerciseDecision:
    """Answer what exercising would come to, confirmed or not, or raise what `exercise_position` would.

    Nothing is locked, written or kept: what it says holds for the moment, and exercising asks again.
    """
    actor.require(Permission.EXERCISE_POSITIONS)
    account = get_listed_account(actor, account_id)
    return _decide(account, find_contract(symbol_or_id), ExerciseRequest(quantity), clock.now())


def find_contract(symbol_or_id: str) -> Asset:
    """Answer the contract of that symbol (its root padded or not) or id, with its market.

    Raises `SymbolMissing`, `NotAContract` for what cannot be one, and `LongPositionNotFound` for a
    contract that is not in the master: nobody is long it.
    """
    wanted = _stored(symbol_or_id)
    if not wanted:
        raise SymbolMissing
    contracts = Asset.objects.filter(asset_class=AssetClass.US_OPTION).select_related(*MARKET)
    try:
        found = contracts.filter(pk=UUID(wanted)).first()
    except ValueError:
        if not is_contract_symbol(wanted):
            raise NotAContract from None
        found = contracts.filter(symbol=wanted).first()
    if found is None:
        raise LongPositionNotFound(symbol=wanted)
    return found


def _stored(symbol_or_id: str) -> str:
    return symbol_or_id.replace(" ", "")


def _symbol_of(symbol_or_id: str) -> str:
    """Answer the symbol to keep a refusal under: that of the contract, else what was asked for."""
    try:
        return find_contract(symbol_or_id).symbol
    except BrokerageError:
        return _stored(symbol_or_id)


def _decide(account: Account, asset: Asset, asked: ExerciseRequest, now: datetime) -> ExerciseDecision:
    """Answer the exercise as it would be, or raise the refusal: a step, which writes nothing."""
    require_may_trade(account)
    contract = asset.contract
    holdings = read_holdings(account.pk, (asset.pk, contract.underlying_id))
    market = read_market(asset, now)
    rates = rates_on(trade_date(now), AssetClass.US_EQUITY)
    review = review_exercise(
        asked,
        exercisable(asset),
        holdings,
        market,
        account_id=account.pk,
        withheld=in_force([asset.pk], [account.pk]).get((account.pk, asset.pk), Decimal(0)),
        rates=rates,
    )
    return ExerciseDecision(asset, review, holdings, market, rates)


def exercisable(asset: Asset) -> Exercisable:
    """Answer what the rules know of a contract fetched with its underlying."""
    contract = asset.contract
    return Exercisable(
        contract_id=asset.pk,
        symbol=asset.symbol,
        underlying_symbol=contract.underlying.symbol,
        expiration_date=contract.expiration_date,
        is_american=contract.style == ExerciseStyle.AMERICAN,
        terms=deliverable_of(contract),
    )


def read_market(asset: Asset, now: datetime) -> ExerciseMarket:
    """Answer what the underlying was last paid, and what is bid for the contract."""
    underlying = asset.contract.underlying
    quotes = get_quotes([asset, underlying], now)
    share, option = quotes.get(underlying.pk), quotes.get(asset.pk)
    return ExerciseMarket(now, share.mark if share else None, option.bid if option else None)


def _sent_before(account: Account, asset: Asset, asked: ExerciseRequest) -> Exercised | None:
    """Answer what came of it when it was sent before, or raise `ExerciseKeyReused` where that was something else."""
    if asked.one_time_key is None:
        return None
    earlier = Instruction.objects.filter(pk=_instruction_id(account, asked)).first()
    if earlier is None:
        return None
    if earlier.asset_id != asset.pk or asked.quantity not in (None, earlier.quantity):
        raise ExerciseKeyReused
    left = Position.objects.filter(account=account, asset=asset).values_list("quantity", flat=True).first()
    return Exercised(earlier, earlier.quantity, left or Decimal(0))


def _instruction_id(account: Account, asked: ExerciseRequest) -> UUID:
    """Answer the id of the instruction: of what is sent twice the same, and never another account's."""
    return time_ordered_id() if asked.one_time_key is None else uuid5(account.pk, str(asked.one_time_key))


def _new_instruction(
    account: Account, actor: User, decided: ExerciseDecision, asked: ExerciseRequest, now: datetime
) -> Instruction:
    return Instruction(
        id=_instruction_id(account, asked),
        account=account,
        correspondent_id=account.correspondent_id,
        asset=decided.asset,
        kind=InstructionKind.EXERCISE,
        source=InstructionSource.API if actor.kind == UserKind.API_KEY else InstructionSource.STAFF,
        quantity=decided.review.quantity,
        status=InstructionStatus.ACCEPTED,
        received_at=now,
        entered_by=actor,
        entered_at=now,
        reason=CONFIRMED if decided.review.needs_confirmation else "",
    )


def _payload(
    instruction: Instruction, decided: ExerciseDecision, shares: Entry, remaining: Decimal
) -> dict[str, object]:
    delivery = decided.review.delivery
    return {
        "instruction_id": str(instruction.pk),
        "group_id": str(instruction.group_id),
        "symbol": decided.asset.symbol,
        "qty": plain(instruction.quantity),
        "qty_remaining": plain(remaining),
        "underlying_symbol": decided.asset.contract.underlying.symbol,
        "underlying_qty": plain(delivery.shares),
        "net_amount": plain(delivery.strike_amount + delivery.cash_amount),
        "trade_date": shares.trade_date.isoformat(),
        "settle_date": shares.settle_date.isoformat(),
        "source": instruction.source,
        "status": instruction.status,
    }
