"""Who the holder is and how to reach them: what is required, what cannot be (contract 2.1.7)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from accounts.rules.applications import ContactDetails, IdentityDetails, TrustedContactDetails
from accounts.rules.places import COUNTRIES, is_usa_state
from accounts.rules.text import (
    LONGEST_NAME,
    LONGEST_STATE,
    Fault,
    ascii_text,
    email_faults,
    phone_faults,
    required,
    short_text,
)

USA = "USA"
MOST_STREET_LINES = 3
OF_AGE = 18
LONGEST_POSTAL_CODE = 10
_PO_BOX = re.compile(r"\b(p\.?\s*o\.?\s*box|post\s+office\s+box|box\s*#|box\s+\d)", re.IGNORECASE)


def contact_faults(contact: ContactDetails, *, tax_residence: str) -> Iterator[Fault]:
    """Yield what is wrong with the contact section of a holder who pays taxes in `tax_residence`."""
    is_usa = USA in (tax_residence, contact.country)
    yield from required("email_address", contact.email_address)
    yield from email_faults("email_address", contact.email_address)
    yield from phone_faults("phone_number", contact.phone_number)
    yield from street_faults(contact.street_address)
    yield from ascii_text("unit", contact.unit, native="local_unit")
    yield from required("city", contact.city)
    yield from ascii_text("city", contact.city, native="local_city")
    if tax_residence == USA and contact.city.isdigit():
        yield "city", "must not be digits only"
    if is_usa:
        yield from required("state", contact.state)
    yield from state_faults(contact.state, is_usa=is_usa)
    yield from postal_code_faults(contact.postal_code, is_usa=is_usa)
    yield from country_faults("country", contact.country)
    for column in fields(contact):
        if column.name.startswith("local_"):
            yield from short_text(column.name, getattr(contact, column.name))


def street_faults(lines: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what is wrong with the street: a home, in at most three lines, never a P.O. Box."""
    yield from required("street_address", lines)
    if len(lines) > MOST_STREET_LINES:
        yield "street_address", f"must have at most {MOST_STREET_LINES} lines"
    for line in lines:
        yield from ascii_text("street_address", line, native="local_street_address")
    whole = " ".join(lines)
    if lines and len(whole) <= 1:
        yield "street_address", "must be longer than one character"
    elif lines and whole.replace(" ", "").isdigit():
        yield "street_address", "must not be digits only"
    if _PO_BOX.search(whole):
        yield "street_address", "street_address cannot be a P.O. Box"


def state_faults(state: str, *, is_usa: bool) -> Iterator[Fault]:
    """Yield what is wrong with a state; in the USA it is a code or a full name."""
    yield from ascii_text("state", state, longest=LONGEST_STATE, native="local_state")
    if state.isdigit():
        yield "state", "must not be digits only"
    elif state and is_usa and not is_usa_state(state):
        yield "state", "must be a state of the USA, as its two-letter code or its full name"


def postal_code_faults(postal_code: str, *, is_usa: bool) -> Iterator[Fault]:
    """Yield what is wrong with a postal code; the USA needs one that begins with five digits."""
    yield from ascii_text("postal_code", postal_code, longest=LONGEST_POSTAL_CODE)
    if is_usa:
        yield from required("postal_code", postal_code)
        if postal_code and not re.match(r"[0-9]{5}", postal_code):
            yield "postal_code", "must begin with five digits"


def country_faults(field: str, country: str) -> Iterator[Fault]:
    """Yield a fault unless `country` is absent or an ISO 3166-1 alpha-3 code."""
    if country and country not in COUNTRIES:
        yield field, "must be an ISO 3166-1 alpha-3 country code, such as USA"


def identity_faults(identity: IdentityDetails, *, today: date) -> Iterator[Fault]:
    """Yield what is wrong with the identity section, tax id and age aside, on the New York date `today`."""
    for name in ("given_name", "family_name"):
        yield from required(name, getattr(identity, name))
    for name in ("given_name", "middle_name", "family_name"):
        yield from ascii_text(name, getattr(identity, name), longest=LONGEST_NAME, native=f"local_{name}")
        yield from short_text(f"local_{name}", getattr(identity, f"local_{name}"))
    yield from required("date_of_birth", identity.date_of_birth)
    if identity.date_of_birth and identity.date_of_birth >= today:
        yield "date_of_birth", "must be in the past"
    yield from required("country_of_tax_residence", identity.country_of_tax_residence)
    for name in ("country_of_tax_residence", "country_of_citizenship", "country_of_birth"):
        yield from country_faults(name, getattr(identity, name))
    if identity.visa_type:
        yield from required("visa_expiration_date", identity.visa_expiration_date)
    if identity.visa_type in ("B1", "B2"):
        yield from required("date_of_departure_from_usa", identity.date_of_departure_from_usa)
    yield from required("funding_source", identity.funding_source)


def age_faults(identity: IdentityDetails, *, today: date) -> Iterator[Fault]:
    """Yield a fault where the applicant is a minor on the day of opening (AA-7).

    A custodial account is a grown-up's: the minor it is for is in `minor_identity`.
    """
    born = identity.date_of_birth
    if born and born < today and age_on(today, born) < OF_AGE:
        yield "date_of_birth", f"must be of somebody who is {OF_AGE} or older"


def age_on(day: date, date_of_birth: date) -> int:
    """Answer the age in whole years; somebody born on 29 February has their birthday on 1 March otherwise."""
    had_birthday = (day.month, day.day) >= (date_of_birth.month, date_of_birth.day)
    return day.year - date_of_birth.year - (not had_birthday)


# Who the holder is does not change: a tax id, birthday or country in error goes through a person.
IMMUTABLE = ("date_of_birth", "tax_id", "tax_id_type", "country_of_tax_residence", "country_of_birth")


def immutable_faults(before: IdentityDetails, changed: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each unchangeable field that is sent with another value than it has.

    A client that reads an account and sends the whole section back changes nothing.
    """
    for name in IMMUTABLE:
        if name in changed and changed[name] != getattr(before, name):
            yield name, "cannot be updated"


def trusted_contact_faults(trusted: TrustedContactDetails) -> Iterator[Fault]:
    """Yield what is wrong with the trusted contact: a name, and at least one way to reach it."""
    for name in ("given_name", "family_name"):
        yield from required(name, getattr(trusted, name))
        yield from short_text(name, getattr(trusted, name))
    if not (trusted.email_address or trusted.phone_number or trusted.street_address):
        yield "email_address", "is required unless phone_number or street_address is given"
    yield from email_faults("email_address", trusted.email_address)
    yield from phone_faults("phone_number", trusted.phone_number)
    for line in trusted.street_address:
        yield from short_text("street_address", line)
    for name, longest in (("city", 200), ("state", LONGEST_STATE), ("postal_code", 20)):
        yield from short_text(name, getattr(trusted, name), longest=longest)
    if trusted.street_address:
        for name in ("city", "state", "postal_code", "country"):
            yield from required(name, getattr(trusted, name))
    yield from country_faults("country", trusted.country)
