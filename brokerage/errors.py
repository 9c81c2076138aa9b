"""The one family of refusals, and how each is said on the wire and on a form.

The class declares what never changes (`code`, `http_status`, `message`, `field`,
`reason`); the raise supplies the facts. `docs/errors.md` lists every reason.
"""

from decimal import Decimal
from typing import Any

from brokerage.money import plain


class BrokerageError(Exception):
    """Something that the business does not allow, in a sentence, with its facts.

    `message` is a format template over the facts. `beside` names the facts that travel
    in the JSON body beside `code` and `message` (contract/trading.md 0.4). `headers` travel with
    the answer where the published body has no room for what is to be said.
    """

    code: int = 50010000
    http_status: int = 500
    message: str = ""
    field: str | None = None
    reason: str = ""
    beside: tuple[str, ...] = ()

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        self.headers: dict[str, str] = {}
        super().__init__(str(self))

    def __str__(self) -> str:
        return self.message.format(**{name: _printable(fact) for name, fact in self.facts.items()})

    def body(self) -> dict[str, Any]:
        """Answer the JSON body: `code`, `message`, and the facts named in `beside`."""
        facts = {name: _printable(self.facts[name]) for name in self.beside if name in self.facts}
        return {"code": self.code, "message": str(self), **facts}


def _printable(fact: Any) -> Any:
    return plain(fact) if isinstance(fact, Decimal) else fact


class Malformed(BrokerageError):
    """The body is not what JSON of this request looks like (contract/accounts.md 1.4)."""

    code = 40010000
    http_status = 400
    reason = "malformed_body"
    message = "request body format is invalid: {detail}"


class BodyTooLarge(Malformed):
    """The request body is larger than this server takes."""

    reason = "body_too_large"
    message = "request body is too large"


class TextNotStorable(BrokerageError):
    """A text that PostgreSQL cannot hold: a null character, or half of a surrogate pair."""

    code = 40010000
    http_status = 400
    reason = "text_not_storable"
    message = "{where} must not hold null characters or halves of surrogate pairs"


class InvalidParameter(BrokerageError):
    """One request parameter is missing or invalid (contract/trading.md 0.4)."""

    code = 40010001
    http_status = 422


class InvalidInput(InvalidParameter):
    """Several parameters at once: `errors` maps each field at fault to its sentences."""

    reason = "invalid_input"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__()

    def __str__(self) -> str:
        return "; ".join(
            sentence if field == "" else f"{field}: {sentence}"
            for field, sentences in self.errors.items()
            for sentence in sentences
        )

    def body(self) -> dict[str, Any]:
        return super().body() | {"errors": {field: said for field, said in self.errors.items() if field}}


class NotAuthorized(BrokerageError):
    """Nobody we know, or somebody who may not know that this exists (contract/accounts.md 1.2)."""

    code = 40110000
    http_status = 401
    reason = "not_authorized"
    message = "request is not authorized"


class Unauthenticated(NotAuthorized):
    """No key, an unknown key, or a wrong secret."""

    reason = "unauthenticated"
    message = "unauthorized"


class NotPermitted(BrokerageError):
    """The actor may see this but not do it: a matter of role or scope."""

    code = 40310000
    http_status = 403
    reason = "not_permitted"
    message = "forbidden"


class Refused(BrokerageError):
    """The business does not allow it: level, buying power, quantity, restriction."""

    code = 40310000
    http_status = 403


class NotFound(BrokerageError):
    """What was named does not exist for this actor."""

    code = 40410000
    http_status = 404


class EndpointNotFound(NotFound):
    """No such path."""

    reason = "endpoint_not_found"
    message = "endpoint not found"


class MethodNotAllowed(BrokerageError):
    """The path exists, the method does not."""

    code = 40510000
    http_status = 405
    reason = "method_not_allowed"
    message = "method {method} is not allowed here"


class Conflict(BrokerageError):
    """What was asked contradicts what is there."""

    code = 40910000
    http_status = 409


class Unprocessable(BrokerageError):
    """Well-formed, but not possible: state, symbol, time, an options rule."""

    code = 42210000
    http_status = 422


class StateConflict(Unprocessable):
    """A move that the table of states does not have."""


class InternalError(BrokerageError):
    """A bug. The request id in `X-Request-ID` finds it in the log."""

    reason = "internal_error"
    message = "internal server error"
