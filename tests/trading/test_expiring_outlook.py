"""What becomes of a book at several prices, decided together."""

from decimal import Decimal

import pytest

from brokerage import clock
from tests.market import CALL, SMALL_PUT, make_trader, pin, trade
from trading.choices import Projected
from trading.expiring_outlook import read_expiring
from trading.expiring_sql import Book

pytestmark = pytest.mark.django_db
STEPS = [Decimal(step) for step in ("-60", "-10", "0", "10", "60")]


def test_prices_looked_at_together_say_what_each_says_alone(acme, overview_market):
    for cash in ("20000", "15000"):
        trade(make_trader(acme.correspondent, cash=cash), CALL, "buy")
    both = make_trader(acme.correspondent, cash="40000", shares={"PTON": 100})
    trade(both, CALL, "buy", "2")
    trade(both, SMALL_PUT, "buy")
    pin("AAPL", "101.00", "101.50")
    expiring = read_expiring(Book(), clock.now())
    moves = [dict.fromkeys(expiring.symbols, step) for step in STEPS]

    together = expiring.outlooks(moves)

    assert together == [expiring.outlook(one) for one in moves]
    found = [{one.fate.projected for one in outlook.decided.values()} for outlook in together]
    assert Projected.LIQUIDATED in set().union(*found)
    assert len({len(outlook.decided) for outlook in together}) > 1
