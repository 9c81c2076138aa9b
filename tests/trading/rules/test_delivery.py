from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest

from options.choices import Right
from options.rules.asset_ids import USD_ID
from trading.rules.delivery import Basis, Deliverable, basis, deliver
from trading.rules.postings import changes

HOLDER, WRITER, CONTRACT, SHARE = (UUID(int=number) for number in range(1, 5))
GRID = list(product(Right, [(100, "0"), (133, "0"), (150, "0"), (12, "57.13"), (0, "2500")], [1, 2, 7, 50]))


def make_terms(right=Right.CALL, strike="6.5", multiplier=100, shares=100, cash="0"):
    return Deliverable(right, Decimal(strike), multiplier, shares, Decimal(cash), SHARE)


def side(terms, quantity, *, is_long):
    book = HOLDER if is_long else WRITER
    return deliver(book, terms, Decimal(quantity), is_long=is_long, usd_id=USD_ID, contract_id=CONTRACT)


def moved(delivery):
    return changes([*delivery.contract_moves, *delivery.share_moves, *delivery.cash_moves])


@pytest.mark.parametrize(("right", "deliverable", "quantity"), GRID)
def test_what_the_writer_delivers_is_what_the_holder_receives(right, deliverable, quantity):
    terms = make_terms(right, "6.505", 100, deliverable[0], deliverable[1])

    holder = moved(side(terms, quantity, is_long=True))
    writer = moved(side(terms, quantity, is_long=False))

    for asset_id in (CONTRACT, SHARE, USD_ID):
        assert holder.get((HOLDER, asset_id), 0) == -writer.get((WRITER, asset_id), 0)
    assert holder[HOLDER, CONTRACT] == -quantity
    assert abs(holder.get((HOLDER, SHARE), 0)) == deliverable[0] * quantity
    bought = Decimal(deliverable[1]) * quantity - Decimal("650.50") * quantity
    assert holder[HOLDER, USD_ID] == (bought if right is Right.CALL else -bought)


@pytest.mark.parametrize(("right", "deliverable", "quantity"), GRID)
def test_exercising_in_parts_moves_what_exercising_at_once_moves(right, deliverable, quantity):
    terms = make_terms(right, "6.505", 100, deliverable[0], deliverable[1])

    parts = [moved(side(terms, 1, is_long=True)) for _ in range(quantity)]

    whole = moved(side(terms, quantity, is_long=True))
    assert {key: sum(part[key] for part in parts) for key in parts[0]} == whole


@pytest.mark.parametrize(
    ("right", "is_long", "contracts", "shares", "strike"),
    [
        (Right.CALL, True, -1, 100, -650),
        (Right.PUT, True, -1, -100, 650),
        (Right.CALL, False, 1, -100, 650),
        (Right.PUT, False, 1, 100, -650),
    ],
)
def test_the_four_sides_move_as_the_overview_prints_them(right, is_long, contracts, shares, strike):
    delivery = side(make_terms(right), 1, is_long=is_long)

    assert (delivery.contracts, delivery.shares, delivery.strike_amount, delivery.cash_amount) == (
        contracts,
        shares,
        strike,
        0,
    )
    assert delivery.cash_moves == []


@pytest.mark.parametrize(
    ("right", "is_long", "option_cost", "cash", "expected"),
    [
        (Right.CALL, True, "605", "0", Basis(Decimal(605), Decimal(1255))),  # strike and premium
        (Right.PUT, True, "605", "0", Basis(Decimal(605), Decimal(45))),  # proceeds less the premium
        (Right.CALL, False, "-605", "0", Basis(Decimal(605), Decimal(1255))),  # proceeds and the premium
        (Right.PUT, False, "-605", "0", Basis(Decimal(605), Decimal(45))),  # strike less the premium
        (Right.CALL, True, "605", "50", Basis(Decimal(605), Decimal(1205))),  # the cash received comes off
        (Right.CALL, False, "-605", "50", Basis(Decimal(605), Decimal(1205))),
    ],
)
def test_the_premium_rolls_into_the_shares(right, is_long, option_cost, cash, expected):
    delivery = side(make_terms(right, cash=cash), 1, is_long=is_long)

    assert basis(delivery, option_cost=Decimal(option_cost), is_long=is_long) == expected


@pytest.mark.parametrize("is_long", [True, False])
def test_contracts_for_cash_alone_leave_for_what_they_bring(is_long):
    delivery = side(make_terms(Right.CALL, shares=0, cash="2500"), 1, is_long=is_long)

    amounts = basis(delivery, option_cost=Decimal(605), is_long=is_long)

    assert amounts == Basis(Decimal(1850), Decimal(0))
