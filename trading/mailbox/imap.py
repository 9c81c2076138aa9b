"""Look into an IMAP mailbox: what is new becomes messages to review. The mailbox itself is left as it is.

How far it was read is kept in the cache, under the mailbox's own mark of validity. Where that is lost, a
week is read again: what is there already changes nothing.
"""

import imaplib
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ssl import create_default_context
from typing import Any
from urllib.parse import unquote, urlsplit

from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from accounts.services.users import system_user
from brokerage import clock
from trading.services.messages import LARGEST_MESSAGE, receive_message

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 20
LOOK_BACK = timedelta(days=7)
ONE_AT_WORK, POLLED = "mailbox:at-work", "mailbox:polled"
LONGEST_LOOK = 300  # seconds after which one that died is thought dead
PARTS = f"(INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{LARGEST_MESSAGE}>)"
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True)
class Mail:
    """One mail of a mailbox: its number there, when the mailbox received it, and how large it is in all."""

    uid: int
    received_at: datetime
    raw: bytes
    size: int


def look_soon(at: datetime) -> None:
    """Have the mailbox looked into, now and then, by a task of its own: a slow one must not hold up the tick."""
    if settings.MAILBOX.url and cache.add(POLLED, 1, timeout=settings.MAILBOX.poll_seconds):
        look_into_mailbox.apply_async(retry=False, expires=settings.MAILBOX.poll_seconds)


@shared_task(name="trading.mailbox.imap.look_into_mailbox", ignore_result=True)
def look_into_mailbox() -> None:
    """Receive what is new; a task that finds another at work leaves it to that one."""
    if not cache.add(ONE_AT_WORK, 1, timeout=LONGEST_LOOK):
        return
    try:
        receive_new(settings.MAILBOX.url)
    except (OSError, imaplib.IMAP4.error) as failure:
        log.warning("the mailbox could not be read and is tried again: %s", failure)
    finally:
        cache.delete(ONE_AT_WORK)


def receive_new(url: str) -> int:
    """Receive what came into the mailbox since it was last looked into, and answer how many mails that were."""
    count = 0
    for mail in new_mails(url):
        received_at = min(clock.setting().at(mail.received_at), clock.now())
        receive_message(actor=system_user(), raw=mail.raw, received_at=received_at, size=mail.size)
        count += 1
    return count


def new_mails(url: str) -> Iterator[Mail]:
    """Yield what is new, oldest first; once the next is asked for, one counts as received."""
    with _opened(url) as (mailbox, validity):
        bookmark = f"mailbox:{urlsplit(url).hostname}{urlsplit(url).path}:{validity}"
        last = cache.get(bookmark, 0)
        for uid in sorted(one for one in _found(mailbox, last) if one > last):
            mail = _fetched(mailbox, uid)
            if mail is not None:  # else it was deleted meanwhile
                yield mail
            cache.set(bookmark, uid, timeout=None)


@contextmanager
def _opened(url: str) -> Iterator[tuple[imaplib.IMAP4, str]]:
    """Open the mailbox read-only, and answer it with its mark of validity."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connect: Callable[[], imaplib.IMAP4] = lambda: imaplib.IMAP4(host, parts.port or 143, TIMEOUT_SECONDS)  # noqa: E731
    if parts.scheme == "imaps":
        safe = create_default_context()
        connect = lambda: imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=safe, timeout=TIMEOUT_SECONDS)  # noqa: E731
    with connect() as mailbox:
        mailbox.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path).strip("/") or "INBOX"
        _asked(*mailbox.select(f'"{folder}"', readonly=True))
        _, found = mailbox.response("UIDVALIDITY")
        yield mailbox, (found[0] or b"").decode() if found else ""


def _found(mailbox: imaplib.IMAP4, last: int) -> list[int]:
    since = (clock.real_now() - LOOK_BACK).strftime("%d-%b-%Y")
    criteria = ("UID", f"{last + 1}:*") if last else ("SINCE", since)
    answer = _asked(*mailbox.uid("SEARCH", *criteria))
    return [int(uid) for uid in (answer[0] or b"").split()]


def _fetched(mailbox: imaplib.IMAP4, uid: int) -> Mail | None:
    for one in _asked(*mailbox.uid("FETCH", str(uid), PARTS)):
        if isinstance(one, tuple):
            head, raw = one
            came_in, size = imaplib.Internaldate2tuple(head), SIZE.search(head)
            at = datetime.fromtimestamp(time.mktime(came_in), UTC) if came_in else clock.real_now()
            return Mail(uid, at, raw, int(size[1]) if size else len(raw))
    return None


def _asked(status: str, answer: list[Any]) -> list[Any]:
    """Answer what the server said, or raise where it refused."""
    if status != "OK":
        raise imaplib.IMAP4.error(f"the mail server answered {status}: {answer[:1]!r}")
    return answer
