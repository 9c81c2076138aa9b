"""What every REST endpoint shares: JSON in and out, errors in one shape, keyset pages.

Errors are `{"code": int, "message": str, …facts}` on every status, 404 and 500 included
(contract/accounts.md 1.4, contract/trading.md 0.4). Nothing redirects.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from brokerage.errors import (
    BodyTooLarge,
    BrokerageError,
    EndpointNotFound,
    InternalError,
    InvalidInput,
    InvalidParameter,
    Malformed,
    MethodNotAllowed,
    NotPermitted,
    Unauthenticated,
)
from brokerage.scopes import Admits
from brokerage.sentences import in_our_words
from brokerage.wire import BodyNotJson, is_storable, wire_value

API_PREFIXES = ("/v1/", "/v2/", "/v1beta1/", "/v2beta1/")


class ApiView(APIView):
    """The base of every REST view; subclasses define `get`, `post`, … and hold no `try`.

    `scope` names the part of the API that a key must be let into: as far as reading for GET and
    HEAD, as far as writing for the rest. `also_read_by` names other parts whose readers may look
    here too. A view that declares no scope lets no key in. `admits` says whether a key of one
    account is let in: where only such keys are, the view is about that account. `invalid_input`
    is how it refuses values that a serializer cannot read, where the contract has another status.
    OPTIONS is refused as any method is that is not there: views do not describe themselves.
    """

    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    scope: ClassVar[str] = ""
    also_read_by: ClassVar[tuple[str, ...]] = ()
    admits: ClassVar[Admits] = Admits.CORRESPONDENTS
    invalid_input: ClassVar[type[InvalidInput]] = InvalidInput

    def body(self) -> dict[str, Any]:
        """Answer the request's JSON object, or raise `Malformed`."""
        if not isinstance(self.request.data, dict):
            raise Malformed(detail="an object is expected")
        return self.request.data

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        raise MethodNotAllowed(method=request.method)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into the one error shape; None lets a bug become a 500."""
    refusal = _as_refusal(error, getattr(context.get("view"), "invalid_input", InvalidInput))
    if refusal is None:
        return None
    set_rollback()
    return Response(refusal.body(), status=refusal.http_status, headers=refusal.headers)


def _as_refusal(error: Exception, invalid_input: type[InvalidInput]) -> BrokerageError | None:
    match error:
        case BrokerageError():
            return error
        case ValidationError():
            return structure_error(error.detail) or invalid_input(field_errors(error.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Unauthenticated()
        case exceptions.PermissionDenied():
            return NotPermitted()
        case Http404() | exceptions.NotFound():
            return EndpointNotFound()
        case RequestDataTooBig():
            return BodyTooLarge()
        case exceptions.ParseError():
            return BodyNotJson()
    return None


def field_errors(detail: Any, field: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested errors to dotted field names: `{"contact.city": ["is required"]}`."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for name, inner in detail.items():
            inner_field = field if name == "non_field_errors" else f"{field}.{name}" if field else str(name)
            for key, said in field_errors(inner, inner_field).items():
                flat.setdefault(key, []).extend(said)
        return flat
    if isinstance(detail, list) and any(isinstance(inner, Mapping) for inner in detail):
        return field_errors({index: inner for index, inner in enumerate(detail) if inner}, field)
    said = detail if isinstance(detail, list) else [detail]
    return {field: [in_our_words(str(one), getattr(one, "code", "")) for one in said]}


STRUCTURE_CODES = {"not_an_object", "not_a_list", "not_a_dict"}


def structure_error(detail: Any) -> Malformed | None:
    """Answer a 400 where a value has the wrong JSON structure, else None.

    A nested serializer given something else than an object, or a list given something else
    than an array, is a malformed body and not an invalid value (contract/accounts.md 1.4).
    """
    wrong = [(field, said) for field, said in _walk(detail) if said.code in STRUCTURE_CODES or _no_object(said)]
    if not wrong:
        return None
    return Malformed(detail="; ".join(f"{field}: {in_our_words(said)}" for field, said in wrong))


def _no_object(said: ErrorDetail) -> bool:
    return said.code == "invalid" and said.startswith("Invalid data. Expected a dictionary")


def _walk(detail: Any, field: str = "") -> list[tuple[str, ErrorDetail]]:
    if isinstance(detail, Mapping):
        pairs = [
            (field if name == "non_field_errors" else f"{field}.{name}".strip("."), d) for name, d in detail.items()
        ]
        return [found for name, inner in pairs for found in _walk(inner, name)]
    if isinstance(detail, list):
        return [found for inner in detail for found in _walk(inner, field)]
    return [(field, detail)] if isinstance(detail, ErrorDetail) else []


# --- Pages ---------------------------------------------------------------------------------------


class BadPageToken(InvalidParameter):
    """A page token that this server did not give."""

    reason = "bad_page_token"
    message = "page_token is not valid"
    field = "page_token"


LONGEST_PAGE_TOKEN = 1_000


def page_token(*keys: Any) -> str:
    """Answer an opaque token for the row that ends a page, from its sort keys."""
    return urlsafe_b64encode(orjson.dumps([str(key) for key in keys])).decode()


def read_page_token(token: str, keys: int) -> list[str]:
    """Answer the sort keys in a token, or raise `BadPageToken`."""
    if len(token) > LONGEST_PAGE_TOKEN:
        raise BadPageToken
    try:
        found = json.loads(urlsafe_b64decode(token.encode()))
    except (ValueError, RecursionError):
        raise BadPageToken from None
    if not isinstance(found, list) or len(found) != keys:
        raise BadPageToken
    if not all(isinstance(key, str) and is_storable(key) for key in found):
        raise BadPageToken
    return found


# --- Handlers outside any view -------------------------------------------------------------------


def is_api(request: HttpRequest) -> bool:
    """Say whether the path belongs to the REST API, and so speaks JSON."""
    return f"{request.path}/".startswith(API_PREFIXES) or request.path == "/healthz"


def json_error(refusal: BrokerageError) -> HttpResponse:
    """Answer a refusal outside of DRF: an unknown path, a crash, a stream."""
    return HttpResponse(
        orjson.dumps(refusal.body(), default=wire_value), status=refusal.http_status, content_type="application/json"
    )


class BadRequest(Malformed):
    """A request that no view should see: for a host that this server does not answer for, for instance."""

    reason = "bad_request"
    message = "bad request"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: JSON under the API's paths, a page elsewhere."""
    from django.views.defaults import bad_request as page

    return json_error(BadRequest()) if is_api(request) else page(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: JSON under the API's paths, a page elsewhere."""
    from django.views.defaults import page_not_found

    return json_error(EndpointNotFound()) if is_api(request) else page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500: JSON under the API's paths, a page elsewhere."""
    from django.views.defaults import server_error as page

    return json_error(InternalError()) if is_api(request) else page(request)
