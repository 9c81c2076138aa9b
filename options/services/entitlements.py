"""Who may see market data, and how old it is for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import DateTimeField, QuerySet, UUIDField

from accounts.models import User
from brokerage.mode import is_sandbox
from brokerage.prepared import PreparedQuery, Slot
from options.choices import DataFeed
from options.data_errors import DataNotSubscribed, FeedNotCarried, OpraNotSigned, SipNotSubscribed
from options.models import DataEntitlement

DELAY = timedelta(minutes=15)


class FeedName(StrEnum):
    """What `feed` may say (contract/trading.md 9.1, 9.4)."""

    OPRA = "opra"
    INDICATIVE = "indicative"
    SIP = "sip"
    IEX = "iex"
    DELAYED_SIP = "delayed_sip"
    BOATS = "boats"
    OVERNIGHT = "overnight"
    OTC = "otc"


OPTION_FEEDS = (FeedName.OPRA, FeedName.INDICATIVE)
STOCK_FEEDS = tuple(name for name in FeedName if name not in OPTION_FEEDS)
_NOT_CARRIED = (FeedName.BOATS, FeedName.OVERNIGHT, FeedName.OTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """What an actor is shown: the feed, and as of when."""

    name: FeedName
    as_of: datetime
    is_delayed: bool

    def require_past(self, end: datetime | None) -> None:
        """Raise `OpraNotSigned` or `SipNotSubscribed` where a window reaches beyond what the feed shows."""
        if self.is_delayed and end is not None and end > self.as_of:
            raise OpraNotSigned if self.name in OPTION_FEEDS else SipNotSubscribed


def feed_for(actor: User, asked: FeedName | None, now: datetime) -> Feed:
    """Answer the feed of option data that the actor is shown, by default the best that it may see.

    Raises `DataNotSubscribed` without any right to market data, and `OpraNotSigned` where `opra` was
    asked for by name without the right to it.
    """
    entitled = _require_some(actor, now)
    if asked is FeedName.OPRA and entitled is not DataFeed.OPRA:
        raise OpraNotSigned
    name = asked or FeedName(entitled)
    return _feed(name, now, is_delayed=name is FeedName.INDICATIVE)


def stock_feed_for(actor: User, asked: FeedName | None, now: datetime) -> Feed:
    """Answer the feed of share data that the actor is shown, by default the best that it may see.

    Raises `DataNotSubscribed` without any right to market data, `SipNotSubscribed` without the right
    to data of this moment, and `FeedNotCarried` for a feed that there is no source for.
    """
    feed = past_stock_feed_for(actor, asked, now)
    if feed.is_delayed and asked in (FeedName.SIP, FeedName.IEX):
        raise SipNotSubscribed
    return feed


def past_stock_feed_for(actor: User, asked: FeedName | None, now: datetime) -> Feed:
    """Answer the feed of the past of shares: without the right to this moment, what is older than 15 minutes.

    Raises `DataNotSubscribed` and `FeedNotCarried`; a window that reaches further is refused by `require_past`.
    """
    entitled = _require_some(actor, now)
    if asked in _NOT_CARRIED:
        raise FeedNotCarried(feed=asked)
    name = asked or (FeedName.SIP if entitled is DataFeed.OPRA else FeedName.DELAYED_SIP)
    return _feed(name, now, is_delayed=name is FeedName.DELAYED_SIP or entitled is not DataFeed.OPRA)


def entitled_to(actor: User, now: datetime) -> DataFeed:
    """Answer what the actor may see at a moment: what was agreed with its correspondent; the broker's own see all.

    Without an agreement on record a correspondent of the sandbox sees everything, so that all of it
    works at once, and one of a production installation nothing.
    """
    if actor.sees_every_correspondent:
        return DataFeed.OPRA
    found = _IN_FORCE.first(correspondent_id=actor.correspondent_id, now=now)
    return DataFeed(found[0]) if found else default_feed()


def default_feed() -> DataFeed:
    """Answer what a correspondent may see with which nothing was agreed yet."""
    return DataFeed.OPRA if is_sandbox() else DataFeed.NONE


def _require_some(actor: User, now: datetime) -> DataFeed:
    entitled = entitled_to(actor, now)
    if entitled is DataFeed.NONE:
        raise DataNotSubscribed
    return entitled


def _in_force() -> "QuerySet[DataEntitlement, tuple[str]]":
    rows = DataEntitlement.objects.in_force(Slot("now", DateTimeField()))  # type: ignore[arg-type]
    return rows.filter(correspondent_id=Slot("correspondent_id", UUIDField())).values_list("feed")[:1]


_IN_FORCE = PreparedQuery(_in_force)


def _feed(name: FeedName, now: datetime, *, is_delayed: bool) -> Feed:
    return Feed(name, now - DELAY if is_delayed else now, is_delayed)
