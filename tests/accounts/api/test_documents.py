"""Owner documents, account documents, and the links to both (contract/accounts.md 2.7)."""

import base64

import pytest
from django.core import signing
from django.test import Client

from accounts import tasks
from accounts.choices import AccountStatus, Role
from accounts.documents import links
from accounts.models import AccountDocument, AuditEntry, OwnerDocument
from accounts.services import documents
from accounts.services.documents import TRIED_AGAIN_AFTER
from accounts.services.keys import revoke_api_key
from accounts.services.users import system_user
from accounts.tasks import make_record, make_records_left_behind
from brokerage import clock
from brokerage.models import Event
from tests.factories import change_row, make_account, make_staff, nowhere

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16
PROGRAM = b"MZ\x90\x00" + b"\x00" * 60


def sent(content=PDF, mime_type="application/pdf", document_type="identity_verification", **more):
    return {
        "document_type": document_type,
        "content": base64.b64encode(content).decode(),
        "mime_type": mime_type,
        **more,
    }


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent)


@pytest.fixture
def upload(acme_api, account):
    return lambda body: acme_api.post(f"/v1/accounts/{account.pk}/documents/upload", body)


@pytest.fixture
def refused(upload, account, files):
    """Upload what must be refused; answer status, code and errors once it is sure that nothing was kept."""

    def post(body):
        before = OwnerDocument.objects.count(), Event.objects.count(), files()
        response = upload(body)
        assert (OwnerDocument.objects.count(), Event.objects.count(), files()) == before
        answer = response.json()
        return response.status_code, answer["code"], answer.get("errors") or answer["message"]

    return post


@pytest.fixture
def files(settings, tmp_path):
    """Keep files in a directory of the test's own; answer how many lie there."""
    location = {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], **location}}
    return lambda: sum(1 for path in tmp_path.rglob("*") if path.is_file())


def test_documents_are_kept_sealed_and_listed_on_the_account(files, account, upload, acme_api):
    response = upload([sent(document_sub_type="passport"), sent(PNG, "image/png", "address_verification")])

    assert (response.status_code, response.content) == (204, b"")
    shown = acme_api.get(f"/v1/accounts/{account.pk}").json()["documents"][1:]
    assert [(one["document_type"], one["document_sub_type"], one["mime_type"]) for one in shown] == [
        ("identity_verification", "passport", "application/pdf"),
        ("address_verification", "", "image/png"),
    ]
    row = OwnerDocument.objects.get(pk=shown[0]["id"])
    with row.content.open() as stored:
        assert PDF not in stored.read()


def test_a_w8ben_comes_as_a_file_or_as_its_fields(account, upload):
    fields = {"full_name": "John Doe", "date_of_birth": "1990-01-01", "revision": "10-2021"}

    assert upload([sent(document_type="w8ben")]).status_code == 204
    assert (
        upload([{"document_type": "w8ben", "content_data": fields, "mime_type": "application/json"}]).status_code == 204
    )

    kept = OwnerDocument.objects.filter(account=account, document_type="w8ben").order_by("created_at")
    assert [row.mime_type for row in kept] == ["application/pdf", "application/json"]


@pytest.mark.parametrize("body", [{}, sent(), "text", 5])
def test_anything_but_an_array_is_malformed(refused, body):
    status, code, _ = refused(body)

    assert (status, code) == (400, 40010000)


def test_something_else_than_an_object_in_the_array_is_malformed(refused):
    assert refused([sent(), "x"])[:2] == (400, 40010000)


def test_eleven_documents_are_one_too_many(refused, upload):
    status, code, said = refused([sent()] * 11)

    assert (status, code) == (400, 40010001)
    assert said == "must be at most 10 in one call, found 11"
    assert upload([sent()] * 10).status_code == 204


def test_a_document_of_12_mb_is_refused_and_one_of_10_mb_is_not(refused, upload):
    most = 10 * 1024 * 1024

    assert refused([sent(PDF + b"0" * (12 * 1024 * 1024))]) == (400, 40010001, {"0.content": ["must be at most 10 MB"]})
    assert refused([sent(PDF + b"0" * (most - len(PDF) + 1))])[0] == 400
    assert upload([sent(PDF + b"0" * (most - len(PDF)))]).status_code == 204


