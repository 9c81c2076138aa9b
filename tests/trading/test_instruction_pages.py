"""The pages of instructions: the list, a message and its match, the second person, a position's own page."""

import csv
from io import StringIO

import pytest
from django.test import Client

from tests.market import LONG_CALL
from tests.trading.instructions import EXPIRES, mail, make_holder, mark, receive, second_person, written
from trading.models import Instruction, InstructionMessage


@pytest.fixture
def holder(acme, overview_market, clock_at):
    """Somebody long three calls, at eleven on the morning that they expire."""
    account = make_holder(acme.correspondent)
    clock_at(f"{EXPIRES} 11:00")
    return account


def signed_in(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.PeopleBackend")
    return client


def test_a_message_is_matched_by_one_and_confirmed_by_another(acme, ops, holder):
    html = "<p>All <b>three</b></p><script>alert(1)</script>"
    message = receive(mail(holder.email_address, subject="<i>Ann</i>", body="Do not exercise.\n" + html))
    clerk, other = signed_in(ops), signed_in(second_person(acme.correspondent))
    page = clerk.get(f"/instructions/messages/{message.pk}").content.decode()
    position = f"{holder.pk}:{LONG_CALL}"

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert f'value="{position}" checked' in page
    assert "Messages <span" in clerk.get("/instructions").content.decode()
    missing = clerk.post(f"/instructions/messages/{message.pk}", {"match": "1", "qty": "x"})
    too_many = clerk.post(f"/instructions/messages/{message.pk}", {"match": "1", "position": position, "qty": "4"})
    assert (missing.status_code, too_many.status_code) == (422, 422)
    assert "Insufficient quantity available (requested: 4, available: 3)" in too_many.content.decode()
    clerk.post(f"/instructions/messages/{message.pk}", {"match": "1", "position": position, "qty": "2"})
    instruction = Instruction.objects.get()
    url = f"/instructions/{instruction.pk}"
    assert "somebody else confirms it" in clerk.get(url).content.decode()
    assert clerk.post(url, {"confirm": "1"}).status_code == 422
    assert "To confirm (1)" in other.get("/instructions").content.decode()
    assert other.post(url, {"confirm": "1"}).headers["Location"] == "/instructions"
    again = other.post(url, {"confirm": "1"})
    instruction.refresh_from_db()
    assert (instruction.status, instruction.quantity) == ("in_force", 2)
    assert (again.status_code, 'role="alert"' in again.content.decode()) == (422, True)


def test_who_may_not_match_a_message_is_not_told_that_there_is_nothing_to_match(reader, holder):
    message = receive(mail(holder.email_address))

    page = signed_in(reader).get(f"/instructions/messages/{message.pk}").content.decode()

    assert "long nothing" not in page
    assert "Operations of the correspondent match it" in page


def test_what_is_turned_down_or_dismissed_says_why(acme, ops, holder):
    message = receive(mail(holder.email_address))
    clerk, other = signed_in(ops), signed_in(second_person(acme.correspondent))
    clerk.post(f"/instructions/messages/{message.pk}", {"match": "1", "position": f"{holder.pk}:{LONG_CALL}"})
    url = f"/instructions/{Instruction.objects.get().pk}"

    assert other.post(url, {"reject": "1", "reason": ""}).status_code == 422
    assert other.post(url, {"reject": "1", "reason": "It says two."}).status_code == 302
    dismissal = {"dismiss": "1", "dismissal-reason": "Taken back by phone.", "dismissal-tells_sender": "on"}
    assert clerk.post(f"/instructions/messages/{message.pk}", dismissal).status_code == 302
    assert "Taken back by phone." in clerk.get("/instructions/messages?status=dismissed").content.decode()


def test_the_mail_is_taken_away_as_it_came(ops, globex, holder):
    raw = mail(holder.email_address)
    message = receive(raw)
    url = f"/instructions/messages/{message.pk}"

    answer = signed_in(ops).get(f"{url}/raw")

    assert (answer.content, answer["Content-Type"]) == (raw, "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    neighbor = signed_in(globex.ops)
    assert [neighbor.get(one).status_code for one in (url, f"{url}/raw")] == [404, 404]


def test_a_position_is_marked_and_the_mark_withdrawn_from_its_account(ops, reader, holder, clock_at):
    url, clerk = f"/accounts/{holder.pk}/positions/{LONG_CALL}/do-not-exercise", signed_in(ops)

    assert signed_in(reader).get(url).status_code == 403
    own = f"/accounts/{holder.pk}/positions"
    clock_at("2024-01-25 11:00")
    assert "Instructions are taken on the day of expiration" in (early := clerk.get(url).content.decode())
    assert ('name="qty"' in early, "do-not-exercise" in clerk.get(own).content.decode()) == (False, False)
    clock_at(f"{EXPIRES} 11:00")
    assert ('name="qty"' in clerk.get(url).content.decode(), url in clerk.get(own).content.decode()) == (True, True)
    assert clerk.post(url, {"qty": "4"}).status_code == 422
    assert clerk.post(url, {"qty": "2", "reason": "By phone."}).status_code == 302
    assert "Withdraw it" in clerk.get(url).content.decode()
    assert clerk.post(url, {"withdraw": "1", "withdrawal-reason": "By phone again."}).status_code == 302
    assert list(Instruction.objects.values_list("status", "reason")) == [("withdrawn", "By phone again.")]
    clock_at(f"{EXPIRES} 18:00")
    before = written()
    assert "Only three excuses count" in clerk.get(url).content.decode()
    assert clerk.post(url, {"qty": "1", "excuse": "good_faith_error", "evidence": "late"}).status_code == 422
    assert written() == before
    late = {"qty": "1", "excuse": "good_faith_error", "evidence": "The clerk read the wrong line."}
    assert clerk.post(url, late).status_code == 302
    assert Instruction.objects.filter(status="proposed", excuse="good_faith_error").count() == 1


def test_the_list_filters_exports_and_is_the_same_part_alone(acme, ops, globex, holder, django_assert_max_num_queries):
    for quantity in ("1", "2", "3"):
        mark(acme.api_user, holder, quantity)
    clerk = signed_in(ops)

    with django_assert_max_num_queries(14):
        page = clerk.get("/instructions?status=in_force&kind=do_not_exercise&source=api&symbol=PTON").content.decode()
    part = clerk.get("/instructions?status=in_force", headers={"HX-Request": "true"}).content.decode()
    rows = list(csv.DictReader(StringIO(b"".join(clerk.get("/instructions/export.csv")).decode("utf-8-sig"))))

    assert "Do not exercise 3 PTON" in page
    assert "Do not exercise 2 PTON" not in page
    assert part.lstrip().startswith('<div id="instructions"')
    assert [row["Status"] for row in rows] == ["In force", "Superseded", "Superseded"]
    assert "No instructions yet." in signed_in(globex.ops).get("/instructions").content.decode()
    assert InstructionMessage.objects.count() == 0
