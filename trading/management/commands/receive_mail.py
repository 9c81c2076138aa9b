"""Run the sandbox's mail server until it is told to stop."""

import signal
from threading import Event as Flag
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from brokerage.mode import is_sandbox
from trading.mailbox.smtp import controller_on

HOST = "127.0.0.1"
PAUSE_SECONDS = 5.0


class Command(BaseCommand):
    help = (
        "Receive mail by SMTP on MAILBOX_SMTP_PORT of this machine alone, for the review of do-not-exercise "
        "instructions. In the sandbox only: production polls a mailbox (MAILBOX_URL) or is called by a mail provider."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_sandbox():
            raise CommandError(
                "Mail is received by SMTP in the sandbox only. Set MAILBOX_URL or MAILBOX_WEBHOOK_SECRET."
            )
        stop = Flag()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        port, was_taken = settings.MAILBOX.smtp_port, False
        while not stop.is_set():
            server = controller_on(HOST, port)
            try:
                server.start()
            except OSError as error:
                if not was_taken:
                    self.stderr.write(f"Port {port} for mail is taken: {error.strerror}. Set MAILBOX_SMTP_PORT.")
                was_taken = True
                stop.wait(PAUSE_SECONDS)
                continue
            stop.wait()
            server.stop()
