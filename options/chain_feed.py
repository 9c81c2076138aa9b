"""What a chain shows now, computed for everybody in this process who looks at it: once a second, and as it moves."""

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from typing import Any

from django.db import connection

from brokerage import clock
from brokerage.market_calendar import is_open
from brokerage.sse import listener
from brokerage.templatetags.formats import direction, percent, price, quantity, signed
from options.chain import Underlying, get_underlying, list_listed, price_sections, quote_underlying
from options.chain_cells import COLUMNS, Texts, columns_shown, standing, texts_of
from options.market_standing import find_trouble
from options.rules.chain import ListedContract, lay_out
from options.rules.expirations import first_live_date

log = logging.getLogger(__name__)

PACE, PACE_WHEN_CLOSED = 1.0, 5.0  # Seconds between two looks at a market that says nothing.
LEAST_REST = 0.1  # Seconds after a look in which no other begins, and at least as long as it took.
SPEAKS_EVERY = 15.0  # Seconds after which a viewer hears that nothing has changed.
TROUBLE_LASTS = 5.0  # Seconds for which the source is taken to do as it did.
LISTING_LASTS = 60.0  # Seconds for which the list of contracts is taken to be the same.
_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chain")


@dataclass(frozen=True)
class Look:
    """One look at a chain: how fresh it is, the figures of the share, and the cells of each expiration.

    Contracts that expire before `live_from` have ended.
    """

    is_open: bool
    live_from: date
    said: str
    spot: dict[str, Any]
    cells: dict[date, dict[str, Texts]]


@dataclass(eq=False)
class Viewer:
    """One open page: which expiration and columns it shows, as of which day, and what it has been told.

    `only` names the one contract that is shown, with all its columns; an empty word stands for none,
    the share alone.
    """

    expiration: date | None
    with_greeks: bool
    live_from: date | None = None
    only: str | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    seen: dict[str, Texts] = field(default_factory=dict)
    spot: dict[str, Any] = field(default_factory=dict)
    spoke_at: float = 0.0
    told_at: float = 0.0

    def is_outdated(self, look: Look) -> bool:
        """Say whether the page shows contracts that have ended: then it has to be fetched again."""
        if self.live_from is None:
            self.live_from = look.live_from
        listed = [contracts for day, contracts in look.cells.items() if self.expiration in (None, day)]
        if self.only:
            is_gone = bool(self.seen) and not any(self.only in contracts for contracts in listed)
            return self.live_from != look.live_from or is_gone
        return self.live_from != look.live_from or len(self.seen) > sum(map(len, listed))

    def tells(self) -> bool:
        """Say whether an outdated page is to be told so now: once, and again where it has not come back since."""
        if self.told_at and monotonic() - self.told_at < SPEAKS_EVERY:
            return False
        self.told_at = monotonic()
        return True

    def message(self, look: Look) -> dict[str, Any] | None:
        """Answer what has changed since the last message; None where nothing has and it was told so lately."""
        is_first = not self.spoke_at
        cells = dict(self._changed(look))
        if not is_first and not cells and look.spot == self.spot and monotonic() - self.spoke_at < SPEAKS_EVERY:
            return None
        spot = {name: text for name, text in look.spot.items() if self.spot.get(name) != text}
        self.spot, self.spoke_at = look.spot, monotonic()
        return {"first": is_first, "live": look.is_open, "said": look.said, "spot": spot, "cells": cells}

    def _changed(self, look: Look) -> Iterator[tuple[str, list[int | str]]]:
        """Yield the contracts whose cells changed: the number of a column and its text, and so on."""
        columns = COLUMNS if self.only else columns_shown(self.with_greeks)
        shown = [COLUMNS.index(name) for name in columns]
        for day, contracts in look.cells.items():
            if self.only == "" or self.expiration not in (None, day):
                continue
            for symbol, texts in contracts.items():
                if self.only and symbol != self.only:
                    continue
                before = self.seen.get(symbol)
                if before == texts:
                    continue
                self.seen[symbol] = texts
                changed = [index for index in shown if before is None or before[index] != texts[index]]
                if changed:
                    yield symbol, [part for index in changed for part in (index, texts[index])]


