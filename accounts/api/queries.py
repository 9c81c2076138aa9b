"""The query of `GET /v1/accounts`, parsed (contract/accounts.md 2.4)."""

from datetime import datetime

from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from accounts.api.sections import Day, Instant
from accounts.choices import FOREIGN_STATUSES, AccountStatus
from accounts.errors import AccountInputInvalid
from accounts.selectors import ENTITIES, AccountSearch
from brokerage.market_calendar import NEW_YORK


def read_search(query: QueryDict) -> tuple[AccountSearch, tuple[str, ...]]:
    """Parse which accounts to list and which sections to show of each; unknown keys are ignored.

    Raises `AccountInputInvalid` naming every parameter that cannot be read.
    """
    faults: dict[str, list[str]] = {}
    statuses = tuple(status for status in ",".join(query.getlist("status")).split(",") if status)
    if unknown := set(statuses) - {*AccountStatus, *FOREIGN_STATUSES}:
        faults["status"] = [f"must be an account status, found {', '.join(sorted(unknown))}"]
    if query.get("sort", "desc").lower() not in ("asc", "desc"):
        faults["sort"] = ["must be asc or desc"]
    entities = tuple(name for name in query.get("entities", "").split(",") if name)
    if unknown := set(entities) - set(ENTITIES):
        faults["entities"] = [f"must be of {', '.join(ENTITIES)}, found {', '.join(sorted(unknown))}"]
    times = {name: _time(name, query.get(name, ""), faults) for name in ("created_after", "created_before")}
    if faults:
        raise AccountInputInvalid(faults)
    search = AccountSearch(
        query=query.get("query", ""),
        statuses=statuses,
        newest_first=query.get("sort", "desc").lower() == "desc",
        **times,
    )
    return search, entities or ENTITIES


def _time(name: str, text: str, faults: dict[str, list[str]]) -> datetime | None:
    """Read a moment; a plain date is its midnight in New York."""
    if not text:
        return None
    try:
        return Instant().to_internal_value(text)
    except ValidationError:
        pass
    try:
        return datetime.combine(Day().to_internal_value(text), datetime.min.time(), NEW_YORK)
    except ValidationError:
        faults[name] = ["must be a time in RFC 3339 or a date"]
        return None
