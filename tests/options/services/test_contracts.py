from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from options.choices import AssetClass, AssetStatus, TickClass
from options.errors import BadRow
from options.models import Asset, OptionContract
from options.rules.asset_ids import USD_ID, asset_id_for
from options.services.contracts import Import, import_assets, import_contracts
from options.services.dollars import dollars
from options.services.retirement import retire_contracts
from tests.options.contracts import SAMPLE, get_asset, list_contracts, rows

AAPL_ID = UUID("b0b6dd9d-8b9b-48a9-ba46-b9d54906e415")
OTHER_ID = "00000000-0000-4000-8000-000000000001"

pytestmark = pytest.mark.django_db


def test_the_overviews_contract_loads_as_it_stands():
    assert import_contracts(rows=rows(SAMPLE)) == Import(added=1)

    contract = get_asset("AAPL240223C00095000").contract
    assert contract.asset.id == UUID(SAMPLE["id"])
    assert (contract.asset.asset_class, contract.asset.status) == (AssetClass.US_OPTION, AssetStatus.ACTIVE)
    assert (contract.osi_key, contract.strike_price) == ("AAPL  240223C00095000", Decimal(95))
    assert (contract.multiplier, contract.deliverable, contract.open_interest) == (100, 100, 12)
    assert (contract.close_price, contract.close_price_date) == (Decimal("89.35"), date(2024, 2, 22))
    assert (contract.underlying.symbol, contract.underlying.id) == ("AAPL", AAPL_ID)
    assert contract.underlying.tick_class == TickClass.PENNY


def test_a_symbol_alone_lists_a_contract_and_its_underlying():
    list_contracts("ZZZZ260116P00012500")

    contract = get_asset("ZZZZ260116P00012500").contract
    assert contract.asset.name == "ZZZZ Jan 16 2026 12.5 Put"
    assert contract.asset.id == asset_id_for("ZZZZ260116P00012500")
    assert (contract.underlying.symbol, contract.underlying.asset_class) == ("ZZZZ", AssetClass.US_EQUITY)
    assert contract.underlying.tick_class == TickClass.STANDARD


@pytest.mark.parametrize("first", [{"symbol": SAMPLE["symbol"]}, SAMPLE], ids=["symbol first", "sample first"])
def test_the_sample_and_its_symbol_are_one_contract(first):
    import_contracts(rows=rows(first))
    import_contracts(rows=rows(SAMPLE))

    assert import_contracts(rows=rows({"symbol": SAMPLE["symbol"]})) == Import(unchanged=1)
    assert OptionContract.objects.get().open_interest == 12


def test_loading_twice_changes_nothing():
    file = rows(SAMPLE, {"symbol": "QS240126P00006500", "ppind": True}, {"symbol": "ZZZZ260116P00012500", "size": "50"})
    import_contracts(rows=file)
    before = list(Asset.objects.values()), list(OptionContract.objects.values())

    assert import_contracts(rows=file) == Import(unchanged=3)
    assert (list(Asset.objects.values()), list(OptionContract.objects.values())) == before


def test_a_row_changes_what_it_says_and_leaves_the_rest():
    import_contracts(rows=rows(SAMPLE))

    changed = import_contracts(rows=rows({"symbol": SAMPLE["symbol"], "open_interest": "13", "tradable": "false"}))

    contract = get_asset(SAMPLE["symbol"]).contract
    assert changed == Import(changed=1)
    assert (contract.open_interest, contract.asset.tradable) == (13, False)
    assert (contract.close_price, contract.asset.status) == (Decimal("89.35"), AssetStatus.ACTIVE)


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ({"symbol": "AAPL"}, "symbol 'AAPL' is not an option symbol"),
        ({"symbol": SAMPLE["symbol"]}, "AAPL240223C00095000 is on line 1 already"),
        ({"symbol": "QS240126P00006500", "id": SAMPLE["id"]}, f"{SAMPLE['id']} is on line 1 already"),
        (
            {"symbol": "AAPL240126C00050000", "underlying_asset_id": OTHER_ID},
            f"AAPL is listed with the id {AAPL_ID}, not {OTHER_ID}",
        ),
        ({"symbol": "USD260116P00012500"}, "underlying_symbol USD is listed as usd"),
        ({"symbol": "QS240126P00006500", "id": str(USD_ID)}, f"the id {USD_ID} belongs to USD"),
        (
            {"symbol": "QS240126P00006500", "underlying_asset_id": str(USD_ID)},
            f"the id {USD_ID} belongs to USD",
        ),
    ],
)
def test_a_bad_row_is_named_and_nothing_of_the_file_is_loaded(second, problem):
    with pytest.raises(BadRow) as refused:
        import_contracts(rows=rows(SAMPLE, second))

    assert str(refused.value) == f"line 2: {problem}"
    assert list(Asset.objects.values_list("symbol", flat=True)) == ["USD"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"symbol": SAMPLE["symbol"], "id": OTHER_ID}, f"{SAMPLE['symbol']} is listed with the id {SAMPLE['id']}"),
        (
            {"symbol": SAMPLE["symbol"], "underlying_symbol": "MSFT"},
            f"{SAMPLE['symbol']} is listed on another underlying than MSFT",
        ),
    ],
)
def test_what_is_listed_keeps_its_id_and_its_underlying(row, problem):
    import_contracts(rows=rows(SAMPLE))

    with pytest.raises(BadRow, match=problem):
        import_contracts(rows=rows(row))


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"size": "133"}, "size 100, not 133"),
        ({"multiplier": 50}, "multiplier 100, not 50"),
        ({"style": "european"}, "style american, not european"),
    ],
)
def test_a_file_does_not_change_the_terms_of_a_listed_contract(terms, problem):
    import_contracts(rows=rows(SAMPLE))
    before = list(Asset.objects.values()), list(OptionContract.objects.values())

    with pytest.raises(BadRow) as refused:
        import_contracts(rows=rows({"symbol": "ZZZZ260116P00012500"}, {**SAMPLE, "open_interest": "13", **terms}))

    assert str(refused.value) == f"line 2: {SAMPLE['symbol']} is listed with {problem}"
    assert (list(Asset.objects.values()), list(OptionContract.objects.values())) == before


