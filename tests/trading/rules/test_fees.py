"""Fees: dated rates, exact amounts, estimates up to the cent, and rows that a file may have."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerage.money import cents_up
from options.choices import AssetClass
from options.errors import BadRow
from trading.choices import FeeBasis, FeeKind
from trading.rules.fees import FeeRateInForce, estimated_fees, execution_fees
from trading.rules.rate_rows import parse_rate_row

OPTION, SHARE = AssetClass.US_OPTION, AssetClass.US_EQUITY


def rate(kind, amount, *, of=OPTION, side="", exchange="", cap=None, basis=FeeBasis.PER_UNIT):
    return FeeRateInForce(kind, of, side, exchange, basis, Decimal(amount), Decimal(cap) if cap else None)


RATES_OF_MAY_2026 = (
    rate(FeeKind.REG, "0.0000206", side="sell", basis=FeeBasis.OF_PROCEEDS),
    rate(FeeKind.TAF, "0.00329", side="sell"),
    rate(FeeKind.TAF, "0.000195", of=SHARE, side="sell", cap="9.79"),
    rate(FeeKind.OCC, "0.025"),
    rate(FeeKind.ORF, "0.0023", exchange="CBOE"),
    rate(FeeKind.ORF, "0.0026", exchange="ARCA"),
    rate(FeeKind.CAT, "0.0048"),
    rate(FeeKind.CAT, "0.000048", of=SHARE),
)


def charged(side, quantity, proceeds="0", *, of=OPTION, exchange="CBOE", rates=RATES_OF_MAY_2026):
    return execution_fees(
        rates,
        asset_class=of,
        side=side,
        exchange=exchange,
        quantity=Decimal(quantity),
        proceeds=Decimal(proceeds),
    )


def test_a_purchase_of_contracts_pays_clearing_regulation_and_audit_trail():
    assert charged("buy", 6, "1500") == {
        FeeKind.ORF: Decimal("0.0138"),
        FeeKind.OCC: Decimal("0.150"),
        FeeKind.CAT: Decimal("0.0288"),
    }


def test_a_sale_also_pays_on_its_proceeds_and_for_its_trading_activity():
    found = charged("sell", 10, "12345.60")

    assert found[FeeKind.REG] == Decimal("0.25431936")
    assert found[FeeKind.TAF] == Decimal("0.03290")


def test_the_exchange_that_executed_decides_the_regulatory_fee():
    assert charged("buy", 1, exchange="ARCA")[FeeKind.ORF] == Decimal("0.0026")
    assert FeeKind.ORF not in charged("buy", 1, exchange="PHLX")


@pytest.mark.parametrize(("shares", "expected"), [(50_205, "9.789975"), (50_206, "9.79"), (1_000_000, "9.79")])
def test_a_cap_is_the_most_that_one_execution_pays(shares, expected):
    assert charged("sell", shares, of=SHARE)[FeeKind.TAF] == Decimal(expected)


@pytest.mark.parametrize(("contracts", "expected"), [(2_749, "54.98"), (2_750, "55.00"), (2_751, "55"), (9_000, "55")])
def test_clearing_was_capped_until_february_2025(contracts, expected):
    old = (rate(FeeKind.OCC, "0.02", cap="55.00"),)

    assert charged("buy", contracts, rates=old) == {FeeKind.OCC: Decimal(expected)}


def test_without_rates_or_with_a_rate_of_zero_nothing_is_charged():
    assert charged("sell", 1, "100", rates=()) == {}
    assert charged("sell", 1, "100", rates=(rate(FeeKind.REG, "0", basis=FeeBasis.OF_PROCEEDS),)) == {}


def test_an_estimate_rounds_each_kind_up_to_the_cent_once():
    found = estimated_fees(
        RATES_OF_MAY_2026,
        asset_class=OPTION,
        side="buy",
        exchange="CBOE",
        quantity=Decimal(6),
        proceeds=Decimal(1500),
    )

    assert {line.kind: str(line.amount) for line in found} == {"ORF": "0.02", "OCC": "0.15", "CAT": "0.03"}


@given(parts=st.lists(st.integers(1, 500), min_size=1, max_size=8), price=st.integers(1, 90_000))
def test_splitting_an_order_into_fills_never_costs_more_than_its_estimate(parts, price):
    each = Decimal(price)
    whole = charged("sell", sum(parts), sum(parts) * each)
    split = [charged("sell", part, part * each) for part in parts]

    for kind, amount in whole.items():
        assert sum(one.get(kind, Decimal(0)) for one in split) == amount
        assert cents_up(amount) - amount < Decimal("0.01")


ROW = {
    "kind": "TAF",
    "asset_class": "us_equity",
    "side": "sell",
    "basis": "per_unit",
    "rate": "0.000195",
    "cap_amount": "9.79",
    "effective_from": "2026-01-01",
    "notice": "SR-FINRA-2024-019",
}


def test_a_row_of_a_file_is_a_rate_from_a_day_on():
    row = parse_rate_row(2, ROW)

    assert (row.kind, row.rate, row.cap_amount) == (FeeKind.TAF, Decimal("0.000195"), Decimal("9.79"))
    assert (row.exchange, row.effective_from.isoformat()) == ("", "2026-01-01")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("kind", "VAT"),
        ("asset_class", "usd"),
        ("asset_class", ""),
        ("side", "both"),
        ("basis", "each"),
        ("rate", ""),
        ("rate", "-0.01"),
        ("rate", "NaN"),
        ("rate", "1e30"),
        ("rate", "0.00000000001"),
        ("cap_amount", "9.795"),
        ("effective_from", "soon"),
        ("exchange", "EVERYWHERE"),
        ("notice", ""),
    ],
)
def test_a_bad_row_names_its_line_and_what_is_wrong(column, text):
    with pytest.raises(BadRow, match=f"line 7: {column} must"):
        parse_rate_row(7, ROW | {column: text})
