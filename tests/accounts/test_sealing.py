from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from accounts.sealing import UnknownSealKeyError, seal, tax_id_digest, unseal

ANOTHER_KEY = "enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6eno="


@given(st.binary(max_size=200))
def test_what_is_sealed_for_an_account_opens_for_it(content):
    account_id = uuid4()

    assert unseal(seal(content, account_id=account_id), account_id=account_id) == content


def test_sealing_twice_looks_different_and_hides_the_content():
    account_id = uuid4()

    first, second = (seal(b"124-55-4321", account_id=account_id) for _ in range(2))

    assert first != second
    assert b"124-55-4321" not in first


def test_it_opens_for_no_other_account():
    sealed = seal(b"124-55-4321", account_id=uuid4())

    with pytest.raises(InvalidTag):
        unseal(sealed, account_id=uuid4())


def test_a_changed_byte_is_noticed():
    account_id = uuid4()
    sealed = bytearray(seal(b"124-55-4321", account_id=account_id))
    sealed[-1] ^= 1

    with pytest.raises(InvalidTag):
        unseal(bytes(sealed), account_id=account_id)


def test_another_key_is_told_from_a_changed_byte(settings):
    account_id = uuid4()
    sealed = seal(b"124-55-4321", account_id=account_id)
    settings.FIELD_ENCRYPTION_KEY = ANOTHER_KEY

    with pytest.raises(UnknownSealKeyError):
        unseal(sealed, account_id=account_id)


def test_a_tax_id_is_found_however_it_is_punctuated(settings):
    digest = tax_id_digest("124-55-4321", "USA_SSN")

    assert digest == tax_id_digest("124554321", "USA_SSN")
    assert digest != tax_id_digest("124554321", "USA_ITIN")
    assert "124554321" not in digest
    settings.LOOKUP_KEY = ANOTHER_KEY
    assert digest != tax_id_digest("124554321", "USA_SSN")
