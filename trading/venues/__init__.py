"""The venue that this installation trades on."""

from trading.venues.interface import Venue
from trading.venues.paper import PaperVenue


def venue() -> Venue:
    """Answer the venue: the paper venue, until another is configured."""
    return PaperVenue()
