"""`POST /v1/accounts/{id}/actions/close`, and the older DELETE (contract/accounts.md 2.6)."""

import pytest

from accounts.choices import AccountStatus
from accounts.models import Account
from brokerage.models import Event
from tests.factories import application_body, make_account, nowhere
from tests.ledger import deposit


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes={"contact.email_address": "leaver@example.com"})


def close(client, account_id):
    return client.post(f"/v1/accounts/{account_id}/actions/close")


@pytest.mark.parametrize("verb", ["post", "delete"])
def test_an_empty_account_is_closed_and_stays_as_a_record(account, acme_api, verb):
    path = f"/v1/accounts/{account.pk}"

    response = acme_api.delete(path) if verb == "delete" else close(acme_api, account.pk)

    assert (response.status_code, response.content) == (204, b"")
    account.refresh_from_db()
    assert account.status == AccountStatus.ACCOUNT_CLOSED
    assert account.closed_at is not None
    assert acme_api.get(path).json()["status"] == "ACCOUNT_CLOSED"
    newest = Event.objects.filter(account_id=account.pk).order_by("-id").first()
    assert (newest.type, newest.payload) == (
        "account.status_changed",
        {"status_from": "ACTIVE", "status_to": "ACCOUNT_CLOSED"},
    )


def test_closing_twice_changes_nothing(account, acme_api):
    close(acme_api, account.pk)
    before = Account.objects.values().get(pk=account.pk), Event.objects.count()

    assert close(acme_api, account.pk).status_code == 204

    assert (Account.objects.values().get(pk=account.pk), Event.objects.count()) == before


def test_the_address_of_a_closed_account_is_free_again(account, acme_api):
    body = application_body({"contact.email_address": "leaver@example.com"})
    assert acme_api.post("/v1/accounts", body).status_code == 409

    close(acme_api, account.pk)

    assert acme_api.post("/v1/accounts", body).status_code == 200


@pytest.mark.parametrize("verb", ["post", "delete"])
def test_an_account_that_is_unknown_or_anothers_is_404(account, acme_api, globex_api, verb):
    before = Event.objects.count()

    for client, account_id in ((acme_api, nowhere()), (globex_api, account.pk)):
        path = f"/v1/accounts/{account_id}"
        response = client.delete(path) if verb == "delete" else client.post(f"{path}/actions/close")
        assert (response.status_code, response.json()["code"]) == (404, 40410000)

    account.refresh_from_db()
    assert (account.status, Event.objects.count()) == (AccountStatus.ACTIVE, before)


def test_a_firm_account_is_not_closed(acme, acme_api):
    response = close(acme_api, acme.firm_account.pk)

    assert response.status_code == 422
    assert Account.objects.get(pk=acme.firm_account.pk).status == AccountStatus.ACTIVE


def test_later_writes_to_a_closed_account_are_refused(acme, account, acme_api):
    close(acme_api, account.pk)
    before = Account.objects.values().get(pk=account.pk), Event.objects.count()
    path, trading = f"/v1/accounts/{account.pk}", f"/v1/trading/accounts/{account.pk}"
    order = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
    journal = {
        "entry_type": "JNLC",
        "from_account": str(acme.firm_account.pk),
        "to_account": str(account.pk),
        "amount": "1",
    }
    agreement = {"agreement": "margin_agreement", "signed_at": "2024-01-24T10:00:00Z", "ip_address": "185.13.21.99"}

    answers = {
        "patch": acme_api.patch(path, {"contact": {"city": "Oakland"}}),
        "agreement": acme_api.patch(path, {"agreements": [agreement]}),
        "configure": acme_api.patch(f"{trading}/account/configurations", {"suspend_trade": True}),
        "upload": acme_api.post(f"{path}/documents/upload", []),
        "cip": acme_api.post(f"{path}/cip", {"provider_name": ["alloy"], "kyc": {"id": "1"}}),
        "options": acme_api.post(f"{path}/options/approval", {"level": 1}),
        "order": acme_api.post(f"{trading}/orders", order),
        "journal": acme_api.post("/v1/journals", journal),
    }

    assert {act: answer.status_code >= 400 for act, answer in answers.items()} == dict.fromkeys(answers, True)
    told = Event.objects.exclude(type="order_request.refused")  # that it was refused is told, and nothing else
    assert (Account.objects.values().get(pk=account.pk), told.count()) == before


def test_what_stands_in_the_way_is_said_as_facts(account, acme_api):
    deposit(account, "125.50")
    before = Event.objects.count()

    response = close(acme_api, account.pk)

    assert response.status_code == 422
    assert response.json() == {
        "code": 42210000,
        "message": f"account {account.account_number} cannot be closed: it has $125.50 in cash",
        "blockers": [{"kind": "cash", "count": 1, "detail": "$125.50 in cash"}],
    }
    account.refresh_from_db()
    assert (account.status, account.closed_at, Event.objects.count()) == (AccountStatus.ACTIVE, None, before)
