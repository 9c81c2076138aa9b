"""Every data validation of contract/accounts.md 2.1.7, when an account is opened and when it is changed.

One row is a field, what it cannot be, and the sentence that says so. Each value is sent by POST and
by PATCH: the answer names that field and no other, and no row, event or audit entry is written.
"""

import pytest

from accounts.models import Account, AuditEntry
from brokerage.models import Event
from tests.factories import application_body, make_account

ASCII = "must be in printable ASCII characters"
SPACES = "must not start or end with a space"
REQUIRED = "is required"
STATE = "must be a state of the USA, as its two-letter code or its full name"
FIVE_DIGITS = "must begin with five digits"
EMAIL = "must be an e-mail address, with one @ between a name and a domain"
PO_BOX = "street_address cannot be a P.O. Box"
DAY = "must be a date in the form YYYY-MM-DD"
RUN = "must not be a run of rising or falling digits"
REPEATED = "must not be one digit repeated"
AREA = "must not begin with 000 or 666"
CHARACTERS = "must consist of letters, digits, '-', '.' and '+'"
NINE_DIGITS = "must have exactly 9 digits, dashes aside"
NO_TYPE = "must be one of USA_SSN"


def script(good, native=""):
    """Answer what no field of text may hold, built from a value that it may."""
    said = f"{ASCII}; native script goes to {native}" if native else ASCII
    start, end = good[:-1], good[-1]
    elsewhere = [f"{start}{character}{end}" for character in ("ß", "\t", "\u00a0", "\x7f")]
    return [(text, said) for text in elsewhere] + [(f" {good}", SPACES), (f"{good} ", SPACES)]


def too_long(most, good="a"):
    return [(good * (most + 1), f"must have at most {most} characters, found {most + 1}")]


FAULTS = {
    "identity.given_name": [*script("John", "local_given_name"), ("", REQUIRED), *too_long(80)],
    "identity.middle_name": [*script("Smith", "local_middle_name"), *too_long(80)],
    "identity.family_name": [*script("Doe", "local_family_name"), ("", REQUIRED), *too_long(80)],
    "contact.street_address": [
        *(([line], said) for line, said in script("20 N San Mateo Dr", "local_street_address")),
        *(([line], PO_BOX) for line in ("PO Box 12", "post office box 12", "P.O. BOX 12", "p.o. box 12", "Box #12")),
        (["20 N San Mateo Dr", "PO Box 12"], PO_BOX),
        ([], REQUIRED),
        (["1"], "must be longer than one character"),
        (["12345"], "must not be digits only"),
        (["12", "345"], "must not be digits only"),
    ],
    "contact.unit": script("Apt 1A", "local_unit"),
    "contact.city": [*script("San Mateo", "local_city"), ("", REQUIRED), ("94401", "must not be digits only")],
    "contact.state": [
        *script("California", "local_state"),
        *too_long(50),
        ("", REQUIRED),
        ("12", "must not be digits only"),
        *((text, STATE) for text in ("XX", "Cali", "Ontario", "CAL")),
    ],
    "contact.postal_code": [
        *script("94401"),
        ("", REQUIRED),
        *((text, FIVE_DIGITS) for text in ("9440", "9440A", "A94401", "94-401")),
        *too_long(10, "9"),
    ],
    "contact.email_address": [
        *script("john@example.com"),
        ("", REQUIRED),
        *((text, EMAIL) for text in ("john", "john@", "@example.com", "+alias@example.com", "a@b@example.com")),
        (f"{'a' * 49}@example.com", "must have at most 60 characters after removing an alias"),
        (f"{'a' * 49}+alias@example.com", "must have at most 60 characters after removing an alias"),
    ],
    "identity.date_of_birth": [
        (text, DAY) for text in ("1990-1-01", "19900101", "1990/01/01", "01-01-1990", "1990-02-30", " 1990-01-01", 1990)
    ],
    "identity.tax_id_type": [(text, NO_TYPE) for text in (" USA_SSN", "USA_SSN ", "USA\tSSN", "usa_ssn", "SSN")],
}
# The tax id of an account never changes, so these are refused when it is opened.
TAX_ID_FAULTS = {
    "USA_SSN": [
        *script("124-55-4321"),
        ("", REQUIRED),
        *((text, NINE_DIGITS) for text in ("124-55-432", "124-55-43210", "124-55-432A", "124.55.4321", "+124554321")),
        *((text, AREA) for text in ("000-55-4321", "666-55-4321", "666554321")),
        ("124-00-4321", "must not have 00 as its fourth and fifth digits"),
        ("124-55-0000", "must not end in 0000"),
        *((text, REPEATED) for text in ("000-00-0000", "111-11-1111", "999999999")),
        *((text, RUN) for text in ("123-45-6789", "987-65-4321", "123456789")),
    ],
    "USA_ITIN": [("666-55-4321", AREA), ("924-55-432", NINE_DIGITS)],
    "DEU_TAX_ID": [
        ("", REQUIRED),
        ("1", "must have at least 2 characters"),
        *too_long(40),
        *((text, CHARACTERS) for text in ("12/345", "12_345", "12 345", "12#345")),
        ("ABC-DEF", "must contain digits"),
        *((text, REPEATED) for text in ("22", "2-2.2+2")),
        *((text, RUN) for text in ("1234", "43.21")),
    ],
}
# What is just within the rules.
GOOD = {
    "identity.given_name": ["J", "a" * 80, "Mary Ann", "O'Neil-~!"],
    "identity.local_given_name": ["ジョン"],
    "identity.local_middle_name": ["スミス"],
    "identity.local_family_name": ["ドウ"],
    "contact.local_street_address": ["Straße 1"],
    "contact.local_unit": ["Wohnung ä"],
    "contact.local_city": ["サンマテオ"],
    "contact.local_state": ["カリフォルニア"],
    "contact.street_address": [["1a"], ["12 Boxwood Ln"], ["1 First St", "Floor 2", "Back"]],
    "contact.state": ["ca", "new york", "DC", "AA", "AE", "AP"],
    "contact.postal_code": ["94401", "94401-1234"],
    "contact.email_address": [f"{'a' * 48}@example.com", f"{'a' * 48}+{'b' * 40}@example.com"],
}
GOOD_TAX_IDS = [
    ("USA_SSN", "124554321"),
    ("USA_ITIN", "912-55-4321"),
    ("DEU_TAX_ID", "13"),
    ("OTHER_GOV_ID", "a.1+" * 10),
]


