"""The audit pages: searched, exported, masked; and revealing a tax id for a reason."""

import csv
import io
import re

import pytest
from django.db import connection

from accounts.audit_listing import PAGE_SIZE, AuditFilter, describe, list_audit
from accounts.audit_words import differences, masked, shown
from accounts.choices import AuditAct, Role
from accounts.models import ApiKey, AuditEntry, Contact, User
from accounts.services.sealing_audit import check_audit
from accounts.services.team import reset_second_factor
from tests.factories import make_account, make_customer, make_staff

HTMX = {"HX-Request": "true"}
REASON = "The custodian asked to confirm it by phone"
TAX_ID = "512-55-4321"


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes={"identity.tax_id": TAX_ID, "identity.tax_id_type": "USA_SSN"})


@pytest.fixture
def compliance(acme):
    return make_staff(Role.COMPLIANCE, acme.correspondent)


@pytest.fixture
def desk(client, compliance):
    client.force_login(compliance)
    return client


def pages(account):
    return ["/audit", "/audit/export.csv", f"/accounts/{account.pk}/audit"]


def exported(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# --- Who gets in ------------------------------------------------------------------------------------


def test_nobody_is_sent_to_sign_in(client, account):
    for page in [*pages(account), f"/accounts/{account.pk}/reveal/tax-id"]:
        assert client.get(page)["Location"] == f"/sign-in?next={page}"


def test_who_may_not_see_the_trail_is_refused(client, account, acme):
    for user in (acme.ops, acme.reader, make_customer(acme.correspondent)):
        client.force_login(user)
        for page in pages(account):
            assert client.get(page).status_code in (403, 404)
        assert client.get("/audit").status_code == 403


def test_the_neighbor_sees_nothing_of_ours(client, account, globex):
    client.force_login(make_staff(Role.COMPLIANCE, globex.correspondent))

    assert client.get(f"/accounts/{account.pk}/audit").status_code == 404
    assert "No entry matches." in client.get(f"/audit?account={account.account_number}").content.decode()
    rows = exported(client.get("/audit/export.csv"))
    assert {row["Correspondent ID"] for row in rows} == {str(globex.correspondent.pk)}


def test_the_broker_sees_everybody(client, account, globex):
    client.force_login(make_staff(Role.COMPLIANCE, None))

    owners = {row["Correspondent ID"] for row in exported(client.get("/audit/export.csv"))}

    assert {str(account.correspondent_id), str(globex.correspondent.pk)} <= owners


# --- Searching --------------------------------------------------------------------------------------


def found(reader, /, **wanted):
    return list_audit(reader, AuditFilter(**wanted)).rows


def test_each_filter_keeps_what_it_says(account, compliance, acme):
    make_account(acme.correspondent)
    Contact.objects.filter(pk=account.pk).update(city="Springfield")
    newest = AuditEntry.objects.latest("id")
    AuditEntry.objects.create(
        at=newest.at,
        act=AuditAct.REVEALED,
        subject="Identity.tax_id",
        actor_id=acme.ops.pk,
        reason="Called the holder",
        account_id=account.pk,
        correspondent_id=account.correspondent_id,
        request_id="ab" * 16,
        transaction_id=1,
    )

    assert {entry.account_id for entry in found(compliance, account=account.account_number)} == {account.pk}
    assert {entry.account_id for entry in found(compliance, account=account.name)} >= {account.pk}
    assert found(compliance, account="Nobody at all") == []
    assert {entry.act for entry in found(compliance, acts=("revealed",))} == {"revealed"}
    assert {entry.subject for entry in found(compliance, subject="Contact", acts=("changed",))} == {"Contact"}
    assert {entry.actor_id for entry in found(compliance, actor="operations@acme")} == {acme.ops.pk}
    assert [entry.reason for entry in found(compliance, reason="called")] == ["Called the holder"]
    assert [entry.act for entry in found(compliance, request_id="ab" * 16)] == ["revealed"]
    assert newest in found(compliance, since=newest.at)
    assert newest not in found(compliance, until=newest.at)


def test_what_the_url_says_the_page_shows(desk, account):
    text = desk.get(
        f"/audit?account={account.account_number}&act=added&subject=Contact&from=2020-01-01T00:00&to=2099-01-01T00:00"
    ).content.decode()

    assert text.count("<summary class=") == 1
    assert 'value="2020-01-01T00:00"' in text
    assert "from=2020-01-01T00%3A00" in text


def test_nonsense_in_the_url_is_left_out(desk, account):
    assert desk.get("/audit?act=nothing&from=yesterday&to=&after=x&before=y&subject=Nope").status_code == 200


def test_pages_lead_on_and_back_without_counting(account, compliance, acme):
    make_account(acme.correspondent), make_account(acme.correspondent)

    first = list_audit(compliance, AuditFilter())
    second = list_audit(compliance, AuditFilter(), after=first.after)
    back = list_audit(compliance, AuditFilter(), before=second.before)

    assert len(first.rows) == PAGE_SIZE
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]


