"""Rows on their way into a table: gathered in memory as lines of text, sent by COPY."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any, TypeVar

NOTHING = r"\N"
Option = TypeVar("Option")


@dataclass
class Table:
    """A table, the columns in which its rows differ, those in which they are the `same`, and rows to send.

    What is in neither has a default in the database. Values are texts as PostgreSQL reads them,
    without a tab, a line break or a backslash: dollars are cents and `e-2`, nothing is `NOTHING`.
    """

    name: str
    columns: str
    same: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def add(self, *values: str) -> None:
        """Gather a row, in the order of `columns`."""
        self.lines.append("\t".join(values) + self._tail)

    def send(self, cursor: Any) -> int:
        """Copy the gathered rows into the table, forget them, and answer how many they were."""
        columns = ", ".join(f'"{column}"' for column in (*self.columns.split(), *self.same))
        with cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy:
            copy.write("".join(self.lines))
        sent = len(self.lines)
        self.lines.clear()
        return sent

    @cached_property
    def _tail(self) -> str:
        return "".join(f"\t{value}" for value in self.same.values()) + "\n"


def binary(content: bytes) -> str:
    """Answer what a column of bytes takes."""
    return f"\\\\x{content.hex()}"


def pick(rng: Random, options: Sequence[Option]) -> Option:
    """Answer one of the options: `rng.choice` for what is chosen a million times, four times as fast."""
    return options[int(rng.random() * len(options))]
