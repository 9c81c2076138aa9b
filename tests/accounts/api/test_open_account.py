"""`POST /v1/accounts` and `GET /v1/accounts/{account_id}`."""

import logging

import pytest

from accounts.models import Account, Identity
from brokerage.models import Event
from tests.factories import SAMPLE_APPLICATION, application_body, make_account, nowhere

TAX_ID = "124-55-4321"


def written():
    return Account.objects.customers().count(), Identity.objects.count(), Event.objects.count()


@pytest.fixture
def refused(acme_api):
    """Post what must be refused; answer status, code and errors once it is sure that nothing was written."""

    def post(body):
        before = written()
        response = acme_api.post("/v1/accounts", body)
        assert written() == before
        answer = response.json()
        assert isinstance(answer["message"], str)
        return response.status_code, answer["code"], answer.get("errors", answer["message"])

    return post


def test_the_overviews_sample_is_accepted_as_printed(acme_api):
    response = acme_api.post("/v1/accounts", SAMPLE_APPLICATION)

    opened = response.json()
    assert response.status_code == 200
    assert (opened["status"], opened["currency"], opened["last_equity"]) == ("SUBMITTED", "USD", "0")
    assert opened["contact"] == SAMPLE_APPLICATION["contact"]
    assert opened["identity"] == {
        name: value for name, value in SAMPLE_APPLICATION["identity"].items() if name != "tax_id"
    }
    assert opened["disclosures"] == SAMPLE_APPLICATION["disclosures"]
    assert opened["trusted_contact"] == SAMPLE_APPLICATION["trusted_contact"]
    assert opened["enabled_assets"] == SAMPLE_APPLICATION["enabled_assets"]
    assert opened["agreements"] == [
        {"revision": "01.2024.05"} | agreement for agreement in SAMPLE_APPLICATION["agreements"]
    ]
    assert [document["document_type"] for document in opened["documents"]] == ["identity_verification"]


def test_what_was_opened_is_read_back_the_same(acme_api):
    opened = acme_api.post("/v1/accounts", application_body()).json()

    assert acme_api.get(f"/v1/accounts/{opened['id']}", {"params": ""}).json() == opened


def test_the_smallest_application_is_accepted_and_absent_sections_are_absent(acme_api):
    body = {
        "contact": {
            "email_address": "jane@example.com",
            "street_address": ["1 First St"],
            "city": "San Mateo",
            "state": "California",
            "postal_code": "94401",
        },
        "identity": {
            "given_name": "Jane",
            "family_name": "Doe",
            "date_of_birth": "1990-01-01",
            "tax_id": TAX_ID,
            "tax_id_type": "USA_SSN",
            "country_of_tax_residence": "USA",
            "funding_source": ["savings"],
        },
        "disclosures": {
            "is_control_person": False,
            "is_affiliated_exchange_or_finra": False,
            "is_politically_exposed": False,
            "immediate_family_exposed": False,
        },
        "agreements": [
            {"agreement": "customer_agreement", "signed_at": "2020-09-11T18:13:44Z", "ip_address": "185.13.21.99"}
        ],
    }

    opened = acme_api.post("/v1/accounts", body).json()

    assert opened["enabled_assets"] == ["us_equity"]
    assert opened["account_type"] == "trading"
    assert opened["contact"] == body["contact"]
    assert "trusted_contact" not in opened
    assert "context" not in opened["disclosures"]
    assert "annual_income_min" not in opened["identity"]


