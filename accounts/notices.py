"""The worker's way with notices: what is due goes through Django's mail backend, outside of any lock.

A notice is taken by a short transaction, sent, and marked as sent by another. Where a worker dies
between sending and marking, the notice is due again when its lease runs out and is sent once
more: somebody who is told twice is better off than one who never hears. Both mails carry the same
`Message-ID`, by which most mail programs show one of them.
"""

import contextlib
import logging
from datetime import datetime
from email.utils import parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPServerDisconnected,
)

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from accounts.models import Notice
from accounts.services.notices import mark_sent, put_off, put_off_all, take_notices
from brokerage import clock

log = logging.getLogger(__name__)

SENDING_LOCK = 5_072_004
# What says something of the server and not of the one mail: the others would fare no better.
SERVER_IS_AWAY = (SMTPConnectError, SMTPHeloError, SMTPAuthenticationError, SMTPServerDisconnected)
MAIL_IS_REFUSED = (SMTPException, SMTPNotSupportedError, ValueError)


def send_notices_soon(at: datetime) -> None:
    """Have what is due sent, by a task of its own: a slow mail server must not hold up the tick."""
    if Notice.objects.filter(sent_at__isnull=True, due_at__lte=clock.real_now()).exists():
        send_notices.apply_async(retry=False, expires=5)


@shared_task(name="accounts.notices.send_notices", ignore_result=True)
def send_notices() -> None:
    """Send everything that is due; a task that finds another at work leaves it to that one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SENDING_LOCK])
        is_alone = cursor.fetchone()[0]
    if not is_alone:
        return
    try:
        while send_some():
            pass
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SENDING_LOCK])


def send_some() -> int:
    """Send some of the notices that are due, and answer how many were dealt with: none when all is done.

    Safe beside another worker, and safe to run again at any time.
    """
    taken = take_notices(at=clock.real_now())
    if not taken:
        return 0
    leased_until = taken[0].due_at
    mail = get_connection()
    try:
        for notice in taken:
            if clock.real_now() >= leased_until:
                break
            if not _send(notice, mail):
                put_off_all(at=clock.real_now())
                break
    finally:
        _hang_up(mail)
    return len(taken)


def _send(notice: Notice, mail: BaseEmailBackend) -> bool:
    """Send one notice, or keep why it was not sent; answer whether the server is still there."""
    try:
        mail.open()
        _as_mail(notice, mail).send()
    except (*SERVER_IS_AWAY, *MAIL_IS_REFUSED, OSError) as failure:
        log.warning("notice %s could not be sent and is tried again: %s", notice.pk, type(failure).__name__)
        put_off(notice=notice, failure=f"{type(failure).__name__}: {failure}", at=clock.real_now())
        is_of_the_server = isinstance(failure, SERVER_IS_AWAY) or not isinstance(failure, MAIL_IS_REFUSED)
        if not is_of_the_server:
            _hang_up(mail)  # the dialogue may have been left in its midst
        return not is_of_the_server
    mark_sent(notice_id=notice.pk)
    return True


def _as_mail(notice: Notice, mail: BaseEmailBackend) -> EmailMessage:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {"Message-ID": f"<{notice.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(notice.subject, notice.body, to=[notice.address], headers=headers, connection=mail)


def _hang_up(mail: BaseEmailBackend) -> None:
    with contextlib.suppress(OSError):
        mail.close()
