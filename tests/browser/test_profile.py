"""Editing an account's profile in place, by keyboard alone; keeping a filter; an export that says when it comes."""

import re

from django.test import Client
from playwright.sync_api import expect

from accounts.models import Account
from tests.factories import make_account, make_customer


def test_a_section_is_edited_and_saved_in_place_by_keyboard(page, account):
    page.goto(f"/accounts/{account.pk}/profile")

    page.locator("#edit-contact").press("Enter")
    page.get_by_label("Phone", exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("+12125550123")
    page.keyboard.press("Enter")

    expect(page.locator("#section-contact")).to_contain_text("+12125550123")
    expect(page.locator("#section-contact")).to_contain_text("Contact saved")
    expect(page.locator("#announcement")).to_have_text("Contact saved")
    expect(page.locator("#edit-contact")).to_be_focused()
    assert page.url.endswith("/profile")


def test_what_is_refused_stays_in_place_with_what_was_typed(page, account):
    page.goto(f"/accounts/{account.pk}/profile")

    page.locator("#edit-contact").press("Enter")
    page.get_by_label("Postal code").fill("abc")
    page.get_by_role("button", name="Save").press("Enter")

    expect(page.locator("#section-contact .wrong")).to_contain_text("Must begin with five digits.")
    expect(page.get_by_label("Postal code")).to_have_value("abc")
    page.get_by_role("link", name="Cancel").press("Enter")
    expect(page.locator("#edit-contact")).to_be_visible()


def test_a_filter_is_kept_and_opened_again(page, account):
    make_account(account.correspondent, changes={"identity.given_name": "Grace", "identity.family_name": "Hopper"})
    page.goto("/accounts")
    page.locator("#account-query").fill("hopper")
    expect(page.locator("tbody tr")).to_have_count(1)

    page.locator("summary", has_text="Saved filters").click()
    page.get_by_label("Keep this filter as").fill("Hoppers")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Saved as “Hoppers”.")
    page.goto("/accounts")
    page.locator("summary", has_text="Saved filters").click()
    page.get_by_role("link", name="Hoppers").click()

    expect(page).to_have_url(re.compile("query=hopper"))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_an_export_downloads_and_says_so(page, account):
    page.goto("/accounts?query=john")
    page.locator("summary", has_text="Export").click()

    with page.expect_download() as download:
        page.get_by_role("link", name="Excel workbook").click()

    assert re.fullmatch(r"accounts-\d{4}-\d\d-\d\d-\d{4}\.xlsx", download.value.suggested_filename)
    expect(page.locator("#notices")).to_contain_text("The Excel file is downloading.")


def test_the_count_comes_after_the_list(page, account):
    page.goto("/accounts")

    expect(page.locator("#accounts-count")).to_have_text("1 account")


def test_an_event_brings_the_rest_up_to_date_and_leaves_an_open_form_alone(page, account):
    page.goto(f"/accounts/{account.pk}/profile")
    page.locator("#edit-contact").press("Enter")
    page.get_by_label("Phone", exact=True).fill("+1999")
    Account.objects.filter(pk=account.pk).update(fractional_trading=not account.fractional_trading)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Phone", exact=True).focus()

    page.evaluate("htmx.trigger('#profile', 'sse:account-changed')")

    word = "Not allowed" if account.fractional_trading else "Allowed"
    expect(page.locator("#section-configuration dd").nth(2)).to_have_text(word)
    expect(page.get_by_label("Phone", exact=True)).to_have_value("+1999")
    expect(page.get_by_label("Phone", exact=True)).to_be_focused()
    assert len(asked) == 1


def test_a_customer_is_led_to_the_account_and_edits_the_answers_alone(open_page, acme, live_server):
    mine = make_account(acme, owner=make_customer(acme))
    page = open_page(signed_in=False)
    client = Client()
    client.force_login(mine.owner)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    page.goto("/")

    expect(page).to_have_url(re.compile(f"/accounts/{mine.pk}$"))
    expect(page.locator("#search")).to_have_count(0)
    page.get_by_role("link", name="Profile").click()
    expect(page.locator("a.edit", has_text="Edit")).to_have_text(["Edit suitability"])
    expect(page.locator("#section-level").get_by_role("link")).to_have_attribute("href", f"/accounts/{mine.pk}/options")
