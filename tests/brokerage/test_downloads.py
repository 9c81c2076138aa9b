"""Long downloads: the ASGI side makes a chunk when the one before has left, and holds no connection between."""

import asyncio
from functools import partial

import pytest
from django.db import connection
from django.test import AsyncRequestFactory, RequestFactory

from brokerage.database_session import TENANT, put
from brokerage.downloads import send_chunks
from tests.runtime import ask

pytestmark = pytest.mark.django_db(transaction=True)
ACT = partial(put, {TENANT: "all"}, is_local=False)


def chunks(made):
    """Say in each chunk whose rows the database shows."""
    for number in range(3):
        made.append(number)
        yield str(ask("SELECT current_setting(%s, true)", TENANT)).encode()


def send(request, made):
    return send_chunks(request, chunks(made), content_type="text/csv", name="accounts.csv", act=ACT)


def test_each_chunk_is_made_for_who_asked_and_only_when_it_is_taken():
    made, taken, is_connected = [], [], []

    async def take():
        async for chunk in send(AsyncRequestFactory().get("/accounts/export.csv"), made).streaming_content:
            taken.append((chunk, len(made)))
            is_connected.append(connection.connection is not None)

    asyncio.run(take())

    assert taken == [(b"all", 1), (b"all", 2), (b"all", 3)]
    assert is_connected == [False, False, False]


def test_by_wsgi_the_chunks_are_sent_as_they_are():
    ACT()

    response = send(RequestFactory().get("/accounts/export.csv"), [])

    assert list(response.streaming_content) == [b"all", b"all", b"all"]
    assert response["Content-Disposition"] == 'attachment; filename="accounts.csv"'
