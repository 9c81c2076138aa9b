"""What becomes of a book at several prices, decided together."""

from datetime import date
from decimal import Decimal

import pytest

from brokerage import clock
from tests.market import CALL, LONG_CALL, SMALL_PUT, make_trader, pin, submit, trade
from tests.trading.instructions import mark
from trading.choices import ExpirationState, Projected
from trading.expiring_books import prices_now, read_books, read_held, read_series, underlyings_of
from trading.expiring_outlook import read_expiring
from trading.expiring_sql import Book
from trading.rules.expiration import decide

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
    apart = [[one for decided in outlook.decided.values() for one in decided] for outlook in together]
    assert {one.fate.projected for some in apart for one in some} == {Projected.LIQUIDATED}
    assert len({len(some) for some in apart}) > 1


@pytest.mark.parametrize("cash", ["19100", "19720", "20190"])
def test_what_binds_an_account_counts_as_the_rule_counts_it(acme, overview_market, clock_at, cash):
    accounts = [make_trader(acme.correspondent, cash=cash, shares={"AAPL": 10}) for _ in range(5)]
    _, writer, buyer, caller, withholder = accounts
    for account in accounts:
        trade(account, CALL, "buy")
    trade(writer, SMALL_PUT, "sell")
    submit(buyer, "QS", "buy", "100", limit="3.00")
    for account in (caller, withholder):
        trade(account, LONG_CALL, "buy", "2")
    clock_at("2024-01-26 11:00")
    mark(acme.api_user, withholder, "1")
    series = read_series(date(2024, 1, 26))
    held = read_held(series)
    books = dict(read_books(held, series, prices_now(underlyings_of(series), clock.now())))

    outlook = read_expiring(Book(), clock.now()).outlook()

    own = {
        (one.account_id, asset_id): one.fate.reason
        for asset_id, decided in outlook.decided.items()
        for one in decided
        if one.fate.projected is Projected.LIQUIDATED
    }
    by_the_rule = {
        (account_id, one.asset_id): one.reason
        for account_id, book in books.items()
        for one in decide(book)
        if one.state is ExpirationState.LIQUIDATING
    }
    assert 0 < len({account_id for account_id, _ in own}) < len(held) == len(accounts)
    assert own == by_the_rule
