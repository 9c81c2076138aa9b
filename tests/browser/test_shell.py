"""What the shell does in a browser: keys, menus, theme, clock, swaps, and everything again without script."""

import re

from playwright.sync_api import expect

from accounts.models import Account
from tests.browser.conftest import NARROW
from tests.factories import PASSWORD, make_account


def test_a_slash_goes_to_the_search_and_in_a_field_it_is_a_slash(page, account):
    page.goto("/accounts")

    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("1/2")

    expect(page.locator("#search")).to_have_value("1/2")


def test_the_search_leads_to_what_was_typed(page, account):
    page.goto("/accounts")

    page.keyboard.press("/")
    page.keyboard.type(account.account_number)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(account.name)


def test_the_list_filters_as_one_types_and_the_address_says_so(page, account):
    make_account(account.correspondent, changes={"identity.given_name": "Grace", "identity.family_name": "Hopper"})
    page.goto("/accounts")
    expect(page.locator("tbody tr")).to_have_count(2)

    page.locator("#account-query").fill("hopper")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#account-query")).to_be_focused()
    expect(page).to_have_url(re.compile("query=hopper"))
    expect(page.locator("#announcement")).to_have_text("1 account")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_sorting_keeps_the_filter_and_the_focus(page, account):
    page.goto("/accounts?query=john")

    page.get_by_role("link", name="Name", exact=True).click()

    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#sort-name")).to_be_focused()
    expect(page).to_have_url(re.compile("query=john&sort=name"))


def test_a_filter_menu_stays_open_while_choices_are_made_and_escape_closes_it(page, account):
    page.goto("/accounts")
    page.locator("summary", has_text="Status").click()

    page.get_by_label("Active", exact=True).check()
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_label("Rejected").check()
    expect(page.locator(".chip")).to_have_count(2)
    page.keyboard.press("Escape")

    expect(page.get_by_label("Rejected")).to_be_hidden()
    expect(page.locator("summary", has_text="Status")).to_be_focused()


def test_the_parts_of_an_account_fetch_themselves(page, account):
    page.goto(f"/accounts/{account.pk}")

    expect(page.locator("#balances dt").first).to_have_text("Equity")
    expect(page.locator("#positions tbody tr").first).to_be_visible()
    expect(page.locator("#orders tbody tr").first).to_be_visible()
    expect(page.locator("#activities tbody tr").first).to_be_visible()


def test_a_part_that_cannot_be_fetched_is_said_and_not_hidden(page, account):
    page.route("**/positions", lambda route: route.abort())

    page.goto(f"/accounts/{account.pk}")

    expect(page.get_by_role("alert")).to_contain_text("A part of this page could not be brought up to date.")


LOOK_AWAY = """hidden => {
  Object.defineProperty(document, "hidden", {configurable: true, value: hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_only_a_page_that_is_looked_at_keeps_its_stream(open_page, account):
    page = open_page()
    page.add_init_script(
        "window.opened = []; window.EventSource = class extends EventTarget {"
        " constructor(url) { super(); this.readyState = 1; window.opened.push(this); }"
        " close() { this.readyState = 2; } }"
    )
    states = "window.opened.map(stream => stream.readyState)"
    page.goto(f"/accounts/{account.pk}")
    expect(page.locator("#positions tbody tr").first).to_be_visible()
    assert page.evaluate(states) == [1]

    page.evaluate(LOOK_AWAY, True)
    assert page.evaluate(states) == [2]
    with page.expect_response("**/positions"):
        page.evaluate(LOOK_AWAY, False)

    assert page.evaluate(states) == [2, 1]


def test_a_page_fetches_its_parts_again_when_its_stream_says_so(open_page, account):
    page = open_page()
    page.add_init_script(
        "window.opened = []; window.EventSource = class extends EventTarget {"
        " constructor(url) { super(); this.url = url; window.opened.push(this); } close() {} }"
    )
    page.goto(f"/accounts/{account.pk}")
    expect(page.locator("#positions tbody tr").first).to_be_visible()
    Account.objects.filter(pk=account.pk).update(max_options_trading_level=0)

    page.evaluate("window.opened[0].dispatchEvent(new MessageEvent('account-changed', {data: 'account.configured'}))")

    expect(page.locator("#account-header .level")).to_have_text(re.compile("Off"))
    expect(page.locator("#summary .level")).to_have_text(re.compile("Off"))
    assert page.evaluate("window.opened[0].url") == f"/streams/accounts/{account.pk}"


def test_a_session_that_ended_leads_to_sign_in_and_back(page, account):
    page.goto("/accounts?sort=name")
    page.context.clear_cookies()

    page.locator("#account-query").fill("john")

    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Faccounts%3Fsort%3Dname"))


def test_the_theme_is_chosen_at_once_and_kept(page, account):
    page.goto("/accounts")
    page.locator(".bar-end summary").click()

    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_clock_ticks(page, account):
    page.goto("/accounts")
    shown = page.locator("[data-clock]").text_content()

    expect(page.locator("[data-clock]")).not_to_have_text(shown)


def test_signing_in_and_out_works_from_the_keyboard(open_page, account, clerk):
    page = open_page(signed_in=False)
    page.goto(f"/accounts/{account.pk}")

    page.keyboard.type(clerk.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(account.name)
    page.locator(".bar-end summary").press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_first_stop_of_the_keyboard_skips_to_the_page(page, account):
    page.goto("/accounts")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


# --- Without script --------------------------------------------------------------------------------------


def test_without_script_one_signs_in_filters_and_reads_every_part(open_page, account, clerk):
    page = open_page(signed_in=False, java_script_enabled=False)
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(clerk.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.locator("#account-query").fill("nobody")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".empty")).to_contain_text("No account matches.")
    page.get_by_role("link", name="show all accounts").click()
    page.get_by_role("link", name=account.name).click()
    page.locator("#positions").get_by_role("link", name="Positions").click()

    expect(page.locator("#positions tbody tr").first).to_be_visible()


def test_without_script_the_menu_of_a_narrow_page_opens_and_leads_out(open_page, account):
    page = open_page(viewport=NARROW, java_script_enabled=False)
    page.goto("/accounts")

    page.locator(".nav-menu summary").click()
    page.locator(".nav-menu").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator(".nav-menu summary").click()
    page.locator(".nav-menu").get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
