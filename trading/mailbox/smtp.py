"""The sandbox's own mail server: what is sent to it becomes a message to review. Production has a mailbox instead."""

import logging
from typing import Any

from aiosmtpd.controller import Controller
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection

from accounts.services.users import system_user
from brokerage import clock
from trading.services.messages import LARGEST_MESSAGE, receive_message

log = logging.getLogger(__name__)
KEPT, LATER = "250 kept", "451 cannot be kept now, try again later"


class Intake:
    """Keeps each mail as it comes; says so only when it is stored."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the server calls it so
        """Answer the reply to a mail's content."""
        return await sync_to_async(keep_mail)(bytes(envelope.content), ", ".join(envelope.rcpt_tos))


def keep_mail(raw: bytes, recipient: str) -> str:
    """Keep a mail, and answer what to reply: where the database is away the sender tries again."""
    try:
        with clock.reading():
            receive_message(actor=system_user(), raw=raw, received_at=clock.now(), recipient=recipient)
    except DatabaseError:
        log.exception("a mail could not be kept")
        return LATER
    finally:
        connection.close()
    return KEPT


def controller_on(host: str, port: int) -> Controller:
    """Answer the server, not yet started; a mail that is too large it refuses as it comes."""
    return Controller(Intake(), hostname=host, port=port, data_size_limit=LARGEST_MESSAGE, ident="Strikebook")