def test_every_field_of_the_contract_is_accepted(acme_api):
    body = application_body(
        {
            "account_type": "ira",
            "account_sub_type": "roth",
            "currency": "USD",
            "investment_objective": "growth",
            "liquidity_needs": "important",
            "risk_tolerance": "moderate",
            "investment_time_horizon": "3_to_5_years",
            "trading_configurations": {"max_options_trading_level": 1, "max_margin_multiplier": "2"},
            "allow_instant_ach": True,
            "beneficiaries": [{"given_name": "Ann", "share_pct": 12.5}],
            "cash_interest": {"USD": {"apr_tier_name": "standard"}},
            "fpsl": {"status": "INACTIVE"},
            "contact.local_city": "サンマテオ",
            "identity.visa_type": "H1B",
            "identity.visa_expiration_date": "2030-01-01",
            "identity.permanent_resident": False,
            "disclosures.employment_status": "employed",
            "disclosures.employer_name": "Initech",
            "disclosures.employment_sector": "computers_and_it",
        }
    )

    opened = acme_api.post("/v1/accounts", body).json()

    assert (opened["account_type"], opened["account_sub_type"]) == ("ira", "roth")
    assert opened["identity"]["risk_tolerance"] == "moderate"
    assert opened["trading_configurations"]["max_options_trading_level"] == 1
    assert opened["beneficiaries"] == [{"given_name": "Ann", "share_pct": "12.5"}]
    assert opened["disclosures"]["employment_status"] == "EMPLOYED"
    assert opened["contact"]["local_city"] == "サンマテオ"
    assert opened["identity"]["visa_expiration_date"] == "2030-01-01"


@pytest.mark.parametrize("written_as", ["10000", "10000.00", 10000, 10000.0])
def test_income_is_a_number_or_its_digits(acme_api, written_as):
    opened = acme_api.post("/v1/accounts", application_body({"identity.annual_income_min": written_as})).json()

    assert opened["identity"]["annual_income_min"] == "10000"


@pytest.mark.parametrize(("sent", "stored"), [("employed", "EMPLOYED"), ("RETIRED", "RETIRED")])
def test_employment_is_taken_in_either_case_and_given_in_capitals(acme_api, sent, stored):
    opened = acme_api.post("/v1/accounts", application_body({"disclosures.employment_status": sent})).json()

    assert opened["disclosures"]["employment_status"] == stored


def test_a_companys_street_is_one_line_or_several(acme_api):
    path = "disclosures.context.0.company_street_address"

    opened = acme_api.post("/v1/accounts", application_body({path: "1735 K Street, NW"})).json()

    assert opened["disclosures"]["context"][0]["company_street_address"] == ["1735 K Street, NW"]


def test_null_and_empty_mean_not_given(acme_api):
    body = application_body({"contact.unit": "", "identity.middle_name": None, "trusted_contact": None})

    response = acme_api.post("/v1/accounts", body)

    assert response.status_code == 200
    assert "trusted_contact" not in response.json()
    assert "unit" not in response.json()["contact"]


def test_documents_that_the_client_library_does_not_know_are_other(acme_api):
    opened = acme_api.post("/v1/accounts", application_body({"documents.0.document_type": "w9"})).json()
    plain = acme_api.post(
        "/v1/accounts", application_body({"documents.0": {"document_type": "w9", "content": "/9j/Cg=="}})
    ).json()

    assert [opened["documents"][0][name] for name in ("document_type", "document_sub_type")] == ["other", "passport"]
    assert [plain["documents"][0][name] for name in ("document_type", "document_sub_type")] == ["other", "w9"]


def test_the_tax_id_is_in_no_answer_and_no_log(acme_api, caplog):
    caplog.set_level(logging.DEBUG)

    opened = acme_api.post("/v1/accounts", application_body())
    refused = acme_api.post("/v1/accounts", application_body({"identity.tax_id": "666-55-4321"}))
    read = acme_api.get(f"/v1/accounts/{opened.json()['id']}")
    listed = acme_api.get("/v1/accounts")

    said = "".join(response.content.decode() for response in (opened, refused, read, listed)) + caplog.text
    assert "55-4321" not in said
    assert "554321" not in said
    assert '"tax_id":' not in said


