"""The chain: what is listed, quoted and implied, on its page and on its stream."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from accounts.choices import Role
from accounts.models import Account
from options.chain import Wanted, get_underlying, list_expirations, read_chain
from options.chain_accounts import Candidate
from options.chain_cells import standing
from options.chain_feed import Look, Viewer, feed_of
from options.chain_stream import CHAIN_CHANGED, _say
from options.market.interface import Quote
from options.market.silent import SilentMarket
from options.models import Asset
from tests.cast import make_partner
from tests.factories import make_customer, make_staff
from tests.market import make_trader, pin
from tests.options.contracts import list_contracts
from tests.options.market.test_synthetic import new_york

PAGE = "/options/chain/AAPL"
FRIDAY, NEXT = date(2024, 1, 26), date(2024, 2, 2)
STRIKES = range(170, 211, 5)


def osi(strike, right="C", day=FRIDAY):
    return f"AAPL{day:%y%m%d}{right}{strike * 1000:08d}"


def browser(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.PeopleBackend")
    return client


@pytest.fixture
def listing(clock_at):
    """Two expirations of AAPL, whose price is pinned; the rest is the market's."""
    clock_at("2024-01-24 10:00")
    list_contracts(*(osi(strike, right, day) for strike in STRIKES for right in "CP" for day in (FRIDAY, NEXT)))
    pin("AAPL", "189.90", "190.10", last="190.02")


# --- The page ------------------------------------------------------------------------------------


def test_the_page_shows_calls_left_and_puts_right_with_the_money_between(ops, listing):
    pin(osi(190), "1.20", "1.25", last="1.22")

    page = browser(ops).get(PAGE).content.decode()

    row = page[page.index('data-strike="190') :].split("</tr>")[0]
    cells = [cell.split("<")[0] for cell in row.replace("</a>", "").split('">')[1:]]
    assert f'data-call="{osi(190)}"' in row
    assert f'data-put="{osi(190, "P")}"' in row
    assert 'data-money="call"' in row
    assert 'data-line="below"' in row
    assert "1.20" in cells
    assert cells.index("1.20") < cells.index("1.25") < cells.index("190")
    assert "Quotes of 10:00:00 EST" in page
    assert osi(190, "C", NEXT) not in page


def test_the_nearest_expiration_comes_first_and_all_are_one_view(ops, listing):
    client = browser(ops)

    nearest, every = (client.get(PAGE, query) for query in ({}, {"expiration": "all", "strikes": "all"}))

    assert [section.expiration_date for section in nearest.context["sections"]] == [FRIDAY]
    assert [section.expiration_date for section in every.context["sections"]] == [FRIDAY, NEXT]
    assert every.content.count(b"data-strike=") == 2 * len(STRIKES)


@pytest.mark.parametrize("query", [{"expiration": "2024-01-27"}, {"expiration": "x", "strikes": "7", "greeks": "yes"}])
def test_an_address_that_makes_no_sense_shows_the_nearest_expiration(ops, listing, query):
    response = browser(ops).get(PAGE, query)

    assert response.status_code == 200
    assert [section.expiration_date for section in response.context["sections"]] == [FRIDAY]


def test_a_fragment_is_its_part_of_the_page(ops, listing):
    client = browser(ops)

    page, fragment = (client.get(PAGE, headers=headers).content.decode() for headers in ({}, {"HX-Request": "true"}))

    assert fragment.strip() in page
    assert fragment.count('<div class="chain" id="chain"') == 1


def test_a_chain_takes_the_same_queries_however_long_it_is(ops, listing):
    client, counts = browser(ops), []

    for query in ({"strikes": "10"}, {"strikes": "all", "expiration": "all"}):
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE, query)
        counts.append(len(queries))
        list_contracts(*(osi(strike, "C", NEXT) for strike in range(300, 400)))

    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize(("at", "days"), [("15:59:59", [FRIDAY, NEXT]), ("16:00:00", [NEXT])])
def test_a_contract_leaves_the_chain_as_its_last_session_closes(listing, clock_at, at, days):
    now = clock_at(f"2024-01-26 {at}")
    share = get_underlying("AAPL")

    assert list_expirations(share, now) == days
    assert [one.expiration_date for one in read_chain(share, Wanted(None, None), now).sections] == days


def test_greeks_agree_across_the_chain_and_are_absent_where_nothing_implies_them(listing, clock_at):
    pin(osi(190, "C", NEXT), None, "2.00")
    priced = read_chain(get_underlying("AAPL"), Wanted(None, None), clock_at("2024-01-26 10:00")).priced

    assert {priced.greeks[osi(strike)] for strike in STRIKES} == {None}  # They expire today.
    assert priced.greeks[osi(190, "C", NEXT)] is None
    deltas = [priced.greeks[osi(strike, "C", NEXT)].delta for strike in (185, 195, 200)]
    assert deltas == sorted(deltas, reverse=True)
    call, put = (priced.greeks[osi(195, right, NEXT)] for right in "CP")
    assert call.delta - put.delta == pytest.approx(1, abs=0.02)
    assert call.implied_volatility == pytest.approx(put.implied_volatility, abs=0.02)


