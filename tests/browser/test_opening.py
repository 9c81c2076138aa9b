"""Opening an account in a browser: by keyboard only, saved as it goes, and usable by everybody on every step."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from accounts.choices import OpeningStep
from accounts.models import Account
from accounts.services.opening_drafts import sections_of
from tests.accounts.openings import STEPS
from tests.browser.conftest import NARROW, WIDE
from tests.browser.drafts import PNG, start
from tests.browser.test_accessibility import violations


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.name")


def tab_to(page, name):
    """Press Tab until the input is reached: whoever types never has to go back."""
    for _ in range(60):
        if focused(page) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by Tab, which ended at {focused(page)}")


def enter(page, name, text):
    tab_to(page, f"id_{name}")
    page.keyboard.type(text)


def answer(page, name, *, yes):
    """Answer a question with the keys of a group of radio buttons."""
    tab_to(page, f"id_{name}_0")
    page.keyboard.press("Space" if yes else "ArrowDown")


def go_on(page, title):
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=20_000)
    first = page.locator("[autofocus]")
    if first.count():
        expect(first).to_be_focused()


def test_an_account_is_opened_by_keyboard_alone(page, clerk, tmp_path):
    page.goto("/openings")
    page.get_by_role("button", name="Start an application").focus()
    go_on(page, "Contact")

    assert focused(page) == "id_contact-email_address"
    page.keyboard.type("ada@example.com")
    enter(page, "contact-street_address", "20 N San Mateo Dr")
    enter(page, "contact-city", "San Mateo")
    enter(page, "contact-state", "CA")
    enter(page, "contact-postal_code", "94401")
    go_on(page, "Identity")

    page.keyboard.type("Ada")
    enter(page, "identity-family_name", "Lovelace")
    enter(page, "identity-date_of_birth", "12/10/1985")
    enter(page, "identity-tax_id", "124-55-4321")
    tab_to(page, "id_identity-funding_source_0")
    page.keyboard.press("Space")
    tab_to(page, "continue")
    go_on(page, "Suitability")

    page.keyboard.type("85,000")
    enter(page, "suitability-investment_experience_with_stocks", "Over")
    tab_to(page, "continue")
    go_on(page, "Disclosures")

    page.keyboard.type("Empl")
    enter(page, "disclosures-employer_name", "Analytical Engines")
    answer(page, "disclosures-is_control_person", yes=False)
    answer(page, "disclosures-is_affiliated_exchange_or_finra", yes=False)
    answer(page, "disclosures-is_politically_exposed", yes=False)
    answer(page, "disclosures-immediate_family_exposed", yes=True)
    enter(page, "immediate_family_exposed-given_name", "Byron")
    enter(page, "immediate_family_exposed-family_name", "Lovelace")
    go_on(page, "Agreements")

    tab_to(page, "id_customer_agreement-is_signed")
    page.keyboard.press("Space")
    enter(page, "customer_agreement-signed_at", "09/11/2020 14:09")
    enter(page, "customer_agreement-ip_address", "185.13.21.99")
    go_on(page, "Documents")

    tab_to(page, "continue")
    go_on(page, "Review")
    tab_to(page, "open")
    go_on(page, "Ada Lovelace")

    account = Account.objects.get(email_address="ada@example.com")
    expect(page.get_by_text(f"Account {account.account_number} was opened.")).to_be_visible()
    assert account.opened_by == clerk
    assert account.suitability.get().annual_income_min == 85000
    assert account.disclosures.employer_name == "Analytical Engines"
    assert account.disclosures.context[0]["given_name"] == "Byron"


def test_what_is_wrong_is_said_as_one_leaves_and_what_was_typed_is_kept(page, clerk):
    draft = start(clerk)
    page.goto(f"/openings/{draft.pk}/contact")

    page.keyboard.type("ada@")
    page.keyboard.press("Tab")

    expect(page.locator("#id_contact-email_address_said")).to_contain_text("E-mail must be an e-mail address")
    expect(page.locator("#id_contact-email_address")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#announcement")).to_contain_text("E-mail must be an e-mail address")
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d:\d\d ET"))
    assert focused(page) == "id_contact-phone_number"
    draft.refresh_from_db()
    assert sections_of(draft)["contact"]["contact-email_address"] == ["ada@"]
    page.locator("#id_contact-email_address").fill("ada@example.com")
    page.keyboard.press("Tab")
    expect(page.locator("#id_contact-email_address_said")).to_be_empty()
    expect(page.locator("#id_contact-email_address")).not_to_have_attribute("aria-invalid", "true")


def test_what_is_left_empty_is_asked_for_and_the_rest_is_not_blamed(page, clerk):
    page.goto(f"/openings/{start(clerk).pk}/contact")

    page.keyboard.press("Tab")

    expect(page.locator("#id_contact-email_address_said")).to_have_text("E-mail is required.")
    expect(page.locator("#id_contact-city_said")).to_be_empty()


def test_a_refused_step_takes_one_to_the_first_fault(page, clerk):
    page.goto(f"/openings/{start(clerk).pk}/contact")

    page.keyboard.type("ada@example.com")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert").filter(has_text="not yet in order")).to_contain_text("City is required.")
    expect(page.locator("#id_contact-street_address")).to_be_focused()
    page.get_by_role("link", name="City is required.").press("Enter")
    expect(page.locator("#id_contact-city")).to_be_focused()


def test_a_second_window_says_that_it_is_behind(open_page, clerk):
    draft = start(clerk)
    first, second = open_page(), open_page()
    for window in (first, second):
        window.goto(f"/openings/{draft.pk}/contact")

    first.locator("#id_contact-city").fill("San Mateo")
    first.keyboard.press("Tab")
    expect(first.locator("#saved")).to_contain_text("ET")
    second.locator("#id_contact-city").fill("Paris")
    second.keyboard.press("Tab")

    expect(second.locator("#saved")).to_have_text("Not saved: changed in another window")
    expect(second.locator("#id_contact-city")).to_have_value("Paris")
    draft.refresh_from_db()
    assert sections_of(draft)["contact"]["contact-city"] == ["San Mateo"]


def test_without_script_the_whole_application_is_filled_in_and_opened(open_page, clerk):
    page = open_page(java_script_enabled=False)
    page.goto("/openings")
    page.get_by_role("button", name="Start an application").click()
    page.locator("#id_contact-email_address").fill("ada@")
    page.locator("#continue").click()
    expect(page.get_by_role("link", name=re.compile("E-mail must be an e-mail address"))).to_be_visible()

    draft = start(clerk, steps=STEPS)
    page.goto(f"/openings/{draft.pk}/documents")
    page.get_by_label("What it shows").select_option("identity_verification")
    page.get_by_label("File").set_input_files({"name": "passport.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="Add the document").click()
    page.locator("summary", has_text="Preview").click()
    expect(page.locator(".preview img")).to_be_visible()
    page.locator("#continue").click()
    page.locator("#open").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")


@pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide-light", "narrow-dark"])
def test_every_step_can_be_used_by_everybody(open_page, clerk, scheme, viewport):
    fresh, full = start(clerk), start(clerk, steps=STEPS)
    browser = Client()
    browser.force_login(clerk)
    file = SimpleUploadedFile("passport.png", PNG, content_type="image/png")
    browser.post(f"/openings/{full.pk}/documents", {"document_type": "identity_verification", "content": file})
    page = open_page(color_scheme=scheme, viewport=viewport)

    def look(what):
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], what
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], what

    page.goto("/openings")
    look("list")
    for step in OpeningStep:
        page.goto(f"/openings/{full.pk}/{step}")
        look(step)
        if step != OpeningStep.DOCUMENTS:
            page.goto(f"/openings/{fresh.pk}/{step}")
            # The review is a page of its own; every other step is swapped in.
            with page.expect_navigation() if step == OpeningStep.REVIEW else page.expect_response("**/openings/**"):
                page.locator(".entry-acts .first").click()
            look(f"{step} refused")
    page.goto(f"/openings/{full.pk}/discard")
    look("discard")
