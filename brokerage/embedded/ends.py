"""Whether processes have ended, our own children or not."""

import contextlib
import time
from collections.abc import Iterable

import psutil

POLL_SECONDS = 0.05


def has_ended(process: psutil.Process) -> bool:
    """Say whether `process` is gone, or only its entry is left.

    A zombie that is our own child is taken away: PostgreSQL takes one for a running server.
    One that is not stays for as long as its parent likes, for ever where the first process of
    a container adopts it, so nothing may wait for its entry to go.
    """
    with contextlib.suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            return False
        process.wait(0)
    return True


def wait_for_ends(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until all have ended, or for so many seconds; answer those that have not."""
    give_up_at = time.monotonic() + seconds
    while left := [process for process in processes if not has_ended(process)]:
        if time.monotonic() > give_up_at:
            return left
        time.sleep(POLL_SECONDS)
    return []