def test_the_chain_quotes_what_an_order_would_be_checked_against(listing, clock_at):
    from options.services.market import get_quotes

    now = clock_at("2024-01-24 10:00")
    pin(osi(195), "0.30", "0.35")
    found = read_chain(get_underlying("AAPL"), Wanted(None, None), now).priced.quotes

    assets = Asset.objects.filter(symbol__in=found)
    assert {quote.symbol: quote for quote in get_quotes(assets, now).values()} == found
    assert len(found) == 4 * len(STRIKES)


def test_without_quotes_the_page_still_shows_what_is_listed(ops, listing, monkeypatch):
    from options.services.market import release_quotes

    release_quotes(actor=make_staff(Role.ADMIN, ops.correspondent))
    monkeypatch.setattr("options.services.market.market_source", SilentMarket)

    response = browser(ops).get(PAGE)

    assert response.status_code == 200
    assert b"Nobody quotes this underlying" in response.content
    assert response.content.count(b"data-strike=") == len(STRIKES)
    assert b"data-money" not in response.content


def test_a_price_leads_whoever_may_trade_to_the_ticket_of_the_account(acme, listing):
    account = make_trader(acme.correspondent, cash="1000")

    for_account = browser(acme.ops).get(PAGE, {"account": account.pk}).content.decode()
    for_nobody = browser(acme.ops).get(PAGE).content.decode()
    for_reader = browser(acme.reader).get(PAGE).content.decode()

    assert f'href="/accounts/{account.pk}/trade?symbol={osi(190)}&amp;side=buy"' in for_account
    assert f'href="{PAGE}/trade?contract={osi(190)}&amp;side=sell"' in for_nobody
    assert "side=" not in for_reader


def test_a_contract_that_is_not_tradable_is_no_link(ops, listing):
    Asset.objects.filter(symbol=osi(190)).update(tradable=False)

    page = browser(ops).get(PAGE).content.decode()

    assert f"{osi(190)}&amp;side" not in page
    assert f"{osi(195)}&amp;side" in page


def test_the_account_must_be_ones_own(acme, globex, listing):
    account = make_trader(acme.correspondent, cash="1000")

    for named in (account.pk, uuid4(), "x"):
        assert browser(globex.ops).get(PAGE, {"account": named}).status_code == 404
    assert browser(globex.ops).get(PAGE).status_code == 200
    assert browser(make_customer(acme.correspondent)).get(PAGE).status_code == 200
    assert Client().get(PAGE).status_code == 302


def test_for_which_account_is_asked_among_active_ones(acme, globex, listing):
    account = make_trader(acme.correspondent, cash="1000")
    make_trader(globex.correspondent, cash="1000")
    order = {"contract": osi(190), "side": "sell"}

    response = browser(acme.ops).get(f"{PAGE}/trade", order | {"query": account.account_number})

    assert response.context["rows"] == [
        (Candidate(account, ""), f"/accounts/{account.pk}/trade?symbol={osi(190)}&side=sell")
    ]
    assert browser(acme.ops).get(f"{PAGE}/trade", order | {"query": "nobody"}).context["rows"] == []
    assert browser(acme.reader).get(f"{PAGE}/trade", order).status_code == 403
    assert browser(acme.ops).get(f"{PAGE}/trade", {"contract": osi(999)}).status_code == 404


def test_accounts_that_would_be_refused_come_last_with_the_reason_and_no_link(acme, listing):
    able, low, off, closed = (make_trader(acme.correspondent, cash="1000") for _ in range(4))
    rows = Account.objects.filter(pk__in=[low.pk, off.pk, closed.pk])
    rows.update(name="A first by name")
    rows.filter(pk=low.pk).update(max_options_trading_level=1)
    rows.filter(pk=off.pk).update(options_approved_level=0)
    rows.filter(pk=closed.pk).update(status="ACTION_REQUIRED")

    buying, selling = (
        browser(acme.ops).get(f"{PAGE}/trade", {"contract": osi(190), "side": side}) for side in ("buy", "sell")
    )

    said = {one.account.pk: one.why_not for one, _ in buying.context["rows"]}
    assert next(iter(said.items())) == (able.pk, "")
    assert said[low.pk] == "Buying to open needs options level 2; the account has level 1."
    assert said[off.pk] == "Buying to open needs options level 2; options are off for the account."
    assert said[closed.pk] == "Not active: action required."
    assert f"/accounts/{low.pk}/trade" not in buying.content.decode()
    assert f"/accounts/{low.pk}/trade" in selling.content.decode()


def test_the_navigation_leads_to_what_was_looked_at_last(ops, listing):
    client = browser(ops)
    chooser = client.get("/options/chain")
    client.get(PAGE)

    assert [row.share.symbol for row in chooser.context["rows"]] == ["AAPL"]
    assert client.get("/options/chain")["Location"] == PAGE
    assert client.get("/options/chain?all=1").status_code == 200
    assert client.get("/options/chain?symbol=aapl")["Location"] == PAGE
    assert client.get("/options/chain?symbol=ZZ").context["rows"] == []
    assert client.get("/options/chain/NOPE").status_code == 404


