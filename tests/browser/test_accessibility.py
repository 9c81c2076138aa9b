"""Every page passes axe, the accessibility checker, in light and dark, wide and narrow, and never scrolls sideways."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from playwright.sync_api import expect

from accounts.choices import Role
from tests.browser.conftest import NARROW, WIDE, bring_session
from tests.browser.visits import VISITS, rows_of, visitor
from tests.factories import PASSWORD, make_staff

# A page is narrow for one of those who visit it: what others see of it has more or fewer of the same parts.
FIRST_TO_VISIT = {visit.path: who for who in reversed(VISITS) for visit in VISITS[who]}
# Its colors are those of the wide page, which is seen in both themes; what only a narrow window has is on every page
# (the bar, the menu), and is seen in both by `test_so_can_what_opens`.
NARROW_THEME = ("dark",)
SHOWN_BY_MIDDLEWARE = ["429.html", "500.html", "403_csrf.html", "refused.html"]


# What a theme can get wrong by itself; everything else of a page is the same in both.
COLORS = ["color-contrast", "link-in-text-block"]
# Only what is wrong is told: what is right is most of the answer, and of the time. The one rule that needs the style
# sheets fetched again is about locking the orientation, and is not among those that run.
RUN = """only => axe.run(document, {resultTypes: ["violations"], preload: false, ...only && {runOnly: only}})
    .then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.target)]))"""


def violations(page, only=None):
    """Answer what axe finds wrong with the page that is open, by all of its rules or `only` by some."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN, only)


def wrong_with(page, themes=("light", "dark")):
    """Answer what is wrong with the page that is open: by axe in each theme, or wider than the window."""
    page.wait_for_load_state()
    expect(page.locator(".htmx-request")).to_have_count(0)
    wrong = []
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        wrong += [(theme, *one) for one in violations(page, None if theme == themes[0] else COLORS)]
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > page.viewport_size["width"]:
        wrong.append(("scrolls sideways", width))
    return wrong


@pytest.fixture
def rows(account, clerk):
    cache.clear()
    return rows_of(account, clerk)


@pytest.fixture
def page_of(open_page, account, clerk, rows, live_server):
    """Open a page of who visits; `between` stands between the password and the second factor."""

    def open_one(who, viewport):
        user = visitor(who, account, clerk)
        if user is not None:
            return open_page(user=user, viewport=viewport)
        page = open_page(signed_in=False, viewport=viewport)
        if who == "between":
            client = Client()
            client.post("/sign-in", {"login": visitor("admin", account, clerk).email, "password": PASSWORD})
            bring_session(page.context, client, live_server.url)
        return page

    return open_one


@pytest.mark.parametrize("who", VISITS)
def test_every_page_can_be_used_by_everybody_and_keeps_its_own_rules(page_of, rows, who):
    page = page_of(who, WIDE)
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    wrong = []

    for visit in VISITS[who]:
        path = visit.path.format(**rows)
        response = page.goto(path)
        shown = urlsplit(page.url)
        if (response.status, shown.path) != (visit.status, path.partition("?")[0]):
            wrong.append((path, "came to", response.status, shown.path))
        wrong += [(path, *one) for one in wrong_with(page)]
        if FIRST_TO_VISIT[visit.path] == who:
            page.set_viewport_size(NARROW)
            wrong += [(path, "narrow", *one) for one in wrong_with(page, NARROW_THEME)]
            page.set_viewport_size(WIDE)

    assert wrong == [], "\n".join(map(str, wrong))
    assert [one for one in said if "Content Security" in one or "Refused to" in one] == []


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_so_can_what_opens(open_page, account, viewport):
    page = open_page(user=make_staff(Role.ADMIN, account.correspondent), viewport=viewport)
    for path in ("/audit", "/accounts?status=ACTIVE"):
        page.goto(path)
        for menu in page.locator(".filters .menu").all():
            menu.locator("summary").click()
            assert wrong_with(page) == [], (path, menu.inner_text())
            page.keyboard.press("Escape")

    page.locator(".bar-end summary" if viewport == WIDE else ".nav-menu summary").click()
    assert wrong_with(page) == []


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_so_can_what_is_refused_at_the_door(open_page, clerk, viewport):
    cache.clear()
    page = open_page(signed_in=False, viewport=viewport)

    for attempt in range(5):
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(clerk.email)
        page.get_by_label("Password").fill("not it")
        page.get_by_role("button", name="Sign in").click()
        if attempt == 0:
            expect(page.get_by_role("alert")).to_be_visible()
            assert wrong_with(page) == []

    expect(page.get_by_role("heading", level=1)).to_have_text("Too many attempts")
    assert wrong_with(page) == []


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_so_can_the_page_behind_the_link_to_a_new_password(open_page, clerk, viewport):
    Client().post("/sign-in/forgotten", {"email": clerk.email})
    link = re.search(r"http://\S+?(/sign-in/password/\S+)", mail.outbox[0].body).group(1)
    page = open_page(signed_in=False, viewport=viewport)

    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a password")
    assert wrong_with(page) == []
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_role("button").click()

    expect(page.locator(".wrong").first).to_be_visible()
    assert wrong_with(page) == []


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("template", SHOWN_BY_MIDDLEWARE)
def test_so_can_what_no_address_leads_to(open_page, clerk, template, viewport):
    page = open_page(signed_in=False, viewport=viewport)
    request = HttpRequest()
    shown = render_to_string(template, {"request": request, "refusal": "The account has open orders. " * 4})
    page.route("**/broken", lambda route: route.fulfill(content_type="text/html", body=shown))

    page.goto("/broken")

    assert wrong_with(page) == []
