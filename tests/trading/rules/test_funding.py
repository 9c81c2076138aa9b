"""What a transfer may ask for, where banks and transfers can go, and what may leave."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from brokerage.money import CENT
from options.choices import Right
from tests.factories import nowhere
from tests.trading.rules.times import new_york
from trading.choices import AchStatus, BankStatus, TransferStatus
from trading.funding_errors import FundingMoveImpossible, IncomingWire, TransferInvalid
from trading.rules.funding import (
    ACH_TRANSITIONS,
    BANK_TRANSITIONS,
    TRANSFER_TRANSITIONS,
    TransferRequest,
    cash_sum,
    charge,
    require_ach_move,
    require_bank_move,
    require_least,
    require_transfer_move,
    review_transfer,
    trading_day,
)
from trading.rules.holdings import Holdings, Line

ACH_ID, BANK_ID = uuid4(), nowhere()
USD = uuid4()


def ach(**changes):
    given = {"transfer_type": "ach", "direction": "INCOMING", "amount": Decimal(100), "relationship_id": ACH_ID}
    return TransferRequest(**(given | changes))


def wire(**changes):
    given = {"transfer_type": "wire", "direction": "OUTGOING", "amount": Decimal(100), "bank_id": BANK_ID}
    return TransferRequest(**(given | changes))


@pytest.mark.parametrize(
    ("table", "require", "statuses"),
    [
        (ACH_TRANSITIONS, require_ach_move, AchStatus),
        (BANK_TRANSITIONS, require_bank_move, BankStatus),
        (TRANSFER_TRANSITIONS, require_transfer_move, TransferStatus),
    ],
)
def test_every_pair_of_statuses_is_a_move_of_the_table_or_refused(table, require, statuses):
    assert set(table) == set(statuses)
    for status in statuses:
        for to in statuses:
            if to in table[status]:
                assert require(status, to) is to
            else:
                with pytest.raises(FundingMoveImpossible, match=f"is {status} and cannot become {to}"):
                    require(status, to)


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (ach(transfer_type="check"), "transfer_type must be either ach or wire"),
        (ach(transfer_type=""), "transfer_type must be either ach or wire"),
        (ach(direction="SIDEWAYS"), "direction must be either incoming or outgoing"),
        (ach(amount=None), "amount must be greater than 0.00"),
        (ach(amount=Decimal(0)), "amount must be greater than 0.00"),
        (ach(amount=Decimal("-0.01")), "amount must be greater than 0.00"),
        (ach(amount=Decimal("0.001")), "amount must be in dollars and whole cents, below a trillion"),
        (ach(amount=Decimal("1000000000000")), "amount must be in dollars and whole cents, below a trillion"),
        (ach(relationship_id=None), "invalid relationship_id"),
        (ach(bank_id=BANK_ID), "bank_id should be empty for ach transfer"),
        (
            ach(additional_information="for rent"),
            "only wire transfer type can provide additional information for the transfer",
        ),
        (wire(bank_id=None), "bank_id required for wire transfer"),
        (wire(relationship_id=ACH_ID), "relationship_id should be empty for wire transfer"),
        (wire(fee_payment_method="cash"), "fee_payment_method must be either user or invoice"),
    ],
)
def test_what_no_transfer_can_ask_for_is_refused_in_the_published_words(request_, sentence):
    with pytest.raises(TransferInvalid) as refused:
        review_transfer(request_)

    assert (str(refused.value), refused.value.code, refused.value.http_status) == (sentence, 40010001, 422)


def test_an_incoming_wire_is_not_asked_for_here():
    with pytest.raises(IncomingWire) as refused:
        review_transfer(wire(direction="INCOMING"))

    assert str(refused.value) == "cannot submit incoming wire transfer using this API"
    assert (refused.value.code, refused.value.http_status) == (40010001, 422)


@pytest.mark.parametrize("amount", ["0.01", "100", "100.10", "999999999999.99"])
def test_an_amount_in_whole_cents_passes(amount):
    assert review_transfer(ach(amount=Decimal(amount))) == Decimal(amount).quantize(CENT)


@pytest.mark.parametrize(
    ("request_", "arrives", "fee"),
    [
        (wire(fee_payment_method="user"), "75", "25"),
        (wire(fee_payment_method="invoice"), "100", "25"),
        (ach(direction="OUTGOING", fee_payment_method="user"), "100", "0"),
        (ach(fee_payment_method="user"), "100", "0"),
    ],
)
def test_a_fee_that_the_user_pays_is_taken_off_what_arrives(request_, arrives, fee):
    charged = charge(request_, Decimal(100))

    assert (charged.requested, charged.arrives, charged.fee) == (Decimal(100), Decimal(arrives), Decimal(fee))


@pytest.mark.parametrize(
    ("request_", "amount", "sentence"),
    [
        (ach(), "9.99", "deposit amount must be greater than or equal to 10.00"),
        (ach(), "10", None),
        (wire(), "20", "withdrawal amount must be greater than 20.00"),
        (wire(), "20.01", None),
        (wire(fee_payment_method="user"), "25", "withdrawal amount must be greater than 25.00"),
        (wire(fee_payment_method="user"), "25.01", None),
    ],
)
def test_the_least_that_moves(request_, amount, sentence):
    charged = charge(request_, Decimal(amount))
    least = {"least_deposit": Decimal(10), "least_withdrawal": Decimal(20)}

    if sentence is None:
        require_least(request_, charged, **least)
    else:
        with pytest.raises(TransferInvalid) as refused:
            require_least(request_, charged, **least)
        assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2024-01-24 10:00", date(2024, 1, 24)),
        ("2024-01-26 22:00", date(2024, 1, 26)),
        ("2024-01-27 10:00", date(2024, 1, 29)),
        ("2024-01-15 10:00", date(2024, 1, 16)),
    ],
)
def test_a_transfer_counts_to_a_trading_day(at, day):
    assert trading_day(new_york(at)) == day


def test_what_may_leave_is_what_nothing_binds_and_has_settled():
    put = Line(uuid4(), Decimal(-1), right=Right.PUT, strike_price=Decimal(2), multiplier=100)
    usd = Line(USD, Decimal("1000.009"), held=Decimal(300), leaving=Decimal("150.50"))

    sum_ = cash_sum(Holdings(USD, (usd, put)), Decimal(600))

    assert (sum_.pledged, sum_.held, sum_.leaving) == (Decimal(200), Decimal(300), Decimal("150.50"))
    assert (sum_.free, sum_.waiting, sum_.withdrawable) == (Decimal("349.50"), Decimal("100.00"), Decimal("249.50"))
    assert sum_.cash - sum_.pledged - sum_.held - sum_.leaving - sum_.waiting - sum_.withdrawable == Decimal("0.009")


def test_nothing_may_leave_where_cash_is_missing():
    short = cash_sum(Holdings(USD, (Line(USD, Decimal(-40), leaving=Decimal(60)),)), Decimal(10))

    assert (short.free, short.withdrawable, short.missing) == (Decimal(-100), Decimal(0), Decimal(100))