@pytest.mark.parametrize(
    ("quoted", "now", "said"),
    [
        ("2024-01-24 10:00:00", "2024-01-24 10:01:00", "Quotes of 10:00:00 EST"),
        ("2024-01-24 10:00:00", "2024-01-24 10:03:20", "Quotes of 10:00:00 EST, 3 minutes old"),
        ("2024-01-24 16:00:00", "2024-01-24 20:00:00", "Market closed, quotes of Wed Jan 24, 16:00 EST"),
    ],
)
def test_old_quotes_say_so(quoted, now, said):
    quote = Quote("AAPL", Decimal(1), Decimal(2), 1, 1, None, new_york(quoted))

    assert standing(quote, new_york(now)) == said
    assert standing(None, new_york(now)) == "Nobody quotes this underlying"


# --- The stream ----------------------------------------------------------------------------------


def look(**texts):
    cells = {symbol: tuple(said.split()) + ("-",) * 9 for symbol, said in texts.items()}
    return Look(True, FRIDAY, "Live.", {"last": "190.00"}, {FRIDAY: cells, NEXT: {"LATER": ("1",) * 11}})


def test_a_viewer_is_told_everything_once_and_then_what_changed():
    viewer = Viewer(FRIDAY, with_greeks=False)

    first = viewer.message(look(A="1.00 1.10", B="2.00 2.10"))
    second = viewer.message(look(A="1.00 1.15", B="2.00 2.10"))
    third = viewer.message(look(A="1.00 1.15", B="2.00 2.10"))

    assert first["first"]
    assert set(first["cells"]) == {"A", "B"}
    assert first["cells"]["A"][:4] == [0, "1.00", 1, "1.10"]
    assert len(first["cells"]["A"]) == 2 * 7
    assert (second["first"], second["cells"], second["spot"]) == (False, {"A": [1, "1.15"]}, {})
    assert third is None


def test_a_page_whose_contracts_have_ended_is_told_to_fetch_itself_and_no_later_figures():
    viewer = Viewer(FRIDAY, with_greeks=False, live_from=FRIDAY)
    assert not viewer.is_outdated(look(A="1.00 1.10"))
    assert viewer.message(look(A="1.00 1.10"))["first"]

    closed = replace(look(), is_open=False, live_from=NEXT, cells={})

    assert not viewer.is_outdated(look(A="1.05 1.10"))
    assert _say(viewer, closed) == CHAIN_CHANGED
    assert _say(viewer, closed) == b""
    assert _say(Viewer(FRIDAY, with_greeks=False, live_from=FRIDAY), closed) == CHAIN_CHANGED
    assert _say(Viewer(None, with_greeks=False, live_from=NEXT), look(A="1 2")) == CHAIN_CHANGED


def test_an_expiration_that_has_ended_says_so_and_the_next_is_shown(ops, listing, clock_at):
    clock_at("2024-01-26 16:00")

    ended = browser(ops).get(f"{PAGE}?expiration={FRIDAY}")
    other = browser(ops).get(f"{PAGE}?expiration={NEXT}")

    assert "The expiration Fri Jan 26, 2024 has ended." in ended.content.decode()
    assert [section.expiration_date for section in ended.context["sections"]] == [NEXT]
    assert f"live_from={other.context['stream'][-10:]}" in other.context["stream"]
    assert 'hx-trigger="sse:chain-changed"' in other.content.decode()
    assert "has ended" not in other.content.decode()


@pytest.fixture
def partner(transactional_db):
    return make_partner("Acme Securities", "ACME")


@async_to_sync
async def listen(cookies, path):
    """Answer the status of the stream and, where it starts, its first message; nobody looks on once it is left."""
    client = AsyncClient()
    client.cookies = cookies
    response = await client.get(path)
    if not response.streaming:
        return response.status_code, None
    chunks = aiter(response.streaming_content)
    async with asyncio.timeout(30):
        while not (chunk := await anext(chunks)).startswith(b"event: quotes"):
            pass
        feed = feed_of("AAPL")
        assert len(feed.viewers) == 1
        waiting = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        waiting.cancel()  # as the server does when the client leaves
        await asyncio.wait([waiting])
        assert feed.viewers == set()
    return 200, json.loads(chunk.partition(b"data: ")[2])


@pytest.mark.usefixtures("clock_at")
def test_anybody_signed_in_hears_the_chain_and_nobody_else(partner, request):
    request.getfixturevalue("clock_at")("2024-01-24 10:00")
    list_contracts(osi(190), osi(190, "P"), osi(195, "C", NEXT))
    principal = make_staff(Role.ROP, partner.correspondent, email="rop.of.chain@acme.example")

    for user in (partner.reader, principal, make_customer(partner.correspondent)):
        status, message = listen(browser(user).cookies, f"/streams/chain/aapl?expiration={FRIDAY}")
        assert status == 200
        assert set(message["cells"]) == {osi(190), osi(190, "P")}
        assert message["said"] == "Live. Quotes of 10:00:00 EST"
    assert listen(Client().cookies, "/streams/chain/AAPL")[0] == 401
    assert listen(browser(partner.reader).cookies, "/streams/chain/NOPE")[0] == 404
