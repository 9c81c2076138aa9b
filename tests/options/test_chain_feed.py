"""The looks at a chain: at their pace, and at once when the market moves."""

import asyncio
from datetime import date

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from accounts.services.users import system_user
from brokerage.sse import listener
from options import chain_feed
from options.chain_feed import Viewer, feed_of
from options.services.market import release_quotes
from tests.market import pin
from tests.options.contracts import list_contracts

CALL = "AAPL240126C00190000"


@async_to_sync
async def bids_seen(acts):
    """Answer the bid of the call as a viewer hears of it at first, and after each act."""
    feed, viewer, heard = feed_of("AAPL"), Viewer(date(2024, 1, 26), with_greeks=True), []
    feed.join(viewer)
    await asyncio.sleep(0)
    await listener()._ready.wait()
    for act in [None, *acts]:
        if act is not None:
            await sync_to_async(act)()
        message = None
        async with asyncio.timeout(30):
            while message is None or not message["cells"]:
                await viewer.news.wait()
                viewer.news.clear()
                message = viewer.message(feed.newest)
        cells = message["cells"][CALL]
        shown = dict(zip(cells[::2], cells[1::2], strict=True))
        heard.append(shown[chain_feed.COLUMNS.index("bid")])
    feed.leave(viewer)
    return heard


@pytest.mark.django_db(transaction=True)
def test_whoever_looks_on_is_told_when_the_market_moves_and_not_at_the_next_look(clock_at, monkeypatch):
    clock_at("2024-01-24 10:00")
    monkeypatch.setattr(chain_feed, "PACE", 3600.0)
    list_contracts(CALL)

    heard = bids_seen(
        [
            lambda: pin(CALL, "8.10", "9.99"),
            lambda: pin(CALL, "8.20", "9.99"),
            lambda: release_quotes(actor=system_user()),
        ]
    )

    assert heard[1:3] == ["8.10", "8.20"]
    assert heard[3] == heard[0]
