"""The options queue in a browser: by keyboard to the decision and on, two principals at once, and live."""

import re

import pytest
from playwright.sync_api import expect

from accounts.choices import Role
from options.models import OptionsApplication, ReviewStep
from options.services.review import claim_application
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_accessibility import wrong_with
from tests.factories import make_staff
from tests.options.requests import make_pending, second_principal

REASON = "Spoke with the applicant by phone"


@pytest.fixture
def clerk(acme):
    """A registered options principal, in the clerk's chair."""
    return make_staff(Role.ROP, acme)


@pytest.fixture
def requests(acme):
    """Three requests, in the order in which they were made."""
    given = (("Ada", "Lovelace"), ("Grace", "Hopper"), ("Mary", "Jackson"))
    return [
        make_pending(acme, changes={"identity.given_name": first, "identity.family_name": last})
        for first, last in given
    ]


def open_of(application):
    return f"#open-{application.pk}"


def heading(page):
    return page.get_by_role("heading", level=1)


def test_the_keyboard_leads_from_the_queue_to_a_decision_and_on_to_the_next(page, clerk, requests):
    first, second, third = requests
    page.goto("/options/queue")

    page.keyboard.press("j")
    expect(page.locator(open_of(first))).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(open_of(second))).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Ada Lovelace")
    page.wait_for_load_state()
    page.keyboard.press("l")
    expect(page.get_by_label("Approve level 1 only")).to_be_checked()
    expect(page.locator("#id_code_approved_lower")).to_be_focused()
    page.keyboard.press("T")
    page.keyboard.press("Tab")
    page.keyboard.type(REASON)
    page.keyboard.press("Control+Enter")

    expect(heading(page)).to_have_text("Grace Hopper")
    page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_contain_text("Approved: level 1 for Ada Lovelace.")
    first.refresh_from_db()
    assert (first.status, first.approved_level, first.decided_by) == ("LOWER_LEVEL_APPROVED", 1, clerk)
    page.keyboard.press("n")
    expect(heading(page)).to_have_text("Mary Jackson")
    page.wait_for_load_state()
    page.keyboard.press("g")
    expect(page).to_have_url(re.compile(r"/options/queue$"))
    expect(page.locator("tbody tr")).to_have_count(2)
    assert third.pk == OptionsApplication.objects.pending().latest("id").pk


def test_arrows_move_x_selects_and_c_claims_what_is_selected(page, clerk, requests):
    page.goto("/options/queue")

    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.locator("#picked")).to_have_text("2 selected")
    page.keyboard.press("c")

    expect(page.locator(".told")).to_contain_text("2 of 2 claimed")
    expect(page.locator(open_of(requests[1]))).to_be_focused()
    assert OptionsApplication.objects.filter(claimed_by=clerk).count() == 2


def test_a_letter_typed_into_a_reason_or_a_search_is_a_letter(page, requests):
    page.goto("/options/queue")
    page.locator("#queue-query").press_sequentially("jackson")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator(open_of(requests[2])).click()
    expect(heading(page)).to_have_text("Mary Jackson")
    page.wait_for_load_state()

    page.keyboard.press("q")
    expect(page.get_by_label("Ask the applicant")).to_be_checked()
    page.get_by_label("In words").fill("")
    page.get_by_label("In words").press_sequentially("ngarlq")

    expect(page.get_by_label("In words")).to_have_value("ngarlq")
    expect(page.get_by_label("Ask the applicant")).to_be_checked()


def test_a_refused_decision_says_why_and_keeps_what_was_typed(page, requests):
    page.goto(f"/options/requests/{requests[0].pk}")

    page.keyboard.press("r")
    page.locator("#id_code_rejected").select_option("not_suitable")
    page.get_by_label("In words").fill("no")
    page.get_by_role("button", name="Decide", exact=True).click()

    expect(page.locator("#id_reason_error")).to_contain_text("at least 10 characters")
    expect(page.locator("#id_code_rejected")).to_have_value("not_suitable")
    assert not ReviewStep.objects.exists()
    assert wrong_with(page) == []


def test_of_two_principals_on_one_request_the_second_is_told_who_decided(open_page, acme, clerk, requests):
    other = second_principal(acme)
    pages = [open_page(user=clerk), open_page(user=other)]
    for page in pages:
        page.goto(f"/options/requests/{requests[0].pk}")
        page.keyboard.press("r")
        page.locator("#id_code_rejected").select_option("not_suitable")
        page.get_by_label("In words").fill(REASON)

    pages[0].get_by_role("button", name="Decide", exact=True).click()
    expect(heading(pages[0])).to_have_text("Grace Hopper")
    pages[1].get_by_role("button", name="Decide", exact=True).click()

    expect(pages[1].locator("#request-head .wrong")).to_contain_text(f"rejected by {clerk}")
    expect(pages[1].locator("#request-head .callout")).to_contain_text(f"Rejected, by {clerk}")
    assert ReviewStep.objects.count() == 1


