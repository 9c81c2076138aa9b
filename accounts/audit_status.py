"""Whether the audit trail is sealed and was found intact, for its page and for `/healthz`."""

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import AuditCheck, AuditSeal
from brokerage import clock

# A check is due once a day: after two, that there is none is worth a look as well.
LATE = timedelta(days=2)


@dataclass(frozen=True)
class ChainStatus:
    """The newest seal and the newest check; either is absent in a new installation."""

    seal: AuditSeal | None
    check: AuditCheck | None

    @property
    def word(self) -> str:
        """Answer `intact`, `altered`, `late` or `unchecked`."""
        if self.check is None:
            return "unchecked"
        if self.check.finding:
            return "altered"
        return "late" if clock.real_now() - self.check.checked_at > LATE else "intact"


def chain_status() -> ChainStatus:
    """Answer how the chain stands, in two reads of one row."""
    seal = AuditSeal.objects.defer("leaves").order_by("-id").first()
    return ChainStatus(seal, AuditCheck.objects.order_by("-id").first())


def in_a_word() -> str:
    """Answer how the chain stands, for `/healthz`."""
    return chain_status().word
