import pytest

from options.agreement_errors import AgreementTextChanged, SignatureInvalid
from options.rules.agreements import Block, Signature, Signer, read_blocks, require_signature

ADA = Signer("Ada", "King", "Lovelace")


def sign(**changes):
    return Signature(
        **{"full_name": "Ada Lovelace", "digest": "d", "has_document": True, "ip_address": "::1"} | changes
    )


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "ada LOVELACE", "  Ada   King Lovelace ", "Ada King Lovelace", "ＡＤＡ Lovelace"]
)
def test_the_name_may_be_written_in_any_case_and_with_the_middle_name(name):
    require_signature(sign(full_name=name), ADA, digest="d")


def test_an_accent_is_the_same_however_it_is_typed():
    require_signature(sign(full_name="Jose\u0301 Pe\u0301rez"), Signer("José", "", "Pérez"), digest="d")


@pytest.mark.parametrize("name", ["", "Ada", "Ada L.", "Ada Lovelace Jr", "Augusta Ada Lovelace", "Lovelace Ada"])
def test_another_name_does_not_sign(name):
    with pytest.raises(SignatureInvalid) as refusal:
        require_signature(sign(full_name=name), ADA, digest="d")

    assert refusal.value.errors == {"full_name": ["Type the name of the account’s holder: Ada Lovelace."]}


def test_every_fault_is_named_at_once():
    with pytest.raises(SignatureInvalid) as refusal:
        require_signature(sign(full_name="Bob", has_document=False, ip_address=""), ADA, digest="d")

    assert set(refusal.value.errors) == {"full_name", "has_document", "ip_address"}


def test_another_text_than_the_one_in_force_is_not_signed():
    with pytest.raises(AgreementTextChanged):
        require_signature(sign(digest="other"), ADA, digest="d")


def test_a_text_is_read_as_blocks_and_items_as_one_list():
    text = "# Title\n\nOne line.\n\n## 1. Head\n- a\n- b\n\nAfter.\nAnd after.\n"

    assert read_blocks(text) == (
        Block("title", ("Title",)),
        Block("paragraph", ("One line.",)),
        Block("heading", ("1. Head",)),
        Block("list", ("a", "b")),
        Block("paragraph", ("After.",)),
        Block("paragraph", ("And after.",)),
    )


def test_nothing_of_a_text_is_markup():
    assert read_blocks("<script>x</script>") == (Block("paragraph", ("<script>x</script>",)),)