@pytest.mark.parametrize(
    ("document", "errors"),
    [
        (sent(PROGRAM), {"1.content": ["is application/x-msdownload, but mime_type says application/pdf"]}),
        (sent(b"\x7fELF" + PDF), {"1.content": ["is application/x-executable, but mime_type says application/pdf"]}),
        (sent(b"just text", "image/png"), {"1.content": ["must be a PDF, a PNG or a JPEG, found none of them"]}),
        (sent(PDF, "image/jpeg"), {"1.content": ["is application/pdf, but mime_type says image/jpeg"]}),
        (sent(PROGRAM, ""), {"1.content": ["must be a PDF, a PNG or a JPEG, found application/x-msdownload"]}),
        (sent(b"<html>", ""), {"1.content": ["must be a PDF, a PNG or a JPEG, found text/html"]}),
        (
            sent(PDF, "application/zip"),
            {"1.mime_type": ["must be one of application/pdf, image/png, image/jpeg, application/json"]},
        ),
        (
            sent(PDF, "application/json"),
            {"1.mime_type": ["is application/json only where a w8ben comes as content_data"]},
        ),
        (sent() | {"content": "%%%"}, {"1.content": ["must be base64"]}),
        (sent() | {"content": ""}, {"1.content": ["is required"]}),
        (sent() | {"content": "JVBERi0xLjc"}, {"1.content": ["must be base64"]}),
        (sent(document_type=""), {"1.document_type": ["is required"]}),
        (sent(document_sub_type="x" * 81), {"1.document_sub_type": ["must have at most 80 characters, found 81"]}),
    ],
)
def test_a_document_that_is_not_what_it_says_is_refused_by_its_place_and_nothing_is_kept(refused, document, errors):
    status, code, said = refused([sent(), document])

    assert (status, code) == (400, 40010001)
    assert {field: said[field] for field in errors} == errors


def test_content_data_is_for_a_w8ben_only(refused):
    document = {"document_type": "w9", "content_data": {"a": 1}}

    assert refused([document])[2] == {"0.content_data": ["is for documents of type w8ben only"]}


def test_a_closed_account_takes_no_documents(acme, acme_api):
    closed = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)
    before = OwnerDocument.objects.count()

    response = acme_api.post(f"/v1/accounts/{closed.pk}/documents/upload", [sent()])

    assert (response.status_code, OwnerDocument.objects.count()) == (422, before)


def test_the_neighbors_account_has_no_documents(account, globex_api, files):
    before = OwnerDocument.objects.count(), files()
    document = make_document(account)

    for path in ("documents", f"documents/{document.pk}", f"documents/{document.pk}/download"):
        assert globex_api.get(f"/v1/accounts/{account.pk}/{path}").status_code == 404
    assert globex_api.post(f"/v1/accounts/{account.pk}/documents/upload", [sent()]).status_code == 404
    assert OwnerDocument.objects.count() == before[0]


@pytest.mark.parametrize("path", ["documents", f"documents/{nowhere()}", f"documents/{nowhere()}/download"])
def test_an_unknown_account_is_404(acme_api, path):
    response = acme_api.get(f"/v1/accounts/{nowhere()}/{path}")

    assert (response.status_code, response.json()["code"]) == (404, 40410000)


def make_document(account):
    make_record(str(account.pk))
    return AccountDocument.objects.filter(account=account).first()


def test_an_opening_makes_the_account_record_once(account, acme_api):
    for _ in range(2):
        make_record(str(account.pk))
        make_records_left_behind(clock.now())

    (listed,) = acme_api.get(f"/v1/accounts/{account.pk}/documents").json()
    assert listed == {
        "id": str(AccountDocument.objects.get().pk),
        "name": "Account record",
        "type": "account_application",
        "sub_type": "",
        "date": clock.today().isoformat(),
    }
    assert acme_api.get(f"/v1/accounts/{account.pk}/documents/{listed['id']}").json() == listed


def test_the_sweep_makes_a_record_whose_task_was_lost(account):
    make_records_left_behind(clock.now())

    assert AccountDocument.objects.filter(account=account).count() == 1


def test_a_record_that_cannot_be_made_waits_an_hour_and_holds_up_no_other(files, account, acme, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "MOST_RECORDS_AT_ONCE", 1)
    other = make_account(acme.correspondent)
    in_the_way = tmp_path / "account-documents" / str(account.pk)
    in_the_way.parent.mkdir()
    in_the_way.write_text("a file where the account's directory belongs")

    for _ in range(3):
        make_records_left_behind(clock.now())

    assert [made.account_id for made in AccountDocument.objects.all()] == [other.pk]
    in_the_way.unlink()
    make_records_left_behind(clock.now())
    assert AccountDocument.objects.count() == 1
    make_records_left_behind(clock.now() + TRIED_AGAIN_AFTER)
    assert AccountDocument.objects.filter(account=account).count() == 1


@pytest.mark.parametrize(
    ("change", "records"),
    [
        ({"contact": {"city": "Oakland"}}, 2),
        ({"identity": {"annual_income_max": 90000}}, 2),
        ({"allow_instant_ach": True}, 1),
        ({"contact": {"city": "San Mateo"}}, 1),
    ],
)
def test_what_changes_on_the_record_makes_another(account, acme_api, change, records):
    make_record(str(account.pk))

    acme_api.patch(f"/v1/accounts/{account.pk}", change)
    make_record(str(account.pk))

    assert AccountDocument.objects.filter(account=account).count() == records


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("?start=2026-01-16&end=2026-01-16", 1),
        ("?start=2026-01-17", 0),
        ("?end=2026-01-15", 0),
        ("?type=account_application", 1),
        ("?type=account_statement", 0),
        ("?type=options_application", 0),
        ("?type=", 1),
    ],
)
def test_documents_are_listed_by_day_and_type(clock_at, acme, acme_api, query, found):
    clock_at("2026-01-16 12:00")
    account = make_account(acme.correspondent)
    make_record(str(account.pk))

    assert len(acme_api.get(f"/v1/accounts/{account.pk}/documents{query}").json()) == found