def everything():
    """Answer how much was ever written: the audit trail has an entry for every row that is."""
    return Account.objects.count(), Event.objects.count(), AuditEntry.objects.count()


def said_of(response):
    """Answer what a refusal says, by field; anything else as its status."""
    answer = response.json()
    return answer["errors"] if (response.status_code, answer.get("code")) == (422, 40010001) else response.status_code


def assert_names(path, said, sentence):
    assert list(said) == [path]
    assert any(one.startswith(sentence) for one in said[path]), said


def at(path, value):
    """Answer a body that holds nothing but `value` under its dotted path."""
    section, name = path.split(".")
    return {section: {name: value}}


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent)


@pytest.mark.parametrize("path", FAULTS)
def test_an_account_is_not_opened_with_what_a_field_cannot_be(acme_api, path):
    before = everything()

    for value, sentence in FAULTS[path]:
        assert_names(path, said_of(acme_api.post("/v1/accounts", application_body({path: value}))), sentence)

    assert everything() == before


@pytest.mark.parametrize("path", FAULTS)
def test_an_account_is_not_changed_to_what_a_field_cannot_be(acme_api, account, path):
    before = everything()

    for value, sentence in FAULTS[path]:
        assert_names(path, said_of(acme_api.patch(f"/v1/accounts/{account.pk}", at(path, value))), sentence)

    assert everything() == before


@pytest.mark.parametrize("scheme", TAX_ID_FAULTS)
def test_an_account_is_not_opened_with_a_tax_id_that_cannot_be_one(acme_api, scheme):
    before = everything()

    for tax_id, sentence in TAX_ID_FAULTS[scheme]:
        body = application_body({"identity.tax_id": tax_id, "identity.tax_id_type": scheme})
        assert_names("identity.tax_id", said_of(acme_api.post("/v1/accounts", body)), sentence)

    assert everything() == before


def test_no_tax_id_is_changed_possible_or_not(acme_api, account):
    before = everything()

    for tax_id in ("124-55-4322", "000-00-0000", "1", " 124-55-4321"):
        said = said_of(acme_api.patch(f"/v1/accounts/{account.pk}", at("identity.tax_id", tax_id)))
        assert_names("identity.tax_id", said, "cannot be updated")

    assert everything() == before


@pytest.mark.parametrize(
    "path",
    [
        *("identity.given_name", "identity.tax_id", "identity.tax_id_type", "identity.date_of_birth"),
        *("contact.street_address", "contact.city", "contact.state", "contact.postal_code", "contact.email_address"),
    ],
)
@pytest.mark.parametrize("is_null", [True, False])
def test_an_account_is_not_opened_without_what_is_required(acme_api, path, is_null):
    body = application_body({path: None}) if is_null else application_body(without=(path,))
    before = everything()

    assert_names(path, said_of(acme_api.post("/v1/accounts", body)), REQUIRED)

    assert everything() == before


@pytest.mark.parametrize("path", GOOD)
def test_what_is_just_within_the_rules_is_kept_as_sent(acme_api, account, path):
    section, name = path.split(".")

    for value in GOOD[path]:
        opened = acme_api.post("/v1/accounts", application_body({path: value})).json()
        assert opened[section][name] == value
        other = value if name != "email_address" else value.replace("a", "b", 1)
        assert acme_api.patch(f"/v1/accounts/{account.pk}", at(path, other)).json()[section][name] == other


@pytest.mark.parametrize(("scheme", "tax_id"), GOOD_TAX_IDS)
def test_a_tax_id_just_within_the_rules_opens_an_account(acme_api, scheme, tax_id):
    body = application_body({"identity.tax_id": tax_id, "identity.tax_id_type": scheme})

    assert acme_api.post("/v1/accounts", body).status_code == 200


def test_abroad_a_city_may_be_a_number_and_a_state_and_a_postal_code_are_not_the_usas(acme_api):
    abroad = {
        "identity.country_of_tax_residence": "GBR",
        "contact.country": "GBR",
        "contact.city": "1770",
        "contact.state": "Kent",
        "contact.postal_code": "CT1 2EH",
    }

    assert acme_api.post("/v1/accounts", application_body(abroad)).status_code == 200


def test_an_account_for_crypto_alone_needs_no_tax_id(acme_api):
    body = application_body({"enabled_assets": ["crypto"], "identity.tax_id_type": "NOT_SPECIFIED"})
    del body["identity"]["tax_id"]

    assert acme_api.post("/v1/accounts", body).status_code == 200
