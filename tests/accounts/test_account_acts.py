"""What staff do on an account's pages: decide, restrict, close, add documents, write notes."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.choices import AccountStatus, AuditAct, Role
from accounts.models import Account, AccountNote, AuditEntry, OwnerDocument
from accounts.rules.documents import LARGEST_DOCUMENT
from brokerage.asgi import most_bytes
from tests.factories import make_account, make_customer, make_staff

PDF = b"%PDF-1.4\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
REASON = "Checked the passport by hand."


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes={"identity.given_name": "Ada", "identity.family_name": "Lovelace"})


@pytest.fixture
def waiting(acme):
    return make_account(acme.correspondent, status=AccountStatus.APPROVAL_PENDING)


@pytest.fixture
def desk(client, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


@pytest.fixture
def principal(client, rop):
    """The browser in which Acme's options principal is signed in."""
    client.force_login(rop)
    return client


def told(response):
    return re.sub(r"\s+", " ", response.content.decode())


def offered(client, account):
    return re.findall(
        rf'/accounts/{account.pk}/(decide|invite|restrict|close)"', told(client.get(f"/accounts/{account.pk}"))
    )


def pdf(name="passport.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


# --- Which acts are offered --------------------------------------------------------------------------


def test_each_role_is_offered_its_own_acts(client, acme, waiting):
    for user, acts in ((acme.ops, ["invite", "close"]), (acme.rop, ["decide", "restrict"]), (acme.reader, [])):
        client.force_login(user)
        assert offered(client, waiting) == acts


def test_a_customer_and_a_closed_account_are_offered_nothing(client, acme, desk):
    closed = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)
    assert offered(desk, closed) == []

    mine = make_account(acme.correspondent, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)
    assert offered(client, mine) == []


@pytest.mark.parametrize("act", ["decide", "restrict", "close"])
def test_whoever_may_not_is_refused_and_nothing_changes(client, acme, globex, account, act):
    for user, status in ((acme.reader, 403), (globex.ops, 404)):
        client.force_login(user)
        assert client.get(f"/accounts/{account.pk}/{act}").status_code == status
        form = {"reason": REASON, "account_number": account.account_number, "status_to": "REJECTED"}
        assert client.post(f"/accounts/{account.pk}/{act}", form).status_code == status
    account.refresh_from_db()
    assert account.status == AccountStatus.ACTIVE


# --- Decide ------------------------------------------------------------------------------------------


def test_a_waiting_account_is_decided_on_with_a_reason(principal, waiting, rop):
    page = told(principal.get(f"/accounts/{waiting.pk}/decide"))
    assert [word in page for word in ("Approve", "Ask the applicant for something", "Reject")] == [True] * 3

    principal.post(f"/accounts/{waiting.pk}/decide", {"status_to": "REJECTED", "reason": REASON})

    waiting.refresh_from_db()
    entry = AuditEntry.objects.filter(account_id=waiting.pk, act=AuditAct.CHANGED).latest("id")
    assert waiting.status == AccountStatus.REJECTED
    assert (entry.actor_id, entry.reason) == (rop.pk, REASON)


@pytest.mark.parametrize(
    ("form", "field"), [({"status_to": "REJECTED", "reason": "no"}, "reason"), ({"reason": REASON}, "status_to")]
)
def test_a_decision_without_its_parts_is_refused(principal, waiting, form, field):
    response = principal.post(f"/accounts/{waiting.pk}/decide", form)

    waiting.refresh_from_db()
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert waiting.status == AccountStatus.APPROVAL_PENDING


def test_whoever_entered_it_is_told_why_they_cannot_decide(client, acme, waiting):
    Account.objects.filter(pk=waiting.pk).update(opened_by=acme.rop)
    client.force_login(acme.rop)

    assert "You entered what is to be decided on." in told(client.get(f"/accounts/{waiting.pk}/decide"))
    response = client.post(f"/accounts/{waiting.pk}/decide", {"status_to": "APPROVED", "reason": REASON})

    waiting.refresh_from_db()
    assert response.status_code == 422
    assert waiting.status == AccountStatus.APPROVAL_PENDING


