"""What every request has: an id, and one reading of the clock."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from brokerage import clock
from brokerage.database_session import coming_from
from brokerage.origin import client_ip


@sync_and_async_middleware
def request_scope(
    get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    """Give each request an `X-Request-ID` (32 lowercase hex characters), and read the clock once in it."""
    if iscoroutinefunction(get_response):

        async def respond_async(request: HttpRequest) -> HttpResponse:
            request.id = uuid4().hex  # type: ignore[attr-defined]
            with clock.reading(), coming_from(client_ip(request), request.id):  # type: ignore[attr-defined]
                response = await get_response(request)
            response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
            return response

        return respond_async

    def respond(request: HttpRequest) -> HttpResponse:
        request.id = uuid4().hex  # type: ignore[attr-defined]
        with clock.reading(), coming_from(client_ip(request), request.id):  # type: ignore[attr-defined]
            response = get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined,index]
        return response  # type: ignore[return-value]

    return respond