def test_a_page_costs_the_same_number_of_queries_whatever_it_shows(desk, account, django_assert_max_num_queries):
    desk.get("/audit")

    with django_assert_max_num_queries(12):
        desk.get("/audit")


def test_the_fragment_is_its_part_of_the_page(desk, account):
    for path in ("/audit", f"/accounts/{account.pk}/audit"):
        fragment = desk.get(path, headers=HTMX).content.decode().strip()

        assert re.sub(r"\s+", " ", fragment) in re.sub(r"\s+", " ", desk.get(path).content.decode())


def test_an_empty_trail_and_an_empty_result_say_so(desk):
    assert "No entry matches." in desk.get("/audit?account=nobody").content.decode()


# --- What is shown ----------------------------------------------------------------------------------


def test_sealed_hidden_and_masked_values_never_appear(desk, account):
    identity = AuditEntry.objects.get(subject="Identity", account_id=account.pk, act="added")
    sealed = identity.after["tax_id_sealed"]

    page = desk.get(f"/accounts/{account.pk}/audit?subject=Identity").content.decode()
    page += str(exported(desk.get(f"/audit/export.csv?account={account.account_number}")))

    for secret in (
        sealed,
        identity.after["tax_id_digest"],
        identity.after["date_of_birth_sealed"],
        "555-55-5555",
        TAX_ID,
    ):
        assert secret not in page
    assert "··· 4321" in page


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("tax_id_sealed", "\\x00", "sealed"),
        ("sections_sealed", "hidden", "hidden"),
        ("date_of_birth", "1990-01-01", "masked"),
        ("tax_id_digest", "ab", "masked"),
        ("city", "", "—"),
        ("city", None, "—"),
        ("suspend_trade", False, "false"),
        ("tags", ["b", "a"], '["b", "a"]'),
    ],
)
def test_how_a_value_is_shown(name, value, said):
    assert shown(name, value) == said


def test_people_keys_and_drafts_are_named_also_where_only_a_column_changed(acme, compliance):
    ApiKey.objects.filter(pk=acme.key.pk).update(name="Night batch")
    User.objects.filter(pk=acme.reader.pk).update(name="Somebody else")
    reset_second_factor(actor=make_staff(Role.ADMIN, acme.correspondent), member_id=acme.rop.pk, reason="lost")

    said = {(row.what, row.entry.act): row.about for row in describe(list_audit(compliance, AuditFilter()).rows)}

    assert said["API key", "changed"] == acme.key.key_id
    assert said["user", "changed"] == acme.reader.email
    assert said["second factor", "deleted"] == acme.rop.email


def test_identities_within_json_are_masked():
    assert masked({"minor": [{"date_of_birth": "2015-01-01", "name": "Ada"}], "tax_id": "1"}) == {
        "minor": [{"date_of_birth": "masked", "name": "Ada"}],
        "tax_id": "masked",
    }


def test_both_sides_stand_beside_each_other():
    entry = AuditEntry(before={"city": "Old", "unit": ""}, after={"city": "New", "unit": "1"})

    assert [(one.name, one.before, one.after, one.is_changed) for one in differences(entry)] == [
        ("city", "Old", "New", True),
        ("unit", "—", "1", True),
    ]


def test_the_chain_stands_at_the_top(desk, account):
    assert "Not checked yet" in desk.get("/audit").content.decode()
    check_audit()

    assert "none altered" in desk.get("/audit").content.decode()


