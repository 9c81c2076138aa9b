"""Take the time of requests, one after the other, and watch the memory of those who answer them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from threading import Event, Thread
from time import perf_counter

import psutil

from tests.installation import Installation

MEGABYTE = 1_000_000
BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class Times:
    """How long each of some requests took, in milliseconds."""

    each: tuple[float, ...]

    def percentile(self, percent: int) -> float:
        """Answer the least time within which that part of the requests was answered."""
        return sorted(self.each)[max(ceil(len(self.each) * percent / 100), 1) - 1]


def take_times(act: Callable[[], object], *, times: int, warm: int = 2) -> Times:
    """Do something several times and answer how long it took, without the first ones, which fill caches."""
    for _ in range(warm):
        act()
    found = []
    for _ in range(times):
        started = perf_counter()
        act()
        found.append((perf_counter() - started) * 1000)
    return Times(tuple(found))


@dataclass
class Memory:
    """Of the fattest of some processes, its memory at the start and at its peak, in megabytes."""

    before: float = 0
    peak: float = 0


@contextmanager
def watched_memory(processes: list[psutil.Process]) -> Iterator[Memory]:
    """Look at the resident memory of the processes again and again until the block ends."""
    seen = Memory(before=_fattest(processes))
    seen.peak = seen.before
    ended = Event()

    def look() -> None:
        while not ended.wait(BETWEEN_LOOKS):
            seen.peak = max(seen.peak, _fattest(processes))

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def _fattest(processes: list[psutil.Process]) -> float:
    return max(process.memory_info().rss for process in processes) / MEGABYTE


@contextmanager
def without_ticks(installation: Installation) -> Iterator[None]:
    """Hold the clock's ticks back: the worker would do its work beside what is timed."""
    beats = installation.running("beat --pidfile")
    for beat in beats:
        beat.suspend()
    try:
        yield
    finally:
        for beat in beats:
            beat.resume()
