"""Rows on their way into a table: gathered in memory as lines of text, sent by COPY."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import AutoField, GeneratedField, JSONField, Model

NOTHING = r"\N"
Option = TypeVar("Option")


@dataclass
class Table:
    """A model's table, the columns in which its rows differ, those in which they are the `same`, and rows to send.

    A column that is in neither is as the model says: its default, nothing where that is allowed.
    Values are texts as PostgreSQL reads them, without a line break or a backslash: dollars are
    cents and `e-2`, nothing is `NOTHING`. What always comes together may come as one text, its
    columns separated by tabs.
    """

    model: type[Model]
    columns: str
    same: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    def add(self, *values: str) -> None:
        """Gather a row, in the order of `columns`."""
        self.lines.append("\t".join(values))

    def send(self, cursor: Any) -> int:
        """Copy the gathered rows into the table, forget them, and answer how many they were."""
        columns = ", ".join(f'"{column}"' for column in (*self.columns.split(), *self._alike))
        sent, tail = len(self.lines), self._tail
        if sent:
            with cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy:
                copy.write(tail.join(self.lines) + tail)
        self.lines.clear()
        return sent

    @cached_property
    def _tail(self) -> str:
        return "".join(f"\t{value}" for value in self._alike.values()) + "\n"

    @cached_property
    def _alike(self) -> dict[str, str]:
        given = {*self.columns.split(), *self.same}
        left: list[Any] = [
            one for one in self.model._meta.concrete_fields if one.column not in given and _is_asked(one)
        ]
        return self.same | {str(one.column): _default(one) for one in left}


def _is_asked(column: Any) -> bool:
    """Say whether an insert has to give the column: the database itself knows nothing for it."""
    is_its_own = isinstance(column, AutoField | GeneratedField) or column.has_db_default()
    return not is_its_own and (not column.null or column.has_default())


def _default(column: Any) -> str:
    default = column.get_default()
    if default is None:
        raise ValueError(f"{column} has no default: its rows must say it")
    if isinstance(default, bool):
        return "t" if default else "f"
    if isinstance(column, ArrayField):
        return "{}"
    return json.dumps(default) if isinstance(column, JSONField) else str(default)


def array(texts: Iterable[str]) -> str:
    """Answer what a column of texts takes."""
    quoted = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return escaped("{" + ",".join(f'"{text}"' for text in quoted) + "}")


def escaped(text: str) -> str:
    """Answer a text as COPY reads it, for one that may have a backslash in it."""
    return text.replace("\\", r"\\")


def binary(content: bytes) -> str:
    """Answer what a column of bytes takes."""
    return f"\\\\x{content.hex()}"


def pick(rng: Random, options: Sequence[Option]) -> Option:
    """Answer one of the options: `rng.choice` for what is chosen a million times, four times as fast."""
    return options[int(rng.random() * len(options))]
