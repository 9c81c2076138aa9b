"""What the market data endpoints refuse. Each reason is listed in `docs/errors.md`."""

from brokerage.errors import InvalidInput, InvalidParameter, NotFound, NotPermitted


class DataQueryInvalid(InvalidInput):
    """A query of market data that cannot be answered: 400 here, and not 422 (contract/trading.md 9.3)."""

    http_status = 400
    reason = "data_query_invalid"


class DataSymbolInvalid(InvalidParameter):
    """No symbol of this kind could be written so (contract/trading.md 9.3)."""

    http_status = 400
    reason = "data_symbol_invalid"
    message = "invalid symbol: {symbol}"
    field = "symbols"


class DataWindowInvalid(InvalidParameter):
    """A window of time that ends before it begins."""

    http_status = 400
    reason = "data_window_invalid"
    message = "end should not be before start"
    field = "end"


class NothingKnown(NotFound):
    """The one symbol that a path names was never quoted, or never traded."""

    reason = "nothing_known"
    message = "no {kind} found for {symbol}"


class OpraNotSigned(NotPermitted):
    """Option data of this moment without the right to it (contract/trading.md 9.3)."""

    reason = "opra_not_signed"
    message = "OPRA agreement is not signed"
    field = "feed"


class SipNotSubscribed(NotPermitted):
    """Share data of the last 15 minutes without the right to it (contract/trading.md 9.3)."""

    code = 42210000
    reason = "sip_not_subscribed"
    message = "subscription does not permit querying recent SIP data"
    field = "feed"


class FeedNotCarried(NotPermitted):
    """A feed that exists and that this installation has no source for."""

    reason = "feed_not_carried"
    message = "subscription does not permit querying {feed} data"
    field = "feed"


class DataNotSubscribed(NotPermitted):
    """A correspondent without market data: it is offered at a cost, or referred elsewhere (options overview)."""

    reason = "data_not_subscribed"
    message = (
        "market data is not part of your subscription: ask the broker for access at a cost, or for a referral to a "
        "market data partner"
    )
