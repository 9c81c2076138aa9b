"""Notices: written once, sent by a real mail server, once where nothing dies, and tried again where it fails."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction

from accounts.choices import NoticeKind
from accounts.models import Notice
from accounts.notices import send_notices, send_notices_soon, send_some
from accounts.services.notices import LEASE, PAUSES, Message, Recipient, give_notice, mark_sent, take_notices
from brokerage import clock
from tests.factories import make_account
from tests.smtp import mail_server


@pytest.fixture
def mail(settings):
    """A mail server, and the installation told of it."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def tell(partner, *addresses, key="event:1", body="The level is 2.", account=None):
    message = Message(NoticeKind.LEVEL, key, "Strikebook: Your level", body)
    to = [Recipient(address) for address in addresses]
    with transaction.atomic():
        give_notice(message, to, correspondent=partner.correspondent, account=account, now=clock.now())


def make_due(**which):
    Notice.objects.filter(**which).update(due_at=clock.real_now() - timedelta(seconds=1))


def test_an_address_is_told_once_of_one_thing(acme):
    tell(acme, "john@example.com", "John@Example.com ", "jane@example.com", "")
    tell(acme, "john@example.com", body="Told again.")
    tell(acme, "john@example.com", key="event:2")

    told = Notice.objects.order_by("key", "address").values_list("key", "address", "body")
    assert list(told) == [
        ("event:1", "jane@example.com", "The level is 2."),
        ("event:1", "john@example.com", "The level is 2."),
        ("event:2", "john@example.com", "The level is 2."),
    ]


def test_what_is_rolled_back_was_not_told(acme):
    message = Message(NoticeKind.LEVEL, "event:1", "Subject", "Body")

    with transaction.atomic():
        give_notice(message, [Recipient("john@example.com")], correspondent=acme.correspondent, now=clock.now())
        transaction.set_rollback(True)

    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_notice_reaches_the_mail_server_and_is_marked(acme, mail):
    account = make_account(acme.correspondent)
    tell(acme, "john@example.com", body="Grüße: the level is 2.\n.\nThat is all.", account=account)

    send_notices()

    (message,) = mail.accepted
    notice = Notice.objects.get()
    assert (message["To"], message["Subject"]) == ("john@example.com", "Strikebook: Your level")
    assert message.get_content().replace("\r\n", "\n").strip() == "Grüße: the level is 2.\n.\nThat is all."
    assert message["Message-ID"].startswith(f"<{notice.pk}@")
    assert message["Auto-Submitted"] == "auto-generated"
    assert (notice.attempts, notice.failure, notice.sent_at is not None) == (1, "", True)


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_is_not_sent_again(acme, mail):
    tell(acme, "john@example.com")
    send_notices()
    make_due()

    send_notices()

    assert len(mail.accepted) == 1


@pytest.mark.django_db(transaction=True)
def test_what_died_between_sending_and_marking_is_sent_again_with_the_same_message_id(acme, mail):
    tell(acme, "john@example.com")
    send_notices()
    Notice.objects.update(sent_at=None)  # the mark was lost
    send_notices()
    assert len(mail.accepted) == 1, "its lease has not run out"
    make_due()

    send_notices()

    first, second = mail.accepted
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.django_db(transaction=True)
def test_a_refused_address_waits_longer_each_time_and_costs_no_other(acme, mail):
    mail.refused = {"gone@example.com"}
    tell(acme, "gone@example.com", key="event:1")
    tell(acme, "john@example.com", key="event:2")

    pauses = []
    for _ in range(len(PAUSES) + 1):
        before = clock.real_now()
        send_notices()
        refused = Notice.objects.get(address="gone@example.com")
        pauses.append(round((refused.due_at - before).total_seconds() / 60))
        make_due(pk=refused.pk)

    assert pauses == [1, 5, 15, 60, 240, 720, 720]
    assert "no such mailbox" in refused.failure
    assert refused.sent_at is None
    assert [one["To"] for one in mail.accepted] == ["john@example.com"]

    mail.refused = set()
    send_notices()
    refused.refresh_from_db()
    assert (refused.failure, refused.sent_at is not None, len(mail.accepted)) == ("", True, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_there", [True, False])
def test_a_mail_server_that_is_away_is_asked_once_and_everything_waits(acme, mail, settings, is_there):
    for number in range(3):
        tell(acme, f"john{number}@example.com")
    if is_there:
        mail.is_broken = True  # it takes the call and hangs up
    else:
        settings.EMAIL_PORT = 1

    before = clock.real_now()
    send_notices()

    assert Notice.objects.filter(sent_at__isnull=True, due_at__gt=before + timedelta(seconds=50)).count() == 3
    assert Notice.objects.exclude(failure="").count() == 1
    assert send_some() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_send_one_notice_twice(acme, mail):
    for number in range(30):
        tell(acme, f"john{number}@example.com")

    def work():
        while send_some():
            pass
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(mail.accepted) == len({one["To"] for one in mail.accepted}) == 30
    assert Notice.objects.filter(sent_at__isnull=True).count() == 0


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_holds_locked_is_passed_over(acme):
    tell(acme, "john@example.com")
    found = []

    def take():
        found.extend(take_notices(at=clock.real_now()))
        connection.close()

    with transaction.atomic():
        Notice.objects.select_for_update().get()
        other = Thread(target=take)
        other.start()
        other.join(timeout=5)

    assert not other.is_alive()
    assert found == []


@pytest.mark.django_db(transaction=True)
def test_a_taken_notice_is_due_again_when_the_lease_has_run_out(acme):
    tell(acme, "john@example.com")
    now = clock.real_now()

    assert len(take_notices(at=now)) == 1
    assert take_notices(at=now + LEASE - timedelta(seconds=1)) == []
    assert [one.attempts for one in take_notices(at=now + LEASE)] == [2]


@pytest.mark.django_db(transaction=True)
def test_a_frozen_clock_holds_up_no_mail(acme, mail, clock_at):
    clock_at("2024-01-24 10:00")
    tell(acme, "john@example.com")

    send_notices()

    notice = Notice.objects.get()
    assert notice.sent_at == notice.created_at == clock.now()


@pytest.mark.django_db(transaction=True)
def test_marking_twice_marks_once(acme):
    tell(acme, "john@example.com", account=make_account(acme.correspondent))
    notice = Notice.objects.get()
    mark_sent(notice_id=notice.pk)
    first = Notice.objects.get().sent_at

    mark_sent(notice_id=notice.pk)

    assert Notice.objects.get().sent_at == first


def test_nothing_due_starts_no_task(acme, monkeypatch):
    started = []
    monkeypatch.setattr(send_notices, "apply_async", lambda **options: started.append(options))

    send_notices_soon(clock.now())
    tell(acme, "john@example.com")
    send_notices_soon(clock.now())

    assert len(started) == 1
