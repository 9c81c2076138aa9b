"""`GET /v1/accounts`."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import AccountStatus
from accounts.models import Account
from tests.factories import change_row, make_account

SECTIONS = {
    *("agreements", "contact", "disclosures", "documents", "identity", "trading_configurations", "trusted_contact")
}


@pytest.fixture
def listed(acme_api):
    """List accounts and answer their names."""

    def names(**query):
        response = acme_api.get("/v1/accounts", query)
        assert response.status_code == 200, response.json()
        return [account["account_name"] for account in response.json()]

    return names


@pytest.fixture
def three(acme):
    """Ann, Bob and Cid, opened an hour apart, Ann first."""
    opened_at = datetime(2024, 1, 24, 15, tzinfo=UTC)
    people = {
        "Ann": {"identity.family_name": "Ash", "contact.phone_number": "+1 (555) 010-1234"},
        "Bob": {"identity.family_name": "Birch", "contact.phone_number": "555-020-5678"},
        "Cid": {"identity.family_name": "Cedar", "contact.phone_number": None},
    }
    return [
        make_account(
            acme.correspondent,
            changes={"identity.given_name": name, "contact.email_address": f"{name}@Tree.example"} | changes,
            created_at=opened_at + timedelta(hours=hour),
        )
        for hour, (name, changes) in enumerate(people.items())
    ]


def test_the_newest_come_first_unless_asked_otherwise(three, listed):
    assert listed() == listed(sort="desc") == ["Cid Cedar", "Bob Birch", "Ann Ash"]
    assert listed(sort="asc") == ["Ann Ash", "Bob Birch", "Cid Cedar"]


def test_a_neighbors_and_the_firms_accounts_are_not_listed(three, globex, globex_api):
    make_account(globex.correspondent, changes={"identity.given_name": "Eve"})

    assert [account["account_name"] for account in globex_api.get("/v1/accounts").json()] == ["Eve Doe"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ann", ["Ann Ash"]),
        ("ASH ann", ["Ann Ash"]),
        ("ann birch", []),
        ("tree.example", ["Cid Cedar", "Bob Birch", "Ann Ash"]),
        ("bob@tree.example", ["Bob Birch"]),
        ("5550101234", ["Ann Ash"]),
        ("555-020", ["Bob Birch"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("  ", ["Cid Cedar", "Bob Birch", "Ann Ash"]),
    ],
)
def test_every_token_is_in_name_number_phone_or_email(three, listed, query, names):
    assert listed(query=query) == names


def test_an_account_is_found_by_its_number(three, listed):
    assert listed(query=three[1].account_number) == ["Bob Birch"]


def test_several_statuses_are_any_of_them(three, listed):
    change_row(three[0], status=AccountStatus.ACCOUNT_CLOSED)
    Account.objects.filter(pk=three[1].pk).update(status=AccountStatus.REJECTED)

    assert listed(status="ACTIVE") == ["Cid Cedar"]
    assert listed(status=["ACTIVE", "REJECTED"]) == ["Cid Cedar", "Bob Birch"]
    assert listed(status="ACTIVE,REJECTED") == ["Cid Cedar", "Bob Birch"]
    assert listed(status="PAPER_ONLY") == []


def test_the_bounds_of_creation_are_inclusive(three, listed):
    middle = "2024-01-24T16:00:00+00:00"

    assert listed(created_after=middle) == ["Cid Cedar", "Bob Birch"]
    assert listed(created_before=middle) == ["Bob Birch", "Ann Ash"]
    assert listed(created_after=middle, created_before=middle) == ["Bob Birch"]
    assert listed(created_after="2024-01-24T16:00:00.000001Z") == ["Cid Cedar"]
    assert listed(created_after="2024-01-25") == []


def test_sections_are_those_asked_for_and_all_by_default(three, acme_api):
    everything = acme_api.get("/v1/accounts").json()[0]
    some = acme_api.get("/v1/accounts", {"entities": "contact,identity"}).json()[0]

    assert set(everything) >= SECTIONS
    assert set(some) & SECTIONS == {"contact", "identity"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "NONSENSE"}, "status"),
        ({"sort": "up"}, "sort"),
        ({"entities": "contact,secrets"}, "entities"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"created_before": "2024-01-24T16:00:00"}, "created_before"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(acme_api, query, field):
    response = acme_api.get("/v1/accounts", query)

    assert (response.status_code, response.json()["code"]) == (422, 40010001)
    assert list(response.json()["errors"]) == [field]


def test_other_parameters_are_ignored(three, listed):
    assert len(listed(params="", whatever="1")) == 3


def test_a_list_of_one_and_of_fifty_take_the_same_queries(acme, acme_api):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as taken:
            response = acme_api.get("/v1/accounts")
        return len(taken), len(response.json())

    make_account(acme.correspondent)
    one = queries()
    for _ in range(49):
        make_account(acme.correspondent)
    fifty = queries()

    assert (one, fifty) == ((5, 1), (5, 50))


def test_a_thousand_accounts_are_listed_and_no_more(acme, acme_api):
    account = make_account(acme.correspondent)
    now = account.created_at
    Account.objects.bulk_create(
        Account(
            correspondent=acme.correspondent,
            name=f"Holder {number}",
            status=AccountStatus.ACTIVE,
            opened_by=acme.api_user,
            created_at=now - timedelta(seconds=number),
        )
        for number in range(1, 1001)
    )

    names = [account["account_name"] for account in acme_api.get("/v1/accounts", {"entities": "contact"}).json()]

    assert (len(names), names[0], names[-1]) == (1000, "John Doe", "Holder 999")