def test_the_same_email_is_a_conflict(acme_api, refused):
    acme_api.post("/v1/accounts", SAMPLE_APPLICATION)

    assert refused(SAMPLE_APPLICATION)[:2] == (409, 40910000)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", 40010000),
        ("", 42200000),
        ("[]", 40010000),
        ('"text"', 40010000),
        ("null", 40010000),
        ('{"contact": NaN}', 40010000),
        (b"\xff\xfe", 40010000),
    ],
)
def test_a_body_that_is_no_json_object_is_malformed(refused, body, code):
    status, answered, _ = refused(body)

    assert (status, answered) == ((400, 40010000) if code == 40010000 else (422, 40010001))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("contact", "text"),
        ("contact", []),
        ("identity", 5),
        ("disclosures", True),
        ("agreements", {}),
        ("agreements.0", "text"),
        ("documents", {}),
        ("documents.0", 1),
        ("trusted_contact", []),
        ("enabled_assets", "us_equity"),
        ("contact.street_address", "1 First St"),
        ("identity.funding_source", "savings"),
        ("disclosures.context", {}),
        ("disclosures.context.0", []),
        ("trading_configurations", []),
        ("beneficiaries", {}),
        ("cash_interest", []),
    ],
)
def test_another_structure_than_the_contracts_is_malformed(refused, path, value):
    status, code, message = refused(application_body({path: value}))

    assert (status, code) == (400, 40010000)
    assert "must be an" in message


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("contact.local_city", "null\u0000character", "contact.local_city"),
        ("contact.city", "half a pair \ud800", "contact.city"),
        ("beneficiaries", [{"name": "\u0000"}], "beneficiaries.0.name"),
        ("beneficiaries", [{"\u0000": "name"}], "a name in beneficiaries.0"),
    ],
)
def test_a_text_that_cannot_be_stored_is_named_with_its_field(refused, path, value, where):
    status, code, message = refused(application_body({path: value}))

    assert (status, code) == (400, 40010000)
    assert message == f"{where} must not hold null characters or halves of surrogate pairs"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("contact.city", 5, "must be a string"),
        ("contact.city", {"name": "San Mateo"}, "must be a string"),
        ("contact.email_address", True, "must be a string"),
        ("contact.email_address", "", "is required"),
        ("contact.email_address", "john", "must be an e-mail address, with one @ between a name and a domain"),
        ("identity.date_of_birth", "01/01/1990", "must be a date in the form YYYY-MM-DD"),
        ("identity.date_of_birth", "1990-1-1", "must be a date in the form YYYY-MM-DD"),
        ("identity.date_of_birth", "1990-02-30", "must be a date in the form YYYY-MM-DD"),
        ("identity.date_of_birth", 19900101, "must be a date in the form YYYY-MM-DD"),
        ("identity.annual_income_min", "a lot", "must be a number"),
        ("identity.annual_income_min", True, "must be a number"),
        ("identity.annual_income_min", 0.001, "must have at most two decimals"),
        ("identity.annual_income_min", -1, "must be zero or more, and below a trillion dollars"),
        ("identity.annual_income_min", 1e30, "must be a number of dollars"),
        ("identity.number_of_dependents", 1.5, "must be a whole number"),
        ("identity.number_of_dependents", "two", "must be a whole number"),
        ("identity.permanent_resident", "yes", "must be true or false"),
        ("disclosures.is_control_person", "false", "must be true or false"),
        ("disclosures.is_control_person", None, "is required"),
        ("agreements.0.signed_at", "2020-09-11T18:09:33", "must be a time in RFC 3339, such as 2020-09-11T18:09:33Z"),
        ("agreements.0.signed_at", "yesterday", "must be a time in RFC 3339, such as 2020-09-11T18:09:33Z"),
        ("agreements.0.ip_address", "::1", "must be an IPv4 address"),
        ("documents.0.content", "not base64!", "must be base64"),
        ("documents.0.content", 5, "must be base64"),
        ("primary_account_holder_id", "first", "is not a valid UUID"),
        ("currency", "EUR", "must be USD: accounts are kept in no other currency"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_field(refused, path, value, sentence):
    status, code, errors = refused(application_body({path: value}))

    assert (status, code) == (422, 40010001)
    assert errors == {path: [sentence]}


@pytest.mark.parametrize(
    "path",
    [
        *("enabled_assets", "account_type", "identity.tax_id_type", "identity.visa_type", "identity.funding_source"),
        *("identity.liquidity_needs", "identity.investment_experience_with_stocks", "identity.risk_tolerance"),
        *("identity.investment_objective", "identity.investment_time_horizon", "identity.marital_status"),
        *("disclosures.employment_status", "disclosures.employment_sector", "disclosures.context.0.context_type"),
        *("agreements.0.agreement", "documents.0.document_type", "documents.0.mime_type"),
    ],
)
def test_a_word_that_no_enumeration_has_is_refused_with_those_that_it_has(refused, path):
    value = ["nonsense"] if path in ("enabled_assets", "identity.funding_source") else "nonsense"

    status, code, errors = refused(application_body({path: value}))

    assert (status, code, list(errors)) == (422, 40010001, [path])
    assert errors[path][0].startswith("must be one of ")


def test_what_cannot_be_read_and_what_cannot_be_are_named_together(refused):
    body = application_body(
        {
            "contact.city": 5,
            "contact.state": "",
            "identity.date_of_birth": "soon",
            "identity.tax_id": "111-11-1111",
            "agreements.1.ip_address": "nowhere",
            "agreements.2.agreement": "nonsense",
        },
        without=("disclosures",),
    )

    _, _, errors = refused(body)

    assert set(errors) == {
        "contact.city",
        "contact.state",
        "identity.date_of_birth",
        "identity.tax_id",
        "disclosures",
        "agreements.1.ip_address",
        "agreements.2.agreement",
    }


def test_a_post_office_box_is_refused_in_the_published_words(acme_api):
    answer = acme_api.post("/v1/accounts", application_body({"contact.street_address": ["PO Box 12"]})).json()

    assert (answer["code"], answer["message"]) == (40010001, "street_address cannot be a P.O. Box")


def test_production_refuses_fixtures(refused, settings):
    settings.STRIKEBOOK_MODE = "production"

    status, code, message = refused(application_body({"additional_information": "/fixtures/status=ACTIVE/fixtures/"}))

    assert (status, code, message) == (422, 42210000, "fixtures are offered in the sandbox only")


def test_an_account_that_is_unknown_or_foreign_is_not_authorized(acme, globex_api):
    account = make_account(acme.correspondent)

    for account_id in (account.pk, nowhere()):
        response = globex_api.get(f"/v1/accounts/{account_id}")
        assert (response.status_code, response.json()) == (
            401,
            {"code": 40110000, "message": "request is not authorized"},
        )


def test_a_firm_account_is_read_by_its_id_and_has_no_holder(acme, acme_api):
    answer = acme_api.get(f"/v1/accounts/{acme.firm_account.pk}").json()

    assert (answer["status"], answer["account_number"]) == ("ACTIVE", acme.firm_account.account_number)
    assert not {"contact", "identity", "disclosures", "agreements", "documents", "trusted_contact"} & set(answer)


def test_reading_an_account_takes_a_constant_number_of_queries(acme, acme_api, django_assert_num_queries):
    account = make_account(acme.correspondent)

    with django_assert_num_queries(5):  # key; account with its holder; agreements; documents; answers
        acme_api.get(f"/v1/accounts/{account.pk}")


def test_no_method_but_those_of_the_contract(acme_api):
    response = acme_api.put("/v1/accounts", {})

    assert (response.status_code, response.json()["code"]) == (405, 40510000)


@pytest.mark.parametrize("field", ["identity.funding_source", "enabled_assets"])
def test_an_empty_word_in_a_list_is_refused(acme_api, field):
    answer = acme_api.post("/v1/accounts", application_body({field: [""]}))

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)
    assert field in answer.json()["errors"]
    assert not Account.objects.customers().exists()