class Feed:
    """The looks at one chain; it stops by itself when nobody looks any more."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.viewers: set[Viewer] = set()
        self.newest: Look | None = None
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._has_moved = self._is_rested = False
        self._trouble: tuple[float, str] | None = None
        self._listing: tuple[object, float, list[ListedContract]] | None = None

    def join(self, viewer: Viewer) -> None:
        """Look for this viewer too, at once."""
        self.viewers.add(viewer)
        self._wanted.set()
        if self._task is None or self._task.done():
            listener().watch_market(self._hear)
            self._task = asyncio.create_task(self._run())

    def leave(self, viewer: Viewer) -> None:
        """Stop looking for this viewer."""
        self.viewers.discard(viewer)
        self._wanted.set()

    def _hear(self) -> None:
        """Look again, since the market moved, once the rest after the look before is over."""
        self._has_moved = True
        if self._is_rested:
            self._wanted.set()

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until another look is wanted."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0)):
                await self._wanted.wait()

    async def _run(self) -> None:
        while self.viewers:
            self._wanted.clear()
            self._has_moved = self._is_rested = False
            began = monotonic()
            days = {viewer.expiration for viewer in self.viewers if viewer.only != ""}
            wanted = None if None in days else frozenset(day for day in days if day is not None)
            try:
                loop = asyncio.get_running_loop()
                self.newest = await loop.run_in_executor(_THREAD, self._look, wanted)
            except Exception:  # One look that fails costs one second; whoever looks on is told by the next.
                log.exception("a look at the chain of %s failed", self.symbol)
            for viewer in self.viewers:
                viewer.news.set()
            took = monotonic() - began
            rest = max(took, LEAST_REST)
            pace = PACE if self.newest is None or self.newest.is_open else PACE_WHEN_CLOSED
            await self._wait(rest)
            self._is_rested = True
            if not self._has_moved:
                await self._wait(pace - took - rest)
        listener().market_watchers.discard(self._hear)

    def _look(self, wanted: frozenset[date] | None) -> Look:
        """Look at the chain, in a thread; the connection goes back before the thread rests."""
        try:
            with clock.reading():
                now = clock.now()
                underlying = quote_underlying(get_underlying(self.symbol), now)
                contracts = self._listed(underlying, now, wanted)
                priced = price_sections(underlying, lay_out(contracts), now)
                texts = texts_of(contracts, priced)
        finally:
            connection.close()
        cells: dict[date, dict[str, Texts]] = {}
        for one in contracts:
            cells.setdefault(one.expiration_date, {})[one.symbol] = texts[one.symbol]
        trouble = self._trouble_at(now)
        live = is_open(now) and not trouble
        said = standing(underlying.quote, now, trouble)
        return Look(live, first_live_date(now), f"Live. {said}" if live else said, _spot(underlying), cells)

    def _trouble_at(self, now: datetime) -> str:
        """Answer what is wrong with the source, asked every few seconds: one of many symbols looks at all of them."""
        if self._trouble is None or monotonic() - self._trouble[0] > TROUBLE_LASTS:
            self._trouble = monotonic(), find_trouble(now)
        return self._trouble[1]

    def _listed(self, underlying: Underlying, now: datetime, wanted: frozenset[date] | None) -> list[ListedContract]:
        key = (first_live_date(now), wanted)
        if self._listing is None or self._listing[0] != key or monotonic() - self._listing[1] > LISTING_LASTS:
            self._listing = key, monotonic(), list_listed(underlying.share, now, wanted)
        return self._listing[2]


def _spot(underlying: Underlying) -> dict[str, Any]:
    return {
        "price": None if underlying.spot is None else float(underlying.spot),
        "last": price(underlying.spot),
        "change": signed(underlying.change),
        "direction": direction(underlying.change),
        "ratio": percent(underlying.change_ratio, "signed"),
        "bid": price(underlying.bid),
        "ask": price(underlying.ask),
        "volume": quantity(underlying.volume),
    }


_feeds: dict[tuple[asyncio.AbstractEventLoop, str], Feed] = {}


def feed_of(symbol: str) -> Feed:
    """Answer the feed of a chain in the running event loop."""
    key = (asyncio.get_running_loop(), symbol)
    return _feeds.setdefault(key, Feed(symbol))
