"""What an unmodified client library makes of the contract and asset masters."""

from uuid import UUID

import pytest

from options.services.contracts import import_contracts
from tests.options.contracts import SAMPLE, rows

client = pytest.importorskip("alpaca.trading.client")
requests = pytest.importorskip("alpaca.trading.requests")
models = pytest.importorskip("alpaca.trading.models")
enums = pytest.importorskip("alpaca.trading.enums")


@pytest.fixture
def trading(acme, live_server):
    return client.TradingClient(acme.key.key_id, acme.secret, url_override=live_server.url)


@pytest.mark.django_db(transaction=True)
def test_the_client_library_reads_contracts_and_assets(trading, overview):
    import_contracts(rows=rows(SAMPLE))

    listed = trading.get_option_contracts(
        requests.GetOptionContractsRequest(
            underlying_symbols=["AAPL", "QS"], expiration_date_gte="2024-01-01", strike_price_lte="95", limit=3
        )
    )
    found = trading.get_option_contract(SAMPLE["symbol"])

    assert [contract.symbol for contract in listed.option_contracts] == [
        "AAPL240126C00050000",
        "AAPL240223C00095000",
        "QS240126P00006500",
    ]
    assert listed.next_page_token is not None
    assert (found.id, found.close_price, found.strike_price) == (SAMPLE["id"], "89.35", 95.0)
    assert found == trading.get_option_contract(UUID(SAMPLE["id"]))
    assert trading.get_asset("AAPL").attributes == ["has_options", "options_enabled"]
    assets = trading.get_all_assets(requests.GetAssetsRequest(attributes="options_enabled"))
    assert {asset.symbol for asset in assets} == {"AAPL", "PTON", "QS", "TSLA"}
