"""Whatever an account does and whatever the market does to it: covered, never negative, and previewed truly."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import BrokerageError
from tests.factories import api_user
from tests.market import CALL, LONG_CALL, SMALL_PUT, hold_shares, make_trader, order_request, pin
from tests.trading.funding import ach_out, linked_ach, send
from trading.choices import FeeBasis, FeeKind, JournalType
from trading.instruments import read_holdings
from trading.models import FeeRate, Order
from trading.reconciliation import find_breaks
from trading.rules.journals import JournalRequest
from trading.rules.postings import trade_date
from trading.services.fee_booking import book_account_fees
from trading.services.journals import create_journal
from trading.services.orders import cancel_order, submit_order
from trading.services.preview import preview_order
from trading.services.rebuilding import rebuild_account
from trading.services.replacing import Changes, replace_order
from trading.venues.paper import PaperVenue

pytestmark = pytest.mark.django_db
SYMBOLS = {"AAPL": 50_00, "QS": 6_80, CALL: 4_00, "AAPL240126P00045000": 2_00, SMALL_PUT: 40, LONG_CALL: 5_00}
# A partial fill rounds what is owed of each kind up to the cent before the rest of the order fills.
ROUNDING = Decimal("0.01") * len(FeeKind)


def load_rates():
    """Charge what May 2026 charges, on the day that the tests' market stands at."""
    rates = [
        (FeeKind.OCC, "us_option", "", FeeBasis.PER_UNIT, "0.025"),
        (FeeKind.ORF, "us_option", "", FeeBasis.PER_UNIT, "0.0023"),
        (FeeKind.CAT, "us_option", "", FeeBasis.PER_UNIT, "0.0048"),
        (FeeKind.CAT, "us_equity", "", FeeBasis.PER_UNIT, "0.000048"),
        (FeeKind.TAF, "us_option", "sell", FeeBasis.PER_UNIT, "0.00329"),
        (FeeKind.TAF, "us_equity", "sell", FeeBasis.PER_UNIT, "0.000195"),
        (FeeKind.REG, "us_option", "sell", FeeBasis.OF_PROCEEDS, "0.0000206"),
        (FeeKind.REG, "us_equity", "sell", FeeBasis.OF_PROCEEDS, "0.0000206"),
    ]
    FeeRate.objects.bulk_create(
        FeeRate(
            kind=kind,
            asset_class=asset_class,
            side=side,
            basis=basis,
            rate=Decimal(rate),
            effective_from=date(2024, 1, 1),
            notice="as in May 2026",
            entered_at=clock.now(),
        )
        for kind, asset_class, side, basis, rate in rates
    )


def off_market(cents, percent):
    """Answer a price so many percent off, on the increment that every class has."""
    price = cents * (100 + percent) // 100
    step = 5 if price < 300 else 10
    return f"{max(price // step * step, step) / 100:.2f}"


