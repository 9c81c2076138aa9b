import pytest
from django.test import Client

from options.choices import AssetStatus
from options.models import Asset
from options.services.contracts import import_assets
from options.services.retirement import retire_contracts
from tests.options.contracts import rows

LIST = "/v1/assets"
AAPL_ID = "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415"


def symbols(response):
    assert response.status_code == 200, response.json()
    return [asset["symbol"] for asset in response.json()]


@pytest.fixture
def assets(overview):
    import_assets(rows=rows({"symbol": "XYZ", "exchange": "NYSE", "status": "inactive"}))


def test_a_share_is_shown_with_its_attributes(acme_api, assets):
    assert acme_api.get(f"{LIST}/AAPL").json() == {
        "id": AAPL_ID,
        "class": "us_equity",
        "exchange": "NASDAQ",
        "symbol": "AAPL",
        "name": "Apple Inc. Common Stock",
        "status": "active",
        "tradable": True,
        "marginable": True,
        "shortable": False,
        "easy_to_borrow": True,
        "borrow_status": "easy_to_borrow",
        "fractionable": False,
        "attributes": ["has_options", "options_enabled"],
    }


def test_a_share_is_found_by_its_id_and_on_both_hosts(acme_api, assets):
    assert acme_api.get(f"/v2/assets/{AAPL_ID}").json() == acme_api.get(f"{LIST}/AAPL").json()
    assert acme_api.get("/v2/assets").json() == acme_api.get(LIST).json()


@pytest.mark.parametrize("key", ["NOPE", "USD", "AAPL240126C00050000", "5b8f7f5e-7d1b-5c0e-9a51-0f3f1c8d2a10"])
def test_what_is_no_share_is_not_found(acme_api, assets, key):
    response = acme_api.get(f"{LIST}/{key}")

    assert (response.status_code, response.json()["code"]) == (404, 40410000)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["AAPL", "PTON", "QS", "TSLA", "XYZ"]),
        ({"status": "all"}, ["AAPL", "PTON", "QS", "TSLA", "XYZ"]),
        ({"status": "active"}, ["AAPL", "PTON", "QS", "TSLA"]),
        ({"status": "inactive"}, ["XYZ"]),
        ({"exchange": "NYSE"}, ["QS", "XYZ"]),
        ({"asset_class": "us_equity"}, ["AAPL", "PTON", "QS", "TSLA", "XYZ"]),
        ({"asset_class": "us_option"}, []),
        ({"asset_class": "crypto"}, []),
        ({"attributes": "has_options"}, ["AAPL", "PTON", "QS", "TSLA"]),
        ({"attributes": "ipo,options_enabled"}, ["AAPL", "PTON", "QS", "TSLA"]),
        ({"attributes": "ipo"}, []),
    ],
    ids=str,
)
def test_a_filter_keeps_what_it_names(acme_api, assets, query, found):
    assert symbols(acme_api.get(LIST, query)) == found


def test_options_that_expired_are_remembered_and_no_longer_enabled(acme_api, assets, clock_at):
    retire_contracts(clock_at("2024-01-26 16:00"))

    assert acme_api.get(f"{LIST}/TSLA").json()["attributes"] == ["has_options"]
    assert symbols(acme_api.get(LIST, {"attributes": "options_enabled"})) == ["AAPL", "QS"]
    assert Asset.objects.get(symbol="TSLA").status == AssetStatus.ACTIVE


@pytest.mark.parametrize("field", ["status", "asset_class", "exchange", "attributes"])
def test_a_bad_parameter_is_named(acme_api, assets, field):
    response = acme_api.get(LIST, {field: "nope"})

    assert (response.status_code, response.json()["code"]) == (422, 40010001)
    assert response.json()["message"].startswith(field)


@pytest.mark.parametrize("path", [LIST, f"{LIST}/AAPL"])
def test_nobody_is_shown_a_share(db, path):
    assert Client().get(path).status_code == 401
