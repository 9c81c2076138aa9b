"""The trading side of a seeded book: a deposit, filled orders, and what they left, all tied to the ledger."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from random import Random

from brokerage.ids import time_ordered_text
from brokerage.market_calendar import Instrument
from options.choices import Right
from options.rules.asset_ids import USD_ID
from trading.models import Activity, ClosingBalance, LedgerTransaction, Order, Position, Posting
from trading.rules.postings import activity_stamp, trade_date
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
    "id account_id asset_id client_order_id side type limit_price quantity position_intent strategy status "
    "filled_quantity filled_value submitted_by_id submitted_at updated_at expires_at filled_at canceled_at",
    {"time_in_force": "day", "hold_asset_id": USD, "hold_quantity": "0", "hold_per_unit": "0"},
)
DEPOSITS = Table(
    Activity,
    "id transaction_id account_id correspondent_id date at net_amount",
    {"activity_type": "CSD", "description": "Opening deposit"},
)
FILLS = Table(
    Activity,
    "id transaction_id account_id correspondent_id date at asset_id quantity price net_amount order_id side "
    "cumulative_quantity",
    {"activity_type": "FILL", "leaves_quantity": "0", "order_status": "filled"},
)
POSITIONS = Table(Position, "account_id asset_id quantity cost_amount")
CLOSINGS = Table(
    ClosingBalance,
    "account_id date cash_amount equity_amount long_market_value_amount short_market_value_amount "
    "initial_margin_amount maintenance_margin_amount buying_power_amount options_buying_power_amount",
)
HOLDING_TABLES = (TRANSACTIONS, ORDERS, POSTINGS, DEPOSITS, FILLS, POSITIONS, CLOSINGS)

# Of a hundred active accounts, by options level.
LEVELS = (*(0,) * 55, *(1,) * 25, *(2,) * 20)
DEPOSITED = timedelta(days=3)
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
    def texts(self) -> tuple[str, str, str, str]:
        """Asset, quantity without its sign, price, and price times quantity, as the tables write them."""
        quantity = abs(self.quantity)
        return str(self.what.asset_id), str(quantity), str(self.what.price), str(self.what.price * quantity)


@dataclass(frozen=True)
class Holder:
    """Whose holdings they are."""

    account_id: str
    correspondent_id: str
    trader: str


@cache
def _leg(what: Priced, quantity: int, strategy: str, intent: str = "buy_to_open") -> Leg:
    """Answer one of few legs: shares come in round numbers, so that each is worked out once."""
    return Leg(what, quantity, strategy, intent)


def choose_legs(rng: Random, market: Market, level: int) -> tuple[Leg, ...]:
    """Answer what an account of that level bought and wrote, covered as its level asks."""
    if rng.random() < IDLE:
        return ()
    share, call, put = pick(rng, market.traded)
    lots, way = pick(rng, LOTS), rng.random()
    if level == 0:
        return (_leg(share, pick(rng, SHARES), "long_shares"),)
    if level == 2 and way < 0.3:
        return (_leg(call, lots, "long_call"),)
    if level == 2 and way < 0.6:
        return (_leg(put, lots, "long_put"),)
    if way > 0.75:
        return (_leg(put, -lots, "cash_secured_put", "sell_to_open"),)
    return _leg(share, 100 * lots, "long_shares"), _leg(call, -lots, "covered_call", "sell_to_open")


def add_holdings(rng: Random, holder: Holder, opened_at: datetime, market: Market, legs: tuple[Leg, ...]) -> int:
    """Gather a deposit that pays for the legs and secures what is written, the fills, and what they left.

    Answers what the account was worth at the last close, in cents.
    """
    paid, pledged = sum(leg.paid for leg in legs), sum(leg.pledged for leg in legs)
    deposit = max(paid, 0) + pledged + int(rng.random() * 4_950_000) + 50_000
    _add_deposit(holder, deposit, opened_at + DEPOSITED)
    moment = pick(rng, market.moments)
    for leg in legs:
        _add_fill(holder, leg, moment)
        POSITIONS.add(holder.account_id, leg.texts[0], str(leg.quantity), f"{leg.paid}e-2")
    if legs and rng.random() < CANCELED:
        _add_canceled(holder, legs[0], moment)
    cash = deposit - paid
    POSITIONS.add(holder.account_id, USD, f"{cash}e-2", "0")
    long = sum(leg.value for leg in legs if leg.quantity > 0)
    short = sum(leg.value for leg in legs if leg.quantity < 0)
    free = max(cash - pledged, 0)
    amounts = (cash, cash + long + short, long, short, pledged, pledged, free, free)
    CLOSINGS.add(holder.account_id, market.session.date.isoformat(), *(f"{amount}e-2" for amount in amounts))
    return cash + long + short


def _add_deposit(holder: Holder, cents: int, at: datetime) -> None:
    transaction_id, day, written = time_ordered_text(), trade_date(at).isoformat(), at.isoformat()
    TRANSACTIONS.add(transaction_id, "CSD", f"seed:{holder.account_id}", day, day, written)
    POSTINGS.add(transaction_id, USD, f"{cents}e-2", NOTHING, "bank", holder.account_id, "")
    activity_id = f"{activity_stamp(at, is_trade=False)}::{transaction_id}"
    DEPOSITS.add(activity_id, transaction_id, holder.account_id, holder.correspondent_id, day, written, f"{cents}e-2")


def _add_fill(holder: Holder, leg: Leg, moment: Moment) -> None:
    order_id, transaction_id = time_ordered_text(), time_ordered_text()
    asset_id, quantity, price, value = leg.texts
    is_bought = leg.quantity > 0
    side = "buy" if is_bought else "sell"
    ORDERS.add(
        *(order_id, holder.account_id, asset_id, order_id, side, "market", NOTHING, quantity),
        *(leg.intent, leg.strategy, "filled", quantity, value),
        *(holder.trader, moment.at, moment.at, moment.expires_at, moment.at, NOTHING),
    )
    settles = moment.settles[Instrument.OPTION if leg.what.right else Instrument.EQUITY]
    TRANSACTIONS.add(transaction_id, "FILL", f"fill:{transaction_id}", moment.trade_date, settles, moment.at)
    account, street = (holder.account_id, ""), (NOTHING, "street")
    into, out = (street, account) if is_bought else (account, street)
    POSTINGS.add(transaction_id, asset_id, quantity, *into, *out)
    POSTINGS.add(transaction_id, USD, f"{abs(leg.paid)}e-2", *out, *into)
    FILLS.add(
        *(f"{moment.stamp}::{transaction_id}", transaction_id, holder.account_id, holder.correspondent_id),
        *(moment.trade_date, moment.at, asset_id, quantity, price, f"{-leg.paid}e-2", order_id, side, quantity),
    )


def _add_canceled(holder: Holder, leg: Leg, moment: Moment) -> None:
    """Gather an order for more of the same that was canceled before it filled."""
    order_id = time_ordered_text()
    asset_id, quantity, price, _ = leg.texts
    ORDERS.add(
        *(order_id, holder.account_id, asset_id, order_id, "buy" if leg.quantity > 0 else "sell", "limit", price),
        *(quantity, leg.intent, leg.strategy, "canceled", "0", "0"),
        *(holder.trader, moment.at, moment.at, moment.expires_at, NOTHING, moment.at),
    )
