from dataclasses import replace
from datetime import date

import pytest

from accounts.rules.applications import ContactDetails, IdentityDetails, TrustedContactDetails
from accounts.rules.people import (
    age_faults,
    contact_faults,
    identity_faults,
    immutable_faults,
    postal_code_faults,
    street_faults,
    trusted_contact_faults,
)
from accounts.rules.places import COUNTRIES, USA_STATES

TODAY = date(2024, 1, 24)
CONTACT = ContactDetails(
    email_address="john@example.com",
    street_address=("20 N San Mateo Dr",),
    city="San Mateo",
    state="CA",
    postal_code="94401",
    country="USA",
)
IDENTITY = IdentityDetails(
    given_name="John",
    family_name="Doe",
    date_of_birth=date(1990, 1, 1),
    tax_id="124-55-4321",
    tax_id_type="USA_SSN",
    country_of_tax_residence="USA",
    funding_source=("employment_income",),
)


def contact(residence="USA", **changes):
    return list(contact_faults(replace(CONTACT, **changes), tax_residence=residence))


def identity(**changes):
    return list(identity_faults(replace(IDENTITY, **changes), today=TODAY))


def test_the_sample_holder_has_no_faults():
    assert contact() == []
    assert identity() == []


def test_every_missing_contact_field_of_a_usa_holder_is_named():
    assert list(contact_faults(ContactDetails(), tax_residence="USA")) == [
        ("email_address", "is required"),
        ("street_address", "is required"),
        ("city", "is required"),
        ("state", "is required"),
        ("postal_code", "is required"),
    ]


def test_a_holder_abroad_needs_neither_state_nor_postal_code():
    assert contact("GBR", country="GBR", state="", postal_code="", city="London") == []


@pytest.mark.parametrize("residence_and_country", [("USA", "GBR"), ("GBR", "USA")])
def test_a_state_is_required_where_either_country_is_the_usa(residence_and_country):
    residence, country = residence_and_country

    assert ("state", "is required") in contact(residence, country=country, state="")


@pytest.mark.parametrize("state", ["CA", "ca", "California", "new york", "DC", "AA", "AE", "AP"])
def test_a_state_is_a_code_or_a_full_name(state):
    assert contact(state=state) == []


@pytest.mark.parametrize("state", ["Cali", "XX", "Ontario"])
def test_what_is_no_state_of_the_usa_is_refused_there_and_accepted_elsewhere(state):
    assert [field for field, _ in contact(state=state)] == ["state"]
    assert contact("CAN", country="CAN", state=state) == []


def test_a_state_has_at_most_50_characters_and_is_not_a_number():
    assert contact("CAN", country="CAN", state="a" * 50) == []
    assert contact("CAN", country="CAN", state="a" * 51) == [("state", "must have at most 50 characters, found 51")]
    assert contact("CAN", country="CAN", state="12") == [("state", "must not be digits only")]


def test_a_city_of_digits_is_refused_in_the_usa_only():
    assert contact(city="12345") == [("city", "must not be digits only")]
    assert contact("GBR", city="12345", country="GBR") == []


@pytest.mark.parametrize("code", ["94401", "94401-1234"])
def test_a_usa_postal_code_begins_with_five_digits(code):
    assert list(postal_code_faults(code, is_usa=True)) == []


@pytest.mark.parametrize("code", ["9440", "9440A", "A9440", "94401-12345"])
def test_any_other_usa_postal_code_is_refused(code):
    assert [field for field, _ in postal_code_faults(code, is_usa=True)] == ["postal_code"]


def test_a_foreign_postal_code_has_at_most_ten_characters():
    assert list(postal_code_faults("K1A 0B6", is_usa=False)) == []
    assert list(postal_code_faults("1234567890A", is_usa=False)) == [
        ("postal_code", "must have at most 10 characters, found 11")
    ]


@pytest.mark.parametrize(
    "street",
    [
        "PO Box 12",
        "po box 12",
        "P.O. Box 12",
        "P. O. Box 12",
        "P.O.Box 12",
        "POBox 12",
        "P O BOX 12",
        "Post Office Box 12",
        "12 Main St, Box #3",
        "Box 12",
    ],
)
def test_a_post_office_box_is_refused_with_the_published_sentence(street):
    assert list(street_faults((street,))) == [("street_address", "street_address cannot be a P.O. Box")]


