"""The chain in a browser: cells change as the stream says, and a price leads to the ticket."""

import json
import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW
from tests.market import clock_at, pin
from tests.options.contracts import list_contracts

__all__ = ["clock_at"]
PAGE = "/options/chain/AAPL"
DAY = date(2024, 1, 26)


def osi(strike, right="C"):
    return f"AAPL{DAY:%y%m%d}{right}{strike * 1000:08d}"


@pytest.fixture
def listing(clock_at):
    clock_at("2024-01-24 10:00")
    list_contracts(*(osi(strike, right) for strike in range(170, 211, 5) for right in "CP"))
    pin("AAPL", "189.90", "190.10", last="190.02")
    pin(osi(190), "1.20", "1.25", last="1.22")
    pin(osi(195), None, "0.05")


def say(page, *messages):
    """Let the stream of the chain say this."""
    spoken = {"first": False, "live": True, "said": "Live.", "spot": {}, "cells": {}}
    lines = "".join(f"event: quotes\ndata: {json.dumps(spoken | one)}\n\n" for one in messages)
    page.route(
        "**/streams/chain/**",
        lambda route: route.fulfill(content_type="text/event-stream", body=f"retry: 600000\n\n{lines}"),
    )


def cell(page, symbol, name, side="call"):
    return page.locator(f'tr[data-{side}="{symbol}"] > td.{name}').nth(0 if side == "call" else 1)


def test_cells_and_the_line_of_the_money_follow_the_stream(page, listing):
    say(
        page,
        {"first": True, "cells": {osi(190): [0, "1.30", 1, "1.35", 6, "0.61"]}},
        {"cells": {osi(195): [0, "0.04"], osi(190): [1, "—"]}, "spot": {"price": 195.5, "last": "195.50"}},
    )

    page.goto(PAGE)

    expect(cell(page, osi(190), "bid")).to_have_text("1.30")
    expect(cell(page, osi(190), "delta")).to_have_text("0.61")
    expect(cell(page, osi(190), "ask")).to_have_text("—")
    expect(cell(page, osi(190), "ask").locator("a")).to_have_count(0)
    expect(cell(page, osi(195), "bid").locator("a")).to_have_attribute(
        "href", f"{PAGE}/trade?contract={osi(195)}&side=sell"
    )
    expect(page.locator('[data-spot="last"]')).to_have_text("195.50")
    expect(page.locator("tr[data-line]")).to_have_attribute("data-strike", re.compile("^195"))
    expect(page.locator(".at")).to_have_text("195.50")
    expect(page.locator("tr[data-money=call]")).to_have_count(6)
    expect(page.locator("[data-standing]")).to_have_text("Live.")


def test_the_figures_of_a_contract_follow_the_stream_and_so_does_what_is_worked_out_of_them(page, listing):
    say(page, {"first": True}, {"cells": {osi(190): [0, "1.40", 11, "77"]}, "spot": {"last": "191.00"}})

    with page.expect_response(lambda response: response.request.headers.get("hx-target") == "worth") as worked_out:
        page.goto(f"/options/chain/contracts/{osi(190)}")

    assert worked_out.value.status == 200
    expect(page.locator("#worth")).to_contain_text("$120.50")  # 1.225 a share, less 2.00 of intrinsic value
    expect(page.locator('[data-cell="bid"]')).to_have_text("1.40")
    expect(page.locator('[data-cell="bid_size"]')).to_have_text("77")
    expect(page.locator('[data-spot="last"]')).to_have_text("191.00")


def test_prices_are_drawn_again_from_their_table_and_say_what_is_pointed_at(page, listing):
    page.goto(f"{PAGE}/underlying")

    chart = page.locator("[data-prices]")
    expect(chart.locator(".u-over")).to_be_visible()
    expect(chart.locator(".chart-line")).to_have_count(0)
    chart.locator(".u-over").hover(position={"x": 5, "y": 20})
    expect(chart.locator(".chart-told")).to_contain_text("Jan 24, 09:3")


def test_expiration_strikes_and_columns_are_chosen_in_place(page, listing):
    page.goto(PAGE)

    page.get_by_role("link", name="Greeks").click()
    expect(page.locator("th.gamma")).to_have_count(2)
    page.get_by_role("navigation", name="Expirations").get_by_role("link", name="All").click()

    expect(page).to_have_url(re.compile(r"expiration=all&greeks=1$"))
    stream = "/streams/chain/AAPL?expiration=all&greeks=1&live_from=2024-01-24"
    expect(page.locator("#chain")).to_have_attribute("sse-connect", stream)


@pytest.mark.parametrize("script", [True, False])
def test_a_price_leads_on_to_the_account_and_its_ticket(open_page, account, listing, script):
    page = open_page(java_script_enabled=script, viewport=NARROW)
    page.goto(PAGE)

    cell(page, osi(190), "ask").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Buy AAPL Jan 26 2024 190 Call")

    expect(page.locator("tbody a").first).to_have_attribute(
        "href", f"/accounts/{account.pk}/trade?symbol={osi(190)}&side=buy"
    )
