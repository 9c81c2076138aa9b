"""Opening an account in the browser: the steps, what is kept, what is refused, and the account at the end."""

import re
from errno import ENOSPC
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.choices import OpeningStep, Role
from accounts.models import Account, AuditEntry, DraftDocument, OpeningDraft
from accounts.services.opening_drafts import sections_of
from brokerage.asgi import most_bytes
from tests.accounts.openings import STEPS, revision_on
from tests.factories import make_customer, make_staff

HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def desk(client, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


@pytest.fixture
def draft(desk):
    """An application that the clerk has just started."""
    return start(desk)


def start(browser, **fields):
    draft_id = uuid4()
    response = browser.post("/openings", {"draft": draft_id} | fields)
    assert response["Location"] == f"/openings/{draft_id}/contact"
    return OpeningDraft.objects.get(pk=draft_id)


def fill(browser, draft, step, changes=None, *, without=(), **extra):
    """Post a step as the page of that step would."""
    draft.refresh_from_db()
    fields = {name: value for name, value in STEPS[step].items() if name not in without}
    body = fields | (changes or {}) | {"revision": draft.revision} | extra
    return browser.post(f"/openings/{draft.pk}/{step}", body)


def fill_everything(browser, draft, changes=None):
    for step in STEPS:
        found = {name: value for name, value in (changes or {}).items() if name in STEPS[step]}
        fill(browser, draft, step, found)
    draft.refresh_from_db()


def open_account(browser, draft):
    draft.refresh_from_db()
    return browser.post(f"/openings/{draft.pk}/review", {"revision": draft.revision})


def upload(browser, draft, content=PNG, name="passport.png", kind="image/png", **fields):
    file = SimpleUploadedFile(name, content, content_type=kind)
    body = {"document_type": "identity_verification", "document_sub_type": "passport", "content": file}
    return browser.post(f"/openings/{draft.pk}/documents", body | fields)


def written():
    """Answer everything that opening an account may write."""
    drafts = OpeningDraft.objects.order_by("pk").values_list("pk", "revision", "step", "updated_at", "discarded_at")
    return Account.objects.count(), list(drafts), DraftDocument.objects.count()


def said(response):
    return re.sub(r"\s+", " ", response.content.decode())


# --- From the first step to the account --------------------------------------------------------------


def test_an_account_is_opened_step_by_step(desk, draft, acme, ops, django_capture_on_commit_callbacks):
    steps = list(OpeningStep)
    for at, step in enumerate(STEPS):
        assert fill(desk, draft, step)["Location"] == f"/openings/{draft.pk}/{steps[at + 1]}"
    upload(desk, draft)

    with django_capture_on_commit_callbacks(execute=True):
        response = open_account(desk, draft)

    account = Account.objects.get(email_address="ada@example.com")
    assert response["Location"] == f"/accounts/{account.pk}"
    assert (account.name, account.correspondent, account.opened_by) == ("Ada Lovelace", acme.correspondent, ops)
    assert account.enabled_assets == ["us_equity", "us_option"]
    assert account.identity.tax_id_last_four == "4321"
    assert account.identity.funding_source == ["employment_income", "savings"]
    assert account.suitability.get().annual_income_min == 85000
    assert account.disclosures.context[0]["company_name"] == "Finra"
    assert account.trusted_contact.given_name == "Jane"
    assert [(one.agreement, one.revision) for one in account.agreements.all()] == [
        ("customer_agreement", "16.2021.05"),
        ("options_agreement", "01.2024.05"),
    ]
    assert f"{account.agreements.all()[0].signed_at:%Y-%m-%d %H:%M}" == "2020-09-11 18:09"
    assert account.documents.get().document_sub_type == "passport"


def test_once_opened_a_draft_only_points_to_its_account(desk, draft, django_capture_on_commit_callbacks):
    fill_everything(desk, draft)
    upload(desk, draft)
    file = DraftDocument.objects.get().content

    with django_capture_on_commit_callbacks(execute=True):
        open_account(desk, draft)

    draft.refresh_from_db()
    assert (draft.sections_sealed, draft.documents.count()) == (None, 0)
    assert not file.storage.exists(file.name)
    for page in ("", "/contact", "/documents", "/review", "/discard"):
        assert desk.get(f"/openings/{draft.pk}{page}")["Location"] == f"/accounts/{draft.account_id}"


def test_what_is_typed_is_kept_with_its_faults_and_said_in_a_sentence(desk, draft):
    response = fill(desk, draft, "contact", {"contact-state": "Mars", "contact-street_address": "PO Box 12"})

    page = said(response)
    assert response.status_code == 422
    assert "State must be a state of the USA, as its two-letter code or its full name." in page
    assert "Street address cannot be a P.O. Box." in page
    assert 'href="#id_contact-state"' in page
    draft.refresh_from_db()
    assert sections_of(draft)["contact"]["contact-state"] == ["Mars"]
    assert 'value="Mars"' in said(desk.get(f"/openings/{draft.pk}/contact"))


def test_an_application_is_left_and_gone_on_with_by_a_colleague(desk, draft, acme, client):
    fill(desk, draft, "contact")
    response = fill(desk, draft, "identity", without=["identity-tax_id"], leave="1")
    colleague = make_staff(Role.ADMIN, acme.correspondent)
    client.force_login(colleague)

    assert response["Location"] == "/openings"
    assert "Ada Lovelace" in said(client.get("/openings"))
    assert client.get(f"/openings/{draft.pk}")["Location"] == f"/openings/{draft.pk}/identity"
    assert 'value="Ada"' in said(client.get(f"/openings/{draft.pk}/identity"))


def test_the_tax_id_is_not_shown_again_and_an_empty_input_keeps_it(desk, draft):
    fill(desk, draft, "identity")

    page = said(desk.get(f"/openings/{draft.pk}/identity"))
    assert "124-55-4321" not in page
    assert "··· 4321" in page
    fill(desk, draft, "identity", {"identity-tax_id": "", "identity-given_name": "Augusta"})
    draft.refresh_from_db()
    assert sections_of(draft)["identity"]["identity-tax_id"] == ["124-55-4321"]
    assert "124-55-4321" not in said(desk.get(f"/openings/{draft.pk}/review"))


def test_what_was_entered_lies_sealed(desk, draft):
    fill_everything(desk, draft)

    draft.refresh_from_db()
    assert b"124-55" not in bytes(draft.sections_sealed)
    assert b"example.com" not in bytes(draft.sections_sealed)


def test_the_review_reads_everything_back_and_says_what_to_ask_about(desk, draft):
    fill_everything(desk, draft)
    fill(desk, draft, "suitability", {"suitability-annual_income_min": "500000", "suitability-risk_tolerance": ""})

    page = said(desk.get(f"/openings/{draft.pk}/review"))

    assert "The annual income begins above where it ends." in page
    assert "Options are asked for, and 1 of the suitability answers they need is missing." in page
    assert "Computers and IT" in page
    assert "Sep 11, 2020 14:09 EDT, revision 16.2021.05, from 185.13.21.99" in page
    assert "to correct before" not in page


def test_the_review_says_every_fault_at_once_each_with_its_place(desk, draft):
    fill(desk, draft, "contact", {"contact-email_address": "nobody"})

    response = open_account(desk, draft)

    page = said(response)
    assert response.status_code == 422
    for step, name, sentence in (
        ("contact", "id_contact-email_address", "E-mail must be an e-mail address, with one @"),
        ("identity", "id_identity-given_name", "Given name is required."),
        ("identity", "id_identity-funding_source_0", "Source of funds is required."),
        ("disclosures", "id_disclosures-is_control_person_0", "“A control person of a public company” needs a yes"),
        ("agreements", "agreements", "Mark at least one agreement that the customer signed."),
    ):
        assert f'href="/openings/{draft.pk}/{step}#{name}"' in page
        assert sentence in page
    assert not Account.objects.filter(email_address="nobody").exists()


def test_details_count_only_where_they_are_asked_for(desk, draft):
    fill_everything(desk, draft)
    fill(desk, draft, "disclosures", {"disclosures-is_affiliated_exchange_or_finra": "false"})

    open_account(desk, draft)

    disclosures = Account.objects.get(email_address="ada@example.com").disclosures
    assert (disclosures.is_affiliated_exchange_or_finra, disclosures.context) == (False, [])


def test_a_yes_needs_its_details(desk, draft):
    page = said(fill(desk, draft, "disclosures", {"disclosures-is_control_person": "true"}))

    assert "Controlled firm: company is required." in page
    assert 'href="#id_controlled_firm-company_name"' in page


def test_the_first_signature_is_copied_to_the_others_when_asked(desk, draft):
    response = fill(desk, draft, "agreements", without=["options_agreement-signed_at"], copy="1")

    assert response.status_code == 200
    draft.refresh_from_db()
    assert sections_of(draft)["agreements"]["options_agreement-signed_at"] == ["09/11/2020 14:09"]


# --- Each input as it is left ------------------------------------------------------------------------


def test_an_input_is_checked_and_kept_as_it_is_left(desk, draft):
    body = {"contact-email_address": "ada@", "revision": "0"}

    response = desk.post(f"/openings/{draft.pk}/contact/check?field=contact-email_address", body, headers=HTMX)

    page = said(response)
    assert "E-mail must be an e-mail address, with one @ between a name and a domain." in page
    assert "City is required." not in page
    assert 'id="revision" name="revision" value="1"' in page
    assert re.search(r"Saved \d\d:\d\d:\d\d ET", page)
    draft.refresh_from_db()
    assert sections_of(draft)["contact"]["contact-email_address"] == ["ada@"]


def test_an_input_that_is_left_empty_is_asked_for(desk, draft):
    response = desk.post(f"/openings/{draft.pk}/contact/check?field=contact-city", {"revision": "0"}, headers=HTMX)

    assert '<p class="said" id="id_contact-city_said" hx-swap-oob="true">City is required.</p>' in said(response)


def test_a_second_window_does_not_overwrite_what_it_has_not_seen(desk, draft):
    fill(desk, draft, "contact")
    before = written()

    kept = desk.post(f"/openings/{draft.pk}/contact", STEPS["contact"] | {"contact-city": "Paris", "revision": "0"})
    checked = desk.post(
        f"/openings/{draft.pk}/contact/check?field=contact-city", {"contact-city": "Paris", "revision": "0"}
    )

    assert kept.status_code == 422
    assert "changed in another window, so nothing was saved here" in said(kept)
    assert 'value="Paris"' in said(kept)
    assert revision_on(kept) == "1"
    assert "Not saved: changed in another window" in said(checked)
    assert written() == before


def test_the_same_entries_again_change_nothing_whatever_their_revision(desk, draft):
    fill(desk, draft, "contact")
    before = written()

    response = desk.post(f"/openings/{draft.pk}/contact", STEPS["contact"] | {"revision": "0"})

    assert response["Location"] == f"/openings/{draft.pk}/identity"
    assert written() == before


@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 5000])
def test_a_revision_that_is_none_saves_nothing(desk, draft, revision):
    before = written()

    response = desk.post(f"/openings/{draft.pk}/contact", STEPS["contact"] | {"revision": revision})

    assert response.status_code == 422
    assert written() == before


