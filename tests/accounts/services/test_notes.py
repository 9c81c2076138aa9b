import pytest

from accounts.choices import AccountStatus
from accounts.errors import AccountNotFound
from accounts.models import AccountNote
from accounts.record_errors import NoteInvalid
from accounts.services.notes import add_note
from brokerage.errors import NotPermitted
from tests.factories import make_account


def test_notes_stand_with_who_wrote_them_newest_first(acme):
    account = make_account(acme.correspondent)

    add_note(actor=acme.ops, account_id=account.pk, text="  Called about the address.  ")
    add_note(actor=acme.rop, account_id=account.pk, text="Asked for a utility bill.")

    assert list(account.notes.values_list("text", "written_by")) == [
        ("Asked for a utility bill.", acme.rop.pk),
        ("Called about the address.", acme.ops.pk),
    ]


def test_a_form_sent_twice_is_one_note(acme):
    account = make_account(acme.correspondent)

    first, second = (add_note(actor=acme.ops, account_id=account.pk, text="Called.") for _ in range(2))

    assert first == second
    assert AccountNote.objects.count() == 1


def test_a_closed_account_takes_notes(acme):
    account = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)

    add_note(actor=acme.ops, account_id=account.pk, text="Asked for an old statement.")

    assert account.notes.count() == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_note_says_something_that_fits(acme, text):
    account = make_account(acme.correspondent)

    with pytest.raises(NoteInvalid):
        add_note(actor=acme.ops, account_id=account.pk, text=text)

    assert AccountNote.objects.count() == 0


@pytest.mark.parametrize(
    ("firm", "who", "error"),
    [("acme", "reader", NotPermitted), ("acme", "api_user", NotPermitted), ("globex", "ops", AccountNotFound)],
)
def test_nobody_else_writes_notes(acme, globex, firm, who, error):
    account = make_account(acme.correspondent)

    with pytest.raises(error):
        add_note(actor=getattr({"acme": acme, "globex": globex}[firm], who), account_id=account.pk, text="Hello.")

    assert AccountNote.objects.count() == 0
