"""API keys in a browser: refused, made by keyboard, replaced and revoked without script."""

import pytest
from playwright.sync_api import expect

from accounts.choices import Role
from accounts.models import ApiKey
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_accessibility import wrong_with
from tests.factories import make_api_key, make_staff


@pytest.fixture
def clerk(acme):
    """An administrator, in the clerk's chair."""
    return make_staff(Role.ADMIN, acme)


@pytest.fixture
def key(acme):
    return make_api_key(acme)[0]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_refused_key_its_matrix_and_its_secret_can_be_used_by_everybody(open_page, acme, viewport):
    page = open_page(viewport=viewport)
    page.goto("/api-keys/new")
    page.get_by_label("Each part by itself").check()
    assert wrong_with(page) == []

    page.get_by_role("button", name="Make the key").click()
    expect(page.locator(".wrong").first).to_be_visible()
    assert wrong_with(page) == []
    page.get_by_label("Name", exact=True).fill("Order router")
    page.get_by_label("Full access").check()
    page.get_by_role("button", name="Make the key").click()

    expect(page.locator("#secret")).not_to_be_empty()
    assert wrong_with(page) == []


def test_a_key_is_made_by_keyboard_and_its_secret_can_be_copied(page, acme):
    page.goto("/api-keys/new")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Order router")
    for _ in range(2):  # past the account, for a key of all of them
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Read only")).to_be_checked()
    page.keyboard.press("Enter")

    expect(page.locator("#secret")).not_to_be_empty()
    page.wait_for_load_state()  # its scripts, which are deferred, listen
    page.get_by_role("button", name="Copy").last.click()
    expect(page.locator("#announcement")).to_have_text("Copied")
    assert ApiKey.objects.get(name="Order router").scopes["trading"] == "read"


def test_without_script_a_key_is_replaced_and_revoked(open_page, key):
    page = open_page(java_script_enabled=False)
    page.goto(f"/api-keys/{key.key_id}")

    page.get_by_role("button", name="Replace the key").click()
    expect(page.locator("#secret")).not_to_be_empty()
    page.goto(f"/api-keys/{key.key_id}")
    page.get_by_label("Whatever uses this key is to stop now").check()
    page.get_by_role("button", name="Revoke the key").click()

    expect(page.locator(".page-head .status")).to_have_text("Revoked")