def test_more_text_than_a_form_holds_is_refused(desk, draft):
    before = written()

    response = fill(desk, draft, "contact", {"contact-city": "x" * 40_000})

    assert response.status_code == 422
    assert written() == before


# --- Posted twice, posted late -----------------------------------------------------------------------


def test_starting_twice_starts_one(desk, acme):
    draft_id = uuid4()

    answers = [desk.post("/openings", {"draft": draft_id})["Location"] for _ in range(2)]

    assert answers == [f"/openings/{draft_id}/contact"] * 2
    assert OpeningDraft.objects.count() == 1


def test_opening_twice_opens_one_account(desk, draft):
    fill_everything(desk, draft)
    before = Account.objects.count()

    first, second = open_account(desk, draft), open_account(desk, draft)

    assert first["Location"] == second["Location"]
    assert Account.objects.count() == before + 1


def test_what_changed_since_it_was_read_is_not_opened(desk, draft):
    fill_everything(desk, draft)
    before = written()

    response = desk.post(f"/openings/{draft.pk}/review", {"revision": draft.revision - 1})

    assert response.status_code == 422
    assert "Somebody changed this application since you opened this page." in said(response)
    assert written() == before


def test_an_address_that_is_registered_is_refused_and_the_draft_stays(desk, draft):
    fill_everything(desk, draft)
    open_account(desk, draft)
    again = start(desk)
    fill_everything(desk, again)
    before = written()

    response = open_account(desk, again)

    assert response.status_code == 422
    assert "An account with email address ada@example.com is already registered." in said(response)
    assert written() == before


