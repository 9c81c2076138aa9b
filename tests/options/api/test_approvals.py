from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.choices import AccountStatus
from accounts.models import Correspondent
from accounts.services.onboarding import advance_opening, open_account
from accounts.services.users import system_user
from options.models import OptionsApplication
from tests.factories import change_row, make_account, make_application, nowhere
from tests.options.applicants import SOUND_ANSWERS

LIST = "/v1/accounts/options/approvals"


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes=SOUND_ANSWERS)


def approval(account):
    return f"/v1/accounts/{account.pk}/options/approval"


def fixed(level, status, granted=None):
    return {"level": level, "fixtures": {"status": status} | ({"level": granted} if granted is not None else {})}


@pytest.mark.parametrize(
    ("body", "status", "granted", "level"),
    [
        (fixed(1, "APPROVED"), "APPROVED", 1, 1),
        (fixed(2, "REJECTED"), "REJECTED", None, 0),
        (fixed(2, "LOWER_LEVEL_APPROVED", 1), "LOWER_LEVEL_APPROVED", 1, 1),
        (fixed(2, "PENDING"), "PENDING", None, 0),
    ],
)
def test_the_overviews_fixtures_do_what_it_says(acme_api, account, body, status, granted, level):
    response = acme_api.post(approval(account), body)

    shown = response.json()
    account.refresh_from_db()
    assert response.status_code == 200
    assert (shown["account_id"], shown["requested_level"]) == (str(account.pk), body["level"])
    assert (shown["status"], shown.get("approved_level")) == (status, granted)
    assert shown["requester"] == "CORRESPONDENT"
    assert ("approved_level" in shown) == (granted is not None)
    assert UUID(shown["id"]) == OptionsApplication.objects.get().pk
    assert datetime.fromisoformat(shown["created_at"]) == datetime.fromisoformat(shown["updated_at"])
    assert account.options_approved_level == level


@pytest.mark.parametrize(
    ("answers", "level", "status"),
    [
        ({}, 1, "APPROVED"),
        ({}, 2, "APPROVED"),
        ({"identity.annual_income_min": "20000"}, 2, "LOWER_LEVEL_APPROVED"),
    ],
)
def test_without_a_fixture_the_answers_decide(acme, acme_api, answers, level, status):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS | answers)

    response = acme_api.post(approval(account), {"level": level})

    assert (response.status_code, response.json()["status"]) == (200, status)


def test_an_existing_account_gets_options_by_the_overviews_steps(acme, acme_api):
    answers = {path: value for path, value in SOUND_ANSWERS.items() if path.startswith("identity.")}
    answers["identity.marital_status"] = "SINGLE"
    account = _open_without_options(acme, without=tuple(answers))
    missing = acme_api.post(approval(account), {"level": 2})

    identity = {path.removeprefix("identity."): value for path, value in answers.items()}
    acme_api.patch(f"/v1/accounts/{account.pk}", {"identity": identity, "agreements": [signed("options_agreement")]})
    response = acme_api.post(approval(account), {"level": 2})

    account.refresh_from_db()
    assert missing.status_code == 422
    assert set(missing.json()["errors"]) == {*answers, "agreements", "disclosure_document"}
    assert response.json()["status"] == "APPROVED"
    assert (account.options_approved_level, account.enabled_assets) == (2, ["us_equity", "us_option"])


def signed(agreement):
    return {"agreement": agreement, "signed_at": "2020-09-11T18:13:44Z", "ip_address": "185.13.21.99"}


