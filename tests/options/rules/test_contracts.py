from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from options.choices import Right
from options.errors import InvalidContractSymbol, InvalidContractTerms
from options.rules.contracts import (
    ContractTerms,
    compact_symbol,
    contract_name,
    is_contract_symbol,
    osi_key,
    parse_symbol,
)

SAMPLE = ContractTerms("AAPL", date(2024, 2, 23), Right.CALL, Decimal(95))

roots = st.from_regex(r"\A(?:[A-Z]{1,5}[0-9]?|[A-Z]{6})\Z")
contract_terms = st.builds(
    ContractTerms,
    root=roots,
    expiration_date=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    right=st.sampled_from(Right),
    strike_price=st.integers(1, 99_999_999).map(lambda thousandths: Decimal(thousandths) / 1000),
)


def test_the_samples_symbol_says_its_terms():
    assert parse_symbol("AAPL240223C00095000") == SAMPLE


@pytest.mark.parametrize(
    ("terms", "symbol", "key", "name"),
    [
        (SAMPLE, "AAPL240223C00095000", "AAPL  240223C00095000", "AAPL Feb 23 2024 95 Call"),
        (
            ContractTerms("QS", date(2024, 1, 26), Right.PUT, Decimal("6.5")),
            "QS240126P00006500",
            "QS    240126P00006500",
            "QS Jan 26 2024 6.5 Put",
        ),
        (
            ContractTerms("AAPL1", date(2026, 3, 6), Right.CALL, Decimal("480.50")),
            "AAPL1260306C00480500",
            "AAPL1 260306C00480500",
            "AAPL1 Mar 06 2026 480.5 Call",
        ),
    ],
)
def test_a_contract_is_written_in_three_ways(terms, symbol, key, name):
    assert (compact_symbol(terms), osi_key(terms), contract_name(terms)) == (symbol, key, name)


@given(contract_terms)
def test_both_symbols_say_the_terms_they_were_written_from(terms):
    assert parse_symbol(compact_symbol(terms)) == terms
    assert parse_symbol(osi_key(terms)) == terms
    assert len(osi_key(terms)) == 21


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "AAPL",
        "AAPL240223C0009500",
        "AAPL240223C000950000",
        "AAPL240223X00095000",
        "AAPL240230C00095000",
        "AAPL241301C00095000",
        "AAPL240223C00000000",
        "aapl240223C00095000",
        "BRK.B240223C00095000",
        "TOOLONG240223C00095000",
        "AAPL11240223C00095000",
        "AAPL 240223C00095000",
        " AAPL240223C00095000",
        "AAPL240223C00095000\n",
        "AAPL24022\u0663C00095000",
    ],
)
def test_anything_else_is_no_option_symbol(symbol):
    with pytest.raises(InvalidContractSymbol):
        parse_symbol(symbol)


@given(st.text(alphabet="AQ12CP0 .\u0661", max_size=24))
def test_what_parses_is_written_back_as_it_was(symbol):
    if not is_contract_symbol(symbol):
        with pytest.raises(InvalidContractSymbol):
            parse_symbol(symbol)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"root": ""}, "root '' is not one to six letters"),
        ({"root": "BRK.B"}, "root 'BRK.B' is not one to six letters"),
        ({"strike_price": Decimal(0)}, "the strike must be from 0.001 to 99999.999"),
        ({"strike_price": Decimal(100_000)}, "the strike must be from 0.001 to 99999.999"),
        ({"strike_price": Decimal("0.0005")}, "the strike must be from 0.001 to 99999.999"),
        ({"strike_price": Decimal("95.0001")}, "the strike must have at most three decimal places"),
        ({"expiration_date": date(1999, 12, 31)}, "the year must be from 2000 to 2099"),
        ({"expiration_date": date(2100, 1, 1)}, "the year must be from 2000 to 2099"),
    ],
)
def test_terms_that_no_symbol_could_say_are_refused(changes, said):
    with pytest.raises(InvalidContractTerms, match=said):
        ContractTerms(**{**vars(SAMPLE), **changes})


def test_a_float_is_no_strike():
    with pytest.raises(TypeError):
        ContractTerms("AAPL", date(2024, 2, 23), Right.CALL, 95.0)
