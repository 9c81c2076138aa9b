"""Refusals of acts on an expiration date."""

from brokerage.errors import Conflict, Unprocessable


class ExpirationNotClosed(Conflict):
    """A closing price was entered before the close, for a date that is settled, or for one that nothing expires on."""

    reason = "expiration_not_closed"
    message = "no closing price is awaited for {expiration_date}"


class ClosingPriceKnown(Conflict):
    """A closing price was entered for what has one, or for what nothing waits for."""

    reason = "closing_price_known"
    message = "no closing price of {symbol} is awaited"
    field = "price"


class ClosingPriceInvalid(Unprocessable):
    """A closing price that is none, or without a reason."""

    reason = "closing_price_invalid"
    message = "a closing price is above 0 and below 10,000,000 with at most four places, and says where it is from"
    field = "price"
