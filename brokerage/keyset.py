"""Pages of a list by key: the next and the previous by the row that they follow, never by a count.

A page costs the same wherever it lies: no OFFSET walks over what came before, and nothing
counts the rest. A token names the row at the edge of a page; it survives rows that come and go.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from brokerage.api import BadPageToken, page_token, read_page_token

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the tokens of the pages beside them; an empty token says that there is none."""

    rows: list[Row]
    before: str = ""
    after: str = ""


def read_page(
    rows: QuerySet[Row], keys: Sequence[str], *, size: int, after: str = "", before: str = "", is_last: bool = False
) -> Page[Row]:
    """Answer the page of `rows` that follows the token `after`, or that leads to the token `before`, or the last.

    `keys` are the columns or annotations that order the rows, as `order_by` takes them; together
    they are unique. Without a token, and with one that this server did not give, it is the first page.
    """
    try:
        if is_last:
            return _last_page(rows, keys, size)
        if before:
            return _page_before(rows, keys, size, _values(rows, keys, before)) or read_page(rows, keys, size=size)
        if after:
            follows = _beyond(keys, _values(rows, keys, after))
            found = list(rows.filter(follows).order_by(*keys)[: size + 1])
            return Page(found[:size], before=_token(keys, found[:1]) or before, after=_more(keys, found, size))
    except (BadPageToken, ValidationError):
        pass
    found = list(rows.order_by(*keys)[: size + 1])
    return Page(found[:size], after=_more(keys, found, size))


def read_chunks(rows: QuerySet[Any], keys: Sequence[str], *, size: int) -> Iterator[list[Any]]:
    """Yield all of `rows` in the order of `keys`, `size` at a time, each chunk by one statement of its own.

    No transaction and no cursor stays open between them, however slowly the chunks are taken.
    """
    found = list(rows.order_by(*keys)[:size])
    while found:
        yield found
        if len(found) < size:
            return
        last = [getattr(found[-1], key.lstrip("-")) for key in keys]
        found = list(rows.filter(_beyond(keys, last)).order_by(*keys)[:size])


def _last_page(rows: QuerySet[Row], keys: Sequence[str], size: int) -> Page[Row]:
    """Answer a full page from the end, read backwards: it costs what the first one costs."""
    found = list(rows.order_by(*(_reversed(key) for key in keys))[: size + 1])
    page = found[:size][::-1]
    return Page(page, before=_token(keys, page[:1]) if len(found) > size else "")


def _page_before(rows: QuerySet[Row], keys: Sequence[str], size: int, values: list[Any]) -> Page[Row] | None:
    """Answer a full page that ends before `values`; None where fewer rows come first: that is the first page."""
    backwards = [_reversed(key) for key in keys]
    found = list(rows.filter(_beyond(backwards, values)).order_by(*backwards)[: size + 1])
    if len(found) < size:
        return None
    page = found[:size][::-1]
    return Page(page, before=_token(keys, page[:1]) if len(found) > size else "", after=_token(keys, page[-1:]))


def _beyond(keys: Sequence[str], values: Sequence[Any]) -> Q:
    """Match what comes after `values`: the first key bounds the index, the rest breaks its ties."""
    key, value = keys[0], values[0]
    name, side = key.lstrip("-"), "lt" if key.startswith("-") else "gt"
    if len(keys) == 1:
        return Q(**{f"{name}__{side}": value})
    ties = Q(**{name: value}) & _beyond(keys[1:], values[1:])
    return Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | ties)


def _reversed(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _more(keys: Sequence[str], found: Sequence[Row], size: int) -> str:
    return _token(keys, found[size - 1 : size]) if len(found) > size else ""


def _token(keys: Sequence[str], rows: Sequence[Row]) -> str:
    return page_token(*(getattr(rows[0], key.lstrip("-")) for key in keys)) if rows else ""


def _values(rows: QuerySet[Row], keys: Sequence[str], token: str) -> list[Any]:
    texts = read_page_token(token, len(keys))
    return [_field(rows, key.lstrip("-")).to_python(text) for key, text in zip(keys, texts, strict=True)]


def _field(rows: QuerySet[Row], name: str) -> Any:
    annotation = rows.query.annotations.get(name)
    return annotation.output_field if annotation is not None else rows.model._meta.get_field(name)