@pytest.mark.parametrize("street", ["12 Boxwood Ln", "1 Postbox Row", "7 Box Hill Rd", "4 Polk Street"])
def test_a_street_that_only_sounds_like_a_box_is_accepted(street):
    assert list(street_faults((street,))) == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("a",), "must be longer than one character"),
        (("12345",), "must not be digits only"),
        (("1 First St", "Floor 2", "Back", "Left"), "must have at most 3 lines"),
        (("Straße 1",), "must be in printable ASCII characters; native script goes to local_street_address"),
    ],
)
def test_an_impossible_street_is_refused(lines, sentence):
    assert list(street_faults(lines)) == [("street_address", sentence)]


def test_two_characters_and_three_lines_are_a_street():
    assert list(street_faults(("1a",))) == []
    assert list(street_faults(("1 First St", "Floor 2", "Back"))) == []


@pytest.mark.parametrize("country", ["US", "usa", "XXX", "United States"])
def test_a_country_is_an_alpha_3_code(country):
    assert ("country", "must be an ISO 3166-1 alpha-3 country code, such as USA") in contact(country=country)


def test_there_are_249_countries_and_59_states():
    assert len(COUNTRIES) == 249
    assert len(USA_STATES) == 59


def test_every_missing_field_of_an_identity_is_named():
    assert list(identity_faults(IdentityDetails(), today=TODAY)) == [
        ("given_name", "is required"),
        ("family_name", "is required"),
        ("date_of_birth", "is required"),
        ("country_of_tax_residence", "is required"),
        ("funding_source", "is required"),
    ]


def test_a_name_in_native_script_goes_to_its_companion():
    assert identity(given_name="Jürgen") == [
        ("given_name", "must be in printable ASCII characters; native script goes to local_given_name")
    ]
    assert identity(given_name="Juergen", local_given_name="Jürgen") == []


def test_a_birthday_lies_in_the_past():
    assert identity(date_of_birth=date(2024, 1, 23)) == []
    assert identity(date_of_birth=TODAY) == [("date_of_birth", "must be in the past")]


def test_a_visa_brings_its_expiration_and_a_visitor_the_departure():
    assert identity(visa_type="H1B") == [("visa_expiration_date", "is required")]
    assert identity(visa_type="B1", visa_expiration_date=date(2025, 1, 1)) == [
        ("date_of_departure_from_usa", "is required")
    ]
    assert identity(visa_type="H1B", visa_expiration_date=date(2025, 1, 1)) == []


def test_who_the_holder_is_cannot_be_updated_but_may_be_sent_back():
    assert list(immutable_faults(IDENTITY, {"date_of_birth": date(1990, 1, 1), "given_name": "Jack"})) == []
    assert list(immutable_faults(IDENTITY, {"date_of_birth": date(1991, 1, 1), "country_of_birth": "GBR"})) == [
        ("date_of_birth", "cannot be updated"),
        ("country_of_birth", "cannot be updated"),
    ]


@pytest.mark.parametrize("way", [{"email_address": "jane@example.com"}, {"phone_number": "555-666-7788"}])
def test_a_trusted_contact_needs_a_name_and_one_way_to_reach_it(way):
    assert list(trusted_contact_faults(TrustedContactDetails(given_name="Jane", family_name="Doe", **way))) == []


def test_a_trusted_contact_who_cannot_be_reached_is_refused():
    assert list(trusted_contact_faults(TrustedContactDetails())) == [
        ("given_name", "is required"),
        ("family_name", "is required"),
        ("email_address", "is required unless phone_number or street_address is given"),
    ]


def test_a_trusted_contact_reached_by_street_needs_the_whole_address():
    trusted = TrustedContactDetails(given_name="Jane", family_name="Doe", street_address=("1 First St",))

    assert [field for field, _ in trusted_contact_faults(trusted)] == ["city", "state", "postal_code", "country"]


@pytest.mark.parametrize(
    ("born", "faults"),
    [
        (date(2006, 1, 24), []),
        (date(2006, 1, 25), [("date_of_birth", "must be of somebody who is 18 or older")]),
        (date(2024, 1, 23), [("date_of_birth", "must be of somebody who is 18 or older")]),
        (None, []),
    ],
)
def test_a_minor_opens_no_account(born, faults):
    assert list(age_faults(replace(IDENTITY, date_of_birth=born), today=date(2024, 1, 24))) == faults
