"""`PATCH /v1/accounts/{account_id}`."""

import pytest

from accounts.models import Account
from brokerage.models import Event
from tests.factories import application_body, make_account, nowhere


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent)


@pytest.fixture
def refused(acme_api, account):
    """Send what must be refused; answer status, code and errors once it is sure that nothing changed."""

    def patch(body):
        path = f"/v1/accounts/{account.pk}"
        before = acme_api.get(path).json(), Event.objects.count()
        response = acme_api.patch(path, body)
        assert (acme_api.get(path).json(), Event.objects.count()) == before
        answer = response.json()
        return response.status_code, answer["code"], answer.get("errors", answer["message"])

    return patch


def test_what_options_need_is_patched_onto_an_existing_account(acme, acme_api):
    answers = [name for name in application_body()["identity"] if "_min" in name or "_max" in name]
    answers += ["risk_tolerance", "marital_status", "number_of_dependents"]
    account = make_account(acme.correspondent)
    account.suitability.all().delete()
    identity = {name: application_body()["identity"][name] for name in answers}
    agreement = {"agreement": "options_agreement", "signed_at": "2024-01-24T10:00:00Z", "ip_address": "185.13.21.99"}

    response = acme_api.patch(
        f"/v1/accounts/{account.pk}",
        {
            "identity": identity,
            "liquidity_needs": "important",
            "agreements": [agreement],
            "enabled_assets": ["us_option"],
        },
    )

    changed = response.json()
    assert response.status_code == 200
    assert {name: changed["identity"][name] for name in answers} == identity
    assert changed["identity"]["liquidity_needs"] == "important"
    assert changed["agreements"][-1] == agreement | {"revision": "01.2024.05"}
    assert changed["enabled_assets"] == ["us_equity", "crypto", "us_option"]
    assert changed == acme_api.get(f"/v1/accounts/{account.pk}").json()


def test_every_section_can_be_changed_in_part(account, acme_api):
    changed = acme_api.patch(
        f"/v1/accounts/{account.pk}",
        {
            "contact": {"phone_number": "+15551234567", "unit": ""},
            "identity": {"middle_name": "Quincy", "annual_income_max": 20000.0},
            "disclosures": {"employment_status": "student", "context": []},
            "trusted_contact": {"phone_number": "+15557654321"},
            "allow_instant_ach": True,
        },
    ).json()

    assert changed["contact"]["phone_number"] == "+15551234567"
    assert changed["contact"]["city"] == "San Mateo"
    assert "unit" not in changed["contact"]
    assert (changed["identity"]["middle_name"], changed["identity"]["annual_income_max"]) == ("Quincy", "20000")
    assert changed["disclosures"]["employment_status"] == "STUDENT"
    assert "context" not in changed["disclosures"]
    assert changed["trusted_contact"]["given_name"] == "Jane"
    assert changed["allow_instant_ach"] is True


def test_a_material_edit_answers_with_the_account_under_review(account, acme_api):
    changed = acme_api.patch(f"/v1/accounts/{account.pk}", {"contact": {"city": "Oakland"}}).json()

    assert changed["status"] == "ACCOUNT_UPDATED"


def test_null_and_an_empty_body_leave_everything_as_it_is(account, acme_api):
    before = acme_api.get(f"/v1/accounts/{account.pk}").json()

    for body in ({}, {"contact": None}, {"contact": {"city": None}, "identity": {}}):
        assert acme_api.patch(f"/v1/accounts/{account.pk}", body).json() == before


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"status": "ACTIVE"}, {"status": ["cannot be updated"]}),
        ({"documents": []}, {"documents": ["cannot be updated"]}),
        (
            {"account_type": "ira", "currency": "EUR"},
            {"account_type": ["cannot be updated"], "currency": ["cannot be updated"]},
        ),
        ({"contact": {"fax": "1"}}, {"contact.fax": ["cannot be updated"]}),
        ({"identity": {"tax_id": "124-55-4322"}}, {"identity.tax_id": ["cannot be updated"]}),
        ({"identity": {"date_of_birth": "1991-01-01"}}, {"identity.date_of_birth": ["cannot be updated"]}),
        ({"contact": {"city": 5}}, {"contact.city": ["must be a string"]}),
        ({"contact": {"postal_code": "1"}}, {"contact.postal_code": ["must begin with five digits"]}),
        ({"enabled_assets": ["nonsense"]}, {"enabled_assets": ["must be one of us_equity, us_option, crypto, ipo"]}),
    ],
)
def test_what_cannot_be_updated_is_named(refused, body, errors):
    assert refused(body) == (422, 40010001, errors)


@pytest.mark.parametrize("body", ["{", "[]", {"contact": []}, {"agreements": {}}, {"primary_account_holder_id": "x"}])
def test_a_malformed_change_is_refused(refused, body):
    assert refused(body)[:2] == (400, 40010000)


def test_an_account_that_is_unknown_or_foreign_is_not_authorized(account, globex_api):
    for account_id in (account.pk, nowhere()):
        response = globex_api.patch(f"/v1/accounts/{account_id}", {"contact": {"city": "Oakland"}})
        assert (response.status_code, response.json()["code"]) == (401, 40110000)

    assert Account.objects.get(pk=account.pk).contact.city == "San Mateo"