def _open_without_options(acme, without):
    changes = {
        "enabled_assets": ["us_equity"],
        "agreements": [signed("customer_agreement") | {"revision": "16.2021.05"}],
        "disclosures.is_affiliated_exchange_or_finra": False,
        "disclosures.context": [],
    }
    account = open_account(actor=acme.api_user, application=make_application(changes, without=without))
    while account.status != AccountStatus.ACTIVE:
        account = advance_opening(actor=system_user(), account_id=account.pk)
    return account


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({}, "level", "is required"),
        ({"level": None}, "level", "must not be null"),
        ({"level": "2"}, "level", "must be an integer"),
        ({"level": "two"}, "level", "must be an integer"),
        ({"level": 1.5}, "level", "must be an integer"),
        ({"level": True}, "level", "must be an integer"),
        ({"level": 3}, "level", "options level 3 is not supported, request level 1 or 2"),
        ({"level": 0}, "level", "options level 0 is not supported, request level 1 or 2"),
        ({"level": 2, "fixtures": {}}, "fixtures.status", "is required"),
        (fixed(2, "MAYBE"), "fixtures.status", 'must be a known value, found "MAYBE"'),
        (fixed(2, "LOWER_LEVEL_APPROVED"), "fixtures.level", "is required with LOWER_LEVEL_APPROVED"),
        (fixed(2, "LOWER_LEVEL_APPROVED", 2), "fixtures.level", "must be below the requested level 2"),
        (fixed(2, "LOWER_LEVEL_APPROVED", "1"), "fixtures.level", "must be an integer"),
    ],
    ids=str,
)
def test_a_bad_request_names_the_field_and_changes_nothing(acme_api, account, body, field, said):
    response = acme_api.post(approval(account), body)

    assert (response.status_code, response.json()["code"]) == (422, 40010001)
    assert response.json()["message"].startswith(f"{field}: {said}")
    assert not OptionsApplication.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", '"2"', '{"level": NaN}'])
def test_a_malformed_body_is_refused(acme_api, account, body):
    response = acme_api.post(approval(account), body)

    assert response.status_code in (400, 422)
    assert response.json()["code"] in (40010000, 40010001)
    assert not OptionsApplication.objects.exists()


def test_fixtures_of_another_shape_are_malformed(acme_api, account):
    response = acme_api.post(approval(account), {"level": 2, "fixtures": "APPROVED"})

    assert (response.status_code, response.json()["code"]) == (400, 40010000)


def test_a_fixture_in_production_is_refused(acme_api, account, settings):
    settings.STRIKEBOOK_MODE = "production"

    response = acme_api.post(approval(account), fixed(2, "APPROVED"))

    assert (response.status_code, response.json()["code"]) == (422, 40010001)
    assert response.json()["message"] == "fixtures: approval fixtures exist in the sandbox only"


def test_an_account_without_options_is_told_how_to_get_them(acme, acme_api):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"enabled_assets": ["us_equity"]})

    refused = [acme_api.post(approval(account), body) for body in ({"level": 1}, fixed(1, "APPROVED"))]
    enabled = acme_api.patch(
        f"/v1/accounts/{account.pk}",
        {"enabled_assets": ["us_option"], "agreements": [signed("options_agreement")]},
    )
    approved = acme_api.post(approval(account), {"level": 1})

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(422, 42210000)] * 2
    assert "add us_option to enabled_assets" in refused[0].json()["message"]
    assert enabled.status_code == 200
    assert approved.json()["status"] == "APPROVED"
    assert OptionsApplication.objects.count() == 1


def test_a_suspended_relationship_is_told_apart_from_a_pending_request(acme, acme_api, account):
    acme_api.post(approval(account), fixed(2, "PENDING"))

    pending = acme_api.post(approval(account), {"level": 1})
    change_row(account, status="ACCOUNT_CLOSED")
    closed = acme_api.post(approval(account), {"level": 1})
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(options_enabled=False)
    off = acme_api.post(approval(account), {"level": 1})

    assert (pending.status_code, pending.json()["code"]) == (422, 42210000)
    assert "pending_request_id" in pending.json()
    assert (closed.status_code, closed.json()["code"]) == (422, 42210000)
    assert (off.status_code, off.json()["code"]) == (401, 40110000)


def test_a_neighbors_account_and_an_unknown_one_look_the_same(globex_api, account):
    unknown = f"/v1/accounts/{nowhere()}/options/approval"

    answers = [globex_api.post(path, {"level": 1}) for path in (approval(account), unknown)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (401, {"code": 40110000, "message": "request is not authorized"})
    ] * 2
    assert not OptionsApplication.objects.exists()


