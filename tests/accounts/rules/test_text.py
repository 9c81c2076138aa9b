import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.text import ascii_text, email_faults, phone_faults, registered_form, short_text, without_alias

HIDDEN_AS_PRINTED = "[email\u00a0protected]"


def said(faults):
    return [sentence for _, sentence in faults]


@pytest.mark.parametrize("text", ["", " ", "~", "20 N San Mateo Dr", "O'Brien-Smith #3", "a" * 200])
def test_printable_ascii_without_outer_spaces_is_accepted(text):
    assert said(ascii_text("city", text.strip(" "))) == []


@pytest.mark.parametrize("text", ["Zürich", "東京", "tab\there", "new\nline", "no-break\u00a0space", "\x7f", "\x1f"])
def test_anything_but_printable_ascii_is_refused_and_says_where_native_script_goes(text):
    assert said(ascii_text("city", text, native="local_city")) == [
        "must be in printable ASCII characters; native script goes to local_city"
    ]


@pytest.mark.parametrize("text", [" Doe", "Doe ", "  Doe  "])
def test_spaces_around_a_value_are_refused(text):
    assert said(ascii_text("family_name", text)) == ["must not start or end with a space"]


def test_a_value_may_fill_its_column_and_no_more():
    assert said(short_text("unit", "a" * 200)) == []
    assert said(short_text("unit", "a" * 201)) == ["must have at most 200 characters, found 201"]


@pytest.mark.parametrize(
    "email",
    [
        "john@example.com",
        "JOHN@EXAMPLE.COM",
        "o'brien.j_d-1@mail.example.co.uk",
        "j+covered.call@example.com",
        "a" * 48 + "@example.com",
        "a" * 48 + "+" + "x" * 100 + "@example.com",
        HIDDEN_AS_PRINTED,
        "[email protected]",
    ],
)
def test_an_email_address_is_accepted(email):
    assert said(email_faults("email_address", email)) == []


@pytest.mark.parametrize(
    "email",
    [
        "john",
        "john@",
        "@example.com",
        "+alias@example.com",
        "john@example",
        "john@@example.com",
        "john@exam ple.com",
        "john doe@example.com",
        "john@example.com,jane@example.com",
        "[email hidden]",
    ],
)
def test_an_obviously_broken_email_address_is_refused(email):
    assert said(email_faults("email_address", email)) == [
        "must be an e-mail address, with one @ between a name and a domain"
    ]


def test_an_email_address_has_at_most_60_characters_without_its_alias():
    assert said(email_faults("email_address", "a" * 49 + "@example.com")) == [
        "must have at most 60 characters after removing an alias"
    ]


def test_an_alias_may_not_be_endless():
    assert said(email_faults("email_address", "a+" + "x" * 300 + "@example.com")) == [
        "must have at most 254 characters, found 314"
    ]


@pytest.mark.parametrize(
    ("email", "registered"),
    [
        ("John@Example.com", "john@example.com"),
        ("john+one@example.com", "john+one@example.com"),
        (HIDDEN_AS_PRINTED, HIDDEN_AS_PRINTED),
    ],
)
def test_case_makes_no_other_registration_and_an_alias_does(email, registered):
    assert registered_form(email) == registered


@given(st.emails())
def test_removing_an_alias_twice_removes_nothing_more(email):
    assert without_alias(without_alias(email)) == without_alias(email)


@pytest.mark.parametrize(
    "phone", ["", "+15555555555", "555-666-7788", "(020) 7946 0958", "1234567", "+123456789012345"]
)
def test_a_possible_phone_number_is_accepted(phone):
    assert said(phone_faults("phone_number", phone)) == []


@pytest.mark.parametrize("phone", ["123456", "1234567890123456", "555-CALL-NOW", "++15555555555", "٥٥٥٦٦٦٧٧٨٨"])
def test_an_impossible_phone_number_is_refused(phone):
    assert said(phone_faults("phone_number", phone)) == [
        "must be a phone number of 7 to 15 digits, such as +15555555555"
    ]