def test_the_penny_program_is_a_fact_of_the_underlying():
    list_contracts("ZZZZ260116P00012500")
    import_contracts(rows=rows({"symbol": "ZZZZ260116C00012500", "ppind": True}))

    assert get_asset("ZZZZ").tick_class == TickClass.PENNY


def test_an_expired_contract_is_not_brought_back_by_its_file(clock_at):
    import_contracts(rows=rows(SAMPLE))
    retire_contracts(clock_at("2024-02-23 16:00"))

    assert import_contracts(rows=rows(SAMPLE)) == Import(unchanged=1)
    assert get_asset(SAMPLE["symbol"]).status == AssetStatus.INACTIVE


def test_shares_are_added_changed_and_left():
    import_assets(rows=rows({"symbol": "AAPL", "exchange": "NASDAQ"}, {"symbol": "ZZZZ", "name": "Z", "ppind": True}))

    loaded = import_assets(
        rows=rows({"symbol": "AAPL"}, {"symbol": "ZZZZ", "fractionable": True}, {"symbol": "Q", "id": OTHER_ID})
    )

    assert loaded == Import(added=1, changed=1, unchanged=1)
    zzzz = get_asset("ZZZZ")
    assert (zzzz.name, zzzz.fractionable, zzzz.tick_class) == ("Z", True, TickClass.PENNY)
    assert (get_asset("AAPL").id, get_asset("AAPL").name) == (AAPL_ID, "Apple Inc. Common Stock")
    assert get_asset("Q").id == UUID(OTHER_ID)


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ({"symbol": "USD"}, "USD is listed as usd"),
        ({"symbol": "AAPL"}, "AAPL is on line 1 already"),
        ({"symbol": "aapl"}, "symbol 'aapl' is not one of capital letters and digits"),
        ({"symbol": "QS", "id": str(USD_ID)}, f"the id {USD_ID} belongs to USD"),
    ],
)
def test_a_bad_share_is_named_and_nothing_of_the_file_is_loaded(second, problem):
    with pytest.raises(BadRow) as refused:
        import_assets(rows=rows({"symbol": "AAPL"}, second))

    assert str(refused.value) == f"line 2: {problem}"
    assert list(Asset.objects.values_list("symbol", flat=True)) == ["USD"]


def test_dollars_are_there_from_the_beginning_and_again_after_a_flush():
    assert dollars().symbol == "USD"
    Asset.objects.all().delete()

    assert (dollars().id, dollars().asset_class) == (USD_ID, AssetClass.USD)


# --- Deliverables of adjusted contracts ----------------------------------------------------------

CASH = {"type": "cash", "symbol": "USD", "amount": "57.13"}
SHARES = {"type": "equity", "symbol": "QS", "amount": "12"}
ADJUSTED = {"symbol": "QS1260116C00012500", "underlying_symbol": "QS"}


@pytest.mark.parametrize("said", [{"size": "12", "deliverable_cash": "57.13"}, {"deliverables": [SHARES, CASH]}])
def test_an_adjusted_contract_delivers_shares_and_cash(said):
    counted = import_contracts(rows=rows({**ADJUSTED, **said}))
    again = import_contracts(rows=rows({**ADJUSTED, **said}))

    contract = OptionContract.objects.get(asset__symbol=ADJUSTED["symbol"])
    assert (contract.multiplier, contract.deliverable, contract.deliverable_cash_amount) == (100, 12, Decimal("57.13"))
    assert (counted.added, again.unchanged) == (1, 1)


def test_a_contract_may_deliver_cash_alone():
    import_contracts(rows=rows({**ADJUSTED, "deliverables": [{**CASH, "amount": "2500"}]}))

    contract = OptionContract.objects.get(asset__symbol=ADJUSTED["symbol"])
    assert (contract.deliverable, contract.deliverable_cash_amount) == (0, 2500)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"size": "0"}, "size must be a whole number of at least 1 where no cash is delivered"),
        ({"deliverable_cash": "1.005"}, "deliverable_cash '1.005' must be dollars"),
        ({"deliverables": [SHARES, {**CASH, "amount": None}]}, "the amount of the cash in deliverables is not known"),
        ({"deliverables": [SHARES, SHARES]}, "one of equity and one of cash"),
        ({"deliverables": [{**SHARES, "symbol": "F"}]}, "name other shares than QS"),
        ({"deliverables": [SHARES], "size": "13"}, "size differs from the 12 shares"),
        ({"deliverables": "12 QS"}, "must be a list of objects"),
    ],
)
def test_deliverables_that_cannot_be_read_load_nothing(said, problem):
    with pytest.raises(BadRow, match=problem):
        import_contracts(rows=rows({**ADJUSTED, **said}))

    assert not OptionContract.objects.exists()
