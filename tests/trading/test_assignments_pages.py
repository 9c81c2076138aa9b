"""The pages of assignments: who sees what, importing a file, dealing with what needs a person."""

from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.choices import Role
from accounts.models import Account, BrokerPolicy
from tests.factories import make_customer, make_staff
from tests.ledger import everything
from tests.market import held
from tests.trading.assignments import CALL, brokers, make_writer, open_market, receive
from trading.assignment_tasks import post_notice
from trading.models import Assignment, AssignmentNotice

pytestmark = pytest.mark.django_db
FILE = f"reference,symbol,quantity,exercise_date\nA1,{CALL},2,2024-02-28\nTRAILER,1,2\n"


@pytest.fixture(autouse=True)
def _market(clock_at):
    clock_at("2024-02-28 10:00")
    open_market()


def signed_in(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.PeopleBackend")
    return client


def shown(user, path, status=200):
    answer = signed_in(user).get(path)
    assert answer.status_code == status, path
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def send(user, text, **button):
    file = BytesIO(text if isinstance(text, bytes) else text.encode())
    file.name = "assignments.csv"
    return signed_in(user).post("/assignments/import", {"file": file, **button})


def test_everybody_sees_their_own_assignments_and_only_the_broker_the_notices(acme, globex):
    own, other = make_writer(acme.correspondent, CALL, 1), make_writer(globex.correspondent, CALL, 1)
    customer = make_customer(acme.correspondent)
    Account.objects.filter(pk=own.pk).update(owner=customer)
    notice = receive(CALL, 2)
    post_notice(notice.pk)
    mine, theirs = (Assignment.objects.get(account=one) for one in (own, other))

    listed = shown(acme.reader, "/assignments")
    assert own.account_number in listed
    assert other.account_number not in listed
    assert other.account_number not in shown(acme.reader, "/assignments/export.csv")
    for who in (acme.reader, customer):
        assert "OPTRD" in shown(who, f"/assignments/{mine.pk}")
        assert own.account_number in shown(who, f"/accounts/{own.pk}/assignments")
        shown(who, f"/assignments/{theirs.pk}", 404)
        for path in ("/assignments/notices", f"/assignments/notices/{notice.pk}"):
            shown(who, path, 404)
        shown(who, f"/assignments/notices/{notice.pk}/paper.json", 404)
    assert signed_in(customer).get("/assignments")["Location"] == f"/accounts/{own.pk}/assignments"
    paper = shown(brokers(Role.ROP), f"/assignments/notices/{notice.pk}?again=1")
    assert "The same" in paper
    assert own.account_number in paper
    assert other.account_number in paper


def test_the_disclosure_says_the_method_that_is_in_force(acme):
    customer = make_customer(acme.correspondent)
    assert "drawn by lot" in shown(customer, "/assignments/how")

    BrokerPolicy.objects.update_or_create(id=1, defaults={"allocation_method": "fifo"})

    assert "those that were opened first are assigned first" in shown(customer, "/assignments/how")


def test_a_file_is_checked_then_imported(acme):
    make_writer(acme.correspondent, CALL, 2)
    clerk = brokers()

    checked = send(clerk, FILE, check="1")
    assert "1 notice of 2 contracts" in checked.content.decode()
    assert not AssignmentNotice.objects.exists()
    assert send(clerk, FILE, **{"import": "1"}).status_code == 302

    assert AssignmentNotice.objects.get().received_by == clerk


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILE.replace("2024-02-28", "2024-02-30"), "Line 2: exercise_date 2024-02-30 must be a day"),
        (FILE.replace(",2,2024", ",3,2024").replace("1,2\n", "1,3\n"), "Line 2: 3 contracts are assigned"),
        (FILE.removesuffix("TRAILER,1,2\n"), "Line 3: the last line must be the trailer"),
        (b"\xff\xfe", "not UTF-8"),
        ("", "The file is empty"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong_and_nothing_is_written(acme, text, said):
    make_writer(acme.correspondent, CALL, 2)
    before = everything()

    answer = send(brokers(), text, **{"import": "1"})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert everything() == before
    assert not AssignmentNotice.objects.exists()


def test_importing_is_the_brokers_operations(acme):
    for who in (acme.ops, acme.reader, make_staff(Role.ADMIN, acme.correspondent), brokers(Role.COMPLIANCE)):
        shown(who, "/assignments/import", 403)
        assert send(who, FILE, **{"import": "1"}).status_code == 403
    assert not AssignmentNotice.objects.exists()


def test_what_needs_a_person_leads_the_list_until_somebody_writes_what_was_done(acme):
    writer = make_writer(acme.correspondent, CALL, 1)
    post_notice(receive(CALL, 1).pk)
    Assignment.objects.update(needs_person=True, missing={"QS": "60"})
    path, judge = f"/assignments/{Assignment.objects.get().pk}", make_staff(Role.COMPLIANCE, acme.correspondent)
    assert 'id="for-people"' in shown(acme.ops, "/assignments")
    assert "Keep the note" not in shown(acme.ops, path)
    assert signed_in(acme.ops).post(path, {"note": "done"}).status_code == 403
    assert signed_in(judge).post(path, {"note": ""}).status_code == 422

    assert signed_in(judge).post(path, {"note": "60 QS were bought in"}).status_code == 302

    assert "60 QS were bought in" in shown(judge, path)
    assert 'id="for-people"' not in shown(acme.ops, "/assignments")
    assert held(writer, CALL) == 0


def test_the_commands_import_check_and_find_what_was_tampered_with(acme, tmp_path):
    writer = make_writer(acme.correspondent, CALL, 2)
    file, out = tmp_path / "assignments.csv", StringIO()
    file.write_text(FILE.replace(",2,2024", ",9,2024").replace("1,2\n", "1,9\n"))
    with pytest.raises(CommandError, match="1 bad lines"):
        call_command("import_assignments", str(file), stdout=out, stderr=out)
    assert f"{file}:2: 9 contracts are assigned" in out.getvalue()
    file.write_text(FILE)
    call_command("import_assignments", str(file), "--dry-run", stdout=out)
    assert not AssignmentNotice.objects.exists()

    call_command("import_assignments", str(file), stdout=out)
    call_command("import_assignments", str(file), stdout=out)
    call_command("check_allocations", stdout=out)

    assert held(writer, CALL) == 0
    assert "1 allocations come to the same again" in out.getvalue()
    notice = AssignmentNotice.objects.get()
    notice.work_paper["result"][0][1] = 1
    notice.save()
    with pytest.raises(CommandError, match="1 of 1 allocations"):
        call_command("check_allocations", stdout=out, stderr=out)
