"""What a bank account looks like on paper."""

from dataclasses import replace
from itertools import product

import pytest

from trading.funding_errors import BankDetailsInvalid
from trading.rules.bank_details import (
    AchDetails,
    BankDetails,
    has_check_digit,
    last_four,
    review_ach,
    review_bank,
)

ACH = AchDetails("John Doe", "CHECKING", "32131231abc", "121000358", "everyday")
ABA = BankDetails("Bank of Example", "121000358", "ABA", "000123456789")
BIC = BankDetails(
    "Bank of Example",
    "ABNANL2A",
    "BIC",
    "NL91ABNA0417164300",
    "NLD",
    "Noord-Holland",
    "1082 PP",
    "Amsterdam",
    "Gustav Mahlerlaan 10",
    {"intermediary_bank1_bic": "IRVTUS3NXXX"},
)


@pytest.mark.parametrize("number", ["121000358", "021000021", "011401533"])
def test_a_routing_number_has_its_check_digit(number):
    assert has_check_digit(number)


def test_one_wrong_digit_is_no_routing_number():
    right = "121000358"

    wrong = [right[:place] + digit + right[place + 1 :] for place, digit in product(range(9), "0123456789")]

    assert [number for number in wrong if number != right and has_check_digit(number)] == []


@pytest.mark.parametrize("number", ["000000000", "12100035", "1210003580", "12100035a", "１21000358", ""])
def test_other_than_nine_digits_is_no_routing_number(number):
    assert not has_check_digit(number)


@pytest.mark.parametrize(
    "details", [ACH, replace(ACH, bank_account_type="SAVINGS"), AchDetails(processor_token="pt-1")]
)
def test_an_ach_relationship_has_its_numbers_or_a_token_alone(details):
    review_ach(details)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"account_owner_name": " "}, "account_owner_name", "is required"),
        ({"account_owner_name": "x" * 201}, "account_owner_name", "must have at most 200 characters"),
        ({"bank_account_type": ""}, "bank_account_type", "must be CHECKING or SAVINGS"),
        ({"bank_account_number": ""}, "bank_account_number", "is required"),
        ({"bank_account_number": "123"}, "bank_account_number", "must have 4 to 17 letters and digits"),
        ({"bank_account_number": "1" * 18}, "bank_account_number", "must have 4 to 17 letters and digits"),
        ({"bank_routing_number": ""}, "bank_routing_number", "is required"),
        ({"bank_routing_number": "12345"}, "bank_routing_number", "must have nine digits"),
        (
            {"bank_routing_number": "121000359"},
            "bank_routing_number",
            "is not a routing number: its check digit is wrong",
        ),
        ({"nickname": "x" * 121}, "nickname", "must have at most 120 characters"),
        ({"processor_token": "pt-1"}, "bank_account_number", "should be empty where processor_token is given"),
    ],
)
def test_what_no_ach_relationship_can_be(changes, field, sentence):
    with pytest.raises(BankDetailsInvalid) as refused:
        review_ach(replace(ACH, **changes))

    assert refused.value.errors[field] == [sentence]
    assert (refused.value.http_status, refused.value.code) == (400, 40010001)


@pytest.mark.parametrize("details", [ABA, BIC])
def test_a_bank_is_at_home_or_abroad(details):
    review_bank(details)


@pytest.mark.parametrize(
    ("details", "changes", "field", "sentence"),
    [
        (ABA, {"name": ""}, "name", "is required"),
        (ABA, {"bank_code_type": "SORT"}, "bank_code_type", "must be ABA or BIC"),
        (ABA, {"bank_code": "121000359"}, "bank_code", "is not a routing number: its check digit is wrong"),
        (ABA, {"account_number": "12 34 56"}, "account_number", "must have 4 to 17 letters and digits"),
        (BIC, {"bank_code": "abnanl2a"}, "bank_code", "must be a BIC of eight or eleven capital letters and digits"),
        (BIC, {"bank_code": "ABNANL2AX"}, "bank_code", "must be a BIC of eight or eleven capital letters and digits"),
        (BIC, {"account_number": "1" * 35}, "account_number", "must have 4 to 34 letters and digits"),
        (BIC, {"country": ""}, "country", "is required with a BIC"),
        (BIC, {"city": ""}, "city", "is required with a BIC"),
        (BIC, {"postal_code": "10"}, "postal_code", "must have at least 3 characters"),
        (BIC, {"extra_fields": {"memo": "x"}}, "extra_fields.memo", "is not known"),
        (
            BIC,
            {"extra_fields": {"intermediary_bank2_bic": "no"}},
            "extra_fields.intermediary_bank2_bic",
            "must be a BIC of eight or eleven capital letters and digits",
        ),
    ],
)
def test_what_no_bank_can_be(details, changes, field, sentence):
    with pytest.raises(BankDetailsInvalid) as refused:
        review_bank(replace(details, **changes))

    assert refused.value.errors[field] == [sentence]


@pytest.mark.parametrize(("number", "shown"), [("1234", ""), ("123456", "56"), ("12345678", "5678"), ("", "")])
def test_four_characters_of_a_number_always_stay_hidden(number, shown):
    assert last_four(number) == shown


def test_a_number_is_in_no_representation():
    assert ACH.bank_account_number not in repr(ACH)
    assert BIC.account_number not in repr(BIC)
