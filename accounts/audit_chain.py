"""The chain over the audit trail: which entries a seal covers, and whether they are still what was sealed.

An entry is sealed once its transaction is over and every earlier one is too: below the oldest
transaction still running nothing can appear any more, whatever ids it drew. So seals follow
(transaction_id, id), and gaps, rollbacks and late commits need no lock that business shares.

A database restored from a dump numbers its transactions anew, below what was sealed. The next
seal notices (`is_restored`), takes in whatever the dump held unsealed, and starts a new count:
entries above its `restored_at_id` are the new database's, those up to it the old one's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db import connection

from accounts.models import AuditSeal

ID_SIZE = 8
LEAF_SIZE = ID_SIZE + 32
# One text for one entry, whatever the session's time zone: an array, so that no value can pass for two.
TEXT = """jsonb_build_array(id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), act, subject, subject_id,
    correspondent_id, account_id, actor_id, origin, request_id, reason, before, after, transaction_id)::text"""
LEAVES = f"SELECT id, transaction_id, sha256(convert_to({TEXT}, 'UTF8')) FROM accounts_auditentry"  # noqa: S608 - constants
OLDEST_RUNNING = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
NEXT_TRANSACTION = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True)
class Leaf:
    """One entry in the chain."""

    entry_id: int
    transaction_id: int
    digest: bytes

    @property
    def content(self) -> bytes:
        """Answer what a seal keeps of it."""
        return self.entry_id.to_bytes(ID_SIZE, "big") + self.digest


def genesis() -> AuditSeal:
    """Answer what stands before the first seal."""
    return AuditSeal(restored_at_id=0, last_transaction_id=0, last_entry_id=0, highest_id=0, digest="", entries=0)


def next_leaves(last: AuditSeal, most: int) -> list[Leaf]:
    """Answer up to `most` finished entries that follow the seal `last`, read in one snapshot."""
    return _leaves(
        f"{LEAVES} WHERE transaction_id < {OLDEST_RUNNING} AND id > %s AND (transaction_id, id) > (%s, %s)"
        " ORDER BY transaction_id, id LIMIT %s",
        [last.restored_at_id, last.last_transaction_id, last.last_entry_id, most],
    )


def is_restored(last: AuditSeal) -> bool:
    """Say whether transactions are numbered below what the seal `last` covers: in another database than it was made."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NEXT_TRANSACTION}")
        return bool(cursor.fetchone()[0] <= last.last_transaction_id)


def left_by_the_dump(last: AuditSeal) -> list[Leaf]:
    """Answer the entries that a restored database brought along unsealed; the dump held finished ones only."""
    return _leaves(
        f"{LEAVES} WHERE id > %s AND (transaction_id, id) > (%s, %s) ORDER BY transaction_id, id",
        [last.restored_at_id, last.last_transaction_id, last.last_entry_id],
    )


def covered_leaves(seal: AuditSeal, previous: AuditSeal, highest: int | None) -> list[Leaf]:
    """Answer the entries that stand where `seal` covers, as they are now; `highest` bounds those of its database."""
    where, values = "id > %s AND (transaction_id, id) > (%s, %s)", [previous.restored_at_id]
    values += [previous.last_transaction_id, previous.last_entry_id]
    if seal.restored_at_id == previous.restored_at_id:
        where, values = f"{where} AND (transaction_id, id) <= (%s, %s)", values
        values += [seal.last_transaction_id, seal.last_entry_id]
    if highest is not None:
        where, values = f"{where} AND id <= %s", [*values, highest]
    return _leaves(f"{LEAVES} WHERE {where} ORDER BY transaction_id, id", values)


def joined(leaves: list[Leaf]) -> bytes:
    """Answer what a seal keeps of its entries."""
    return b"".join(leaf.content for leaf in leaves)


def chain_digest(previous_digest: str, leaves: bytes) -> str:
    """Answer the digest of a seal."""
    return sha256(previous_digest.encode() + leaves).hexdigest()


def sealed_digests(seal: AuditSeal) -> dict[int, bytes]:
    """Answer the digest of each entry as it was sealed, by its id."""
    kept = bytes(seal.leaves)
    return {
        int.from_bytes(kept[start : start + ID_SIZE], "big"): kept[start + ID_SIZE : start + LEAF_SIZE]
        for start in range(0, len(kept), LEAF_SIZE)
    }


def breaks_in(seal: AuditSeal, previous: AuditSeal, highest: int | None) -> Iterator[str]:
    """Answer, in sentences, what is no longer as this seal sealed it; nothing where all of it is."""
    if seal.previous_digest != previous.digest:
        yield f"Seal {seal.pk} does not follow the seal before it: one between them was removed or replaced."
    if chain_digest(seal.previous_digest, bytes(seal.leaves)) != seal.digest:
        yield f"Seal {seal.pk} itself was altered: its digest is not that of what it holds."
    sealed = sealed_digests(seal)
    if len(sealed) != seal.entries:
        yield f"Seal {seal.pk} itself was altered: it holds {len(sealed)} entries and says {seal.entries}."
    found = {leaf.entry_id: leaf.digest for leaf in covered_leaves(seal, previous, highest)}
    for entry_id in sorted({*sealed, *found}):
        if entry_id not in found:
            yield f"Entry {entry_id} of seal {seal.pk} is missing, or was moved out of its place."
        elif entry_id not in sealed:
            yield f"Entry {entry_id} was inserted after seal {seal.pk} had closed over its place."
        elif sealed[entry_id] != found[entry_id]:
            yield f"Entry {entry_id} of seal {seal.pk} was altered."


def _leaves(query: str, values: list[int]) -> list[Leaf]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [Leaf(entry_id, transaction_id, bytes(digest)) for entry_id, transaction_id, digest in cursor]
