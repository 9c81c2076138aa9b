"""Very many rows of one table in one statement: each column an array, each value as PostgreSQL reads it.

Rows that are no objects and values that are written as they are cost a fraction of what objects do.
Constraints, triggers and row-level security are those of any other write.
"""

from collections.abc import Mapping, Sequence

from brokerage.prepared import prepared_cursor

NULL = "NULL"


class BulkRows:
    """Rows to be written to `table` together.

    `columns` are the types of those that differ from row to row; `same` holds SQL for the others, in
    which the differing ones can be named. `clash` is what `ON CONFLICT` does, if anything.
    """

    def __init__(self, table: str, columns: Mapping[str, str], same: Mapping[str, str], clash: str = "") -> None:
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        given = [name for name in columns if not name.startswith("_")]
        named = ", ".join(f'"{name}"' for name in (*given, *same))
        values = ", ".join((*(f'given."{name}"' for name in given), *same.values()))
        told = ", ".join(f'"{name}"' for name in columns)
        self._sql = f"INSERT INTO {table} ({named}) SELECT {values} FROM unnest({arrays}) AS given ({told}) {clash}"  # noqa: S608
        self._rows: list[tuple[str, ...]] = []

    def add(self, *values: str) -> None:
        """Add a row: as many texts as there are columns, `NULL` for none, free text through `quoted`."""
        self._rows.append(values)

    def __len__(self) -> int:
        return len(self._rows)

    def write(self) -> int:
        """Write the rows in their order, in one round trip or none, and answer how many."""
        if self._rows:
            with prepared_cursor() as cursor:
                cursor.execute(self._sql, arrays_of(self._rows))
        written = len(self._rows)
        self._rows.clear()
        return written


def arrays_of(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Answer the columns of rows as array literals."""
    return ["{" + ",".join(column) + "}" for column in zip(*rows, strict=True)]


def quoted(text: str) -> str:
    """Answer free text as an element of an array literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def update_rows(sql: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Execute a statement that reads `rows` from `unnest` of as many arrays; nothing where there are none."""
    if rows:
        with prepared_cursor() as cursor:
            cursor.execute(sql, arrays_of(rows))
