"""What a list is narrowed down to, as its URL carries it, and the chips that take a filter away again."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode


@dataclass(frozen=True)
class ListFilter(ABC):
    """Which rows to list and in what order: everything that the URL of a list carries.

    Each list has its own, a frozen dataclass with a default for each field.
    """

    path: ClassVar[str]

    @property
    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """Answer what the URL carries by name: text, a day, or several values; what is empty it leaves out."""

    @property
    def query_string(self) -> str:
        """Answer the filter and the order as the URL of the list carries them."""
        return self._encoded({})

    def url(self, path: str = "", **page: str) -> str:
        """Answer the URL of this list, or of a page that leads back to it; its first page unless another is named."""
        encoded = self._encoded(page)
        path = path or self.path
        return f"{path}?{encoded}" if encoded else path

    def _encoded(self, page: dict[str, str]) -> str:
        carried = self.parameters | page
        return urlencode({name: value for name, value in carried.items() if value}, doseq=True)


@dataclass(frozen=True)
class Chip:
    """One filter in force, and the URL of the list without it."""

    label: str
    url: str


def chip_of(wanted: ListFilter, name: str, label: str) -> list[Chip]:
    """Answer the chip of a filter with one value, which says `label`; none where it is not in force."""
    empty = type(wanted).__dataclass_fields__[name].default
    without: Any = {name: empty}
    return [Chip(label, replace(wanted, **without).url())] if getattr(wanted, name) != empty else []


def chips_of(wanted: ListFilter, name: str, label: Callable[[str], str]) -> list[Chip]:
    """Answer a chip for each value of a filter with several."""
    values: tuple[str, ...] = getattr(wanted, name)
    without: list[Any] = [{name: tuple(rest for rest in values if rest != one)} for one in values]
    return [Chip(label(one), replace(wanted, **rest).url()) for one, rest in zip(values, without, strict=True)]


def chips_of_days(wanted: ListFilter, stem: str, word: str) -> list[Chip]:
    """Answer the chips of the days `<stem>_from` and `<stem>_to`: `Opened from Jan 5, 2026`."""
    found: list[Chip] = []
    for end in ("from", "to"):
        day: date | None = getattr(wanted, f"{stem}_{end}")
        found += chip_of(wanted, f"{stem}_{end}", f"{word} {end} {day:%b %-d, %Y}") if day else []
    return found
