"""How messages come in, read from the environment: the doors are in `trading/mailbox/`."""

from dataclasses import dataclass, field
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

WEB_PORT, APART = 8000, 25
LEAST_SECRET = 24


@dataclass(frozen=True)
class MailboxSettings:
    """The port of the sandbox's own mail server (0: none), a mailbox to poll, and a mail provider's secret and keys."""

    smtp_port: int = 0
    url: str = ""
    poll_seconds: int = 30
    webhook_secret: str = ""
    anymail: dict[str, Any] = field(default_factory=dict)

    @property
    def apps(self) -> list[str]:
        """Answer what Django installs for it."""
        return ["anymail"] if self.webhook_secret else []


def mailbox_from(env: environ.Env, *, is_production: bool) -> MailboxSettings:
    """Answer the settings of the mailbox, or raise `ImproperlyConfigured`; production has no mail server of its own."""
    web_port = env.str("PORT", default="")
    beside = (int(web_port) if web_port.isdigit() else WEB_PORT) + APART
    url, secret = env.str("MAILBOX_URL", default=""), env.str("MAILBOX_WEBHOOK_SECRET", default="")
    if url and not url.startswith("imaps://" if is_production else ("imaps://", "imap://")):
        raise ImproperlyConfigured("MAILBOX_URL is imaps://user:password@host/folder")
    if secret and (":" not in secret or len(secret) < LEAST_SECRET):
        raise ImproperlyConfigured(f"MAILBOX_WEBHOOK_SECRET is user:password, at least {LEAST_SECRET} characters")
    return MailboxSettings(
        smtp_port=0 if is_production else env.int("MAILBOX_SMTP_PORT", default=beside if beside < 65536 else 0),
        url=url,
        poll_seconds=env.int("MAILBOX_POLL_SECONDS", default=30),
        webhook_secret=secret,
        anymail={**env.json("MAILBOX_WEBHOOK_KEYS", default={}), "WEBHOOK_SECRET": secret} if secret else {},
    )
