"""What every page carries in its frame: the clock of the market, and links that know the page they stand on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest, QueryDict

from brokerage import clock, market_calendar
from brokerage.market_calendar import NEW_YORK, Session
from brokerage.mode import is_sandbox

register = template.Library()
PAGING = ("after", "before", "sort")


@dataclass(frozen=True)
class Destination:
    """Where the navigation leads; without an icon, to a saved filter of the one above.

    `needs` is the permission that the page asks for; `STAFF` is what every member of staff has.
    Pages below `within` belong to it too. `count_url` says how many wait there.
    """

    label: str
    icon: str
    url: str
    needs: str = ""
    within: str = ""
    count_url: str = ""


STAFF = "staff"
SEES_QUEUE = "view_audit"
NAVIGATION = (
    Destination("Accounts", "accounts", "/accounts"),
    Destination("Opening", "", "/accounts?status=SUBMITTED&status=APPROVED", STAFF),
    Destination("Needs attention", "", "/accounts?status=ACTION_REQUIRED&status=APPROVAL_PENDING", STAFF),
    Destination("Options enabled", "", "/accounts?level=1&level=2", STAFF),
    Destination("Closed", "", "/accounts?status=ACCOUNT_CLOSED", STAFF),
    Destination("Open an account", "open", "/openings", "open_accounts"),
    Destination("Orders", "orders", "/orders", STAFF),
    Destination("Refusals", "", "/orders/refusals", STAFF),
    Destination("Positions", "positions", "/positions", STAFF),
    Destination("Chain", "chain", "/options/chain"),
    Destination("Expiring", "expiring", "/expiring", STAFF),
    Destination("Instructions", "instructions", "/instructions", STAFF),
    Destination("Assignments", "assignments", "/assignments", STAFF),
    Destination("Ledger", "ledger", "/ledger", STAFF),
    Destination("Reconciliation", "", "/reconciliation", "write_notes"),
    Destination("Options queue", "queue", "/options/queue", SEES_QUEUE, "/options", "/options/queue/count"),
    Destination("Team", "team", "/team", "manage_staff"),
    Destination("API keys", "key", "/api-keys", "manage_api_keys"),
    Destination("Market data", "data", "/market-data", "manage_market_data"),
    Destination("Compliance", "compliance", "/compliance", "view_audit"),
    Destination("Audit", "audit", "/audit", "view_audit"),
    Destination("Settings", "settings", "/settings", "manage_settings"),
)


@dataclass(frozen=True)
class Link:
    """A line of the navigation: a page, or without an icon a saved filter of the one above.

    `current` is for `aria-current`: `page` where it is shown, `true` where something within it is.
    """

    label: str
    icon: str
    url: str
    current: str
    count_url: str = ""


@dataclass(frozen=True)
class MarketClock:
    """The time as the market of this installation sees it, and whether that market is open."""

    local: datetime
    is_open: bool
    until: str
    is_frozen: bool
    is_sandbox: bool

    @property
    def day(self) -> str:
        """Answer the weekday and date: `Wed Jan 24, 2024`."""
        return f"{self.local:%a %b} {self.local.day}, {self.local.year}"

    @property
    def time(self) -> str:
        """Answer the time of day: `15:59:08`."""
        return f"{self.local:%H:%M:%S}"

    @property
    def zone(self) -> str:
        """Answer the zone in force: `EST` or `EDT`."""
        return f"{self.local:%Z}"


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[Link]:
    """Answer the links of the navigation; at most one stands for the page that is shown."""
    request = context["request"]
    open_to = [one for one in NAVIGATION if _is_open(one, request.user)]
    shown = next((one.url for one in open_to if _is_shown(request, one.url)), "")
    within = (
        ""
        if shown
        else next((one.url for one in open_to if one.icon and _is_within(request, one.within or one.url)), "")
    )
    current = {shown: "page", within: "true", "": ""}
    return [Link(one.label, one.icon, one.url, current.get(one.url, ""), one.count_url) for one in open_to]


@register.simple_tag(takes_context=True)
def queue_stream(context: dict[str, Any]) -> str:
    """Answer the stream that keeps the count in the navigation up to date; nothing for whoever sees none."""
    return "/streams/queue" if context["request"].user.may(SEES_QUEUE) else ""


def _is_open(one: Destination, user: Any) -> bool:
    if not one.needs:
        return True
    return user.kind == STAFF if one.needs == STAFF else user.may(one.needs)


def _is_shown(request: HttpRequest, url: str) -> bool:
    path, _, query = url.partition("?")
    shown = {name: values for name, values in request.GET.lists() if name not in PAGING and any(values)}
    return request.path == path and shown == dict(QueryDict(query).lists())


def _is_within(request: HttpRequest, url: str) -> bool:
    return f"{request.path}/".startswith(f"{url}/")


@register.simple_tag
def market_clock() -> MarketClock:
    """Answer what the clock in the bar shows."""
    now = clock.now()
    session = market_calendar.session_at(now)
    return MarketClock(
        local=now.astimezone(NEW_YORK),
        is_open=session is not None,
        until=_until(now, session),
        is_frozen=clock.setting().frozen_at is not None,
        is_sandbox=is_sandbox(),
    )


def _until(now: datetime, session: Session | None) -> str:
    if session:
        return f"until {session.closes_at.astimezone(NEW_YORK):%H:%M}"
    opens = market_calendar.next_session(now).opens_at.astimezone(NEW_YORK)
    if opens.date() == now.astimezone(NEW_YORK).date():
        return f"until {opens:%H:%M}"
    return f"until {opens:%a %H:%M}" if (opens - now).days < 6 else f"until {opens:%b} {opens.day}, {opens:%H:%M}"


@register.filter
def initials(user: Any) -> str:
    """Answer the one or two letters that stand for a user in the bar."""
    words = str(user).partition("@")[0].replace(".", " ").split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()
