"""The quotes of the made-up market in the past: what stood every ten seconds of a session."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import numpy as np

from options.market.columns import Columns
from options.market.history import Quoted, sessions_of
from options.market.interface import Instrument, Quote, Window
from options.market.prints import MICROSECOND, prints_of

EVERY = timedelta(seconds=10)


def quotes_in(
    seed: str, instrument: Instrument, window: Window, quote: Callable[[Instrument, datetime, Quoted], Quote]
) -> Iterator[Quote]:
    """Yield the quotes of an instrument in a window, in its order; `quote` makes one of a bid and an offer."""
    sessions = sessions_of(instrument, window.start, window.end)
    for session in reversed(sessions) if window.newest_first else sessions:
        first = -((session.opens_at - max(window.start, session.opens_at)) // EVERY)
        steps = np.arange(first, (min(window.end, session.closes_at) - session.opens_at) // EVERY + 1)
        columns = Columns(seed, [prints_of(seed, instrument, session)])
        sides = columns.sides(np.zeros_like(steps), steps * (EVERY // MICROSECOND))
        found = list(zip(steps.tolist(), sides.bid.tolist(), sides.ask.tolist(), strict=True))
        for step, bid, ask in reversed(found) if window.newest_first else found:
            yield quote(instrument, session.opens_at + step * EVERY, Quoted(bid, ask, 0, None))