def test_a_page_used_after_signing_out_leads_to_sign_in_and_back(desk, draft):
    before = written()
    desk.logout()

    for path in ("/contact", "/documents", "/review", "/discard"):
        response = desk.post(f"/openings/{draft.pk}{path}", {"revision": "0"})
        assert response["Location"] == f"/sign-in?next=/openings/{draft.pk}{path}"
    assert written() == before


def test_a_discarded_application_is_gone_with_all_that_was_entered(desk, draft, django_capture_on_commit_callbacks):
    fill(desk, draft, "contact")
    upload(desk, draft)
    file = DraftDocument.objects.get().content

    assert "Discard this application?" in said(desk.get(f"/openings/{draft.pk}/discard"))
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(f"/openings/{draft.pk}/discard")

    assert response["Location"] == "/openings"
    draft.refresh_from_db()
    assert (draft.sections_sealed, DraftDocument.objects.count()) == (None, 0)
    assert not file.storage.exists(file.name)
    assert desk.get(f"/openings/{draft.pk}/contact").status_code == 404
    assert desk.post(f"/openings/{draft.pk}/discard").status_code == 302
    assert "No application is in progress." in said(desk.get("/openings"))


# --- Documents ---------------------------------------------------------------------------------------


def test_a_document_is_added_seen_and_removed(desk, draft):
    upload(desk, draft)
    document = DraftDocument.objects.get()

    with document.content.open("rb") as file:
        assert PNG not in file.read()
    seen = desk.get(f"/openings/{draft.pk}/documents/{document.pk}")
    assert (seen.content, seen["Content-Type"]) == (PNG, "image/png")
    assert "no-store" in seen["Cache-Control"]
    assert seen["X-Content-Type-Options"] == "nosniff"
    desk.post(f"/openings/{draft.pk}/documents", {"remove": document.pk})
    assert DraftDocument.objects.count() == 0
    assert desk.post(f"/openings/{draft.pk}/documents", {"remove": document.pk}).status_code == 302