def test_where_nothing_waits_that_is_said(principal, account):
    assert "Nothing waits for a decision" in told(principal.get(f"/accounts/{account.pk}/decide"))


# --- Restrict ----------------------------------------------------------------------------------------


def test_an_account_is_restricted_and_freed_again(principal, account):
    url = f"/accounts/{account.pk}/restrict"
    principal.post(
        url,
        {
            "trading_blocked": "on",
            "daily_transfer_limit_amount": "1,000",
            "admin_max_options_trading_level": "1",
            "reason": REASON,
        },
    )
    account.refresh_from_db()
    assert (account.trading_blocked, account.admin_max_options_trading_level) == (True, 1)
    assert account.daily_transfer_limit_amount == 1000
    assert "checked" in told(principal.get(url))

    principal.post(url, {"reason": REASON})

    account.refresh_from_db()
    assert (account.trading_blocked, account.admin_max_options_trading_level) == (False, None)
    assert account.daily_transfer_limit_amount is None


def test_a_restriction_without_a_reason_is_not_saved(principal, account):
    response = principal.post(f"/accounts/{account.pk}/restrict", {"account_blocked": "on"})

    account.refresh_from_db()
    assert response.status_code == 422
    assert "reason" in response.context["form"].errors
    assert not account.account_blocked


# --- Close -------------------------------------------------------------------------------------------


def test_an_empty_account_is_closed_by_typing_its_number(desk, account):
    url = f"/accounts/{account.pk}/close"
    assert "Nothing stands in the way." in told(desk.get(url))

    wrong = desk.post(url, {"account_number": "000000000"})
    account.refresh_from_db()
    assert (wrong.status_code, account.status) == (422, AccountStatus.ACTIVE)

    desk.post(url, {"account_number": account.account_number, "reason": "Moved to another broker."})
    account.refresh_from_db()
    assert account.status == AccountStatus.ACCOUNT_CLOSED
    assert desk.post(url, {"account_number": account.account_number}).status_code == 302
    assert "The account is closed already." in told(desk.get(url))


# --- Documents ---------------------------------------------------------------------------------------


def test_documents_are_added_previewed_and_each_look_is_recorded(desk, account, ops):
    before = OwnerDocument.objects.filter(account=account).count()
    form = {"document_type": "identity_verification", "document_sub_type": "passport"}
    desk.post(f"/accounts/{account.pk}/documents", form | {"uploads": [pdf(), pdf("photo.png", PNG)]})
    kept = OwnerDocument.objects.filter(account=account).order_by("created_at", "id")[before:]
    assert sorted(one.mime_type for one in kept) == ["application/pdf", "image/png"]
    document = next(one for one in kept if one.mime_type == "application/pdf")

    assert f'<iframe src="/accounts/{account.pk}/documents/{document.pk}"' in told(
        desk.get(f"/accounts/{account.pk}/documents/{document.pk}/preview")
    )
    response = desk.get(f"/accounts/{account.pk}/documents/{document.pk}")

    look = AuditEntry.objects.get(act=AuditAct.REVEALED)
    assert response.content == PDF
    assert "no-store" in response["Cache-Control"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert (look.actor_id, look.subject_id, look.account_id) == (ops.pk, str(document.pk), account.pk)


def test_a_customer_looks_into_what_they_sent_and_into_nobody_elses(client, desk, acme, account):
    customer = make_customer(acme.correspondent)
    other = make_account(acme.correspondent)
    for one in (account, other):
        form = {"document_type": "identity_verification", "uploads": [pdf()]}
        desk.post(f"/accounts/{one.pk}/documents", form)
    Account.objects.filter(pk=account.pk).update(owner=customer)
    own, foreign = (OwnerDocument.objects.filter(account=one).latest("created_at") for one in (account, other))
    client.force_login(customer)

    assert client.get(f"/accounts/{account.pk}/documents/{own.pk}").content == PDF
    assert client.get(f"/accounts/{other.pk}/documents/{foreign.pk}").status_code == 404
    assert "audit trail" not in told(client.get(f"/accounts/{account.pk}/documents"))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "Choose a file."),
        ([pdf()] * 11, "At most 10 files at once, found 11."),
        ([pdf("big.pdf", PDF + b" " * (10 * 1024 * 1024))], "A file has at most 10 MB: big.pdf."),
        (
            [pdf(), pdf("invoice.pdf", b"MZ\x90\x00")],
            "In “invoice.pdf”: must be a PDF, a PNG or a JPEG, found application/",
        ),
    ],
    ids=["none", "eleven", "too large", "an executable"],
)
def test_documents_that_cannot_be_kept_are_refused_together(desk, account, files, said):
    before = OwnerDocument.objects.count()
    fresh = [SimpleUploadedFile(one.name, one.file.getvalue()) for one in files]

    form = {"document_type": "identity_verification", "uploads": fresh}
    response = desk.post(f"/accounts/{account.pk}/documents", form)

    assert response.status_code == 422
    assert said in told(response)
    assert OwnerDocument.objects.count() == before


