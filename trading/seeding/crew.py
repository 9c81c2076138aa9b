"""The processes that load a book together, and the lock that keeps a second load out."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from time import sleep
from typing import Protocol, TypeVar

from django.db import connection

SEEDING_LOCK = 0x5EED  # a session's advisory lock, so it goes with the process that held it
Task = TypeVar("Task")
Answer = TypeVar("Answer")


class AlreadySeedingError(Exception):
    """Another process loads this book."""


class Spread(Protocol):
    """Has a function done for each of some tasks, and yields the answers in their order: `map`, or one in processes."""

    def __call__(self, function: Callable[[Task], Answer], tasks: Iterable[Task], /) -> Iterator[Answer]: ...


@contextmanager
def crew(processes: int) -> Iterator[Spread]:
    """Answer how to spread work over so many processes, each with a connection of its own; they end at the end.

    They take no notice of Ctrl-C, which their parent answers, and do not outlive it.
    """
    if processes == 1:
        yield map
        return
    connection.close()  # nobody inherits an open one
    with ProcessPoolExecutor(
        processes, mp_context=get_context("fork"), initializer=_join, initargs=(os.getpid(),)
    ) as pool:
        list(pool.map(abs, range(processes)))  # all are forked before the parent connects again
        try:
            yield pool.map
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of whoever loads the book; raises `AlreadySeedingError` where another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SEEDING_LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadySeedingError
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SEEDING_LOCK])


def _join(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    """End this process soon after its parent did, however that ended."""
    while os.getppid() == parent:
        sleep(1)
    os._exit(1)
