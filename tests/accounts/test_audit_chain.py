"""The chain over the audit trail: nothing is lost on the way into it, and nothing changes in it unseen (RK-3)."""

import contextlib
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from time import monotonic

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.audit_chain import sealed_digests
from accounts.models import AuditCheck, AuditEntry, AuditSeal, BrokerPolicy, Correspondent
from accounts.services import sealing_audit
from accounts.services.sealing_audit import check_audit, check_audit_daily, seal_audit, seal_entries
from brokerage import clock
from tests.factories import make_correspondent

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


def seal_everything():
    """Seal until nothing is left; a transaction that another test holds open may be older, so wait for it."""
    began = monotonic()
    waiting = threading.Event()
    while sum(AuditSeal.objects.values_list("entries", flat=True)) < AuditEntry.objects.count():
        assert monotonic() - began < PATIENCE
        if seal_entries() is None:
            waiting.wait(0.05)


def as_superuser(query, *values):
    """Run a statement with every trigger switched off, as only the owner of the database can."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(query, values)


def rename(times=1):
    for number in range(times):
        Correspondent.objects.filter(code="ACME").update(name=f"Acme {random.random()} {number}")


@pytest.fixture
def sealed():
    """Three seals over a correspondent's life; answers the ids of the entries in order."""
    make_correspondent()
    for _ in range(3):
        rename(3)
        seal_everything()
    return list(AuditEntry.objects.order_by("transaction_id", "id").values_list("id", flat=True))


def finding():
    return check_audit().finding.split("\n")


def seal_of(entry_id):
    return next(seal.pk for seal in AuditSeal.objects.all() if entry_id in sealed_digests(seal))


# --- Sealing ----------------------------------------------------------------------------------------


def test_every_entry_is_sealed_once_and_the_chain_holds(sealed):
    seals = list(AuditSeal.objects.order_by("id"))

    assert [entry for seal in seals for entry in sealed_digests(seal)] == sealed
    assert [seal.previous_digest for seal in seals] == ["", *(seal.digest for seal in seals[:-1])]
    check = check_audit()
    assert (check.finding, check.entries, check.seals, check.head) == ("", len(sealed), len(seals), seals[-1].digest)


def test_nothing_new_makes_no_seal(sealed):
    before = AuditSeal.objects.count()

    assert seal_entries() is None
    assert AuditSeal.objects.count() == before


def test_what_a_running_transaction_wrote_waits_and_so_does_what_came_after_it(sealed):
    written, go_on = threading.Event(), threading.Event()

    def write_slowly():
        try:
            with transaction.atomic():
                BrokerPolicy.objects.update_or_create(id=1, defaults={"allocation_method": "fifo"})
                written.set()
                assert go_on.wait(PATIENCE)
        finally:
            connection.close()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert written.wait(PATIENCE)
    rename()
    assert seal_entries() is None

    go_on.set()
    slow.join()
    seal_everything()

    assert check_audit().finding == ""
    assert AuditEntry.objects.count() == len(sealed) + 2


def write_and_roll_back(number):
    """Change a firm 25 times, now and then in vain."""
    chance = random.Random(number)
    firm = Correspondent.objects.filter(code=f"F{number}")
    for turn in range(25):
        with contextlib.suppress(LookupError), transaction.atomic():
            firm.update(name=f"Firm {turn} {chance.random()}")
            if chance.random() < 0.3:
                raise LookupError
            firm.update(name=f"Again {turn}")
    connection.close()


def seal_until(done):
    while not done.is_set():
        seal_entries()
    connection.close()


def test_sealing_beside_many_writers_and_other_sealers_loses_nothing():
    for number in range(4):
        make_correspondent(f"Firm {number}", f"F{number}")
    done = threading.Event()

    with ThreadPoolExecutor(6) as threads:
        sealers = [threads.submit(seal_until, done) for _ in range(2)]
        writers = [threads.submit(write_and_roll_back, number) for number in range(4)]
        for writer in writers:
            writer.exception()
        done.set()
    assert [thread.exception() for thread in [*writers, *sealers]] == [None] * 6
    seal_everything()

    sealed_ids = [entry for seal in AuditSeal.objects.order_by("id") for entry in sealed_digests(seal)]
    assert sorted(sealed_ids) == sorted(AuditEntry.objects.values_list("id", flat=True))
    assert len(sealed_ids) == len(set(sealed_ids))
    assert check_audit().finding == ""


def test_a_long_transaction_is_sealed_in_parts(sealed, monkeypatch):
    monkeypatch.setattr(sealing_audit, "MOST_IN_A_SEAL", 4)
    with transaction.atomic():
        rename(10)

    seal_everything()

    assert [seal.entries for seal in AuditSeal.objects.order_by("id")][-3:] == [4, 4, 2]
    assert check_audit().finding == ""


def test_a_tick_seals_once_a_minute_and_checks_once_a_day(sealed):
    rename()

    seal_audit(clock.now())
    check_audit_daily(clock.now())
    check_audit_daily(clock.now())

    assert sum(AuditSeal.objects.values_list("entries", flat=True)) == len(sealed)
    assert AuditCheck.objects.count() == 1


