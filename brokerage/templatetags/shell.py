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


NAVIGATION = (
    ("Accounts", "accounts", "/accounts"),
    ("Opening", "", "/accounts?status=SUBMITTED&status=APPROVED"),
    ("Needs attention", "", "/accounts?status=ACTION_REQUIRED&status=APPROVAL_PENDING"),
    ("Options enabled", "", "/accounts?level=1&level=2"),
    ("Closed", "", "/accounts?status=ACCOUNT_CLOSED"),
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
    shown = next((url for _, _, url in NAVIGATION if _is_shown(request, url)), "")
    within = "" if shown else next((url for _, icon, url in NAVIGATION if icon and _is_within(request, url)), "")
    current = {shown: "page", within: "true", "": ""}
    return [Link(label, icon, url, current.get(url, "")) for label, icon, url in NAVIGATION]


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