def test_the_same_document_twice_is_there_once(desk, draft):
    upload(desk, draft)
    upload(desk, draft)

    assert DraftDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "kind", "sentence"),
    [
        (b"MZ" + b"\x00" * 90, "passport.pdf", "application/pdf", "File is a program and not a document."),
        (b"MZ" + b"\x00" * 90, "setup.exe", "application/octet-stream", "File is a program and not a document."),
        (PNG, "passport.pdf", "application/pdf", "File is not what its name says: it is image/png"),
        (b"hello", "notes.txt", "text/plain", "File must be a PDF, a PNG or a JPEG."),
        (b"", "empty.pdf", "application/pdf", "File is required."),
        (b"%PDF-" + b"0" * 12 * 1024 * 1024, "big.pdf", "application/pdf", "File must be at most 10 MB."),
    ],
    ids=["a program", "an installer", "a misnamed image", "a text", "nothing", "twelve megabytes"],
)
def test_a_file_that_is_no_document_is_refused(desk, draft, content, name, kind, sentence):
    before = written()

    response = upload(desk, draft, content, name, kind)

    assert response.status_code == 422
    assert sentence in said(response)
    assert written() == before


def test_twelve_megabytes_reach_the_page_that_refuses_them_and_no_other(draft):
    assert most_bytes("POST", f"/openings/{draft.pk}/documents") > 12 * 1024 * 1024
    assert most_bytes("POST", f"/openings/{draft.pk}/contact") < 3 * 1024 * 1024


def test_an_application_takes_ten_documents(desk, draft):
    for number in range(10):
        upload(desk, draft, PNG + bytes([number]))
    before = written()

    response = upload(desk, draft, PNG + b"eleven")

    assert response.status_code == 422
    assert "an application takes at most 10 documents." in said(response)
    assert written() == before


class FullStorage(FileSystemStorage):
    """Files in a directory that is full once one document of an account lies there."""

    def _save(self, name, content):
        if "owner-documents" in name and any(Path(self.location, "owner-documents").rglob("*.sealed")):
            raise OSError(ENOSPC, "no space is left")
        return super()._save(name, content)