def test_what_to_list_is_refused_by_name(account, acme_api):
    response = acme_api.get(f"/v1/accounts/{account.pk}/documents?start=soon&end=2026-02-30&type=poem")

    assert (response.status_code, sorted(response.json()["errors"])) == (422, ["end", "start", "type"])


def test_a_download_moves_to_a_link_that_opens_without_signing_in_and_leaves_a_look(account, acme, acme_api):
    document = make_document(account)

    moved = acme_api.get(f"/v1/accounts/{account.pk}/documents/{document.pk}/download")
    opened = Client().get(moved["Location"])

    assert (moved.status_code, moved["Cache-Control"]) == (301, "private, no-store")
    assert moved["Location"].startswith("http://testserver/documents/")
    assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")
    assert opened.content.startswith(b"%PDF-")
    assert opened["Cache-Control"] == "private, no-store"
    looks = AuditEntry.objects.filter(act="revealed", account_id=account.pk)
    assert [(look.actor_id, look.subject, look.subject_id) for look in looks] == [
        (acme.api_user.pk, "AccountDocument", str(document.pk))
    ]


def test_a_link_is_valid_for_a_quarter_of_an_hour(account, acme_api, monkeypatch):
    document = make_document(account)
    url = acme_api.get(f"/v1/accounts/{account.pk}/documents/{document.pk}/download")["Location"]

    monkeypatch.setattr(links, "VALID_SECONDS", -1)

    assert Client().get(url).status_code == 404
    assert not AuditEntry.objects.filter(act="revealed").exists()


def test_nobody_can_make_a_link(account, acme):
    document = make_document(account)
    forged = signing.dumps(["made", document.pk.hex, acme.api_user.pk], salt="another")

    for token in ("x", "a:b:c", forged):
        assert Client().get(f"/documents/{token}").status_code == 404


def test_a_link_ends_with_the_access_of_who_asked_for_it(account, acme, acme_api):
    document = make_document(account)
    url = acme_api.get(f"/v1/accounts/{account.pk}/documents/{document.pk}/download")["Location"]

    acme.api_user.is_active = False
    acme.api_user.save()

    assert Client().get(url).status_code == 404


def test_a_link_ends_with_the_key_that_asked_for_it(account, acme, acme_api):
    document = make_document(account)
    url = acme_api.get(f"/v1/accounts/{account.pk}/documents/{document.pk}/download")["Location"]
    before = AuditEntry.objects.filter(act="revealed").count()
    admin = make_staff(Role.ADMIN, acme.correspondent)

    revoke_api_key(actor=admin, key_id=acme.key.key_id)

    assert Client().get(url).status_code == 404
    assert AuditEntry.objects.filter(act="revealed").count() == before


def test_a_link_ends_with_the_role_that_may_read_what_was_sent(account, acme, upload, rf):
    upload([sent()])
    document = OwnerDocument.objects.filter(account=account).last()
    url = links.link_to(rf.get("/"), document, acme.ops)
    assert Client().get(url).status_code == 200

    acme.ops.role = Role.VIEWER
    acme.ops.save()

    assert Client().get(url).status_code == 404


def test_a_w8ben_is_downloaded_by_its_own_path(account, upload, acme_api):
    upload([sent(document_type="w8ben"), sent()])
    w8ben, other = (
        OwnerDocument.objects.filter(account=account, document_type=kind, mime_type="application/pdf").get()
        for kind in ("w8ben", "identity_verification")
    )
    path = f"/v1/accounts/{account.pk}/documents/w8ben"

    moved = acme_api.get(f"{path}/{w8ben.pk}/download")

    assert moved.status_code == 301
    assert Client().get(moved["Location"]).content == PDF
    assert acme_api.get(f"{path}/{other.pk}/download").status_code == 404


def test_the_record_is_the_workers_to_make(account, acme, acme_api):
    assert system_user().pk not in (acme.ops.pk, acme.api_user.pk)
    assert not AccountDocument.objects.exists()
    assert acme_api.post(f"/v1/accounts/{account.pk}/documents", {}).status_code == 405


def test_an_account_that_is_closed_while_its_documents_are_stored_keeps_none(account, acme_api, files, monkeypatch):
    before = OwnerDocument.objects.count(), files(), Event.objects.count()
    store = documents.store_sealed

    def store_and_close(*arguments, **named):
        store(*arguments, **named)
        change_row(account, status=AccountStatus.ACCOUNT_CLOSED)

    monkeypatch.setattr(documents, "store_sealed", store_and_close)

    response = acme_api.post(f"/v1/accounts/{account.pk}/documents/upload", [sent(), sent()])

    assert response.status_code == 422
    assert (OwnerDocument.objects.count(), files(), Event.objects.count()) == before
