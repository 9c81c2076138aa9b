"""Seal the audit trail, minute by minute, and check the chain, day by day (RK-3).

Both act for nobody and on nothing but the trail, so they take no actor. Their times are the
machine's: the trail is about what people did, not about the market.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.audit_chain import (
    Leaf,
    breaks_in,
    chain_digest,
    genesis,
    is_restored,
    joined,
    left_by_the_dump,
    next_leaves,
)
from accounts.models import AuditCheck, AuditSeal
from brokerage import clock

log = logging.getLogger(__name__)

MOST_IN_A_SEAL = 10_000
MOST_FINDINGS = 20
SEAL_EVERY = timedelta(minutes=1)
CHECK_EVERY = timedelta(days=1)


def seal_audit(at: datetime) -> None:
    """Seal what was written since the last minute. Runs at every tick, and then mostly reads one row."""
    newest = AuditSeal.objects.order_by("-id").values_list("sealed_at", flat=True).first()
    if newest is None or clock.real_now() - newest >= SEAL_EVERY:
        while (seal := seal_entries()) is not None and seal.entries == MOST_IN_A_SEAL:
            pass


def check_audit_daily(at: datetime) -> None:
    """Check the whole chain once a day. Runs at every tick, and then mostly reads one row."""
    newest = AuditCheck.objects.order_by("-id").values_list("checked_at", flat=True).first()
    if newest is None or clock.real_now() - newest >= CHECK_EVERY:
        check_audit()


def seal_entries() -> AuditSeal | None:
    """Seal the finished entries that follow the last seal, or answer None where there are none.

    Where two do so at once, the chain has room for one: the other answers None.
    """
    try:
        with transaction.atomic(durable=True):
            last = AuditSeal.objects.order_by("-id").first() or genesis()
            if is_restored(last):
                return _insert(last, left_by_the_dump(last), starts_anew=True)
            leaves = next_leaves(last, MOST_IN_A_SEAL)
            return _insert(last, leaves) if leaves else None
    except IntegrityError:
        return None


def _insert(last: AuditSeal, leaves: list[Leaf], *, starts_anew: bool = False) -> AuditSeal:
    highest = max([last.highest_id, *(leaf.entry_id for leaf in leaves)])
    content = joined(leaves)
    return AuditSeal.objects.create(
        previous_digest=last.digest,
        restored_at_id=highest if starts_anew else last.restored_at_id,
        last_transaction_id=0 if starts_anew else leaves[-1].transaction_id,
        last_entry_id=0 if starts_anew else leaves[-1].entry_id,
        highest_id=highest,
        entries=len(leaves),
        leaves=content,
        digest=chain_digest(last.digest, content),
        sealed_at=clock.real_now(),
    )


def check_audit(progress: Callable[[int], None] | None = None) -> AuditCheck:
    """Compare every sealed entry with the chain and record what was found; an alteration is logged as an error.

    `progress` is told the number of entries compared, seal by seal. The head of the chain goes to
    the log as well: kept elsewhere, it shows up even a chain that somebody computed anew.
    """
    last_check = AuditCheck.objects.order_by("-id").first()
    heads = _heads_to_find()
    findings: list[str] = []
    previous, entries, seals = genesis(), 0, 0
    for seal, highest in _seals():
        findings += list(breaks_in(seal, previous, highest))[: MOST_FINDINGS - len(findings)]
        heads.pop(seal.digest, None)
        previous, entries, seals = seal, entries + seal.entries, seals + 1
        if progress is not None:
            progress(entries)
    findings += [f"The seal that ended the chain on {day:%Y-%m-%d %H:%M} UTC is gone." for day in heads.values()]
    check = AuditCheck.objects.create(
        checked_at=clock.real_now(), entries=entries, seals=seals, head=previous.digest, finding="\n".join(findings)
    )
    if findings:
        log.error("the audit trail was altered: %s", " ".join(findings))
    elif last_check is None or last_check.head != check.head:
        log.info("the audit trail is intact: %s entries, %s seals, head %s", entries, seals, check.head)
    return check


def _heads_to_find() -> dict[str, datetime]:
    checks = AuditCheck.objects.exclude(head="").order_by("-id").values_list("head", "checked_at")
    return dict(reversed(checks[:MOST_FINDINGS]))


def _seals() -> Iterator[tuple[AuditSeal, int | None]]:
    """Answer the seals in order, each with the highest id that its database gave, where a later one followed."""
    starts = AuditSeal.objects.order_by("restored_at_id").values_list("restored_at_id", flat=True).distinct()
    floors = [floor for floor in starts if floor]
    previous_floor = 0
    for seal in AuditSeal.objects.order_by("id").iterator(chunk_size=20):
        yield seal, next((floor for floor in floors if floor > previous_floor), None)
        previous_floor = seal.restored_at_id