def test_an_opening_that_fails_leaves_no_file_behind(desk, draft, settings, tmp_path):
    full = {"BACKEND": f"{__name__}.FullStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": full}
    fill_everything(desk, draft)
    for number in range(2):
        upload(desk, draft, PNG + bytes([number]))
    before = written()

    with pytest.raises(OSError, match="no space is left"):
        open_account(desk, draft)

    assert written() == before
    assert [path.parent.parent.name for path in tmp_path.rglob("*.sealed")] == ["draft-documents"] * 2


# --- Whose it is -------------------------------------------------------------------------------------


def paths(draft):
    own = f"/openings/{draft.pk}"
    return [own, *(f"{own}/{step}" for step in OpeningStep), f"{own}/discard"]


def test_the_neighbor_finds_nothing_and_changes_nothing(desk, draft, globex, client):
    fill_everything(desk, draft)
    upload(desk, draft)
    document = DraftDocument.objects.get()
    before = written()
    client.force_login(globex.ops)

    for path in [*paths(draft), f"/openings/{draft.pk}/documents/{document.pk}"]:
        assert client.get(path).status_code == 404, path
    for path in [*paths(draft)[1:], f"/openings/{draft.pk}/contact/check"]:
        assert client.post(path, {"revision": "1", "remove": document.pk}).status_code == 404, path
    assert "Ada" not in said(client.get("/openings"))
    assert client.post("/openings", {"draft": draft.pk}).status_code == 404
    assert written() == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ROP, Role.COMPLIANCE, Role.CUSTOMER])
def test_whoever_may_not_open_accounts_sees_none_of_it(draft, acme, client, role):
    user = make_customer(acme.correspondent) if role == Role.CUSTOMER else None
    staff = {Role.VIEWER: acme.reader, Role.ROP: acme.rop}
    before = written()
    client.force_login(user or staff.get(role) or make_staff(role, acme.correspondent))

    for path in ["/openings", *paths(draft)]:
        assert client.get(path).status_code == 403, path
    for path in ["/openings", *paths(draft)[1:], f"/openings/{draft.pk}/contact/check"]:
        assert client.post(path, {"revision": "0"}).status_code == 403, path
    assert written() == before


def test_staff_of_the_broker_say_for_whom(client, acme, globex):
    client.force_login(make_staff(Role.OPERATIONS, None))
    before = written()

    refused = client.post("/openings", {"draft": uuid4()})
    assert refused.status_code == 422
    assert "Choose the correspondent that the account is for." in said(refused)
    assert written() == before
    draft = start(client, correspondent=globex.correspondent.pk)
    fill_everything(client, draft)
    open_account(client, draft)

    assert Account.objects.get(email_address="ada@example.com").correspondent == globex.correspondent


def test_a_look_by_staff_of_the_broker_stands_in_the_correspondents_trail(desk, draft, acme, client):
    upload(desk, draft)
    document = DraftDocument.objects.get()
    looker = make_staff(Role.OPERATIONS, None)
    client.force_login(looker)

    assert client.get(f"/openings/{draft.pk}/documents/{document.pk}").content == PNG

    look = AuditEntry.objects.get(act="revealed")
    assert (look.actor_id, look.correspondent_id) == (looker.pk, acme.correspondent.pk)
    assert (look.subject, look.subject_id) == ("DraftDocument", str(document.pk))


def test_staff_of_a_correspondent_cannot_say_so(desk, acme, globex):
    draft = start(desk, correspondent=globex.correspondent.pk)

    assert draft.correspondent == acme.correspondent


def test_a_fragment_is_a_part_of_its_page(desk, draft):
    fill_everything(desk, draft)

    for path in ("/openings", *(f"/openings/{draft.pk}/{step}" for step in OpeningStep)):
        page, part = (desk.get(path, headers=headers).content.decode() for headers in ({}, HTMX))
        mask = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
        assert mask.sub("", part).strip() in mask.sub("", page), path


def test_the_list_pages_by_key_and_reads_a_constant_number_of_rows(desk, acme, ops, django_assert_max_num_queries):
    for number in range(60):
        OpeningDraft.objects.create(
            correspondent=acme.correspondent,
            started_by=ops,
            label=f"Applicant {number:02}",
            created_at="2026-01-05T15:00Z",
            updated_at=f"2026-01-05T15:{number:02}Z",
        )

    with django_assert_max_num_queries(8):
        first = said(desk.get("/openings"))
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")

    assert first.count('<th scope="row">') == 50
    assert "Applicant 59" in first
    assert said(desk.get(following)).count('<th scope="row">') == 10
