"""What changes hands when a contract is exercised by its holder, or assigned to its writer.

Long calls and short puts receive the deliverable and pay the strike; long puts and short calls
deliver it and are paid. The strike follows the multiplier; shares and cash follow the
deliverable: the two part ways once a corporate action adjusts the contract (domain rules EX-2, SY-5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from brokerage.money import to_cents
from options.choices import AssetClass, Right
from trading.choices import FeeKind, HouseBook, OrderSide
from trading.rules.fees import FeeRateInForce, execution_fees
from trading.rules.lots import share_amount
from trading.rules.postings import Move

ZERO = Decimal(0)
CHARGED_ON_DELIVERY = frozenset({FeeKind.REG, FeeKind.TAF})


@dataclass(frozen=True)
class Deliverable:
    """The terms of a contract that a delivery follows: `shares` and `cash_amount` are those of one contract."""

    right: Right
    strike_price: Decimal
    multiplier: int
    shares: int
    cash_amount: Decimal
    underlying_id: UUID

    def strike_amount(self, quantity: Decimal) -> Decimal:
        """Answer the dollars that so many contracts are exercised for."""
        return to_cents(self.strike_price * self.multiplier * quantity)

    def share_quantity(self, quantity: Decimal) -> Decimal:
        """Answer the shares that so many contracts deliver."""
        return self.shares * quantity

    def cash_delivered(self, quantity: Decimal) -> Decimal:
        """Answer the dollars that so many contracts deliver beside the shares."""
        return to_cents(self.cash_amount * quantity)

    def taken(self, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """Answer the dollars and the shares that exercising so many takes of their holder."""
        if self.right is Right.CALL:
            return self.strike_amount(quantity), ZERO
        return self.cash_delivered(quantity), self.share_quantity(quantity)

    @cached_property
    def taken_by_one(self) -> tuple[Decimal, Decimal]:
        """Answer the same of one contract: asked again for every account that holds it."""
        return self.taken(Decimal(1))

    def receives(self, *, is_long: bool) -> bool:
        """Say whether that side of the contract gets the deliverable and pays the strike."""
        return (self.right is Right.CALL) == is_long


@dataclass(frozen=True)
class Delivery:
    """The moves of one delivery, and what they come to for the account: signed, below zero goes out."""

    contract_moves: list[Move]
    share_moves: list[Move]
    cash_moves: list[Move]
    contracts: Decimal
    shares: Decimal
    strike_amount: Decimal
    cash_amount: Decimal

    @property
    def cash_required(self) -> Decimal:
        """Answer the dollars that have to be there before: the strike in full, whatever cash is delivered for it.

        The cash part may come later than the shares; a put pays it out of the strike that it brings (EX-3).
        """
        return max(-self.strike_amount, -(self.strike_amount + self.cash_amount), ZERO)


def deliver(
    account_id: UUID, terms: Deliverable, quantity: Decimal, *, is_long: bool, usd_id: UUID, contract_id: UUID
) -> Delivery:
    """Answer what settles `quantity` contracts that the account exercises (long), or that are assigned to it (short).

    The shares and the dollars of the strike move together; the cash part of an adjusted contract by itself.
    """
    incoming = 1 if terms.receives(is_long=is_long) else -1
    contracts = -quantity if is_long else quantity
    shares = incoming * terms.share_quantity(quantity)
    strike = -incoming * terms.strike_amount(quantity)
    cash = incoming * terms.cash_delivered(quantity)
    return Delivery(
        contract_moves=_moves(account_id, contract_id, contracts),
        share_moves=[*_moves(account_id, terms.underlying_id, shares), *_moves(account_id, usd_id, strike)],
        cash_moves=_moves(account_id, usd_id, cash),
        contracts=contracts,
        shares=shares,
        strike_amount=strike,
        cash_amount=cash,
    )


def _moves(account_id: UUID, asset_id: UUID, change: Decimal) -> list[Move]:
    """Answer the move that changes the account by so much, from the street or to it; none where nothing changes."""
    if not change:
        return []
    source, destination = (HouseBook.STREET, account_id) if change > 0 else (account_id, HouseBook.STREET)
    return [Move(source, destination, asset_id, abs(change))]


@dataclass(frozen=True)
class Basis:
    """The dollars that a delivery's contracts and shares go to the lots with, paid or received."""

    contract_amount: Decimal
    share_amount: Decimal


def basis(delivery: Delivery, *, option_cost: Decimal, is_long: bool) -> Basis:
    """Answer what the contracts leave for and the shares move at: the premium rolls from one into the other.

    `option_cost` is what the contracts cost, below zero where it was received. The contracts leave at
    it, so nothing is gained on them; the shares cost the strike and the premium, or bring the strike
    less the premium, each less the cash part of the deliverable (domain rules TX-1 to TX-3).
    Where no share changes hands, there is nothing to roll into: the contracts leave for the cash.
    """
    cash = delivery.strike_amount + delivery.cash_amount
    if not delivery.shares:
        return Basis(cash if is_long else -cash, ZERO)
    return Basis(
        option_cost if is_long else -option_cost,
        share_amount(cash, option_cost, comes_in=delivery.shares > 0),
    )


def share_sale_fees(rates: Sequence[FeeRateInForce], quantity: Decimal, proceeds: Decimal) -> dict[FeeKind, Decimal]:
    """Answer what a delivery is charged that sells `quantity` shares, exactly: as shares are (domain rules FE-2, FE-3).

    It is no execution on an exchange: what is charged for those, as the audit trail is, does not
    apply (FE-6). What is bought, below zero here, is charged nothing.
    """
    if quantity <= 0:
        return {}
    return execution_fees(
        [rate for rate in rates if rate.kind in CHARGED_ON_DELIVERY],
        asset_class=AssetClass.US_EQUITY,
        side=OrderSide.SELL,
        exchange="",
        quantity=quantity,
        proceeds=proceeds,
    )
