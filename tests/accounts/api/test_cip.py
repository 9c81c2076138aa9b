"""What a partner's own identity check found (contract/accounts.md 2.6)."""

import orjson
import pytest

from accounts.choices import AccountStatus
from accounts.models import Account, CipRecord
from brokerage.models import Event
from tests.factories import make_account, nowhere

REPORT = {
    "provider_name": ["alloy", "onfido"],
    "kyc": {
        "id": "CHECK-1",
        "risk_level": "LOW",
        "applicant_name": "John Doe",
        "date_of_birth": "1990-01-01",
        "check_completed_at": "2021-05-27T20:14:07Z",
        "approval_status": "approved",
        "approved_reason": "all clear",
    },
    "identity": {"id": "ID-1", "result": "clear", "tax_id": "clear", "address": "clear", "date_of_birth": "clear"},
    "watchlist": {"id": "W-1", "result": "clear", "records": "[]"},
}


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent)


@pytest.fixture
def path(account):
    return f"/v1/accounts/{account.pk}/cip"


def test_a_check_is_kept_as_it_was_sent_and_sealed(account, acme_api, path):
    posted = acme_api.post(path, REPORT)

    shown = acme_api.get(path).json()
    assert posted.status_code == 200
    assert shown == posted.json()
    assert {name: shown[name] for name in REPORT} == REPORT
    assert (shown["account_id"], shown["document"], shown["photo"]) == (str(account.pk), None, None)
    assert shown["created_at"] == shown["updated_at"]
    assert b"John Doe" not in bytes(CipRecord.objects.get().sections_sealed)


def test_a_clear_check_passes_and_the_stream_says_so(account, acme_api, path):
    acme_api.post(path, REPORT)

    expected = {
        "reject": {},
        "accept": {
            "ADDRESS_VERIFICATION": {},
            "DATE_OF_BIRTH": {},
            "IDENTITY_VERIFICATION": {},
            "TAX_IDENTIFICATION": {},
            "WATCHLIST_HIT": {},
        },
        "indeterminate": {},
        "additional_information": "all clear",
        "summary": "pass",
    }
    assert acme_api.get(f"/v1/accounts/{account.pk}").json()["kyc_results"] == expected
    newest = Event.objects.filter(account_id=account.pk).order_by("-id").first()
    assert (newest.type, newest.payload) == ("account.kyc_checked", {"kyc_results": expected})


@pytest.mark.parametrize(
    ("sections", "results"),
    [
        (
            {"watchlist": {"result": "consider"}},
            {"reject": {}, "accept": {}, "indeterminate": {"WATCHLIST_HIT": {}}, "summary": "fail"},
        ),
        (
            {"kyc": {"approval_status": "rejected"}, "photo": {"result": "consider"}},
            {"reject": {"SELFIE_VERIFICATION": {}}, "accept": {}, "indeterminate": {}, "summary": "fail"},
        ),
        (
            {"kyc": {"approval_status": "rejected"}},
            {"reject": {"IDENTITY_VERIFICATION": {}}, "accept": {}, "indeterminate": {}, "summary": "fail"},
        ),
        (
            {"kyc": {"approval_status": "approved"}, "identity": {"result": "consider", "tax_id": "clear"}},
            {
                "reject": {},
                "accept": {"TAX_IDENTIFICATION": {}},
                "indeterminate": {"IDENTITY_VERIFICATION": {}},
                "summary": "pass",
            },
        ),
    ],
)
def test_what_is_not_clear_is_told_by_its_name(account, acme_api, path, sections, results):
    acme_api.post(path, {"provider_name": ["jumio"], **sections})

    account.refresh_from_db()
    assert account.kyc_results == results | {"additional_information": ""}
    assert account.status == AccountStatus.ACTIVE


def test_the_newest_check_counts_and_earlier_ones_stay(account, acme_api, path):
    first = acme_api.post(path, REPORT).json()
    second = acme_api.post(path, REPORT | {"provider_name": ["veriff"]}).json()

    assert (second["provider_name"], second["created_at"]) == (["veriff"], first["created_at"])
    assert second["id"] != first["id"]
    assert CipRecord.objects.count() == 2
    assert Event.objects.filter(type="account.kyc_checked").count() == 1


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (
            {"provider_name": None},
            {"provider_name": ["is required, as an array of alloy, trulioo, onfido, veriff, jumio, getmati"]},
        ),
        (
            {"provider_name": ["acme"]},
            {"provider_name": ["must be one of alloy, trulioo, onfido, veriff, jumio, getmati"]},
        ),
        ({"identity": {"result": "fine"}}, {"identity.result": ["must be one of clear, consider"]}),
        ({"photo": {"status": "done"}}, {"photo.status": ["must be one of complete, withdrawn"]}),
        ({"kyc": {"approval_status": "yes"}}, {"kyc.approval_status": ["must be one of approved, rejected"]}),
        (
            {"kyc": {"approved_at": "today"}},
            {"kyc.approved_at": ["must be a time in RFC 3339, such as 2020-09-11T18:09:33Z"]},
        ),
    ],
)
def test_every_fault_of_a_check_is_named_and_nothing_is_kept(account, acme_api, path, change, errors):
    before = Event.objects.count()

    response = acme_api.post(path, REPORT | change)

    assert (response.status_code, response.json()["errors"]) == (422, errors)
    assert (CipRecord.objects.count(), Event.objects.count()) == (0, before)


def test_a_check_that_found_nothing_is_refused(acme_api, path):
    response = acme_api.post(path, {"provider_name": ["alloy"]})

    assert list(response.json()["errors"]) == ["kyc"]


@pytest.mark.parametrize("body", [[], REPORT | {"kyc": "ok"}, REPORT | {"provider_name": "alloy"}])
def test_a_malformed_check_is_400(acme_api, path, body):
    response = acme_api.post(path, body)

    assert (response.status_code, CipRecord.objects.count()) == (400, 0)


def test_without_a_check_there_is_nothing_to_get(acme_api, path):
    response = acme_api.get(path)

    assert (response.status_code, response.json()["code"]) == (404, 40410000)


def test_the_neighbor_and_the_firm_have_none(acme, acme_api, globex_api, path):
    assert globex_api.get(path).status_code == 404
    assert globex_api.post(path, REPORT).status_code == 404
    assert acme_api.post(f"/v1/accounts/{nowhere()}/cip", REPORT).status_code == 404
    assert acme_api.post(f"/v1/accounts/{acme.firm_account.pk}/cip", REPORT).status_code == 422
    assert CipRecord.objects.count() == 0


def test_the_events_carry_no_identity(account, acme_api, path):
    acme_api.post(path, REPORT)

    printed = orjson.dumps(list(Event.objects.values_list("payload", flat=True)))
    assert b"1990" not in printed
    assert Account.objects.get(pk=account.pk).kyc_results["summary"] == "pass"