# --- Exports ----------------------------------------------------------------------------------------


def test_an_export_holds_what_is_filtered_and_is_recorded(desk, account, compliance):
    shown_ids = [entry.pk for entry in found(compliance, account=account.account_number, subject="Contact")]

    rows = exported(desk.get(f"/audit/export.csv?account={account.account_number}&subject=Contact"))

    assert [int(row["Entry"]) for row in rows] == shown_ids
    entry = AuditEntry.objects.get(act=AuditAct.EXPORTED)
    assert (entry.actor_id, entry.subject) == (compliance.pk, "AuditEntry")
    assert entry.after == {"filter": {"account": account.account_number, "subject": "Contact"}}


def test_an_export_runs_no_formula(desk, account):
    Contact.objects.filter(pk=account.pk).update(city="Springfield")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('strikebook.reason', '=cmd()', true)")
    Contact.objects.filter(pk=account.pk).update(city="Elsewhere")

    rows = exported(desk.get("/audit/export.csv?subject=Contact&act=changed"))

    assert rows[0]["Reason"] == "'=cmd()"


# --- Revealing --------------------------------------------------------------------------------------


def reveal(client, account, what="tax-id", reason=REASON, **extra):
    return client.post(f"/accounts/{account.pk}/reveal/{what}", {"reason": reason}, **extra)


def looks():
    return AuditEntry.objects.filter(act=AuditAct.REVEALED)


def test_a_tax_id_is_shown_once_for_a_reason_and_recorded(desk, account, compliance):
    answer = reveal(desk, account)

    assert TAX_ID in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    entry = looks().get()
    assert (entry.subject, entry.subject_id, entry.account_id) == ("Identity.tax_id", str(account.pk), account.pk)
    assert (entry.actor_id, entry.reason) == (compliance.pk, REASON)
    assert entry.origin.startswith("127.0.0.1")
    assert (entry.before, entry.after) == (None, None)
    assert TAX_ID not in desk.get(f"/accounts/{account.pk}/reveal/tax-id").content.decode()


def test_a_date_of_birth_too(desk, account):
    assert account.identity.date_of_birth.strftime("%Y") in reveal(desk, account, "date-of-birth").content.decode()
    assert looks().get().subject == "Identity.date_of_birth"


@pytest.mark.parametrize("reason", ["", " ", "x", "short", "         x         "])
def test_without_a_reason_nothing_is_shown_and_nothing_written(desk, account, reason):
    answer = reveal(desk, account, reason=reason)

    assert answer.status_code == 422
    assert TAX_ID not in answer.content.decode()
    assert not looks().exists()


def test_who_may_not_reveal_is_refused_and_nothing_written(client, account, acme, globex):
    for user, status in ((acme.reader, 403), (make_customer(acme.correspondent), 403), (globex.ops, 404)):
        client.force_login(user)
        answer = reveal(client, account)
        assert (answer.status_code, TAX_ID in answer.content.decode()) == (status, False)
    assert not looks().exists()


def test_a_firm_account_has_nothing_to_reveal(desk, acme):
    answer = reveal(desk, acme.firm_account)

    assert (answer.status_code, "there is no tax id on file" in answer.content.decode()) == (422, True)
    assert not looks().exists()


def test_no_entry_no_value(desk, account):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry ADD CONSTRAINT no_looks CHECK (act <> 'revealed') NOT VALID")

    with pytest.raises(Exception, match="no_looks"):
        reveal(desk, account)


def test_a_get_reveals_nothing_and_what_is_unknown_is_not_there(desk, account):
    assert TAX_ID not in desk.get(f"/accounts/{account.pk}/reveal/tax-id?reason={REASON}").content.decode()
    assert reveal(desk, account, "passport").status_code == 404
    assert not looks().exists()


def test_the_part_closes_again(desk, account):
    shown_part = reveal(desk, account, headers=HTMX).content.decode()
    closed = desk.get(f"/accounts/{account.pk}/reveal/tax-id?closed=yes", headers=HTMX).content.decode()

    assert 'id="reveal-tax-id"' in shown_part
    assert 'hx-trigger="load delay:30s"' in shown_part
    assert "Reveal" in closed
    assert "<form" not in closed
