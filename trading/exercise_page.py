"""The page of an exercise: what will move, what it costs, and what is thrown away."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Account, User
from brokerage import clock
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.market_calendar import Instrument as Settling
from brokerage.market_calendar import settlement_date
from brokerage.money import cents_up
from options.models import Asset
from options.rules.moneyness import deliverable_value
from trading.choices import FeeKind
from trading.instructions import in_force
from trading.instruments import read_holdings
from trading.refusal_words import plain_remedy, plain_words
from trading.rules.exercise import ExerciseMarket, ExerciseReview, Worth, worth_of
from trading.rules.holdings import ZERO
from trading.rules.postings import trade_date
from trading.rules.preview import FeeLine
from trading.services.delivery_steps import deliverable_of
from trading.services.exercise import ExerciseDecision, preview_exercise, read_market


@dataclass(frozen=True)
class Holding:
    """The position as it stands: how much is held, on order, not to be exercised, and so can be exercised."""

    held: Decimal
    on_order: Decimal
    withheld: Decimal

    @property
    def available(self) -> Decimal:
        """Answer how many contracts can be exercised."""
        return max(min(self.held - self.on_order, self.held - self.withheld), ZERO)


@dataclass(frozen=True)
class Picture:
    """What an exercise comes to: its moves, the cash before and after, and what it gives away."""

    review: ExerciseReview
    fees: tuple[FeeLine, ...]
    cash_before: Decimal
    cash_after: Decimal
    power_before: Decimal
    power_after: Decimal
    settle_date: date
    sale: Decimal | None
    shares_worth: Decimal | None

    @property
    def loses(self) -> Decimal:
        """Answer what an exercise out of the money costs beyond the market, in dollars."""
        worth = self.review.worth
        return max(-worth.value * self.review.quantity, ZERO) if worth else ZERO

    @property
    def intrinsic(self) -> Decimal:
        """Answer what exercising is worth at the market."""
        return self.review.worth.intrinsic * self.review.quantity if self.review.worth else ZERO


@dataclass(frozen=True)
class Exercise:
    """All that the page shows: the contract, the position, the market, and the picture or why there is none."""

    asset: Asset
    holding: Holding
    market: ExerciseMarket
    worth: Worth | None
    picture: Picture | None
    refusal: str = ""
    remedy: str = ""


def read_exercise(account: Account, asset: Asset, *, actor: User, quantity: Decimal | None) -> Exercise:
    """Answer what the page shows of exercising `quantity` contracts of an account fetched for the actor."""
    now = clock.now()
    market = read_market(asset, now)
    holdings = read_holdings(account.pk, (asset.pk, asset.contract.underlying_id))
    line = holdings.line(asset.pk)
    withheld = in_force([asset.pk], [account.pk]).get((account.pk, asset.pk), ZERO)
    holding = Holding(line.quantity, line.held, withheld)
    worth = worth_of(deliverable_of(asset.contract), market)
    try:
        decided = preview_exercise(
            actor=actor,
            account_id=account.pk,
            symbol_or_id=asset.symbol,
            quantity=quantity,
        )
    except NotPermitted:
        raise
    except BrokerageError as refusal:
        said, remedies = f"{plain_words(str(refusal))}.", plain_remedy(refusal)
        return Exercise(asset, holding, market, worth, None, said, remedies[0] if remedies else "")
    return Exercise(asset, holding, market, worth, _picture(decided))


def _picture(decided: ExerciseDecision) -> Picture:
    review, holdings, market = decided.review, decided.holdings, decided.market
    delivery = review.delivery
    fees = tuple(FeeLine(kind, FeeKind(kind).label, cents_up(fee)) for kind, fee in review.fees.items())
    moved = delivery.strike_amount + delivery.cash_amount
    price = market.underlying_price
    terms = deliverable_of(decided.asset.contract)
    return Picture(
        review=review,
        fees=fees,
        cash_before=holdings.cash,
        cash_after=holdings.cash + moved,
        power_before=max(holdings.free_cash, ZERO),
        power_after=max(holdings.free_cash + moved - review.fees_amount, ZERO),
        settle_date=settlement_date(trade_date(market.at), Settling.EQUITY),
        sale=None if market.bid_price is None else market.bid_price * terms.multiplier * review.quantity,
        shares_worth=None
        if price is None
        else deliverable_value(terms.shares, terms.cash_amount, price) * review.quantity,
    )