def test_ten_files_of_ten_megabytes_reach_the_page_and_stay_in_memory(account, settings):
    ten = 10 * LARGEST_DOCUMENT

    assert most_bytes("POST", f"/accounts/{account.pk}/documents") > ten
    assert ten < settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert most_bytes("POST", f"/accounts/{account.pk}/notes") < LARGEST_DOCUMENT


def test_documents_are_looked_into_and_added_by_role(client, acme, globex, account):
    document = OwnerDocument.objects.filter(account=account).first()
    assert document is not None
    url = f"/accounts/{account.pk}/documents"
    for user, look, add in ((acme.reader, 403, 403), (acme.rop, 200, 403), (globex.ops, 404, 404)):
        client.force_login(user)
        assert client.get(f"{url}/{document.pk}").status_code == look
        response = client.post(url, {"document_type": "other", "uploads": [pdf()]})
        assert response.status_code in (add, 422) if add == 403 else response.status_code == add
    assert OwnerDocument.objects.filter(account=account).count() == 1


# --- Notes -------------------------------------------------------------------------------------------


def test_notes_are_added_newest_first_and_once(desk, account, ops):
    url = f"/accounts/{account.pk}/notes"
    assert "No notes yet." in told(desk.get(url))

    for text in ("Called back.", "Sent <the> form.", "Sent <the> form."):
        assert desk.post(url, {"text": text}).status_code == 302

    said = told(desk.get(url))
    assert AccountNote.objects.filter(account=account).count() == 2
    assert said.index("Sent &lt;the&gt; form.") < said.index("Called back.")
    assert str(ops) in said


def test_an_empty_note_is_refused(desk, account):
    response = desk.post(f"/accounts/{account.pk}/notes", {"text": "  "})

    assert response.status_code == 422
    assert not AccountNote.objects.exists()


def test_notes_are_staffs(client, acme, reader, account):
    client.force_login(reader)
    assert "Add the note" not in told(client.get(f"/accounts/{account.pk}/notes"))
    assert client.post(f"/accounts/{account.pk}/notes", {"text": "Hello"}).status_code in (403, 422)
    mine = make_account(acme.correspondent, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)
    assert client.get(f"/accounts/{mine.pk}/notes").status_code == 404
    assert not AccountNote.objects.exists()


def test_staff_of_the_broker_have_the_same_pages(client, account):
    client.force_login(make_staff(Role.COMPLIANCE, None))

    for part in ("documents", "notes", "profile", "suitability", "restrict"):
        assert client.get(f"/accounts/{account.pk}/{part}").status_code == 200
