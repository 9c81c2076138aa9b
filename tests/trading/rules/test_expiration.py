from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from options.choices import Right
from trading.choices import ExpirationState
from trading.rules.delivery import Deliverable
from trading.rules.expiration import AccountBook, ExpiringLine, decide, settle

SHARE, OTHER = UUID(int=1), UUID(int=2)
CALL_9000, CALL_8000, PUT_100 = UUID(int=11), UUID(int=12), UUID(int=13)
S = ExpirationState


def line(
    asset=CALL_9000,
    right=Right.CALL,
    strike="90",
    quantity="1",
    price="95",
    *,
    selling="0",
    shares=100,
    cash="0",
    **other,
):
    terms = Deliverable(
        right, Decimal(strike), other.get("multiplier", 100), shares, Decimal(cash), other.get("of", SHARE)
    )
    known = None if price is None else Decimal(price)
    return ExpiringLine(asset, f"X{asset.int:04}", Decimal(quantity), terms, known, "XYZ", Decimal(selling))


def book(*lines, cash="0", shares="0", **not_to_exercise):
    return AccountBook(Decimal(cash), {SHARE: Decimal(shares)}, lines, **not_to_exercise)


def states(found):
    return {(one.asset_id, one.state): one.quantity for one in found}


@pytest.mark.parametrize(
    ("right", "price", "state"),
    [
        (Right.CALL, "90.01", S.SUPPORTED),
        (Right.CALL, "90.0099", S.WATCHED),
        (Right.CALL, "90.00", S.WATCHED),
        (Right.PUT, "89.99", S.SUPPORTED),
        (Right.PUT, "90.00", S.WATCHED),
        (Right.CALL, None, S.NOT_PRICED),
    ],
)
def test_a_long_is_exercised_from_a_cent_in_the_money_on(right, price, state):
    found = decide(book(line(right=right, price=price), cash="9000", shares="100"))

    assert states(found) == {(CALL_9000, state): 1}


@pytest.mark.parametrize(("cash", "carried"), [("8999.99", 0), ("9000", 1), ("17999.99", 1), ("18000", 2), ("1e6", 2)])
def test_a_call_is_carried_as_far_as_the_cash_pays_for_the_strike(cash, carried):
    found = states(decide(book(line(quantity="2"), cash=cash)))

    assert found.get((CALL_9000, S.SUPPORTED), 0) == carried
    assert found.get((CALL_9000, S.LIQUIDATING), 0) == 2 - carried


@pytest.mark.parametrize(("shares", "carried"), [("99", 0), ("100", 1), ("199", 1), ("200", 2)])
def test_a_put_is_carried_as_far_as_the_free_shares_reach(shares, carried):
    found = states(decide(book(line(right=Right.PUT, price="80", quantity="2"), cash="1e9", shares=shares)))

    assert found.get((CALL_9000, S.SUPPORTED), 0) == carried


def test_ten_thousand_do_not_carry_two_calls_of_nine_and_eight_thousand_the_one_with_most_in_it_goes_first():
    found = decide(book(line(CALL_8000, strike="80"), line(CALL_9000), cash="10000"))

    assert [(one.asset_id, one.state) for one in found] == [(CALL_8000, S.SUPPORTED), (CALL_9000, S.LIQUIDATING)]
    assert found[1].reason == "in the money by 5.00 at 95.00; needs $9,000.00, $2,000.00 free"


def test_with_as_much_in_them_the_first_by_symbol_goes_first():
    found = decide(book(line(CALL_8000), line(CALL_9000), cash="9000"))

    assert found[0].asset_id == CALL_9000
    assert found[0].state is S.SUPPORTED


def test_cash_that_a_put_brings_in_and_shares_that_a_call_brings_in_support_nothing():
    call, put = line(), line(PUT_100, Right.PUT, strike="100")

    found = states(decide(book(call, put, shares="100")))

    assert found == {(PUT_100, S.SUPPORTED): 1, (CALL_9000, S.LIQUIDATING): 1}
    assert states(decide(book(call, put, cash="9000")))[PUT_100, S.LIQUIDATING] == 1


def test_what_is_not_to_be_exercised_is_neither_exercised_nor_sold_and_takes_no_support():
    found = decide(book(line(quantity="5"), cash="18000", not_to_exercise={CALL_9000: Decimal(2)}))

    assert states(found) == {
        (CALL_9000, S.DO_NOT_EXERCISE): 2,
        (CALL_9000, S.SUPPORTED): 2,
        (CALL_9000, S.LIQUIDATING): 1,
    }


