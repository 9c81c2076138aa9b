"""Rows written again and again: the SQL of a model's insert and update is written once, for any number of rows.

Like the queries of `brokerage/prepared.py` and beside them: values go to PostgreSQL apart from the
statement, one array for each column, and are prepared by the model's own fields. Constraints,
triggers and row-level security are those of any other write.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

from brokerage.prepared import prepared_cursor

Row = TypeVar("Row", bound=models.Model)
Field: TypeAlias = "models.Field[Any, Any]"


class PreparedInsert(Generic[Row]):
    """Inserts rows of a model; keys that the database gives are not read back.

    A row that `unique` says is there already is updated instead: its columns in `update`.
    """

    def __init__(self, model: type[Row], *, unique: Sequence[str] = (), update: Sequence[str] = ()) -> None:
        self.model = model
        self.unique, self.update = unique, update

    def write(self, rows: Sequence[Row]) -> None:
        """Insert the rows in their order, in one round trip, or none where there are none."""
        if not rows:
            return
        values = _columns(self._fields, rows, is_new=True)
        if len(rows) == 1:
            _execute(self._one, [value for [value] in values])
        else:
            _execute(self._many, values)
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    @cached_property
    def _fields(self) -> list[Field]:
        return [field for field in self.model._meta.concrete_fields if not isinstance(field, models.AutoField)]

    @cached_property
    def _one(self) -> str:
        """The statement for one row, whose values are cheaper to hand over as they are than in arrays."""
        return self._insert(f"VALUES ({', '.join(f'%s::{kind}' for kind in _kinds(self._fields))})")

    @cached_property
    def _many(self) -> str:
        return self._insert(f"SELECT * FROM unnest({_arrays(self._fields)})")  # noqa: S608 - our own names

    def _insert(self, given: str) -> str:
        columns = ", ".join(_name(field) for field in self._fields)
        sql = f"INSERT INTO {_quote(self.model._meta.db_table)} ({columns}) {given}"
        if not self.unique:
            return sql
        found, changed = _named(self.model, self.unique), _named(self.model, self.update)
        told_apart = ", ".join(_name(field) for field in found)
        return f"{sql} ON CONFLICT ({told_apart}) DO UPDATE SET {_set(changed, 'excluded')}"


class PreparedUpdate(Generic[Row]):
    """Stores the named columns of rows that are there, by their keys."""

    def __init__(self, model: type[Row], columns: Sequence[str]) -> None:
        self.model = model
        self.columns = columns

    def write(self, rows: Sequence[Row]) -> None:
        """Update the rows in one round trip, or none where there are none."""
        if rows:
            _execute(self._sql, _columns(self._fields, rows, is_new=False))

    @cached_property
    def _fields(self) -> list[Field]:
        return [self.model._meta.pk, *_named(self.model, self.columns)]

    @cached_property
    def _sql(self) -> str:
        key, *changed = self._fields
        table, columns = _quote(self.model._meta.db_table), ", ".join(_name(field) for field in self._fields)
        given = f"unnest({_arrays(self._fields)}) AS given ({columns})"
        same = f"{table}.{_name(key)} = given.{_name(key)}"
        return f"UPDATE {table} SET {_set(changed, 'given')} FROM {given} WHERE {same}"  # noqa: S608 - our own names


def _execute(sql: str, values: Sequence[Any]) -> None:
    with prepared_cursor() as cursor:
        cursor.execute(sql, values)


def _columns(fields: Sequence[Field], rows: Sequence[models.Model], *, is_new: bool) -> list[list[Any]]:
    """Answer the values of each column, as the fields prepare them."""
    return [[field.get_db_prep_save(field.pre_save(row, is_new), connection) for row in rows] for field in fields]


def _named(model: type[models.Model], names: Sequence[str]) -> list[Field]:
    return [model._meta.get_field(name) for name in names]  # type: ignore[misc]


def _arrays(fields: Sequence[Field]) -> str:
    return ", ".join(f"%s::{kind}[]" for kind in _kinds(fields))


def _kinds(fields: Sequence[Field]) -> list[str]:
    """Answer the type of each column without its length: a cast to that would cut what is too long."""
    return [(getattr(field, "target_field", field).db_type(connection) or "").partition("(")[0] for field in fields]


def _set(fields: Sequence[Field], source: str) -> str:
    return ", ".join(f"{_name(field)} = {source}.{_name(field)}" for field in fields)


def _name(field: Field) -> str:
    return _quote(field.column or "")


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
