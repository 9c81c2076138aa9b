"""Long downloads. The ASGI side sends them: a slow line holds no thread of the pages, and no connection.

`brokerage/asgi.py` knows a download by its name, `export.` and the format. Where the request comes
by WSGI all the same, as in tests, the chunks are sent as they are.
"""

from collections.abc import AsyncIterator, Callable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse


def send_chunks(
    request: HttpRequest, chunks: Iterator[bytes], *, content_type: str, name: str, act: Callable[[], object]
) -> StreamingHttpResponse:
    """Answer a download of `chunks` as the file `name`, each made when the one before it has left.

    `act` tells the database who acts: it is called before each chunk, for between two of them the
    connection goes back to the pool, which forgets it.
    """
    content = _unhurried(chunks, act) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _unhurried(chunks: Iterator[bytes], act: Callable[[], object]) -> AsyncIterator[bytes]:
    while (chunk := await sync_to_async(_next)(chunks, act)) is not None:
        yield chunk


def _next(chunks: Iterator[bytes], act: Callable[[], object]) -> bytes | None:
    try:
        act()
        return next(chunks, None)
    finally:
        connection.close()
