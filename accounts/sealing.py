"""Seal what identifies a person before it is stored (RK-10): AES-GCM, and a keyed digest to find it by."""

import hmac
import os
from base64 import b64decode
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_ID_SIZE = 4
NONCE_SIZE = 12


class UnknownSealKeyError(Exception):
    """The bytes were sealed with a key that this installation does not hold."""


def seal(content: bytes, *, account_id: UUID) -> bytes:
    """Encrypt `content` so that it opens for this account only; the key's id goes in front."""
    key_id, cipher = _cipher(settings.FIELD_ENCRYPTION_KEY)
    nonce = os.urandom(NONCE_SIZE)
    return key_id + nonce + cipher.encrypt(nonce, content, account_id.bytes)


def unseal(sealed: bytes, *, account_id: UUID) -> bytes:
    """Decrypt what `seal` made for this account.

    Raises `UnknownSealKeyError`, and `cryptography.exceptions.InvalidTag` where the bytes were
    changed or belong to another account.
    """
    key_id, cipher = _cipher(settings.FIELD_ENCRYPTION_KEY)
    if sealed[:KEY_ID_SIZE] != key_id:
        raise UnknownSealKeyError
    nonce = sealed[KEY_ID_SIZE : KEY_ID_SIZE + NONCE_SIZE]
    return cipher.decrypt(nonce, sealed[KEY_ID_SIZE + NONCE_SIZE :], account_id.bytes)


def tax_id_digest(tax_id: str, tax_id_type: str) -> str:
    """Answer what a tax id is found by, however it was punctuated; nobody without the key can compute it."""
    written = "".join(filter(str.isalnum, tax_id)).upper()
    return hmac.digest(b64decode(settings.LOOKUP_KEY), f"{tax_id_type}:{written}".encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _cipher(key: str) -> tuple[bytes, AESGCM]:
    raw = b64decode(key)
    return sha256(raw).digest()[:KEY_ID_SIZE], AESGCM(raw)
