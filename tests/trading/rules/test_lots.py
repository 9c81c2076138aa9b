"""What trades make of lots: exact figures, and that nothing is lost on the way."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.rules.lots import Change, OpenLot, Taken, apply_change, cost_of, is_long_term, share_amount

TODAY = date(2024, 1, 24)


def lot(quantity, cost, opened_on="2024-01-10"):
    return OpenLot(date.fromisoformat(opened_on), Decimal(quantity), Decimal(cost))


def change(quantity, amount, on=TODAY, **more):
    return Change(Decimal(quantity), Decimal(amount), on, **more)


def after(lots, made):
    """Answer the lots as they are after a change."""
    outcome = apply_change(lots, made)
    left = []
    for one, taken in zip(lots, outcome.taken, strict=False):
        quantity = one.quantity - (taken.quantity if one.quantity > 0 else -taken.quantity)
        left.append(OpenLot(one.opened_on, quantity, one.cost_amount - taken.cost_amount))
    left += lots[len(outcome.taken) :]
    if outcome.opened_quantity:
        left.append(OpenLot(made.on, outcome.opened_quantity, outcome.opened_amount))
    return [one for one in left if one.quantity], outcome


def stake(lots):
    return sum(one.quantity for one in lots), sum(one.cost_amount for one in lots)


@pytest.mark.parametrize(
    ("lots", "quantity", "amount", "left", "gains"),
    [
        ([], 2, "1210", [(2, "1210")], []),
        ([(2, "1210")], 1, "590", [(2, "1210"), (1, "590")], []),
        ([(2, "1210"), (1, "590")], -1, "700", [(1, "605"), (1, "590")], ["95"]),
        ([(2, "1210"), (1, "590")], -3, "1800.01", [], ["-9.99", "10.00"]),
        ([], -1, "690", [(-1, "-690")], []),
        ([(-2, "-1380")], 1, "500", [(-1, "-690")], ["190"]),
        ([(1, "100")], -3, "330", [(-2, "-220")], ["10"]),
        ([(-1, "-100")], 3, "250", [(2, "166.67")], ["16.67"]),
        ([(3, "1000.00")], -1, "400", [(2, "666.67")], ["66.67"]),
        ([(2, "1210")], -2, "0", [], ["-1210"]),
        ([(-2, "-100")], 2, "0", [], ["100"]),
    ],
)
def test_the_first_lot_in_is_the_first_out(lots, quantity, amount, left, gains):
    held, outcome = after([lot(*one) for one in lots], change(quantity, amount))

    assert [(one.quantity, one.cost_amount) for one in held] == [
        (Decimal(quantity), Decimal(cost)) for quantity, cost in left
    ]
    assert [one.gain_amount for one in outcome.taken] == [Decimal(gain) for gain in gains]


def test_what_is_exercised_or_assigned_realizes_nothing_and_its_cost_goes_on():
    outcome = apply_change([lot(2, "500"), lot(2, "700")], change(-3, "0", realizes=False))

    assert outcome.taken == (
        Taken(Decimal(2), Decimal(500), Decimal(500), None, False),
        Taken(Decimal(1), Decimal(350), Decimal(350), None, False),
    )
    assert cost_of([lot(2, "500"), lot(2, "700")], Decimal(3)) == 850 == -outcome.cost_change


@pytest.mark.parametrize(
    ("cash", "option_cost", "comes_in", "amount"),
    [
        ("-5000", "250", True, "5250"),  # a bought call: strike and premium
        ("5000", "250", False, "4750"),  # a bought put: strike less premium
        ("5000", "-250", False, "5250"),  # a written call: strike and premium
        ("-5000", "-250", True, "4750"),  # a written put: strike less premium
    ],
)
def test_the_premium_goes_into_the_shares(cash, option_cost, comes_in, amount):
    assert share_amount(Decimal(cash), Decimal(option_cost), comes_in=comes_in) == Decimal(amount)


@pytest.mark.parametrize(
    ("opened_on", "first_long_day"),
    [
        ("2023-01-24", "2024-01-25"),
        ("2023-12-31", "2025-01-01"),
        ("2023-02-28", "2024-03-01"),
        ("2024-02-28", "2025-03-01"),
        ("2024-02-29", "2025-03-01"),
    ],
)
def test_a_term_is_long_from_the_day_after_a_year(opened_on, first_long_day):
    opened, first = date.fromisoformat(opened_on), date.fromisoformat(first_long_day)

    assert is_long_term(opened, first)
    assert not is_long_term(opened, first - timedelta(days=1))


def test_a_short_is_short_term_however_long_it_was_open():
    sold = apply_change([lot(1, "100", "2020-01-02")], change(-1, "50"))
    bought = apply_change([lot(-1, "-100", "2020-01-02")], change(1, "50"))

    assert (sold.taken[0].is_long_term, bought.taken[0].is_long_term) == (True, False)


trades = st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.integers(0, 1_000_000)), max_size=30)


@given(trades)
def test_lots_add_up_to_the_trades_and_cash_to_costs_and_gains(made):
    lots, quantity, cash, gains = [], Decimal(0), Decimal(0), Decimal(0)
    for day, (traded, cents) in enumerate(made):
        amount = Decimal(cents) / 100
        lots, outcome = after(lots, change(traded, amount, TODAY + timedelta(days=day)))
        quantity, cash = quantity + traded, cash + (amount if traded < 0 else -amount)
        gains += sum(one.gain_amount for one in outcome.taken)

        assert stake(lots) == (quantity, gains - cash)
        assert [one.opened_on for one in lots] == sorted(one.opened_on for one in lots)
        assert all(one.quantity * quantity > 0 and one.cost_amount * one.quantity >= 0 for one in lots)


@given(trades, st.integers(1, 49))
def test_splitting_a_trade_moves_no_cent_of_the_whole(made, part):
    lots = []
    for traded, cents in made:
        lots, _ = after(lots, change(traded, Decimal(cents) / 100))
    quantity, amount = -50, Decimal("1234.57")
    first = (amount * part / 50).quantize(Decimal("0.01"))

    whole, at_once = after(lots, change(quantity, amount))
    halfway, one = after(lots, change(-part, first))
    split, other = after(halfway, change(quantity + part, amount - first))

    assert stake(whole)[0] == stake(split)[0]
    gains = [sum(taken.gain_amount for taken in outcome.taken) for outcome in (at_once, one, other)]
    # Either way what was paid is in the gains or in what is left.
    assert stake(whole)[1] - gains[0] == stake(split)[1] - gains[1] - gains[2]
    assert abs(gains[0] - gains[1] - gains[2]) <= Decimal("0.02") * (len(lots) + 1)
