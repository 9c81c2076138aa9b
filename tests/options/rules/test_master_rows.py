from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from options.choices import AssetStatus, Exchange, ExerciseStyle, Right
from options.errors import BadRow
from options.rules.contracts import ContractTerms
from options.rules.master_rows import parse_asset, parse_contract
from tests.options.contracts import SAMPLE


def test_the_overviews_contract_is_read_as_printed():
    row = parse_contract(7, SAMPLE)

    assert row.terms == ContractTerms("AAPL", date(2024, 2, 23), Right.CALL, Decimal(95))
    assert (row.line, row.symbol, row.underlying_symbol) == (7, "AAPL240223C00095000", "AAPL")
    assert row.id == UUID("1fb904df-961a-4a07-a924-53a437626db2")
    assert row.underlying_id == UUID("b0b6dd9d-8b9b-48a9-ba46-b9d54906e415")
    assert (row.status, row.tradable, row.style) == (AssetStatus.ACTIVE, True, ExerciseStyle.AMERICAN)
    assert (row.multiplier, row.deliverable) == (None, 100)
    assert (row.open_interest, row.open_interest_date) == (12, date(2024, 2, 22))
    assert (row.close_price, row.close_price_date) == (Decimal("89.35"), date(2024, 2, 22))


def test_a_symbol_alone_says_the_terms_and_nothing_else():
    row = parse_contract(1, {"symbol": "QS240126P00006500"})

    assert (row.underlying_symbol, row.terms.strike_price) == ("QS", Decimal("6.5"))
    assert [name for name, value in vars(row).items() if value is not None] == [
        "line",
        "symbol",
        "terms",
        "underlying_symbol",
    ]


def test_a_clearing_symbol_is_kept_compact():
    assert parse_contract(1, {"symbol": "QS    240126P00006500"}).symbol == "QS240126P00006500"


def test_an_adjusted_series_names_its_underlying():
    row = parse_contract(1, {"symbol": "AAPL1240223C00095000", "underlying_symbol": "AAPL", "size": 150})

    assert (row.terms.root, row.underlying_symbol, row.deliverable) == ("AAPL1", "AAPL", 150)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"symbol": None}, "symbol is required"),
        ({"symbol": "AAPL"}, "symbol 'AAPL' is not an option symbol"),
        ({"symbol": ["AAPL240223C00095000"]}, "symbol must be a single value"),
        ({"strike_price": "96"}, "strike_price 96 differs from 95 in the symbol"),
        ({"type": "put"}, "type put differs from call in the symbol"),
        ({"root_symbol": "MSFT"}, "root_symbol MSFT differs from AAPL in the symbol"),
        ({"expiration_date": "2024-02-22"}, "expiration_date 2024-02-22 differs from 2024-02-23 in the symbol"),
        ({"expiration_date": "soon"}, "expiration_date 'soon' must be a date as YYYY-MM-DD"),
        ({"id": "12"}, "id '12' must be a UUID"),
        ({"underlying_asset_id": "12"}, "underlying_asset_id '12' must be a UUID"),
        ({"underlying_symbol": "aapl"}, "underlying_symbol 'aapl' is not one of capital letters and digits"),
        ({"status": "gone"}, "status 'gone' must be one of active, inactive"),
        ({"style": "asian"}, "style 'asian' must be one of american, european"),
        ({"tradable": "maybe"}, "tradable 'maybe' must be true or false"),
        ({"size": "1.5"}, "size '1.5' must be a whole number of at least 0"),
        ({"size": 0}, "size must be a whole number of at least 1 where no cash is delivered"),
        ({"multiplier": 0}, "multiplier '0' must be a whole number of at least 1"),
        ({"open_interest": "-1"}, "open_interest '-1' must be a whole number of at least 0"),
        ({"open_interest": "many"}, "open_interest 'many' must be a whole number of at least 0"),
        ({"close_price": "NaN"}, "close_price 'NaN' must be a price with at most four decimal places"),
        ({"close_price": "1.23456"}, "close_price '1.23456' must be a price with at most four decimal places"),
        ({"close_price": "-1"}, "close_price '-1' must be a price with at most four decimal places"),
    ],
)
def test_a_bad_contract_is_named_by_line_and_reason(changes, problem):
    with pytest.raises(BadRow) as refused:
        parse_contract(3, {**SAMPLE, **changes})

    assert str(refused.value) == f"line 3: {problem}"


def test_an_adjusted_series_without_its_underlying_is_refused():
    with pytest.raises(BadRow, match="line 1: underlying_symbol is required for the adjusted root AAPL1"):
        parse_contract(1, {"symbol": "AAPL1240223C00095000"})


def test_a_share_is_read():
    row = parse_asset(1, {"symbol": "BRK.B", "class": "us_equity", "exchange": "NYSE", "shortable": "true"})

    assert (row.symbol, row.exchange, row.shortable, row.tradable) == ("BRK.B", Exchange.NYSE, True, None)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, "symbol is required"),
        ({"symbol": "AAPL240223C00095000"}, "AAPL240223C00095000 is an option contract, not a share"),
        ({"symbol": "aapl"}, "symbol 'aapl' is not one of capital letters and digits"),
        ({"symbol": "BTC/USD", "class": "crypto"}, "class 'crypto' must be one of us_equity, us_option, usd"),
        ({"symbol": "AAPL", "class": "us_option"}, "class must be us_equity"),
        ({"symbol": "AAPL", "asset_class": "usd"}, "asset_class must be us_equity"),
        (
            {"symbol": "AAPL", "exchange": "MOON"},
            "exchange 'MOON' must be one of AMEX, ARCA, BATS, NYSE, NASDAQ, NYSEARCA, OTC",
        ),
        (
            {"symbol": "AAPL", "tick_class": "dime"},
            "tick_class 'dime' must be one of penny_throughout, penny, standard",
        ),
    ],
)
def test_a_bad_share_is_named_by_line_and_reason(values, problem):
    with pytest.raises(BadRow) as refused:
        parse_asset(2, values)

    assert str(refused.value) == f"line 2: {problem}"
