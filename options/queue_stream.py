"""`/streams/queue`: tells an open page that the queue of requests changed, so that its parts fetch themselves again."""

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from accounts import second_factor
from accounts.acting import tenant_of
from accounts.models import User
from accounts.page_stream import QUEUE_CHANGED, tells_of_queue
from brokerage.errors import Unauthenticated
from brokerage.sse import Stream, refusals_as_json, respond
from brokerage.stream_bounds import Bounds
from options.queue import require_look


@refusals_as_json
async def queue_changes(request: HttpRequest) -> StreamingHttpResponse:
    """Stream `queue-changed` to somebody who may look into the queue; 401 or 403 otherwise."""
    user = await sync_to_async(_require_looker)(request)
    stream = Stream(wanted=tells_of_queue, filters={}, render=lambda event: QUEUE_CHANGED, tenant=tenant_of(user))
    return respond(stream, Bounds())


def _require_looker(request: HttpRequest) -> User:
    try:
        user = get_user(request)
        if not isinstance(user, User) or second_factor.is_missing(user):
            raise Unauthenticated
        require_look(user)
        return user
    finally:
        connection.close()
