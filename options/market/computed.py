"""Computed prices for a while, whatever the installation's source: a demo book is made before there is another."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

from brokerage.market_data import COMPUTED

_is_computed: ContextVar[bool] = ContextVar("market_is_computed", default=False)


@contextmanager
def computed_prices() -> Iterator[None]:
    """Let the computed market answer inside."""
    token = _is_computed.set(True)
    try:
        yield
    finally:
        _is_computed.reset(token)


def source_name() -> str:
    """Answer the name of the source that answers now."""
    return COMPUTED if _is_computed.get() else settings.MARKET_SOURCE
