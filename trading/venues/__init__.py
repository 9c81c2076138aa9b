"""The venue that this installation trades on."""

from brokerage.mode import is_sandbox
from trading.venues.interface import Venue
from trading.venues.paper import PaperVenue


def find_venue() -> Venue | None:
    """Answer the paper venue in the sandbox. In production none is connected yet, and orders are refused."""
    return PaperVenue() if is_sandbox() else None
