"""Write what keys took of market data to the table that it is billed by (decision 0023)."""

import logging
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from accounts.models import ApiKey
from brokerage import clock
from options import usage_counts
from options.models import UsageBatch
from options.usage_counts import Count

log = logging.getLogger(__name__)

BATCHES_KEPT = timedelta(days=7)
LONGEST_ENDPOINT = 100
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")

# One statement, so one transaction: a batch that is there already adds nothing, and one that is new adds all of it.
# Whose a key is the table of keys tells; a key that is gone has nobody to be billed.
BOOK = """
    WITH fresh AS (
        INSERT INTO options_usagebatch (id, booked_at) VALUES (%(batch)s, %(now)s)
        ON CONFLICT DO NOTHING RETURNING id
    ), booked AS (
        INSERT INTO options_datausage AS usage (correspondent_id, api_key_id, day, endpoint, requests, points)
        SELECT owner.correspondent_id, key.id, counted.day, counted.endpoint, counted.requests, counted.points
        FROM unnest(%(keys)s::bigint[], %(days)s::date[], %(endpoints)s::text[], %(requests)s::bigint[],
                    %(points)s::bigint[]) AS counted(key_id, day, endpoint, requests, points)
        JOIN accounts_apikey key ON key.id = counted.key_id
        JOIN accounts_user owner ON owner.id = key.user_id
        WHERE EXISTS (SELECT FROM fresh)
        ORDER BY key.id, counted.day, counted.endpoint
        ON CONFLICT (api_key_id, day, endpoint) DO UPDATE
        SET requests = usage.requests + excluded.requests, points = usage.points + excluded.points
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM booked)
"""


def count_use(key: ApiKey, *, endpoint: str, points: int) -> None:
    """Count a request of a key and the rows that it took, on the present day of New York.

    `endpoint` is a path, or the route of one: what it names comes in braces, `v2/stocks/{symbol}/bars/latest`.
    It is counted in the cache; where that is away, in the table at once: what is billed is not let go.
    """
    day, endpoint = clock.today(), PARAMETER.sub(r"{\1}", endpoint)[:LONGEST_ENDPOINT]
    if not usage_counts.add(key.pk, day, endpoint, points):
        _book(uuid4(), [Count(key.pk, day, endpoint, 1, points)])


def book_usage(at: datetime) -> None:
    """Write what was counted since to the table. Runs at every tick; safe to run twice, and beside another."""
    for batch in usage_counts.take():
        counts = usage_counts.counts_of(batch)
        is_new, booked = _book(batch, counts)
        if is_new and booked < len(counts):
            log.warning("%d counts of market data are of keys that are gone", len(counts) - booked)
        usage_counts.forget(batch)


def forget_old_batches(at: datetime) -> None:
    """Forget the batches that nothing can bring again: the cache let go of them days ago."""
    UsageBatch.objects.filter(booked_at__lt=clock.real_now() - BATCHES_KEPT).delete()


def _book(batch: UUID, counts: Sequence[Count]) -> tuple[bool, int]:
    """Add counts to the table under the number of their batch; answer whether it is new, and how many rows it made."""
    columns: dict[str, Any] = {
        "keys": [one.key_pk for one in counts],
        "days": [one.day for one in counts],
        "endpoints": [one.endpoint for one in counts],
        "requests": [one.requests for one in counts],
        "points": [one.points for one in counts],
    }
    with connection.cursor() as cursor:
        cursor.execute(BOOK, {"batch": batch, "now": clock.real_now(), **columns})
        is_new, booked = cursor.fetchone()
    return bool(is_new), booked