def test_what_the_account_sells_itself_is_not_sold_once_more():
    found = decide(book(line(quantity="3", selling="2")))

    assert [(one.quantity, one.to_liquidate) for one in found] == [(3, 1)]


def test_the_cash_part_of_an_adjusted_put_has_to_be_there_too():
    adjusted = line(right=Right.PUT, price="10", shares=50, cash="25.00", quantity="2")

    assert states(decide(book(adjusted, shares="100", cash="49.99")))[CALL_9000, S.SUPPORTED] == 1
    assert states(decide(book(adjusted, shares="100", cash="50")))[CALL_9000, S.SUPPORTED] == 2


def test_after_the_close_shorts_in_the_money_are_assigned_and_what_cannot_be_carried_expires():
    lines = (
        line(UUID(int=20), quantity="-2"),
        line(UUID(int=21), quantity="-1", price="89"),
        line(UUID(int=22), quantity="3"),
        line(UUID(int=23), quantity="1", price=None, of=OTHER),
    )

    found = settle(book(*lines, cash="9000"))

    assert [(one.line.asset_id.int, one.exercised, one.assigned, one.expired, one.waits) for one in found] == [
        (22, 1, 0, 2, False),
        (20, 0, 2, 0, False),
        (21, 0, 0, 1, False),
        (23, 0, 0, 0, True),
    ]


amounts = st.integers(0, 40_000).map(lambda cents: Decimal(cents * 10))
lines_of_anybody = st.lists(
    st.builds(
        line,
        right=st.sampled_from(Right),
        strike=st.sampled_from(["85", "90", "95", "100.5"]),
        quantity=st.integers(-4, 6).filter(bool),
        price=st.sampled_from(["80", "90", "95", "110"]),
        shares=st.sampled_from([100, 100, 50, 133]),
        cash=st.sampled_from(["0", "0", "12.34"]),
        selling=st.integers(0, 2),
    ),
    max_size=6,
).map(lambda lines: tuple(replace(one, asset_id=UUID(int=n), symbol=f"X{n}") for n, one in enumerate(lines, 50)))
books = st.builds(
    lambda lines, cash, shares, withheld: AccountBook(cash, {SHARE: Decimal(shares)}, lines, withheld),
    lines_of_anybody,
    amounts,
    st.integers(0, 900),
    st.dictionaries(st.integers(50, 55).map(lambda n: UUID(int=n)), st.integers(1, 3).map(Decimal), max_size=2),
)


@given(books)
def test_every_contract_is_in_one_state_and_comes_to_one_end(account):
    by_asset = {}
    for one in decide(account):
        by_asset[one.asset_id] = by_asset.get(one.asset_id, 0) + one.quantity
        assert one.quantity > 0
        assert 0 <= one.to_liquidate <= one.quantity
    assert by_asset == {one.asset_id: abs(one.quantity) for one in account.lines}
    for outcome in settle(account):
        assert outcome.exercised + outcome.assigned + outcome.expired == abs(outcome.line.quantity)
        assert min(outcome.exercised, outcome.assigned, outcome.expired) >= 0
        assert not (outcome.exercised and outcome.line.quantity < 0)
        withheld = account.not_to_exercise.get(outcome.line.asset_id, Decimal(0))
        if outcome.line.quantity > 0:
            assert outcome.exercised <= max(outcome.line.quantity - withheld, 0)


@given(books)
def test_no_more_is_exercised_than_the_free_cash_and_shares_carry(account):
    exercised = [one for one in settle(account) if one.exercised]

    calls = [one for one in exercised if one.line.terms.right is Right.CALL]
    puts = [one for one in exercised if one.line.terms.right is Right.PUT]
    paid = sum(one.line.terms.strike_amount(one.exercised) for one in calls)
    paid += sum(one.line.terms.cash_delivered(one.exercised) for one in puts)
    assert paid <= account.free_cash
    assert sum(one.line.terms.share_quantity(one.exercised) for one in puts) <= account.free_shares[SHARE]


@given(books, amounts)
def test_more_cash_takes_nothing_from_what_is_counted_first(account, more):
    def exercised(of):
        first = sorted(settle(of), key=lambda one: (-one.line.value, one.line.symbol))
        return [one.exercised for one in first if one.line.quantity > 0]

    assert exercised(replace(account, free_cash=account.free_cash + more)) >= exercised(account)


@given(books)
def test_the_order_in_which_the_positions_come_does_not_matter(account):
    turned = replace(account, lines=tuple(reversed(account.lines)))

    assert decide(turned) == decide(account)
    assert settle(turned) == settle(account)