def test_a_restored_database_goes_on_where_the_dump_ended(sealed):
    rename(2)
    # As a dump restored elsewhere: everything in it was numbered far ahead of what this database gives.
    as_superuser("UPDATE accounts_auditentry SET transaction_id = transaction_id + 1000000000")
    as_superuser("TRUNCATE accounts_auditseal")
    elsewhere = [entry for entry in sealed if entry <= sealed[-1]]
    seal_dump(elsewhere)

    rename(3)
    assert seal_entries().entries == 2
    rename()
    seal_everything()

    assert check_audit().finding == ""
    as_superuser("UPDATE accounts_auditentry SET reason = 'x' WHERE id = %s", sealed[0])
    as_superuser("UPDATE accounts_auditentry SET reason = 'y' WHERE id = %s", AuditEntry.objects.latest("id").pk)
    assert [said.split(" of ")[0] for said in finding()] == [
        f"Entry {sealed[0]}",
        f"Entry {AuditEntry.objects.latest('id').pk}",
    ]


def seal_dump(ids):
    """Seal some entries as the database that they come from had."""
    from accounts.audit_chain import LEAVES, Leaf, genesis
    from accounts.services.sealing_audit import _insert

    with connection.cursor() as cursor:
        cursor.execute(f"{LEAVES} WHERE id = ANY(%s) ORDER BY transaction_id, id", [ids])
        _insert(genesis(), [Leaf(one, at, bytes(digest)) for one, at, digest in cursor.fetchall()])


# --- What was altered is found, and named -----------------------------------------------------------


def test_an_altered_entry_is_named(sealed):
    as_superuser("UPDATE accounts_auditentry SET actor_id = 1 WHERE id = %s", sealed[4])

    assert finding() == [f"Entry {sealed[4]} of seal {seal_of(sealed[4])} was altered."]


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "act = 'added'",
        "subject = 'User'",
        "origin = ' '",
        "request_id = 'x'",
        "reason = 'because'",
        "before = '{}'",
        "after = jsonb_set(after, '{name}', '\"Acme\"')",
        "account_id = correspondent_id",
        "correspondent_id = NULL",
        "subject_id = 'x'",
    ],
)
def test_every_column_counts(sealed, change):
    as_superuser(f"UPDATE accounts_auditentry SET {change} WHERE id = %s", sealed[-1])

    assert finding() == [f"Entry {sealed[-1]} of seal {seal_of(sealed[-1])} was altered."]


def test_a_deleted_entry_is_named(sealed):
    seal = seal_of(sealed[2])
    as_superuser("DELETE FROM accounts_auditentry WHERE id = %s", sealed[2])

    assert finding() == [f"Entry {sealed[2]} of seal {seal} is missing, or was moved out of its place."]


def test_an_inserted_entry_is_named(sealed):
    as_superuser(
        """INSERT INTO accounts_auditentry (at, act, subject, subject_id, origin, request_id, reason, transaction_id)
        SELECT at, act, subject, subject_id, origin, request_id, reason, transaction_id
        FROM accounts_auditentry WHERE id = %s""",
        sealed[3],
    )
    inserted = AuditEntry.objects.latest("id").pk

    assert finding() == [
        f"Entry {inserted} was inserted after seal {seal_of(sealed[3 + 1])} had closed over its place."
    ]


def test_an_altered_seal_is_named(sealed):
    first = AuditSeal.objects.order_by("id").first()
    as_superuser(
        "UPDATE accounts_auditseal SET leaves = substr(leaves, 41), entries = entries - 1 WHERE id = %s", first.pk
    )

    assert finding()[0] == f"Seal {first.pk} itself was altered: its digest is not that of what it holds."


def test_a_seal_taken_out_is_named(sealed):
    _, second, *_ = AuditSeal.objects.order_by("id")
    as_superuser("DELETE FROM accounts_auditseal WHERE id = %s", second.pk)

    assert any("does not follow the seal before it" in said for said in finding())


def test_an_end_cut_off_is_missed_by_the_next_check(sealed):
    assert check_audit().finding == ""
    last = AuditSeal.objects.order_by("id").last()
    as_superuser("DELETE FROM accounts_auditentry WHERE id = ANY(%s)", list(sealed_digests(last)))
    as_superuser("DELETE FROM accounts_auditseal WHERE id = %s", last.pk)

    assert "is gone" in finding()[0]


def test_a_failed_check_is_loud(sealed, caplog, client):
    as_superuser("UPDATE accounts_auditentry SET reason = 'x' WHERE id = %s", sealed[0])

    check_audit()

    assert "the audit trail was altered: Entry" in caplog.text
    assert client.get("/healthz").json()["details"]["audit"] == "altered"


# --- The command ------------------------------------------------------------------------------------


def test_the_command_says_that_all_is_well(sealed):
    said = StringIO()

    call_command("verify_audit", stdout=said)

    seals = AuditSeal.objects.count()  # three or more: what another transaction still holds up comes with the next
    assert f"{len(sealed)} entries in {seals} seals are as they were sealed." in said.getvalue()


def test_the_command_fails_with_the_first_break(sealed):
    as_superuser("UPDATE accounts_auditentry SET reason = 'x' WHERE id = %s", sealed[4])

    with pytest.raises(CommandError, match=f"Entry {sealed[4]} of seal .* was altered") as failed:
        call_command("verify_audit", stdout=StringIO())

    assert failed.value.returncode == 1


def test_a_head_noted_elsewhere_is_looked_for(sealed):
    head = AuditSeal.objects.order_by("id").first().digest

    call_command("verify_audit", head=head, stdout=StringIO())
    with pytest.raises(CommandError, match="is not in the chain"):
        call_command("verify_audit", head="0" * 64, stdout=StringIO())


# --- The tables refuse ------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [AuditEntry, AuditSeal, AuditCheck])
def test_the_tables_themselves_refuse_change(sealed, model):
    check_audit()
    row = model.objects.order_by("id").first()

    for change in (lambda: model.objects.filter(pk=row.pk).delete(), row.save):
        with pytest.raises(Exception, match="Cannot update or delete rows"):
            change()
