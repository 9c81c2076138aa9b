"""What an unmodified client library makes of our answers (contract/accounts.md 7)."""

import pytest
from alpaca.broker.enums import AccountEntities
from alpaca.broker.models import Account as ClientAccount
from alpaca.broker.models import Contact, Disclosures, Identity
from alpaca.broker.requests import (
    CreateAccountRequest,
    ListAccountsRequest,
    UpdatableContact,
    UpdatableIdentity,
    UpdateAccountRequest,
)
from alpaca.trading.enums import AccountStatus as ClientStatus
from alpaca.trading.models import AccountConfiguration

from accounts.choices import AccountStatus, DocumentType, TaxIdType
from tests.factories import SAMPLE_APPLICATION, application_body, make_account


def test_the_library_reads_the_account_that_it_opened(acme_api):
    body = application_body()
    request = CreateAccountRequest(
        contact=Contact(**body["contact"]),
        identity=Identity(**body["identity"]),
        disclosures=Disclosures(**body["disclosures"] | {"employment_status": "EMPLOYED"}),
        agreements=body["agreements"],
        trusted_contact=body["trusted_contact"],
        enabled_assets=["us_equity", "us_option"],
    )

    account = ClientAccount(**acme_api.post("/v1/accounts", request.to_request_fields()).json())

    assert account.status is ClientStatus.SUBMITTED
    assert account.identity.annual_income_min == 10000
    assert account.identity.tax_id is None
    assert account.disclosures.employment_status == "EMPLOYED"
    assert [agreement.agreement for agreement in account.agreements][-1] == "options_agreement"


def test_the_library_reads_the_overviews_sample(acme_api):
    account = ClientAccount(**acme_api.post("/v1/accounts", SAMPLE_APPLICATION).json())

    assert account.trusted_contact.given_name == "Jane"
    assert account.documents[0].document_sub_type == "passport"


@pytest.mark.parametrize("status", AccountStatus)
def test_the_library_knows_every_status(status):
    assert ClientStatus(status.value)


@pytest.mark.parametrize("tax_id_type", TaxIdType)
def test_the_library_reads_every_kind_of_tax_id(acme_api, tax_id_type):
    body = application_body({"identity.tax_id_type": tax_id_type.value})

    account = ClientAccount(**acme_api.post("/v1/accounts", body).json())

    assert account.identity.tax_id_type == tax_id_type.value


@pytest.mark.parametrize("document_type", DocumentType)
def test_the_library_reads_every_kind_of_document(acme_api, document_type):
    body = application_body({"documents.0.document_type": document_type.value})

    assert ClientAccount(**acme_api.post("/v1/accounts", body).json()).documents


@pytest.mark.parametrize("entities", [None, [], [AccountEntities.CONTACT], list(AccountEntities)])
def test_the_library_reads_lists_with_and_without_sections(acme, acme_api, entities):
    make_account(acme.correspondent)
    make_account(acme.correspondent, status=AccountStatus.REJECTED)
    query = ListAccountsRequest(entities=entities, status=[ClientStatus.ACTIVE]).to_request_fields()
    query["status"] = [status.value for status in query["status"]]
    if query.get("entities"):
        query["entities"] = ",".join(query["entities"])

    accounts = [ClientAccount(**one) for one in acme_api.get("/v1/accounts", query).json()]

    assert [account.status for account in accounts] == [ClientStatus.ACTIVE]


def test_the_library_reads_a_street_of_the_trusted_contact(acme_api):
    street = {
        "street_address": ["1 First St", "Back"],
        "city": "Rome",
        "state": "RM",
        "postal_code": "1",
        "country": "ITA",
    }
    body = application_body({f"trusted_contact.{name}": value for name, value in street.items()})

    account = ClientAccount(**acme_api.post("/v1/accounts", body).json())

    assert account.trusted_contact.street_address == "1 First St, Back"


def test_the_library_changes_an_account(acme, acme_api):
    account = make_account(acme.correspondent)
    request = UpdateAccountRequest(
        contact=UpdatableContact(city="Oakland", state="CA"), identity=UpdatableIdentity(annual_income_min=20000.0)
    )

    changed = ClientAccount(**acme_api.patch(f"/v1/accounts/{account.pk}", request.to_request_fields()).json())

    assert (changed.contact.city, changed.identity.annual_income_min) == ("Oakland", 20000)
    assert changed.status is ClientStatus.ACCOUNT_UPDATED


def test_the_library_reads_a_firm_account(acme, acme_api):
    assert ClientAccount(**acme_api.get(f"/v1/accounts/{acme.firm_account.pk}").json()).contact is None


def test_the_library_reads_and_sends_whole_configurations(acme, acme_api):
    path = f"/v1/trading/accounts/{make_account(acme.correspondent).pk}/account/configurations"
    configuration = AccountConfiguration(**acme_api.get(path).json())
    configuration.max_options_trading_level = 1

    changed = AccountConfiguration(**acme_api.patch(path, configuration.model_dump(mode="json")).json())

    assert changed.max_options_trading_level == 1