def test_nobody_asks_for_a_level(account):
    assert Client().post(approval(account), {"level": 1}).status_code == 401
    assert Client().get(LIST).status_code == 401


# --- The list ------------------------------------------------------------------------------------


@pytest.fixture
def five(acme, acme_api, account):
    other = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    for one, body in (
        (account, fixed(2, "REJECTED")),
        (account, fixed(2, "LOWER_LEVEL_APPROVED", 1)),
        (account, fixed(2, "APPROVED")),
        (other, fixed(1, "APPROVED")),
        (other, fixed(2, "PENDING")),
    ):
        assert acme_api.post(approval(one), body).status_code == 200
    return account, other


def listed(response):
    assert response.status_code == 200, response.json()
    return [(one["requested_level"], one["status"]) for one in response.json()["options_approvals"]]


NEWEST_FIRST = [
    (2, "PENDING"),
    (1, "APPROVED"),
    (2, "APPROVED"),
    (2, "LOWER_LEVEL_APPROVED"),
    (2, "REJECTED"),
]


def test_requests_are_listed_newest_first(acme_api, five):
    response = acme_api.get(LIST)

    assert listed(response) == NEWEST_FIRST
    assert response.json()["next_page_token"] is None


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({"requested_level": 1}, [1]),
        ({"approved_level": 1}, [1, 3]),
        ({"approved_level": 2}, [2]),
        ({"status": "REJECTED"}, [4]),
        ({"status": "APPROVED", "requested_level": 2}, [2]),
        ({"requested_level": 3}, []),
        ({"status": ""}, [0, 1, 2, 3, 4]),
    ],
    ids=str,
)
def test_a_filter_keeps_what_it_names(acme_api, five, query, places):
    assert listed(acme_api.get(LIST, query)) == [NEWEST_FIRST[place] for place in places]


def test_one_accounts_requests_are_listed_alone(acme_api, five):
    assert listed(acme_api.get(LIST, {"account_id": five[1].pk})) == NEWEST_FIRST[:2]


@pytest.mark.parametrize("page_size", [1, 2, 4, 5])
def test_pages_hold_every_request_once(acme_api, five, page_size):
    query, found = {"page_size": page_size}, []
    while True:
        page = acme_api.get(LIST, query)
        found += listed(page)
        if page.json()["next_page_token"] is None:
            break
        query["page_token"] = page.json()["next_page_token"]

    assert found == NEWEST_FIRST


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=0", "page_size"),
        ("page_size=1001", "page_size"),
        ("status=MAYBE", "status"),
        ("requested_level=4", "requested_level"),
        ("approved_level=-1", "approved_level"),
        ("account_id=12", "account_id"),
        ("page_token=MTAwMA==", "page_token"),
        ("status=PENDING&status=APPROVED", "status"),
    ],
)
def test_a_bad_parameter_is_a_bad_request_that_names_it(acme_api, five, query, field):
    response = acme_api.get(f"{LIST}?{query}")

    assert (response.status_code, response.json()["code"]) == (400, 40010001)
    assert response.json()["message"].startswith(field)


def test_a_neighbor_sees_none_of_them(globex_api, five):
    assert globex_api.get(LIST).json() == {"options_approvals": [], "next_page_token": None}


@pytest.mark.parametrize("whose", ["foreign", "unknown"])
def test_asking_for_a_neighbors_account_is_forbidden(globex_api, five, whose):
    account_id = five[0].pk if whose == "foreign" else nowhere()

    response = globex_api.get(LIST, {"account_id": account_id})

    assert (response.status_code, response.json()) == (403, {"code": 40310000, "message": "forbidden"})


def test_without_options_the_list_is_forbidden(acme, acme_api, five):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(options_enabled=False)

    assert acme_api.get(LIST).status_code == 403


def test_a_list_costs_the_same_queries_whatever_its_length(acme_api, five):
    with CaptureQueriesContext(connection) as queries:
        acme_api.get(LIST)

    assert len(queries) == 2, "the key, the list"
