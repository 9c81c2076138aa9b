import pytest

from accounts.choices import TaxIdType
from accounts.rules.tax_ids import tax_id_faults


def faults(tax_id, tax_id_type=TaxIdType.USA_SSN, *, is_required=True):
    return list(tax_id_faults(tax_id, tax_id_type, is_required=is_required))


@pytest.mark.parametrize("tax_id", ["124-55-4321", "124554321", "001-01-0001", "665-01-0001", "899-99-9998"])
@pytest.mark.parametrize("tax_id_type", [TaxIdType.USA_SSN, TaxIdType.USA_ITIN])
def test_a_possible_us_tax_id_is_accepted(tax_id, tax_id_type):
    assert faults(tax_id, tax_id_type) == []


@pytest.mark.parametrize(
    ("tax_id", "sentence"),
    [
        ("12-55-4321", "must have exactly 9 digits, dashes aside"),
        ("1245-55-4321", "must have exactly 9 digits, dashes aside"),
        ("12A-55-4321", "must have exactly 9 digits, dashes aside"),
        ("000-12-3457", "must not begin with 000 or 666"),
        ("666-55-4321", "must not begin with 000 or 666"),
        ("124-00-4321", "must not have 00 as its fourth and fifth digits"),
        ("124-55-0000", "must not end in 0000"),
        ("111-11-1111", "must not be one digit repeated"),
        ("000-00-0000", "must not be one digit repeated"),
        ("123-45-6789", "must not be a run of rising or falling digits"),
        ("987-65-4321", "must not be a run of rising or falling digits"),
    ],
)
def test_an_impossible_us_tax_id_is_refused(tax_id, sentence):
    assert faults(tax_id) == [("tax_id", sentence)]


def test_every_fault_of_a_us_tax_id_is_named():
    assert [sentence for _, sentence in faults("666-00-0000")] == [
        "must not begin with 000 or 666",
        "must not have 00 as its fourth and fifth digits",
        "must not end in 0000",
    ]


@pytest.mark.parametrize("tax_id", ["90", "QQ123456C", "20-12345678-3", "1.934.567+8", "A" * 38 + "10"])
def test_a_foreign_tax_id_has_2_to_40_letters_digits_and_marks(tax_id):
    assert faults(tax_id, TaxIdType.GBR_NINO) == []


@pytest.mark.parametrize(
    ("tax_id", "sentence"),
    [
        ("A1" * 20 + "2", "must have at most 40 characters, found 41"),
        ("QQ 123456", "must consist of letters, digits, '-', '.' and '+'"),
        ("QQ/123456", "must consist of letters, digits, '-', '.' and '+'"),
        ("ABCDEF", "must contain digits"),
        ("7777777", "must not be one digit repeated"),
        ("1234567", "must not be a run of rising or falling digits"),
        (" 90135", "must not start or end with a space"),
        ("\u00b2\u00b3\u00b9", "must be in printable ASCII characters"),
    ],
)
def test_an_impossible_foreign_tax_id_is_refused(tax_id, sentence):
    assert ("tax_id", sentence) in faults(tax_id, TaxIdType.OTHER_GOV_ID)


def test_one_character_is_no_tax_id():
    assert ("tax_id", "must have at least 2 characters") in faults("7", TaxIdType.OTHER_GOV_ID)


def test_a_securities_account_needs_a_tax_id_and_its_type():
    assert faults("", "") == [("tax_id_type", "is required"), ("tax_id", "is required")]


def test_a_type_brings_its_id_along_unless_it_says_that_there_is_none():
    assert faults("", TaxIdType.DEU_TAX_ID, is_required=False) == [("tax_id", "is required")]
    assert faults("", TaxIdType.NOT_SPECIFIED, is_required=False) == []


@pytest.mark.parametrize("tax_id", ["666-00-0000", "12A-55-4321", "QQ/123456", "7777777"])
def test_no_sentence_repeats_the_tax_id(tax_id):
    assert not any(tax_id in sentence for _, sentence in faults(tax_id))
