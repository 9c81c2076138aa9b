"""JSON in and out: orjson renders, numbers with a point arrive as decimals.

Apart from `brokerage.api`, because DRF imports these while it is being imported.
"""

import json
from decimal import Decimal
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from brokerage.errors import Malformed, TextNotStorable
from brokerage.money import plain


def wire_value(value: Any) -> Any:
    """Answer what orjson prints for a value that it does not know: decimals become plain strings."""
    if isinstance(value, Decimal):
        return plain(value)
    return str(value)


class JsonRenderer(BaseRenderer):
    """Render with orjson; decimals become plain strings."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=wire_value, option=orjson.OPT_UTC_Z)


def is_storable(text: str) -> bool:
    """Say whether PostgreSQL can hold the text: no null character, no half of a surrogate pair."""
    if text.isascii():
        return "\x00" not in text
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def _require_storable(value: Any, where: str = "") -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if not is_storable(name):
                raise TextNotStorable(where=f"a name in {where or 'the request body'}")
            _require_storable(inner, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _require_storable(inner, f"{where}.{index}" if where else str(index))
    elif isinstance(value, str) and not is_storable(value):
        raise TextNotStorable(where=where or "the request body")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


class JsonParser(BaseParser):
    """Parse JSON whatever the content type says; every number with a point is a Decimal."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            body = stream.read()
            value = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant) if body.strip() else {}
            _require_storable(value)
            return value
        except RequestDataTooBig:
            raise
        except (ValueError, UnicodeDecodeError, RecursionError):
            raise BodyNotJson from None


class BodyNotJson(Malformed):
    """The request body is not JSON."""

    reason = "body_not_json"
    message = "failed to decode request body"


class AlwaysJson(BaseContentNegotiation):
    """Answer JSON whatever `Accept` says: clients send all sorts of it."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
