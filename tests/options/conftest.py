"""Fixtures of the options tests."""

from contextlib import suppress
from importlib import import_module
from threading import Barrier, BrokenBarrierError

import pytest

from tests.options.contracts import list_contracts


@pytest.fixture
def meet_after(monkeypatch):
    """Let two callers meet right after a function: `meet_after("options.services.applications._decide")`.

    Whoever a lock keeps away is not waited for longer than a second.
    """

    def meet(path: str) -> None:
        module, _, name = path.rpartition(".")
        function = getattr(import_module(module), name)
        both_there = Barrier(2)

        def then_meet(*args, **kwargs):
            answer = function(*args, **kwargs)
            with suppress(BrokenBarrierError):
                both_there.wait(timeout=1)
            return answer

        monkeypatch.setattr(path, then_meet)

    return meet


@pytest.fixture
def overview(clock_at):
    """The contracts that the options overview names, on the day of its samples."""
    clock_at("2024-01-24 10:00")
    list_contracts(
        "AAPL240126C00050000",
        "AAPL240223C00095000",
        "PTON240126C00000500",
        "QS240126P00006500",
        "QS240301C00006500",
        "QS240301P00006500",
        "TSLA240126P00210000",
    )
