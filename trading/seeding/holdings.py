"""The trading side of a seeded book: a deposit, filled orders, and what they left, all tied to the ledger."""

from dataclasses import dataclass
from functools import cache, cached_property
from random import Random
from typing import NamedTuple

from brokerage.ids import time_ordered_text
from brokerage.market_calendar import Instrument
from options.choices import Right
from options.rules.asset_ids import USD_ID
from trading.models import Activity, ClosingBalance, LedgerTransaction, Lot, Order, Position, Posting
from trading.seeding.days import Day
from trading.seeding.market import Market, Moment, Priced
from trading.seeding.tables import NOTHING, Table, pick

USD = str(USD_ID)
TRANSACTIONS = Table(LedgerTransaction, "id activity_type reference trade_date settle_date at")
POSTINGS = Table(
    Posting,
    "transaction_id asset_id quantity source_account_id source_book destination_account_id destination_book",
)
ORDERS = Table(
    Order,
    "id client_order_id account_id correspondent_id submitted_by_id asset_id side type limit_price quantity "
    "position_intent strategy status filled_quantity filled_value submitted_at updated_at expires_at filled_at "
    "canceled_at",
    {"time_in_force": "day", "hold_asset_id": USD, "hold_quantity": "0", "hold_per_unit": "0"},
)
DEPOSITS = Table(
    Activity,
    "id transaction_id account_id correspondent_id date at net_amount",
    {"activity_type": "CSD", "description": "Opening deposit"},
)
FILLS = Table(
    Activity,
    "id transaction_id account_id correspondent_id order_id date at asset_id quantity price net_amount side "
    "cumulative_quantity",
    {"activity_type": "FILL", "leaves_quantity": "0", "order_status": "filled"},
)
POSITIONS = Table(Position, "account_id correspondent_id asset_id quantity cost_amount")
OPEN_LOTS = Table(
    Lot,
    "id account_id correspondent_id opened_by_id opened_on asset_id opened_quantity opened_amount quantity cost_amount",
)
CLOSINGS = Table(
    ClosingBalance,
    "account_id date cash_amount equity_amount long_market_value_amount short_market_value_amount "
    "initial_margin_amount maintenance_margin_amount buying_power_amount options_buying_power_amount",
)
HOLDING_TABLES = (TRANSACTIONS, ORDERS, POSTINGS, DEPOSITS, FILLS, POSITIONS, OPEN_LOTS, CLOSINGS)

# Of a hundred active accounts, by options level.
LEVELS = (*(0,) * 55, *(1,) * 25, *(2,) * 20)
LOTS, SHARES = (1, 2, 3), range(5, 305, 5)
IDLE, CANCELED = 0.2, 0.1


@dataclass(frozen=True)
class Leg:
    """One order to be: signed quantity, and what a position of this kind is called. Amounts are in cents."""

    what: Priced
    quantity: int
    strategy: str
    intent: str

    @cached_property
    def paid(self) -> int:
        """What it cost, below zero where it was received."""
        return self.what.cents(self.what.price, self.quantity)

    @cached_property
    def value(self) -> int:
        """What it was worth at the last close, below zero where it is owed."""
        return self.what.cents(self.what.close, self.quantity)

    @cached_property
    def pledged(self) -> int:
        """The collateral of a put that was written."""
        is_secured = self.what.right is Right.PUT and self.quantity < 0
        return self.what.cents(self.what.strike_price, -self.quantity) if is_secured else 0

    @cached_property
    def asset_id(self) -> str:
        """What is traded."""
        return str(self.what.asset_id)

    @cached_property
    def without_sign(self) -> str:
        """How many."""
        return str(abs(self.quantity))

    @cached_property
    def position(self) -> str:
        """What a position says of it."""
        return f"{self.asset_id}\t{self.quantity}\t{self.paid}e-2"

    @cached_property
    def lot(self) -> str:
        """What the lot of a position says of it: nothing of it has left."""
        return f"{self.position}\t{self.quantity}\t{self.paid}e-2"

    @cached_property
    def order(self) -> str:
        """What an order for it says that was filled at the market."""
        value = self.what.price * abs(self.quantity)
        said = (self.asset_id, self.side, "market", NOTHING, self.without_sign, self.intent, self.strategy)
        return "\t".join((*said, "filled", self.without_sign, str(value)))

    @cached_property
    def canceled(self) -> str:
        """What an order for as many at that price says that did not fill."""
        said = (self.asset_id, self.side, "limit", str(self.what.price), self.without_sign, self.intent, self.strategy)
        return "\t".join((*said, "canceled", "0", "0"))

    @cached_property
    def fill(self) -> str:
        """What the activity of its fill says."""
        said = (self.asset_id, self.without_sign, str(self.what.price), f"{-self.paid}e-2", self.side)
        return "\t".join((*said, self.without_sign))

    @property
    def side(self) -> str:
        """Bought or sold."""
        return "buy" if self.quantity > 0 else "sell"


