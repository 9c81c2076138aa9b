"""What is refused of entitlements to market data and of their prices. Each reason is listed in `docs/errors.md`."""

from brokerage.errors import Conflict, InvalidInput, NotPermitted, StateConflict


class DataAccessInvalid(InvalidInput):
    """An entitlement or a price that cannot be."""

    reason = "data_access_invalid"


class DataAccessIsTheBrokers(NotPermitted):
    """What a correspondent may see of the market, and what that costs, is agreed with the broker."""

    reason = "data_access_is_the_brokers"
    message = "access to market data is the broker's to change"


class EntitlementChangedMeanwhile(Conflict):
    """Somebody else changed what the person looked at; it says what it is now."""

    reason = "entitlement_changed_meanwhile"
    message = (
        "somebody changed this while you looked at it: the newest is {feed}, by {changed_by}. Look again, then save"
    )


class DataPriceInForce(StateConflict):
    """A month that has begun keeps its price."""

    reason = "data_price_in_force"
    message = "{month} has begun with a price for that feed: a new price begins with a later month"
