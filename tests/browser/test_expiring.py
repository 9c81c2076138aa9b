"""What expires, in a browser: a page of positions is selected at once, and the slider is never a step behind."""

import pytest
from playwright.sync_api import expect

from tests.market import CALL, clock_at, make_trader, overview_market, trade

__all__ = ["clock_at", "overview_market"]


@pytest.fixture
def expiring(acme, overview_market):
    for cash in ("15000", "20000"):
        trade(make_trader(acme, cash=cash), CALL, "buy")


def test_all_on_the_page_are_selected_for_telling_and_the_slider_says_where_it_was_let_go(page, expiring):
    page.goto("/expiring")
    every, tell = page.locator("#pick-page"), page.locator("#tell-many")

    expect(tell).to_be_disabled()
    every.check()
    expect(page.locator("#picked-positions")).to_have_text("2 selected")
    expect(tell).to_be_enabled()
    every.uncheck()

    page.select_option("#move-of", "AAPL")
    page.locator("#move-slider").focus()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#move-by")).to_have_value("2.25")
    expect(page.locator("#expiring .chip")).to_contain_text("AAPL +2.25%")
