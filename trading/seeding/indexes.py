"""Set indexes aside while very many rows come in, and build them again: cheaper than keeping them up row by row.

Only those that enforce nothing. An index that is set aside stays in the catalog, marked as
PostgreSQL marks one whose building was interrupted: nothing is written to it, no plan reads it, and
`REINDEX` makes it whole. So no definition is kept elsewhere, and whatever a load that was killed
has left is found, and built again, by the next one.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from accounts.models import AccountTerms, Agreement, Contact, Disclosures, Identity, Suitability
from options.models import DisclosureDelivery

SET_ASIDE = """
    UPDATE pg_index SET indisready = false, indisvalid = false
    WHERE indrelid = %(table)s::regclass AND NOT indisunique AND NOT indisexclusion
"""
# As DROP INDEX does: whoever has a plan that reads an index of the table makes another.
PLAN_AGAIN = "UPDATE pg_class SET relname = relname WHERE oid = %(table)s::regclass"
ASIDE = """
    SELECT table_class.relname, index_class.oid::regclass::text FROM pg_index
    JOIN pg_class table_class ON table_class.oid = indrelid
    JOIN pg_class index_class ON index_class.oid = indexrelid
    WHERE NOT indisvalid AND indrelid = ANY(%(tables)s::regclass[])
    ORDER BY pg_relation_size(indrelid) DESC, index_class.relname
"""
# The processes share the indexes: none needs helpers of its own.
BUILDING = "SET maintenance_work_mem = '256MB'", "SET max_parallel_maintenance_workers = 0"
FOUND_BY_ACCOUNT = {
    model._meta.db_table
    for model in (AccountTerms, Agreement, Contact, Disclosures, DisclosureDelivery, Identity, Suitability)
}
SEARCHED = "SELECT gin_clean_pending_list('accounts_searched')"


@dataclass(frozen=True)
class Rebuilding:
    """A table with the indexes to build again."""

    table: str
    indexes: tuple[str, ...]


def set_aside(tables: list[str]) -> None:
    """Set aside the indexes of the tables that enforce nothing; needs a superuser.

    Each table is locked alone, so that nobody who holds one and wants another is in the way.
    """
    for table in tables:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')
            cursor.execute(SET_ASIDE, {"table": table})
            cursor.execute(PLAN_AGAIN, {"table": table})


def find_aside(tables: list[str]) -> list[Rebuilding]:
    """Answer the tables of which indexes are set aside, the largest first."""
    with connection.cursor() as cursor:
        cursor.execute(ASIDE, {"tables": tables})
        found: dict[str, list[str]] = {}
        for table, index in cursor.fetchall():
            found.setdefault(table, []).append(index)
    return [Rebuilding(table, tuple(indexes)) for table, indexes in found.items()]


def rebuild(task: Rebuilding) -> int:
    """Build a table's indexes again, gather its statistics, and answer how many indexes that were."""
    with connection.cursor() as cursor:
        for statement in BUILDING:
            cursor.execute(statement)
        for index in task.indexes:
            cursor.execute(f"REINDEX INDEX {index}")
    gather_statistics(task.table)
    return len(task.indexes)


def gather_statistics(table: str) -> None:
    """Let the planner know what is in a table; where rows are found by their account alone, of that column."""
    columns = "(account_id)" if table in FOUND_BY_ACCOUNT else ""
    with connection.cursor() as cursor:
        cursor.execute(f'ANALYZE "{table}" {columns}')
