"""The ticket in a browser: by keyboard from a position to an executed order, looked over as it is typed."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from brokerage.market_calendar import NEW_YORK
from brokerage.models import SandboxClock
from tests.market import CALL, held, make_trader, pin
from tests.options.contracts import list_contracts
from trading.models import Order
from trading.venues.paper import PaperVenue


@pytest.fixture
def account(acme):
    """An account that holds the shares of one covered call, while the market is open."""
    at = datetime(2024, 1, 24, 10, tzinfo=NEW_YORK)
    SandboxClock.objects.update_or_create(id=1, defaults={"offset": timedelta(), "frozen_at": at})
    list_contracts(CALL, "AAPL240126C00055000")
    pin("AAPL", "189.90", "190.10", last="190.00")
    pin(CALL, "140.00", "140.50")
    return make_trader(acme, cash="10000", shares={"AAPL": 100})


def press(page, *keys):
    """Press the keys on the page when its scripts, which are deferred, listen."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


def test_by_keyboard_from_a_position_to_an_executed_order(page, account):
    page.goto(f"/accounts/{account.pk}/positions")
    page.get_by_role("link", name="Trade AAPL").focus()
    press(page, "Enter")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Buy 1 AAPL")

    # From the shares to a contract on them: the focus stays on the list that was changed.
    page.get_by_label("Expiration").focus()
    press(page, "ArrowDown")
    expect(page.locator("#id_symbol")).to_have_value("AAPL240126C00055000")
    expect(page.get_by_label("Expiration")).to_be_focused()
    press(page, "Tab", "Tab", "ArrowUp")
    expect(page.locator("#id_symbol")).to_have_value(CALL)
    expect(page.get_by_label("Strike")).to_be_focused()
    press(page, "Tab", "Tab", "ArrowRight")
    expect(preview).to_contain_text("Sell to open 1 AAPL Jan 26 2024 50 Call: a covered call")
    press(page, "Tab")
    page.keyboard.type("5")

    # What is refused is told on its field and aloud, and what is typed stays under the hands.
    quantity = page.get_by_label("Quantity")
    expect(page.locator("#said-qty")).to_contain_text("(required: 500, available: 100)")
    expect(page.locator("#announcement")).to_contain_text("It would be refused.")
    expect(quantity).to_have_attribute("aria-invalid", "true")
    expect(quantity).to_be_focused()
    press(page, "Backspace", "1")
    expect(preview).to_contain_text("If assigned, you will deliver 100 shares of AAPL")
    expect(page.locator("#said-qty")).to_be_empty()
    expect(quantity).not_to_have_attribute("aria-invalid", "true")
    press(page, "Tab", "ArrowRight")
    expect(page.get_by_label("Limit price")).to_be_disabled()
    expect(preview).to_contain_text("At the market, good for the day.")

    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="Submit this order?")).to_be_focused()
    assert not Order.objects.exists()
    press(page, "Control+Enter")
    expect(page).to_have_url(re.compile(r"/orders/[0-9a-f-]{36}$"))
    expect(page.locator("#order")).to_contain_text("Nothing has been executed yet.")
    page.wait_for_load_state()
    PaperVenue().submit(Order.objects.get().pk)
    page.evaluate("htmx.trigger('#order', 'sse:account-changed')")  # as the stream says

    expect(page.locator("#executions tbody tr")).to_contain_text("+14,000.00")
    expect(page.locator("#order .inline-facts")).to_contain_text("Filled")
    assert held(account, CALL) == -1
    assert held(account, "USD") == Decimal(24000)
    press(page, "t")
    expect(page).to_have_url(re.compile(r"/trade$"))
