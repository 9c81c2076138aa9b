"""What keeps an API key out, or keeps one from being made (contract/accounts.md 1.1, 1.3, 1.4)."""

from brokerage.errors import (
    BrokerageError,
    Conflict,
    InvalidInput,
    NotAuthorized,
    NotFound,
    NotPermitted,
    StateConflict,
)


class ApiKeyExpired(NotAuthorized):
    """The secret is right, and the time that the key was given is over."""

    reason = "api_key_expired"
    message = "unauthorized: this API key expired on {day}"


class ApiKeyRevoked(NotAuthorized):
    """The secret is right, and the key was revoked or replaced."""

    reason = "api_key_revoked"
    message = "unauthorized: this API key was revoked"


class NetworkNotAllowed(NotPermitted):
    """The key is right, and comes from a network that it may not be used from."""

    reason = "network_not_allowed"
    message = "forbidden: this API key may not be used from {address}"


class ScopeMissing(NotPermitted):
    """The key is right, and was not let into this part of the API, or only to read."""

    reason = "scope_missing"
    message = "forbidden: {access} access to {scope} is needed, this API key has {found}"


class AccountKeyNeeded(NotPermitted):
    """A correspondent's key on a path that is about the account of the key."""

    reason = "account_key_needed"
    message = (
        "forbidden: this path is about the account that a key belongs to, and this API key is a correspondent's: "
        "use a key of the account, or the same path below /v1/trading/accounts/{{account_id}}"
    )


class AccountKeyOutOfPlace(NotPermitted):
    """A key of one account anywhere but on that account's paths and on those about the market."""

    reason = "account_key_out_of_place"
    message = (
        "forbidden: this API key belongs to one account and works on that account's paths below /v2 "
        "(account, orders, positions, watchlists) and on assets, contracts, clock and calendar"
    )


class TooManyRequests(BrokerageError):
    """More calls in a minute than the key may make (contract/accounts.md 1.3)."""

    code = 42910000
    http_status = 429
    reason = "too_many_requests"
    message = "too many requests: {limit} a minute are allowed, try again in {seconds} s"


class TooManyRefusals(TooManyRequests):
    """More calls in a minute that no key let in, from one address."""

    reason = "too_many_refusals"
    message = "too many requests that were not authorized from this address, try again in {seconds} s"


class TooManyStreams(TooManyRequests):
    """As many event streams are open with the key as may be (contract/accounts.md 4.2)."""

    reason = "too_many_streams"
    message = "Too many requests"


class ApiKeyNotFound(NotFound):
    """No such key for this actor: it does not exist, or is another correspondent's."""

    reason = "api_key_not_found"
    message = "API key not found"


class ApiKeyInputInvalid(InvalidInput):
    """Name, scopes, expiry or networks of a key are not what a key can have."""

    reason = "api_key_input_invalid"


class ApiKeyAlreadyMade(Conflict):
    """The same form was sent twice: the key was made by the first one, which showed its secret."""

    reason = "api_key_already_made"
    message = "API key {key_id} was made by this form already, and its secret was shown then"


class ApiKeyNotInForce(StateConflict):
    """A key that was revoked or has expired is a record: it is neither renewed nor changed."""

    reason = "api_key_not_in_force"
    message = "API key {key_id} was revoked or has expired and cannot be changed"


class ApiKeyReplaced(StateConflict):
    """A key is replaced once: what came after it is the one to replace."""

    reason = "api_key_replaced"
    message = "API key {key_id} was replaced already, by {replacement}"


class TooManyKeys(StateConflict):
    """As many keys are in force for the correspondent, or for the account, as may be."""

    reason = "too_many_api_keys"
    message = "{most} API keys are in force, which is the most: revoke one first"