class Account(RuleBasedStateMachine):
    """One account that trades, withdraws and journals while the quotes move."""

    correspondent = None

    def __init__(self):
        super().__init__()
        self.prices = dict(SYMBOLS)
        self.is_booked = False
        self.example = transaction.atomic()
        self.example._from_testcase = True  # so that services may begin their own inside
        self.example.__enter__()

    def teardown(self):
        if hasattr(self, "account"):
            assert rebuild_account(actor=system_user(), account_id=self.account.pk, is_check=True) == []
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize(cash=st.sampled_from(["400", "2500.55", "12000"]), shares=st.sampled_from([0, 100, 250]))
    def open(self, cash, shares):
        self.account = make_trader(self.correspondent, cash=cash, level=2)
        if shares:
            hold_shares(self.account, "AAPL", shares)
        self.actor: User = api_user(self.correspondent)
        self.bank = linked_ach(self.account)
        for symbol in SYMBOLS:
            self._pin(symbol, 10)

    def _pin(self, symbol, size):
        pin(symbol, off_market(self.prices[symbol], 0), off_market(self.prices[symbol], 4), size=size)

    @rule(
        symbol=st.sampled_from(sorted(SYMBOLS)),
        percent=st.sampled_from([-40, -5, 3, 60]),
        size=st.sampled_from([1, 10]),
    )
    def the_market_moves(self, symbol, percent, size):
        self.prices[symbol] = max(self.prices[symbol] * (100 + percent) // 100, 10)
        self._pin(symbol, size)

    @rule(
        symbol=st.sampled_from(sorted(SYMBOLS)),
        side=st.sampled_from(["buy", "sell"]),
        quantity=st.sampled_from(["1", "2", "3", "30", "100"]),
        percent=st.none() | st.integers(-12, 12),
        is_worked=st.booleans(),
    )
    def order(self, symbol, side, quantity, percent, is_worked):
        limit = None if percent is None else off_market(self.prices[symbol], percent)
        request = order_request(symbol, side, quantity, limit)
        asked = {"actor": self.actor, "account_id": self.account.pk, "request": request}
        previewed = self._said(lambda: preview_order(**asked))
        submitted = self._said(lambda: submit_order(**asked))

        if isinstance(submitted, str):
            assert previewed == submitted
            return
        assert (previewed.intent, previewed.strategy) == (submitted.position_intent, submitted.strategy)
        assert 0 <= previewed.held_quantity - submitted.hold_quantity < Decimal("0.01")
        if is_worked:
            PaperVenue().submit(submitted.pk)

    def _said(self, act):
        try:
            return act()
        except BrokerageError as refusal:
            return f"{refusal.reason}: {refusal}"

    def _open_order(self, number):
        orders = list(Order.objects.open().filter(account=self.account).order_by("pk"))
        return orders[number % len(orders)] if orders else None

    @rule()
    def the_venue_works(self):
        PaperVenue().work(clock.now())

    @rule(number=st.integers(0, 9))
    def cancel(self, number):
        order = self._open_order(number)
        if order:
            with suppress(BrokerageError):
                cancel_order(actor=self.actor, account_id=self.account.pk, order_id=order.pk)

    @rule(number=st.integers(0, 9), quantity=st.sampled_from([None, 1, 2, 5, 100]), percent=st.integers(-12, 12))
    def replace(self, number, quantity, percent):
        order = self._open_order(number)
        if order and order.limit_price:
            limit = Decimal(off_market(self.prices[order.asset.symbol], percent))
            changes = Changes(qty=Decimal(quantity) if quantity else None, limit_price=limit)
            with suppress(BrokerageError):
                replace_order(actor=self.actor, account_id=self.account.pk, order_id=order.pk, changes=changes)

    @rule(amount=st.sampled_from(["10", "500", "2500", "11000"]))
    def withdraw(self, amount):
        with suppress(BrokerageError):
            send(self.account, ach_out(self.bank, amount))

    @rule(amount=st.sampled_from(["25", "900"]), goes_out=st.booleans())
    def journal_cash(self, amount, goes_out):
        firm = self.correspondent.firm_account
        ends = (self.account.pk, firm.pk) if goes_out else (firm.pk, self.account.pk)
        with suppress(BrokerageError):
            create_journal(actor=self.actor, request=JournalRequest(JournalType.JNLC, *ends, amount=Decimal(amount)))

    @rule(quantity=st.sampled_from([10, 100]))
    def journal_shares_away(self, quantity):
        ends = (self.account.pk, self.correspondent.firm_account.pk)
        request = JournalRequest(JournalType.JNLS, *ends, symbol="AAPL", qty=Decimal(quantity))
        with suppress(BrokerageError):
            create_journal(actor=self.actor, request=request)

    @precondition(lambda self: not self.is_booked)
    @rule()
    def the_day_is_booked(self):
        now = clock.now()
        book_account_fees(account_id=self.account.pk, through=trade_date(now), at=now)
        self.is_booked = True

    @invariant()
    def nothing_is_uncovered_or_negative(self):
        if not hasattr(self, "account"):
            return
        holdings = read_holdings(self.account.pk)

        assert holdings.free_cash >= -ROUNDING
        assert holdings.cash >= 0
        for line in holdings.lines:
            if line.quantity > 0 and line.asset_id != holdings.usd_id:
                assert line.quantity >= line.held + holdings.pledged_shares(line.asset_id)
            if line.right is None:
                assert line.quantity >= 0
                assert line.quantity >= holdings.pledged_shares(line.asset_id)
            assert line.closing <= max(-line.quantity, 0)
        assert find_breaks() == []

    @invariant()
    def what_open_orders_hold_is_what_they_need(self):
        if not hasattr(self, "account"):
            return
        for order in Order.objects.filter(account=self.account, replaces=None):
            needed = order.hold_for(order.remaining_quantity) if order.is_open else 0
            assert order.hold_quantity == needed


def test_no_way_through_a_day_leaves_an_account_uncovered_or_a_preview_untrue(acme, overview_market):
    from tests.options.contracts import list_contracts

    list_contracts(*(symbol for symbol in SYMBOLS if len(symbol) > 6))
    load_rates()
    Account.correspondent = acme.correspondent
    run_state_machine_as_test(
        Account,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
