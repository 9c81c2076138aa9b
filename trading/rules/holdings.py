"""What an account has, what of it is pledged or held, and what is free.

Free is what the position has, less what the account's short contracts pledge, less what its
open orders hold, less what transfers take out and trades owe in fees. It is computed here for
every purpose: orders, journals, transfers, exercise, and the buying power that the trading
account shows (domain rules BP-6, BP-7).
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from brokerage.money import cents_down
from options.choices import Right
from options.rules.collateral import cash_to_cover, put_collateral, shares_to_cover

ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """One position: its signed quantity, what open orders hold of it, and a contract's terms.

    `closing` is what open orders already buy back of a short, `leaving` the dollars that are on
    their way out, `accrued` the fees of trades that are not booked yet.
    """

    asset_id: UUID
    quantity: Decimal
    held: Decimal = ZERO
    closing: Decimal = ZERO
    leaving: Decimal = ZERO
    right: Right | None = None
    strike_price: Decimal = ZERO
    multiplier: int = 1
    deliverable: int = 0
    underlying_id: UUID | None = None
    accrued: Decimal = ZERO
    deliverable_cash: Decimal = ZERO

    @property
    def pledged_cash(self) -> Decimal:
        """Answer the dollars that this short pledges: a put the full strike, a call the cash that it would deliver."""
        if self.right is None or self.quantity >= 0:
            return ZERO
        if self.right is Right.PUT:
            return put_collateral(-self.quantity, self.strike_price, self.multiplier)
        return cash_to_cover(-self.quantity, self.deliverable_cash)

    @property
    def pledged_shares(self) -> Decimal:
        """Answer the underlying shares that this short call pledges."""
        is_short_call = self.right is Right.CALL and self.quantity < 0
        return shares_to_cover(-self.quantity, self.deliverable) if is_short_call else ZERO


@dataclass(frozen=True)
class Holdings:
    """The lines of one account that a decision needs: cash, all shorts, and what it is about."""

    usd_id: UUID
    lines: tuple[Line, ...]

    def without_hold(self, asset_id: UUID, held: Decimal, *, traded_id: UUID, closing: Decimal) -> "Holdings":
        """Answer the same holdings without what one order holds, and what it buys back: it is about to be replaced."""
        return replace(
            self,
            lines=tuple(
                replace(
                    line,
                    held=line.held - (held if line.asset_id == asset_id else ZERO),
                    closing=line.closing - (closing if line.asset_id == traded_id else ZERO),
                )
                for line in self.lines
            ),
        )

    def line(self, asset_id: UUID) -> Line:
        """Answer the line of that asset; an asset that is not held has an empty one."""
        return next((line for line in self.lines if line.asset_id == asset_id), Line(asset_id, ZERO))

    @property
    def cash(self) -> Decimal:
        """Answer the cash balance, pledged and held dollars included."""
        return self.line(self.usd_id).quantity

    @property
    def held_cash(self) -> Decimal:
        """Answer the dollars that open orders hold."""
        return self.line(self.usd_id).held

    @property
    def leaving_cash(self) -> Decimal:
        """Answer the dollars that transfers on their way out hold."""
        return self.line(self.usd_id).leaving

    @property
    def accrued_fees(self) -> Decimal:
        """Answer the fees that are owed and not booked yet, each kind and day up to the cent."""
        return self.line(self.usd_id).accrued

    @property
    def pledged_cash(self) -> Decimal:
        """Answer the dollars that shorts pledge: strikes of puts, and the cash part of what adjusted calls deliver."""
        return sum((line.pledged_cash for line in self.lines), ZERO)

    @property
    def free_cash(self) -> Decimal:
        """Answer the dollars that nothing binds, down to the cent; below zero is a shortfall."""
        bound = self.held_cash + self.pledged_cash + self.leaving_cash + self.accrued_fees
        return cents_down(self.cash - bound)

    def withdrawable_cash(self, unsettled: Decimal) -> Decimal:
        """Answer the dollars that may leave: free, and settled. What has not settled covers pledges first (ST-2)."""
        return max(min(self.free_cash, cents_down(self.cash - self.leaving_cash - unsettled)), ZERO)

    def pledged_shares(self, asset_id: UUID) -> Decimal:
        """Answer the shares of that asset that short calls pledge."""
        return sum((line.pledged_shares for line in self.lines if line.underlying_id == asset_id), ZERO)

    def free_quantity(self, asset_id: UUID) -> Decimal:
        """Answer what is neither pledged nor held of a long; a short has nothing free."""
        line = self.line(asset_id)
        return max(line.quantity - line.held - self.pledged_shares(asset_id), ZERO)
