"""What a vendor says when it is asked: how things are now, and what was before."""

from dataclasses import dataclass, field

from options.market.interface import Bar, Quote, Trade


@dataclass
class Said:
    """An answer, of any number of symbols.

    Of a minute that `trades` has one of, it has all that are not known yet. What is in `newest` was paid
    before the trades begin: it says no more than what was paid last. `minutes` and `days` are bars of before.
    """

    quotes: list[Quote] = field(default_factory=list)
    trades: list[tuple[str, Trade]] = field(default_factory=list)
    newest: list[tuple[str, Trade]] = field(default_factory=list)
    minutes: list[tuple[str, Bar]] = field(default_factory=list)
    days: list[tuple[str, Bar]] = field(default_factory=list)
