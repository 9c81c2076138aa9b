"""Rows that a page pages through: what the address asks for, and the addresses of the pages beside it."""

from typing import TypedDict
from urllib.parse import urlencode

from django.http import HttpRequest

from brokerage.keyset import Page
from trading.listing import PAGE_SIZE


class Wanted(TypedDict):
    """How many rows, and after or before which."""

    size: int
    after: str
    before: str


def wanted(request: HttpRequest) -> Wanted:
    """Answer what the address asks for; `limit` makes it an extract."""
    limit = request.GET.get("limit", "")
    is_count = limit.isdecimal() and len(limit) < 10  # Python refuses to read thousands of digits.
    size = min(int(limit), PAGE_SIZE) if is_count and int(limit) else PAGE_SIZE
    return {"size": size, "after": request.GET.get("after", ""), "before": request.GET.get("before", "")}


def paged(request: HttpRequest, page: Page) -> dict[str, object]:
    """Answer a page of rows and the URLs beside it. With a `limit` it is an extract, and is not paged."""
    kept = [(name, value) for name, value in request.GET.items() if name not in ("after", "before") and value]

    def beside(name: str, token: str) -> str:
        return f"{request.path}?{urlencode([*kept, (name, token)])}" if token else ""

    return {
        "page": page,
        "url": request.get_full_path(),
        "is_brief": "limit" in request.GET,
        "previous_url": beside("before", page.before),
        "next_url": beside("after", page.after),
    }
