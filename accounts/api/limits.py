"""How many calls a key may make in a minute, and what every answer says of it (contract/accounts.md 1.3)."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from time import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from accounts.key_counts import Window, store
from accounts.key_errors import TooManyRefusals, TooManyRequests
from accounts.models import ApiKey
from brokerage.origin import client_ip


def count_call(request: HttpRequest, key: ApiKey) -> Window:
    """Count a call of a key that was let in, or raise `TooManyRequests`."""
    correspondent = key.user.correspondent
    limit = (correspondent and correspondent.requests_per_minute) or settings.API_REQUESTS_PER_MINUTE
    window = _count(request, f"key:{key.pk}", limit)
    if window.is_exceeded:
        raise TooManyRequests(limit=limit, seconds=_seconds_left(window))
    return window


def count_refusal(request: HttpRequest) -> None:
    """Count a call that no key let in against its address, or raise `TooManyRefusals`.

    Keys that are right go on working from that address: others may stand behind it too.
    """
    window = _count(request, f"refused:{client_ip(request)}", settings.API_REFUSALS_PER_MINUTE)
    if window.is_exceeded:
        raise TooManyRefusals(seconds=_seconds_left(window))


def _count(request: HttpRequest, name: str, limit: int) -> Window:
    window = store().count(name, limit, at=time())
    request.rate_window = window  # type: ignore[attr-defined]
    return window


def _seconds_left(window: Window) -> int:
    return max(1, window.resets_at - int(time()))


@sync_and_async_middleware
def rate_limit_headers(
    get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    """Put the figures of the minute on every answer to a call that was counted."""
    if iscoroutinefunction(get_response):

        async def respond_async(request: HttpRequest) -> HttpResponse:
            return _with_headers(request, await get_response(request))

        return respond_async

    def respond(request: HttpRequest) -> HttpResponse:
        return _with_headers(request, get_response(request))  # type: ignore[arg-type]

    return respond


def _with_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    window: Window | None = getattr(request, "rate_window", None)
    if window is not None:
        for name, value in window.headers().items():
            response[name] = value
        if response.status_code == TooManyRequests.http_status:
            response["Retry-After"] = str(_seconds_left(window))
    return response
