"""Notes that staff write about an account."""

from uuid import UUID

from django.db import transaction

from accounts.locking import lock_account
from accounts.models import AccountNote, User
from accounts.permissions import Permission
from accounts.record_errors import NoteInvalid
from brokerage import clock

LONGEST_NOTE = 4000


@transaction.atomic(durable=True)
def add_note(*, actor: User, account_id: UUID, text: str) -> AccountNote:
    """Add a note to an account, a closed one too; notes are never changed. Raises `NoteInvalid`.

    The same text by the same person, with no other note since, is the same form sent twice.
    """
    actor.require(Permission.WRITE_NOTES)
    account = lock_account(actor, account_id)
    said = text.strip()
    if not 1 <= len(said) <= LONGEST_NOTE:
        raise NoteInvalid(most=LONGEST_NOTE, found=len(said))
    newest = account.notes.first()
    if newest is not None and newest.written_by_id == actor.pk and newest.text == said:
        return newest
    return AccountNote.objects.create(account=account, text=said, written_by=actor, written_at=clock.now())
