"""The doors by which messages come in: a mail server, a mailbox that is polled, a mail provider that calls."""

import json
from base64 import b64encode
from smtplib import SMTP, SMTPSenderRefused

import pytest
from anymail.exceptions import AnymailWebhookValidationFailure
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from environ import Env

from brokerage import clock
from brokerage.mailbox import MailboxSettings, mailbox_from
from tests.imap import mailbox
from tests.installation import free_port
from tests.trading.instructions import mail
from trading.mailbox import imap, webhook
from trading.mailbox.smtp import controller_on
from trading.models import InstructionMessage
from trading.services.messages import LARGEST_MESSAGE

CAME_IN = "26-Jan-2024 17:29:59 -0500"


def kept():
    """Answer the subjects of what was kept, in the order in which it came."""
    return list(InstructionMessage.objects.order_by("received_at", "pk").values_list("subject", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_mail_sent_by_smtp_is_kept_as_it_came(clock_at):
    at = clock_at("2024-01-26 11:00")
    server = controller_on("127.0.0.1", free_port())
    server.start()
    try:
        with SMTP("127.0.0.1", server.port, timeout=30) as client:
            for _ in range(2):  # a client that lost the answer sends it again
                client.sendmail(
                    "ann@example.com", ["dne@broker.example"], mail("ann@example.com", Message_ID="<1@x.y>")
                )
            with pytest.raises(SMTPSenderRefused):
                client.sendmail("ann@example.com", ["dne@broker.example"], b"x" * (LARGEST_MESSAGE + 1))
    finally:
        server.stop()

    [message] = InstructionMessage.objects.all()
    assert (message.sender, message.recipient, message.received_at) == ("ann@example.com", "dne@broker.example", at)
    assert b"Please do not exercise." in bytes(message.raw)


def test_production_receives_no_mail_by_smtp(settings):
    settings.STRIKEBOOK_MODE, settings.IS_PRODUCTION = "production", True

    with pytest.raises(CommandError, match="in the sandbox only"):
        call_command("receive_mail")


def test_a_mailbox_is_read_from_where_it_was_left_and_left_as_it_is(db):
    cache.clear()
    with mailbox() as server:
        server.mails = {
            4: (CAME_IN, mail("ann@example.com", subject="One")),
            9: (CAME_IN, mail("b@c.de", subject="Two")),
        }
        counted = [imap.receive_new(server.url), imap.receive_new(server.url)]
        server.mails[12] = (CAME_IN, mail("ann@example.com", subject="Three"))
        counted += [imap.receive_new(server.url)]
        server.validity = 8  # the mailbox was made anew: its numbers mean nothing any more
        counted += [imap.receive_new(server.url)]

    assert counted == [2, 0, 1, 3]
    assert sorted(kept()) == ["One", "Three", "Two"]
    assert InstructionMessage.objects.first().received_at.isoformat() == "2024-01-26T22:29:59+00:00"
    assert 'EXAMINE "Instructions"' in server.said
    assert not [one for one in server.said if "STORE" in one or "EXPUNGE" in one]


def test_a_mailbox_that_is_away_is_tried_again(db, settings, caplog):
    cache.clear()
    settings.MAILBOX = MailboxSettings(url=f"imap://dne:wrong@127.0.0.1:{free_port()}/")
    imap.look_into_mailbox()

    with mailbox() as server:
        settings.MAILBOX = MailboxSettings(url=server.url.replace("p%40ss", "wrong"))
        imap.look_into_mailbox()
        server.mails = {1: (CAME_IN, mail("ann@example.com", subject="One"))}
        settings.MAILBOX = MailboxSettings(url=server.url)
        imap.look_into_mailbox()

    assert kept() == ["One"]
    assert caplog.text.count("is tried again") == 2


def test_a_providers_call_is_kept_when_it_knows_the_secret(db, settings, acme):
    from anymail.webhooks.postmark import PostmarkInboundWebhookView

    settings.ANYMAIL = {"WEBHOOK_SECRET": "postmark:a-long-enough-secret"}
    webhook.connect()
    raw = mail("ann@example.com", subject="From a provider")
    body = json.dumps({"RawEmail": raw.decode(), "OriginalRecipient": "dne@broker.example", "Headers": []})

    def call(secret):
        given = {"HTTP_AUTHORIZATION": "Basic " + b64encode(secret.encode()).decode()}
        request = RequestFactory().post("/mailbox/postmark/inbound/", body, "application/json", **given)
        return PostmarkInboundWebhookView.as_view()(request).status_code

    try:
        with pytest.raises(AnymailWebhookValidationFailure):  # which becomes a 400
            call("postmark:guessed")
        status = call("postmark:a-long-enough-secret")
    finally:
        webhook.disconnect()

    assert (status, kept()) == (200, ["From a provider"])
    assert InstructionMessage.objects.get().recipient == "dne@broker.example"


def test_times_of_the_mailbox_are_told_by_the_clock_that_the_market_has(clock_at, db):
    cache.clear()
    at = clock_at("2024-01-26 11:00")
    with mailbox() as server:
        server.mails = {1: (clock.real_now().strftime("%d-%b-%Y %H:%M:%S +0000"), mail("ann@example.com"))}
        imap.receive_new(server.url)

    assert InstructionMessage.objects.get().received_at == at


@pytest.mark.parametrize(
    ("given", "is_production", "said"),
    [
        ({"MAILBOX_URL": "imap://user:secret@mail.example"}, True, "imaps"),
        ({"MAILBOX_URL": "pop3://user:secret@mail.example"}, False, "imaps"),
        ({"MAILBOX_WEBHOOK_SECRET": "user:short"}, False, "at least 24"),
    ],
)
def test_a_door_that_is_not_safe_is_not_opened(monkeypatch, given, is_production, said):
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=said):
        mailbox_from(Env(), is_production=is_production)


def test_the_mail_server_listens_beside_the_web_server_and_not_in_production(monkeypatch):
    monkeypatch.setenv("PORT", "8100")
    monkeypatch.delenv("MAILBOX_SMTP_PORT", raising=False)

    assert [mailbox_from(Env(), is_production=one).smtp_port for one in (False, True)] == [8125, 0]
