"""A market that is fed: quotes a second while the API answers, and the time from a quote to those who look on."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import requests
from playwright.sync_api import sync_playwright

from bench import DATA, ROOT
from bench.book import pick_sample
from bench.measuring import Times, take_times
from bench.scenarios import market_data
from tests.chromium import FLAGS, find_chromium
from tests.installation import Installation, free_port

SECONDS, TURNS, ROWS = 10, 40, 1_000_000
QUICK_SECONDS, QUICK_TURNS, QUICK_ROWS = 1, 2, 5_000
PATIENCE = 30
FEED = "from bench.feeding import main; main()"
SHOWN = """([symbol, price]) => [...document.querySelectorAll(`[data-call="${symbol}"] td, [data-put="${symbol}"] td`)]
    .some((cell) => cell.textContent === price)"""


@dataclass(frozen=True)
class Fed:
    """Quotes a second: alone, while the API answers, copied into a bare table, from a file; and milliseconds."""

    alone: float
    beside_the_api: float
    floor: float
    loaded: float  # rows a second of a file
    idle: Times  # snapshots of 100 while nothing comes in
    busy: Times  # the same while the feed takes in what it can
    to_reader: Times
    to_browser: Times | None


class Feeder:
    """The process that feeds: a line says what it does, a line what came of it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def do(self, *words: object) -> float:
        """Let it do that, and answer the figure it says."""
        told, said = self.process.stdin, self.process.stdout
        assert told is not None
        assert said is not None
        print(*words, file=told, flush=True)
        return float(said.readline())


def measure_fed(
    installation: Installation, staff: requests.Session, key: requests.Session, url: str, *, is_quick: bool
) -> Fed:
    """Start the installation again with a fed market, whose vendor never answers, and feed it ourselves."""
    seconds, turns, rows = (QUICK_SECONDS, QUICK_TURNS, QUICK_ROWS) if is_quick else (SECONDS, TURNS, ROWS)
    installation.stop(signal.SIGTERM)
    nobody = f"http://127.0.0.1:{free_port()}"
    installation.start(
        STRIKEBOOK_MARKET="alpaca",
        ALPACA_DATA_KEY="key",
        ALPACA_DATA_SECRET="secret",  # noqa: S106
        ALPACA_DATA_URL=nobody,
    )
    sample = pick_sample(DATA)
    snapshots = next(one for one in market_data(sample) if one.name == "snapshots of 100")

    def ask() -> None:
        answer = key.get(url + snapshots.path, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        assert snapshots.expects in answer.text, answer.text[:500]

    with _feeding() as feeder, ThreadPoolExecutor(1) as aside:
        alone, floor = feeder.do("flood", seconds), feeder.do("floor", seconds)
        idle = take_times(ask, times=turns)
        flood = aside.submit(feeder.do, "flood", seconds)
        busy = _until(flood.done, ask)
        symbol = sample.contracts[0]
        to_reader = _seen_by_reader(feeder, staff, url, symbol, turns)
        to_browser = _seen_by_browser(feeder, staff, url, symbol, turns)
        return Fed(alone, flood.result(), floor, feeder.do("load", rows), idle, busy, to_reader, to_browser)


def _until(is_over: Callable[[], bool], act: Callable[[], None]) -> Times:
    found: list[float] = []
    while not is_over():
        found += take_times(act, times=1, warm=0).each
    return Times(tuple(found))


def _seen_by_reader(feeder: Feeder, staff: requests.Session, url: str, symbol: str, turns: int) -> Times:
    """Read the stream of the contract's page, line by line, until each price has come."""
    found = []
    with staff.get(f"{url}/streams/chain/SPY?only={symbol}", stream=True, timeout=PATIENCE) as answer:
        lines = answer.iter_lines(chunk_size=1)
        _wait_for(lines, b'"first":true')
        for price in _prices(turns, cents=11):
            began = feeder.do("quote", symbol, price)
            _wait_for(lines, f'"{price}"'.encode())
            found.append((perf_counter() - began) * 1000)
    return Times(tuple(found))


def _wait_for(lines: Iterator[bytes], wanted: bytes) -> None:
    for line in lines:
        if wanted in line:
            return
    raise AssertionError(f"the stream ended without {wanted!r}")


def _seen_by_browser(feeder: Feeder, staff: requests.Session, url: str, symbol: str, turns: int) -> Times | None:
    """Look at the chain of the contract's expiration until each price stands there; None without a browser."""
    path = find_chromium()
    if path is None:
        return None
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context()
        context.add_cookies([{"name": one.name, "value": str(one.value), "url": url} for one in staff.cookies])
        page = context.new_page()
        page.goto(f"{url}/options/chain/SPY?expiration=20{symbol[3:5]}-{symbol[5:7]}-{symbol[7:9]}&strikes=all")
        for price in _prices(turns, cents=13):
            began = feeder.do("quote", symbol, price)
            page.wait_for_function(SHOWN, arg=[symbol, price], polling="raf", timeout=PATIENCE * 1000)
            found.append((perf_counter() - began) * 1000)
        browser.close()
    return Times(tuple(found[1:]))  # before the first the page opened its stream


def _prices(turns: int, *, cents: int) -> Iterator[str]:
    """Yield prices that the contract never had, each once."""
    for turn in range(turns + 1):
        yield f"{600 + turn}.{cents}"


@contextmanager
def _feeding() -> Iterator[Feeder]:
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", FEED]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Feeder(process)
        process.stdin.close()  # type: ignore[union-attr]
