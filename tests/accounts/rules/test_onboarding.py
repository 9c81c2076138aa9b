from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from accounts.choices import AccountStatus
from accounts.errors import (
    AccountInputInvalid,
    IllegalStatusChange,
    PrimaryHolderHasSections,
    UnknownStatusFixture,
)
from accounts.rules.applications import AccountApplication, ConfigurationChanges
from accounts.rules.disclosures import FLAGS
from accounts.rules.onboarding import (
    FIXTURE_STATUSES,
    TRANSITIONS,
    application_faults,
    is_material,
    require_transition,
    review_application,
    sandbox_step,
    status_fixture,
)
from tests.factories import make_application, nowhere

TODAY = date(2024, 1, 24)
S = AccountStatus


@pytest.mark.parametrize(("status_from", "status_to"), list(product(AccountStatus, AccountStatus)))
def test_an_account_moves_only_where_the_table_says(status_from, status_to):
    if status_to in TRANSITIONS[status_from]:
        require_transition(status_from, status_to)
        return

    with pytest.raises(IllegalStatusChange) as refusal:
        require_transition(status_from, status_to)

    assert str(refusal.value) == f"an account cannot go from {status_from} to {status_to}"


def test_the_table_has_every_status_and_no_move_to_itself():
    assert set(TRANSITIONS) == set(AccountStatus)
    assert not any(status in moves for status, moves in TRANSITIONS.items())


def test_a_closed_account_stays_closed_and_every_other_that_opened_can_close():
    assert TRANSITIONS[S.ACCOUNT_CLOSED] == frozenset()
    assert all(S.ACCOUNT_CLOSED in TRANSITIONS[status] for status in set(S) - {S.ACCOUNT_CLOSED, S.INACTIVE})


@pytest.mark.parametrize("is_pinned", [False, True])
@pytest.mark.parametrize("status", AccountStatus)
def test_the_sandbox_moves_what_no_fixture_pinned(status, is_pinned):
    steps = (
        {S.ACCOUNT_UPDATED: S.ACTIVE}
        if is_pinned
        else {
            S.SUBMITTED: S.APPROVED,
            S.APPROVED: S.ACTIVE,
            S.ACCOUNT_UPDATED: S.ACTIVE,
        }
    )

    step = sandbox_step(status, is_pinned=is_pinned)

    assert step == steps.get(status)
    if step is not None:
        require_transition(status, step)


@pytest.mark.parametrize("status", FIXTURE_STATUSES)
def test_a_fixture_names_a_status(status):
    assert status_fixture(f"/fixtures/status={status}/fixtures/") is status


@pytest.mark.parametrize("text", ["", "referred by a friend", "/fixtures/", "status=ACTIVE"])
def test_other_information_is_no_fixture(text):
    assert status_fixture(text) is None


@pytest.mark.parametrize("status", ["", "active", "ONBOARDING", "INACTIVE", "NONSENSE"])
def test_a_fixture_with_another_status_is_refused(status):
    with pytest.raises(UnknownStatusFixture):
        status_fixture(f"/fixtures/status={status}/fixtures/")


def test_the_overviews_sample_may_be_opened():
    review_application(make_application(), today=TODAY)


def test_an_empty_application_names_its_four_sections():
    assert application_faults(AccountApplication(), today=TODAY) == {
        "contact": ["is required"],
        "identity": ["is required"],
        "disclosures": ["is required"],
        "agreements": ["is required"],
    }


def test_every_field_at_fault_is_named_at_once():
    application = make_application()
    application = replace(
        application,
        contact=replace(application.contact, city="", street_address=("PO Box 1",)),
        identity=replace(application.identity, tax_id="111-11-1111"),
        trusted_contact=replace(application.trusted_contact, given_name=""),
        agreements=(replace(application.agreements[0], ip_address="nowhere"),),
        trading_configurations=ConfigurationChanges(max_options_trading_level=4, max_margin_multiplier="3"),
        currency="EUR",
        account_sub_type="roth",
    )

    with pytest.raises(AccountInputInvalid) as refusal:
        review_application(application, today=TODAY)

    assert refusal.value.errors == {
        "contact.street_address": ["street_address cannot be a P.O. Box"],
        "contact.city": ["is required"],
        "identity.tax_id": ["must not be one digit repeated"],
        "trusted_contact.given_name": ["is required"],
        "agreements.0.ip_address": ["must be an IPv4 address"],
        "trading_configurations.max_options_trading_level": ["must be from 0 to 3"],
        "trading_configurations.max_margin_multiplier": ["must be one of 1, 2, 4"],
        "currency": ["must be USD: accounts are kept in no other currency"],
        "account_sub_type": ["is for accounts of type ira only"],
    }


def test_a_published_sentence_stands_alone_and_others_name_their_field():
    refusal = AccountInputInvalid(
        {"contact.street_address": ["street_address cannot be a P.O. Box"], "contact.city": ["is required"]}
    )

    assert str(refusal) == "street_address cannot be a P.O. Box; contact.city: is required"
    assert refusal.body() == {
        "code": 40010001,
        "message": "street_address cannot be a P.O. Box; contact.city: is required",
        "errors": {
            "contact.street_address": ["street_address cannot be a P.O. Box"],
            "contact.city": ["is required"],
        },
    }


def test_an_account_without_securities_may_do_without_a_tax_id():
    application = make_application({"enabled_assets": ["crypto"], "identity.tax_id_type": "NOT_SPECIFIED"})
    application = replace(application, identity=replace(application.identity, tax_id=""))

    assert application_faults(application, today=TODAY) == {}
    assert application_faults(replace(application, enabled_assets=("us_equity",)), today=TODAY) == {
        "identity.tax_id": ["is required"]
    }


def test_a_further_account_of_a_holder_comes_without_another_person():
    application = replace(make_application(), primary_account_holder_id=nowhere())

    with pytest.raises(PrimaryHolderHasSections):
        review_application(application, today=TODAY)

    review_application(replace(application, contact=None, identity=None), today=TODAY)


NO = dict.fromkeys(FLAGS, False)
YES = dict.fromkeys(FLAGS, True)


@pytest.mark.parametrize(
    "field",
    [
        *("identity.given_name", "identity.family_name", "identity.country_of_citizenship"),
        *("contact.street_address", "contact.unit", "contact.city", "contact.state", "contact.postal_code"),
        *("disclosures.employer_name", "disclosures.employment_position"),
    ],
)
def test_who_where_and_employer_are_material(field):
    assert is_material([field], before=NO, after=NO)


@pytest.mark.parametrize(
    "field", ["contact.phone_number", "contact.email_address", "identity.middle_name", "suitability.risk_tolerance"]
)
def test_other_edits_are_not_material(field):
    assert not is_material([field], before=NO, after=NO)


@pytest.mark.parametrize("flag", FLAGS)
def test_a_new_yes_is_material_and_a_new_no_is_not(flag):
    assert is_material([f"disclosures.{flag}"], before=NO, after=NO | {flag: True})
    assert not is_material([f"disclosures.{flag}"], before=YES, after=YES | {flag: False})
