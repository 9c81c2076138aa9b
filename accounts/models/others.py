"""Tables of other packages that belong on the audit trail, each by a proxy that adds the trigger."""

from typing import ClassVar

from allauth.mfa.models import Authenticator

from accounts.auditing import Audited
from accounts.models.accounts import Correspondent
from brokerage.models import SandboxClock


class AuditedAuthenticator(Authenticator):
    """A second factor: that it was added or removed is recorded, never its secret."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            Audited(
                account="",
                correspondent="user_id",
                through="accounts_user",
                hidden=["data"],
                left_out=["last_used_at"],
            )
        ]


class AuditedReviewer(Correspondent.reviewers.through):  # type: ignore[name-defined]
    """Who was named to review a correspondent's requests."""

    class Meta:
        proxy = True
        triggers: ClassVar = [Audited(account="", correspondent="correspondent_id")]


class AuditedClock(SandboxClock):
    """The sandbox clock: whoever moves it moves what falls due."""

    class Meta:
        proxy = True
        triggers: ClassVar = [Audited(account="")]