# --- Live ------------------------------------------------------------------------------------------------

HEAR = (
    "window.opened = []; window.EventSource = class extends EventTarget {"
    " constructor(url) { super(); this.url = url; window.opened.push(this); } close() {} }"
)
TELL = "window.opened.at(-1).dispatchEvent(new MessageEvent('queue-changed', {data: 'changed'}))"


@pytest.fixture
def hearing(open_page):
    """A page whose streams the test speaks for."""
    page = open_page()
    page.add_init_script(HEAR)
    return page


def test_the_queue_and_its_count_follow_what_happens(hearing, acme, requests):
    page = hearing
    page.goto("/options/queue")
    expect(page.locator(".nav .queue-count")).to_have_text("3 waiting")
    make_pending(acme)

    page.evaluate(TELL)

    expect(page.locator("tbody tr")).to_have_count(4)
    expect(page.locator(".nav .queue-count")).to_have_text("4 waiting")
    expect(page.locator("#announcement")).to_have_text("The queue has changed: 4 requests")
    assert page.evaluate("window.opened.map(stream => stream.url)") == ["/streams/queue"]


def test_selected_rows_are_not_taken_from_under_the_hands(hearing, acme, requests):
    page = hearing
    page.goto("/options/queue")
    page.locator(f"#pick-{requests[0].pk}").check()
    make_pending(acme)

    page.evaluate(TELL)
    expect(page.locator(".stale")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.locator(f"#pick-{requests[0].pk}").uncheck()

    expect(page.locator("tbody tr")).to_have_count(4)
    expect(page.locator(".stale")).to_be_hidden()


def test_an_open_request_says_that_a_colleague_took_it(hearing, acme, requests):
    page = hearing
    page.goto(f"/options/requests/{requests[0].pk}")
    other = second_principal(acme)
    claim_application(actor=other, application_id=requests[0].pk)

    page.evaluate(TELL)

    expect(page.locator("#request-head")).to_contain_text(f"{other} works on it")
    expect(page.locator("#verdict")).to_be_visible()


def test_the_page_of_an_account_has_one_stream_that_moves_the_count_too(hearing, acme, requests):
    page = hearing
    page.goto(f"/accounts/{requests[0].account_id}")
    expect(page.locator(".nav .queue-count")).to_have_text("3 waiting")
    make_pending(acme)

    page.evaluate(TELL)

    expect(page.locator(".nav .queue-count")).to_have_text("4 waiting")
    assert page.evaluate("window.opened.map(stream => stream.url)") == [f"/streams/accounts/{requests[0].account_id}"]


# --- Without script, and what opens ----------------------------------------------------------------------


def test_without_script_one_filters_claims_rejects_and_decides(open_page, clerk, requests):
    page = open_page(java_script_enabled=False)
    page.goto("/options/queue")
    page.locator("summary", has_text="Level").click()
    page.get_by_role("checkbox", name="Level 2", exact=True).check()
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_label("Select Ada Lovelace").check()
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.locator(".told")).to_contain_text("1 of 1 claimed")
    page.get_by_label("Select Grace Hopper").check()
    page.locator(".reject-many summary").click()
    page.locator(".reject-many").get_by_label("Reason").select_option("not_suitable")
    page.locator(".reject-many").get_by_label("In words").fill(REASON)
    page.get_by_role("button", name="Reject the selected").click()
    expect(page.locator(".told")).to_contain_text("1 of 1 rejected")

    page.get_by_role("link", name="Ada Lovelace").click()
    page.get_by_label("Approve level 2").check()
    page.locator("#id_code_approved").select_option("facts_confirmed")
    page.get_by_label("In words").fill(REASON)
    page.get_by_role("button", name="Decide", exact=True).click()

    expect(heading(page)).to_have_text("Mary Jackson")
    expect(page).to_have_url(re.compile(r"level=2$"))
    assert OptionsApplication.objects.filter(decided_by=clerk).count() == 2


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_opens_can_be_used_by_everybody(open_page, requests, viewport):
    page = open_page(viewport=viewport)
    page.goto("/options/queue?level=2")
    for menu in page.locator(".filters .menu, .reject-many").all():
        menu.locator("summary").click()
        assert wrong_with(page) == [], menu.inner_text()
        page.keyboard.press("Escape")

    page.goto(f"/options/requests/{requests[0].pk}?rules=all")
    for verdict in ("Approve level 2", "Reject", "Ask the applicant"):
        page.get_by_label(verdict, exact=True).check()
        assert wrong_with(page) == []
