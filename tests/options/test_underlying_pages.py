"""The pages of an underlying and of a contract: what they show, and that nothing on them needs a quote."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from options.chain import get_underlying, quote_underlying
from options.chain_cells import COLUMNS
from options.chain_feed import Look, Viewer
from options.chain_stream import _say
from options.contract_sheet import draw_interest, get_contract, list_interest, read_sheet
from options.market.interface import Standing
from options.market.silent import SilentMarket
from options.models import Asset, OpenInterest, OptionContract
from options.services.contracts import import_contracts
from options.volatility import read_volatility
from tests.factories import make_customer
from tests.market import pin
from tests.options.contracts import list_contracts, rows

HTMX = {"HX-Request": "true"}
SHARE = "/options/chain/AAPL/underlying"
FRIDAY, NEXT = date(2024, 1, 26), date(2024, 2, 2)
STRIKES = range(180, 205, 5)


def osi(strike, right="C", day=FRIDAY):
    return f"AAPL{day:%y%m%d}{right}{strike * 1000:08d}"


def page_of(symbol):
    return f"/options/chain/contracts/{symbol}"


@pytest.fixture
def listing(clock_at):
    """Two expirations of AAPL in the made-up market."""
    clock_at("2024-01-24 12:00")
    list_contracts(*(osi(strike, right, day) for strike in STRIKES for right in "CP" for day in (FRIDAY, NEXT)))


@pytest.fixture
def desk(ops):
    browser = Client()
    browser.force_login(ops, backend="accounts.backends.PeopleBackend")
    return browser


# --- The underlying ------------------------------------------------------------------------------


def test_the_chart_ends_with_what_was_paid_last_and_its_table_has_every_bar(desk, listing):
    shown = desk.get(SHARE)

    chart = shown.context["chart"]
    page = shown.content.decode()
    assert chart.name == "1D"
    assert chart.points[0].bar.at.minute == 30
    assert chart.points[-1].bar.close == shown.context["underlying"].quote.last
    assert page.count("data-slot=") == len(chart.points) > 70
    assert chart.before == shown.context["underlying"].previous_close


@pytest.mark.parametrize(
    ("period", "least", "most"),
    [("5D", 150, 200), ("1M", 200, 294), ("1Y", 16, 253), ("2Y", 70, 196), ("", 70, 196)],
)
def test_each_period_has_bars_enough_and_not_too_many(desk, listing, period, least, most):
    chart = desk.get(SHARE, {"period": period}).context["chart"]

    assert least <= len(chart.points) <= chart.slots <= most


def test_smile_and_term_structure_agree_with_the_chain(listing, clock_at):
    now = clock_at("2024-01-24 12:00")
    shown = read_volatility(quote_underlying(get_underlying("AAPL"), now), NEXT, now)

    assert [row.strike_price for row in shown.smile] == list(STRIKES)
    assert [(one.expiration_date, one.days) for one in shown.term] == [(FRIDAY, 2), (NEXT, 9)]
    assert shown.expiration_date == NEXT
    levels = [row.level for row in shown.smile]
    assert min(levels) <= shown.term[1].volatility <= max(levels)
    assert len(shown.term_curve.points) == 2
    sheet = read_sheet(get_contract(osi(190, "C", NEXT)), now)
    assert sheet.cells["volatility"] == f"{shown.smile[2].call_volatility}%"


def test_the_smile_is_of_an_expiration_a_week_off_unless_another_is_chosen(desk, listing):
    def chosen(asked=""):
        return desk.get(f"{SHARE}?expiration={asked}").context["volatility"].expiration_date

    assert chosen() == chosen("2024-01-27") == NEXT
    assert chosen(f"{FRIDAY}") == FRIDAY


def test_a_part_is_its_part_of_the_page(desk, listing):
    for path, parts in ((SHARE, ("prices", "volatility")), (page_of(osi(190)), ("prices", "terms", "worth"))):
        whole = desk.get(path).content.decode()
        for part in parts:
            fetched = desk.get(path, headers=HTMX | {"HX-Target": part}).content.decode()
            assert fetched.strip() in whole
        assert desk.get(path, headers=HTMX).content.decode().strip() in whole


@pytest.mark.parametrize("path", [SHARE, page_of(osi(190)), page_of(osi(190)) + "?period=1Y"])
def test_without_a_source_everything_else_stands(desk, listing, monkeypatch, path):
    monkeypatch.setattr("options.services.market.market_source", SilentMarket)

    response = desk.get(path)

    assert response.status_code == 200
    assert "Not traded in" in response.content.decode()


def test_a_stale_source_is_said_so_on_every_page_of_prices(desk, listing, monkeypatch):
    monkeypatch.setattr(
        "options.market.synthetic.SyntheticMarket.standing", lambda source, at: Standing(None, "no quote since 11:00")
    )

    for path in (SHARE, page_of(osi(190)), "/options/chain/AAPL"):
        assert "Stale: no quote since 11:00." in desk.get(path).content.decode()


def test_a_page_takes_the_same_queries_however_long_the_chain_is(desk, listing):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            desk.get(SHARE)
        counts.append(len(queries))
        list_contracts(*(osi(strike, "C", NEXT) for strike in range(300, 400)))

    assert counts[0] == counts[1] <= 12


# --- The contract --------------------------------------------------------------------------------


def test_a_contract_shows_its_quote_its_terms_and_the_way_to_the_ticket(desk, listing):
    pin(osi(190), "1.20", "1.25", last="1.22")

    page = desk.get(page_of(osi(190))).content.decode()

    assert re.search(r'data-cell="bid">1\.20<', page)
    assert re.search(r'data-cell="ask">1\.25<', page)
    assert f'href="/options/chain/AAPL/trade?contract={osi(190)}&amp;side=buy"' in page
    assert f'hx-get="/held/{osi(190)}"' in page
    assert re.search(r'data-cell="bid_size">[\d,]+<', page)
    assert "191.25" in page  # breakeven
    assert "The quote of this contract is pinned by hand in the sandbox." in page


def test_who_may_not_trade_is_offered_no_ticket(acme, listing):
    for person in (acme.reader, make_customer(acme.correspondent)):
        browser = Client()
        browser.force_login(person, backend="accounts.backends.PeopleBackend")
        shown = browser.get(page_of(osi(190)))
        assert shown.status_code == 200
        assert b"/trade?contract" not in shown.content
    assert Client().get(page_of(osi(190))).status_code == 302


@pytest.mark.parametrize("path", ["/options/chain/NOPE/underlying", page_of("AAPL"), page_of("AAPL240126C00000001")])
def test_what_is_not_known_does_not_exist(desk, listing, path):
    assert desk.get(path).status_code == 404


def test_an_expired_contract_says_so_and_what_it_came_to(desk, listing, clock_at):
    now = clock_at("2024-01-29 10:00")
    call, put = (read_sheet(get_contract(osi(180, right)), now) for right in "CP")

    page = desk.get(page_of(osi(180))).content.decode()

    assert call.final_price is not None
    assert call.final_value == (call.final_price - 180) * 100 == -put.final_value
    assert call.quote is None
    assert "It expired on Fri Jan 26, 2024" in page
    assert 'sse-connect="/streams/chain' not in page
    assert "/trade?contract" not in page


def test_an_adjusted_and_a_delisted_contract_say_so(desk, listing):
    OptionContract.objects.filter(asset__symbol=osi(190)).update(deliverable=110, deliverable_cash_amount=Decimal("12"))
    Asset.objects.filter(symbol=osi(195)).update(status="inactive")

    adjusted, gone = (desk.get(page_of(osi(strike))).content.decode() for strike in (190, 195))

    assert "one contract delivers 110 shares of AAPL and $12.00" in adjusted
    assert "bought at the ask" not in adjusted
    assert "It is listed no longer" in gone
    assert "Adjusted" not in gone


# --- Open interest -------------------------------------------------------------------------------


def say(contracts, day):
    said = {"symbol": osi(190), "open_interest": str(contracts), "open_interest_date": day}
    import_contracts(rows=rows(said))


def test_open_interest_is_kept_by_date_as_each_file_says_it(listing):
    assert list_interest(get_contract(osi(190))) == []
    for contracts, day in ((12, "2024-01-22"), (12, "2024-01-22"), (15, "2024-01-23"), (14, "2024-01-23")):
        say(contracts, day)

    known = list_interest(get_contract(osi(190)))

    assert known == [(date(2024, 1, 23), 14, 2), (date(2024, 1, 22), 12, None)]
    assert OpenInterest.objects.count() == 2
    assert draw_interest(known).y_ticks[0].label == "0"
    assert draw_interest(known[1:]) is None


def test_the_page_draws_open_interest_once_two_dates_are_known(desk, listing):
    assert b"no file of the contract master has said it" in desk.get(page_of(osi(190))).content
    say(12, "2024-01-22")
    assert b"the one date that is known" in desk.get(page_of(osi(190))).content
    say(15, "2024-01-23")
    assert b"Open interest by date" in desk.get(page_of(osi(190))).content


# --- The stream ----------------------------------------------------------------------------------


def look(**cells):
    spot = {"last": "190.00"}
    texts = {symbol: tuple(f"{bid}-{number}" for number in range(len(COLUMNS))) for symbol, bid in cells.items()}
    return Look(True, date(2024, 1, 24), "Live.", spot, {FRIDAY: texts} if texts else {})


def test_the_stream_of_one_contract_says_all_of_it_and_nothing_else():
    viewer = Viewer(FRIDAY, with_greeks=False, only="A")

    first = viewer.message(look(A="1", B="2"))

    assert list(first["cells"]) == ["A"]
    assert first["cells"]["A"][::2] == list(range(len(COLUMNS)))
    viewer.spoke_at = 1e12
    assert viewer.message(look(A="1", B="3")) is None


def test_a_contract_that_is_gone_has_its_page_fetched_again_and_one_not_looked_at_yet_has_not():
    viewer = Viewer(FRIDAY, with_greeks=False, only="A")

    assert not viewer.is_outdated(look(B="1"))
    _say(viewer, look(A="1"))
    assert viewer.is_outdated(look(B="1"))


def test_the_page_of_the_share_hears_of_no_contract():
    viewer = Viewer(None, with_greeks=False, only="")

    message = viewer.message(look(A="1"))

    assert (message["cells"], message["spot"]) == ({}, {"last": "190.00"})
    assert not viewer.is_outdated(look())
