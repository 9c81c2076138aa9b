"""Fixtures of the options tests."""

from datetime import datetime, timedelta

import pytest

from brokerage.market_calendar import NEW_YORK
from brokerage.models import SandboxClock
from tests.options.contracts import list_contracts


@pytest.fixture
def clock_at(db):
    """Let the clock stand at a New York time: `clock_at("2024-01-24 10:00")`."""

    def stand(text: str) -> datetime:
        at = datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)
        SandboxClock.objects.update_or_create(id=1, defaults={"offset": timedelta(), "frozen_at": at})
        return at

    return stand


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