class Holder(NamedTuple):
    """Whose holdings they are."""

    account_id: str
    correspondent_id: str
    trader: str


@cache
def leg_of(what: Priced, quantity: int, strategy: str, intent: str = "buy_to_open") -> Leg:
    """Answer one of few legs: shares come in round numbers, so that each is worked out once."""
    return Leg(what, quantity, strategy, intent)


def choose_legs(rng: Random, market: Market, level: int) -> tuple[Leg, ...]:
    """Answer what an account of that level bought and wrote, covered as its level asks."""
    if rng.random() < IDLE:
        return ()
    share, call, put = pick(rng, market.traded)
    lots, way = pick(rng, LOTS), rng.random()
    if level == 0:
        return (leg_of(share, pick(rng, SHARES), "long_shares"),)
    if level == 2 and way < 0.3:
        return (leg_of(call, lots, "long_call"),)
    if level == 2 and way < 0.6:
        return (leg_of(put, lots, "long_put"),)
    if way > 0.75:
        return (leg_of(put, -lots, "cash_secured_put", "sell_to_open"),)
    return leg_of(share, 100 * lots, "long_shares"), leg_of(call, -lots, "covered_call", "sell_to_open")


def add_holdings(
    rng: Random, holder: Holder, day: Day, time: str, market: Market, legs: tuple[Leg, ...], *, reserve: int = 0
) -> int:
    """Gather a deposit that pays for the legs and secures what is written, the fills, and what they left.

    `reserve` are the cents that are deposited beyond that. Answers what the account was worth at the
    last close, in cents.
    """
    paid = pledged = long = short = 0
    moment = pick(rng, market.moments)
    for leg in legs:
        paid, pledged = paid + leg.paid, pledged + leg.pledged
        long, short = long + max(leg.value, 0), short + min(leg.value, 0)
        _add_fill(holder, leg, moment)
        POSITIONS.add(holder.account_id, holder.correspondent_id, leg.position)
    if legs and rng.random() < CANCELED:
        order_id = time_ordered_text()
        ORDERS.add(order_id, order_id, *holder, legs[0].canceled, moment.canceled)
    deposit = max(paid, 0) + pledged + reserve + int(rng.random() * 4_950_000) + 50_000
    _add_deposit(holder, deposit, day, time)
    cash = deposit - paid
    POSITIONS.add(holder.account_id, holder.correspondent_id, USD, f"{cash}e-2", "0")
    free, equity = max(cash - pledged, 0), cash + long + short
    CLOSINGS.add(
        *(holder.account_id, market.closed_on, f"{cash}e-2", f"{equity}e-2", f"{long}e-2", f"{short}e-2"),
        f"{pledged}e-2\t{pledged}e-2\t{free}e-2\t{free}e-2",
    )
    return equity


def _add_deposit(holder: Holder, cents: int, day: Day, time: str) -> None:
    transaction_id, at, amount = time_ordered_text(), day.deposited + time, f"{cents}e-2"
    TRANSACTIONS.add(transaction_id, "CSD", f"seed:{holder.account_id}", day.deposited, day.deposited, at)
    POSTINGS.add(transaction_id, USD, amount, NOTHING, "bank", holder.account_id, "")
    activity_id = f"{day.deposit_stamp}::{transaction_id}"
    DEPOSITS.add(*(activity_id, transaction_id, holder.account_id, holder.correspondent_id, day.deposited, at, amount))


def _add_fill(holder: Holder, leg: Leg, moment: Moment) -> None:
    order_id, transaction_id = time_ordered_text(), time_ordered_text()
    account_id = holder.account_id
    ORDERS.add(order_id, order_id, *holder, leg.order, moment.filled)
    settles = moment.settles[Instrument.OPTION if leg.what.right else Instrument.EQUITY]
    TRANSACTIONS.add(transaction_id, "FILL", f"fill:{transaction_id}", moment.trade_date, settles, moment.at)
    OPEN_LOTS.add(transaction_id, account_id, holder.correspondent_id, transaction_id, moment.trade_date, leg.lot)
    received, gave = f"{NOTHING}\tstreet\t{account_id}\t", f"{account_id}\t\t{NOTHING}\tstreet"
    asset, cash = (received, gave) if leg.quantity > 0 else (gave, received)
    POSTINGS.add(transaction_id, leg.asset_id, leg.without_sign, asset)
    POSTINGS.add(transaction_id, USD, f"{abs(leg.paid)}e-2", cash)
    FILLS.add(
        *(f"{moment.stamp}::{transaction_id}", transaction_id, account_id, holder.correspondent_id, order_id),
        *(moment.trade_date, moment.at, leg.fill),
    )
