"""Every page passes axe, the accessibility checker, in light and dark, wide and narrow, menus open and closed."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_shell import paths


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_can_be_used_by_everybody(open_page, account, scheme, viewport):
    page = open_page(color_scheme=scheme, viewport=viewport)

    for path in paths(account):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_so_can_what_opens_and_what_is_refused(open_page, account, scheme):
    page = open_page(color_scheme=scheme)
    page.goto("/accounts")
    for menu in ("Status", "Options level"):
        page.locator("summary", has_text=menu).click()
        assert violations(page) == [], menu
    page.locator(".bar-end summary").click()
    assert violations(page) == []

    narrow = open_page(color_scheme=scheme, viewport=NARROW)
    narrow.goto("/accounts?status=ACTIVE")
    narrow.locator(".nav-menu summary").click()
    assert violations(narrow) == []

    out = open_page(color_scheme=scheme, signed_in=False)
    out.goto("/sign-in")
    assert violations(out) == []
    out.get_by_label("E-mail").fill("nobody@example.com")
    out.get_by_label("Password").fill("not it")
    out.get_by_role("button", name="Sign in").click()
    assert violations(out) == []
