"""What every request has: an id, one reading of the clock, and how long it took."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from time import perf_counter
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from brokerage import clock
from brokerage.api import is_api
from brokerage.database_session import coming_from
from brokerage.errors import Unauthenticated
from brokerage.origin import client_ip


@sync_and_async_middleware
def request_scope(
    get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    """Give each request an `X-Request-ID` (32 lowercase hex characters), and read the clock once in it.

    `Server-Timing` says on what the API answers how many milliseconds it took to make. Who was not let in is not told.
    """
    if iscoroutinefunction(get_response):

        async def respond_async(request: HttpRequest) -> HttpResponse:
            began = perf_counter()
            request.id = uuid4().hex  # type: ignore[attr-defined]
            with clock.reading(), coming_from(client_ip(request), request.id):  # type: ignore[attr-defined]
                response = await get_response(request)
            response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
            _say_how_long(request, response, began)
            return response

        return respond_async

    def respond(request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        request.id = uuid4().hex  # type: ignore[attr-defined]
        with clock.reading(), coming_from(client_ip(request), request.id):  # type: ignore[attr-defined]
            response = get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined,index]
        _say_how_long(request, response, began)  # type: ignore[arg-type]
        return response  # type: ignore[return-value]

    return respond


def _say_how_long(request: HttpRequest, response: HttpResponse, began: float) -> None:
    if is_api(request) and response.status_code != Unauthenticated.http_status:
        response["Server-Timing"] = f"app;dur={(perf_counter() - began) * 1000:.1f}"
