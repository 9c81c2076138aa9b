"""Rows written again and again: the SQL of a model's insert and update is written once, for any number of rows.

Like the queries of `brokerage/prepared.py` and beside them: values go to PostgreSQL apart from the
statement. Rows to insert go as one JSON text, which is written and read faster than parameters and
arrays are; rows to update as one array for each column, whose length PostgreSQL does not overrate.
Constraints, triggers and row-level security are those of any other write.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any, Generic, TypeAlias, TypeVar

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

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
        _execute(self._sql, [self._as_json(rows)])
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    @cached_property
    def _fields(self) -> list[Field]:
        return [field for field in self.model._meta.concrete_fields if not isinstance(field, models.AutoField)]

    @cached_property
    def _values(self) -> Any:
        return attrgetter(*(field.attname for field in self._fields))

    def _as_json(self, rows: Sequence[Row]) -> str:
        """Answer the rows as an array of objects; what is JSON itself as its field encodes it.

        Values go as they stand on the row: a field that fills itself as it is saved has no place here.
        """
        columns = [field.column for field in self._fields]
        objects = [dict(zip(columns, self._values(row), strict=True)) for row in rows]
        for field in self._fields:
            if isinstance(field, models.JSONField):
                for one in objects:
                    if one[field.column] is not None:
                        one[field.column] = orjson.Fragment(json.dumps(one[field.column], cls=field.encoder))
        return orjson.dumps(objects, default=_decimal_as_text).decode()

    @cached_property
    def _sql(self) -> str:
        columns = ", ".join(_name(field) for field in self._fields)
        kinds = zip(self._fields, _kinds(self._fields), strict=True)
        given = f"json_to_recordset(%s::json) AS given ({', '.join(f'{_name(field)} {kind}' for field, kind in kinds)})"
        sql = f"INSERT INTO {_quote(self.model._meta.db_table)} ({columns}) SELECT {columns} FROM {given}"  # noqa: S608
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
            _execute(self._sql, _arrays_of(self._fields, rows))

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


def _decimal_as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no value of a column")


def _arrays_of(fields: Sequence[Field], rows: Sequence[models.Model]) -> list[list[Any]]:
    """Answer the values of each column, as the fields prepare them."""
    database = connections[DEFAULT_DB_ALIAS]
    return [[field.get_db_prep_save(getattr(row, field.attname), database) for row in rows] for field in fields]


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
