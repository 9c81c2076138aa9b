"""Whether contracts may be exercised now, and what that would move (contract/trading.md 4.3).

Exercise needs the cash or the unpledged shares in full; it never makes a debit or a short
(domain rule EX-3). What is exercised is neither on order nor marked as not to be (EX-5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from brokerage import market_calendar
from brokerage.money import cents_up
from options.rules import moneyness
from options.rules.moneyness import intrinsic_value, is_in_the_money, time_value
from trading.choices import FeeKind
from trading.errors import OptionFraction
from trading.exercise_errors import (
    BeyondDoNotExercise,
    EuropeanNotExercised,
    ExerciseClosed,
    ExerciseCommissionNotAllowed,
    ExerciseOutOfTheMoney,
    ExerciseQuantityNotAboveZero,
    ExerciseTooLarge,
    InsufficientDeliverable,
    InsufficientExerciseCash,
    LongPositionNotFound,
    NegativeExerciseCommission,
    NoAvailablePosition,
    NothingToExercise,
    PositionNotToBeExercised,
    ShortNotExercised,
)
from trading.rules.delivery import Deliverable, Delivery, deliver, share_sale_fees
from trading.rules.fees import FeeRateInForce
from trading.rules.holdings import ZERO, Holdings
from trading.rules.postings import trade_date


@dataclass(frozen=True)
class ExerciseRequest:
    """What is asked: how many contracts (None: all that can be), and whether it is meant though out of the money.

    What comes with the same `one_time_key` exercises once, however often it is sent.
    """

    quantity: Decimal | None = None
    commission: Decimal | None = None
    confirmed: bool = False
    one_time_key: UUID | None = None


@dataclass(frozen=True)
class Exercisable:
    """A contract as an exercise knows it."""

    contract_id: UUID
    symbol: str
    underlying_symbol: str
    expiration_date: date
    is_american: bool
    terms: Deliverable


@dataclass(frozen=True)
class ExerciseMarket:
    """The moment, what the underlying was last paid, and what is bid for the contract; None where nobody says."""

    at: datetime
    underlying_price: Decimal | None
    bid_price: Decimal | None


@dataclass(frozen=True)
class Worth:
    """What exercising one contract is worth, in dollars, and what of its price is thrown away by it."""

    value: Decimal
    intrinsic: Decimal
    time_value: Decimal
    is_in_the_money: bool


@dataclass(frozen=True)
class ExerciseReview:
    """An exercise as it would be: what moves, what is charged, and what it is worth where there is a price."""

    quantity: Decimal
    available: Decimal
    delivery: Delivery
    fees: Mapping[FeeKind, Decimal]
    worth: Worth | None

    @property
    def needs_confirmation(self) -> bool:
        """Say whether it is out of the money: then somebody has to say that it is meant."""
        return self.worth is not None and not self.worth.is_in_the_money

    @property
    def time_value_lost(self) -> Decimal:
        """Answer the dollars that selling the contracts at the bid would bring beyond what exercising does."""
        return self.worth.time_value * self.quantity if self.worth else ZERO

    @property
    def fees_amount(self) -> Decimal:
        """Answer what it is charged in all, each kind up to the cent."""
        return sum((cents_up(fee) for fee in self.fees.values()), ZERO)


def review_exercise(
    asked: ExerciseRequest,
    contract: Exercisable,
    holdings: Holdings,
    market: ExerciseMarket,
    *,
    account_id: UUID,
    withheld: Decimal,
    rates: Sequence[FeeRateInForce],
) -> ExerciseReview:
    """Answer what the exercise amounts to, or raise the refusal.

    `holdings` are read under the account's lock, with the contract and its underlying; `withheld` is
    how many contracts are not to be exercised; `rates` are those of shares on this trade date.
    Whether it is confirmed is `require_confirmed`'s question: a preview shows what needs it.
    """
    _require_shape(asked)
    held = holdings.line(contract.contract_id).quantity
    _require_position(contract, held, market.at)
    _require_open(market.at)
    if not contract.is_american:
        raise EuropeanNotExercised
    free = holdings.free_quantity(contract.contract_id)
    available = min(free, held - withheld)
    quantity = asked.quantity if asked.quantity is not None else available
    _require_available(quantity, free=free, held=held, withheld=withheld)
    delivery = deliver(
        account_id, contract.terms, quantity, is_long=True, usd_id=holdings.usd_id, contract_id=contract.contract_id
    )
    fees = share_sale_fees(rates, -delivery.shares, delivery.strike_amount)
    review = ExerciseReview(quantity, available, delivery, fees, worth_of(contract.terms, market))
    _require_means(review, contract, holdings)
    return review


def require_confirmed(review: ExerciseReview, asked: ExerciseRequest) -> None:
    """Raise `ExerciseOutOfTheMoney` where that needs to be confirmed and is not."""
    if review.needs_confirmation and not asked.confirmed:
        raise ExerciseOutOfTheMoney


def worth_of(terms: Deliverable, market: ExerciseMarket) -> Worth | None:
    """Answer what exercising one contract is worth at the market; None where the underlying has no price."""
    if market.underlying_price is None:
        return None
    priced = (
        terms.right,
        terms.strike_price,
        terms.multiplier,
        terms.shares,
        terms.cash_amount,
        market.underlying_price,
    )
    intrinsic = intrinsic_value(*priced)
    return Worth(
        value=moneyness.exercise_value(*priced),
        intrinsic=intrinsic,
        time_value=time_value(intrinsic, market.bid_price or ZERO, terms.multiplier),
        is_in_the_money=is_in_the_money(*priced),
    )


def _require_shape(asked: ExerciseRequest) -> None:
    if asked.commission:
        raise NegativeExerciseCommission if asked.commission < 0 else ExerciseCommissionNotAllowed
    if asked.quantity is None:
        return
    if asked.quantity <= 0:
        raise ExerciseQuantityNotAboveZero
    if asked.quantity != asked.quantity.to_integral_value():
        raise OptionFraction


def _require_position(contract: Exercisable, held: Decimal, at: datetime) -> None:
    if held < 0:
        raise ShortNotExercised
    if held == 0:
        raise LongPositionNotFound(symbol=contract.symbol)
    if trade_date(at) > contract.expiration_date:
        raise NoAvailablePosition


def _require_open(at: datetime) -> None:
    """Raise `ExerciseClosed` outside the session: from the very second of the close, on half days too."""
    if not market_calendar.is_open(at):
        opens_at = market_calendar.next_session(at).opens_at.astimezone(UTC)
        raise ExerciseClosed(next_open=f"{opens_at:%Y-%m-%dT%H:%M:%SZ}")


def _require_available(quantity: Decimal, *, free: Decimal, held: Decimal, withheld: Decimal) -> None:
    if withheld >= held:
        raise PositionNotToBeExercised
    if free <= 0:
        raise NothingToExercise
    if quantity > free:
        raise ExerciseTooLarge(requested=quantity, available=free)
    if quantity > held - withheld:
        raise BeyondDoNotExercise(requested=quantity, dne_qty=withheld, available=held - withheld)


def _require_means(review: ExerciseReview, contract: Exercisable, holdings: Holdings) -> None:
    """Ask for the shares, then for the cash after everything that binds it, then for the fees besides (EX-3)."""
    delivery = review.delivery
    if delivery.shares < 0:
        free = holdings.free_quantity(contract.terms.underlying_id)
        if free < -delivery.shares:
            raise InsufficientDeliverable(
                symbol=contract.underlying_symbol, requested=-delivery.shares, available=max(free, ZERO)
            )
    available = max(holdings.free_cash, ZERO)
    for required in (delivery.cash_required, review.fees_amount - delivery.strike_amount - delivery.cash_amount):
        if required > available:
            raise InsufficientExerciseCash(required=required, available=available)
