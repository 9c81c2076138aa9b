"""A customer helps themselves to options: signs, answers, applies, sees the outcome, lowers it and raises it again."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Account
from options.models import OptionsApplication
from tests.factories import PASSWORD, application_body, make_account, make_customer
from tests.options.applicants import SOUND_ANSWERS

UNSIGNED = [one for one in application_body()["agreements"] if one["agreement"] != "options_agreement"]


@pytest.fixture
def mine(acme):
    """An account with an answer missing and no options agreement, and its holder."""
    changes = SOUND_ANSWERS | {"agreements": UNSIGNED, "identity.liquidity_needs": None}
    return make_account(acme, changes=changes, owner=make_customer(acme))


def sign_in(page, user):
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_customer_signs_answers_applies_lowers_and_raises(open_page, mine, script):
    page = open_page(signed_in=False, java_script_enabled=script)
    sign_in(page, mine.owner)
    page.get_by_role("link", name="Options", exact=True).click()
    expect(page.locator("#outlooks")).to_contain_text("Not answered yet: liquidity needs.")

    page.locator("#to-agreement").click()
    page.get_by_label(re.compile("I received")).check()
    page.get_by_label("Your full name").fill("John Doe")
    page.get_by_role("button", name="Sign the options agreement").click()
    expect(page.locator("#papers")).to_contain_text("01.2024.05")

    page.get_by_role("link", name="Apply for level 2").click()
    page.get_by_role("link", name="Answer the questions").click()
    page.get_by_label("Liquidity needs").select_option("somewhat_important")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Apply for level 2")).to_be_visible()
    page.get_by_label(re.compile("I have read my answers")).check()
    page.get_by_role("button", name="Apply for level 2").click()

    expect(page.locator("#request")).to_contain_text("Approved for level 2")
    expect(page.locator("#account-header .level")).to_contain_text("Level 2")
    page.get_by_role("link", name="Switch off").click()
    if script:
        expect(page.locator("#options-impact")).to_contain_text("Nothing is affected.")
    page.get_by_role("button", name="Switch options off").click()
    expect(page.locator(".level-list [aria-current]")).to_contain_text("Off")
    page.get_by_role("link", name="Raise to level 2").click()
    page.get_by_role("button", name="Raise to level 2").click()

    expect(page.locator(".level-list [aria-current]")).to_contain_text("Level 2")
    found = Account.objects.get(pk=mine.pk)
    assert (found.options_approved_level, found.options_trading_level) == (2, 2)
    assert OptionsApplication.objects.filter(account=mine).count() == 1


def test_from_the_account_options_are_off_after_three_clicks_and_what_it_means_was_shown(open_page, account, acme):
    Account.objects.filter(pk=account.pk).update(owner=make_customer(acme))
    account.refresh_from_db()
    page = open_page(user=account.owner)
    page.goto(f"/accounts/{account.pk}")

    page.get_by_role("link", name="Options", exact=True).click()
    page.get_by_role("link", name="Switch off").click()
    expect(page.locator("#options-impact")).to_contain_text("1 open order stays open")
    page.get_by_role("button", name="Switch options off").click()

    expect(page.locator("#account-header .level")).to_contain_text("Off")
    account.refresh_from_db()
    assert account.options_trading_level == 0


def test_a_level_is_lowered_from_the_keyboard(open_page, account, acme):
    Account.objects.filter(pk=account.pk).update(owner=make_customer(acme))
    account.refresh_from_db()
    page = open_page(user=account.owner)
    page.goto(f"/accounts/{account.pk}/options")

    page.locator("#to-level-1").press("Enter")
    page.locator("#confirm").press("Enter")

    expect(page.locator(".level-list [aria-current]")).to_contain_text("Level 1")
    expect(page.locator("#notices")).to_contain_text("In force now: level 1.")
