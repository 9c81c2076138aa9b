"""Files in the storage: sealed for one account, under names that tell nothing (RK-10).

A file cannot take part in a transaction. What a service stores is deleted again where its
transaction does not commit; what a killed process leaves behind is sealed, and no row leads to it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile

from accounts.sealing import seal, unseal

log = logging.getLogger(__name__)
_stored: ContextVar[list[FieldFile] | None] = ContextVar("stored", default=None)


@contextmanager
def files_follow_the_commit() -> Iterator[None]:
    """Delete what is stored inside where an exception leaves it: put it around the transaction, as a decorator."""
    stored: list[FieldFile] = []
    token = _stored.set(stored)
    try:
        yield
    except BaseException:
        for file in stored:
            _delete(file)
        raise
    finally:
        _stored.reset(token)


def store_sealed(file: FieldFile, content: bytes, *, sealed_for: UUID, name: str) -> None:
    """Seal `content` for an account into a row's file, without saving the row."""
    file.save(f"{sealed_for}/{name}.sealed", ContentFile(seal(content, account_id=sealed_for)), save=False)
    stored = _stored.get()
    if stored is not None:
        stored.append(file)


def open_sealed(file: FieldFile, *, sealed_for: UUID) -> bytes:
    """Answer what `store_sealed` put there."""
    with file.open("rb") as stored:
        return unseal(stored.read(), account_id=sealed_for)


def _delete(file: FieldFile) -> None:
    """Delete one file; where the storage fails too, the others still go, and the refusal is still told."""
    try:
        file.storage.delete(str(file.name))
    except Exception:
        log.exception("%s could not be deleted", file.name)
