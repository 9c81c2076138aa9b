"""Queries asked again and again: the ORM writes their SQL once, and PostgreSQL plans it once on a connection.

To build and compile a queryset takes the ORM longer than PostgreSQL takes to answer it. On the
order path it is done once for each shape of the query; what differs from one time to the next
is a `Slot` in it, and everything else is written into the SQL, so that partial indexes are used.
"""

import re
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.expressions import Expression, Func
from django.db.models.query import get_related_populators
from psycopg.sql import Literal

Row = TypeVar("Row")
PLACEHOLDER = re.compile(r"%[s%]")


class Slot(Expression):
    """Where a value stands that is given when the query is asked."""

    def __init__(self, name: str, output_field: "models.Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field or models.TextField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    @property
    def identity(self) -> Any:
        return self.__class__, self.name


class IsAnyOf(Func):
    """That a column equals one of the values in a slot: `IsAnyOf("account_id", Slot("account_ids"))`."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


class PreparedQuery(Generic[Row]):
    """A query whose SQL is written once for each shape; `build` answers its queryset, with slots in it.

    A queryset of models answers models, with those of `select_related`; `values_list` answers tuples.
    """

    def __init__(self, build: Callable[..., "models.QuerySet[Any, Row]"]) -> None:
        self.build = build
        self._written: dict[tuple[Hashable, ...], _Written] = {}

    def rows(self, *shape: Hashable, **values: Any) -> list[Row]:
        """Ask the query that `build(*shape)` answers with these values in its slots; one round trip."""
        written = self._written.get(shape)
        if written is None:
            written = self._written[shape] = _Written(self.build(*shape))
        return written.rows(values)

    def first(self, *shape: Hashable, **values: Any) -> Row | None:
        """Answer the first row, None where there is none. `build` has set the limit."""
        return next(iter(self.rows(*shape, **values)), None)


class _Written:
    """The SQL of one queryset, and how its rows become what the queryset answers."""

    def __init__(self, queryset: "models.QuerySet[Any, Any]") -> None:
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        text, parameters = compiler.as_sql()
        waiting = iter(parameters)
        self.names: list[str] = []
        self.sql = PLACEHOLDER.sub(lambda found: self._fill(found[0], waiting), text)
        selected = compiler.select[: compiler.col_count]
        self.converters = [
            (place, convert, expression)
            for place, (converters, expression) in compiler.get_converters([one[0] for one in selected]).items()
            for convert in converters
        ]
        self.annotations = compiler.annotation_col_map or {}
        self.model = None
        if queryset._fields is None:  # type: ignore[attr-defined] # not `values_list`
            fields = compiler.klass_info["select_fields"]
            self.model = compiler.klass_info["model"]
            self.own = slice(fields[0], fields[-1] + 1)
            self.names_of_own = [column[0].target.attname for column in compiler.select[self.own]]
            self.related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]

    def _fill(self, found: str, waiting: Any) -> str:
        if found == "%%":
            return found
        value = next(waiting)
        if isinstance(value, Slot):
            self.names.append(value.name)
            return found
        connection.ensure_connection()
        return Literal(value).as_string(connection.connection).replace("%", "%%")

    def rows(self, values: dict[str, Any]) -> list[Any]:
        with prepared_cursor() as cursor:
            cursor.execute(self.sql, [values[name] for name in self.names])
            found = cursor.fetchall()
        database = connections[DEFAULT_DB_ALIAS]
        return [self._row(list(row), database) for row in found]

    def _row(self, row: list[Any], database: Any) -> Any:
        for place, convert, expression in self.converters:
            row[place] = convert(row[place], expression, database)
        if self.model is None:
            return tuple(row)
        found = self.model.from_db(DEFAULT_DB_ALIAS, self.names_of_own, row[self.own])
        for populator in self.related:
            populator.populate(row, found)
        for name, place in self.annotations.items():
            setattr(found, name, row[place])
        return found


class _PreparingCursor(ServerBindingCursor):
    """Sends parameters apart from the statement, which the server keeps planned for this connection."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        return super().execute(query, params, prepare=True)  # type: ignore[misc]

    def _send_query_prepared(self, name: bytes, pgq: Any, **how: Any) -> None:
        self._query = pgq  # what Django's log of queries shows; for a prepared statement psycopg keeps none
        super()._send_query_prepared(name, pgq, **how)  # type: ignore[misc]


def prepared_cursor() -> Any:
    """Answer a cursor, logged and checked as Django's own, whose statements the server keeps prepared."""
    database: Any = connections[DEFAULT_DB_ALIAS]  # looked up once: `connection` looks it up each time it is used
    database.ensure_connection()
    database.validate_thread_sharing()
    cursor: Any = _PreparingCursor(database.connection)  # type: ignore[call-arg]
    return database.make_debug_cursor(cursor) if database.queries_logged else database.make_cursor(cursor)
