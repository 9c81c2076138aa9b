"""Prepared writes leave the rows that the ORM's own would, in one round trip however many they are."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DataError, connection

from brokerage.models import Event
from brokerage.prepared import PreparedQuery
from brokerage.prepared_writes import PreparedInsert, PreparedUpdate

pytestmark = pytest.mark.django_db

ACME = UUID(int=1)
AT = datetime(2024, 1, 24, 15, 0, tzinfo=UTC)
COLUMNS = (
    "event_id",
    "ulid",
    "type",
    "correspondent_id",
    "account_id",
    "account_number",
    "subject_id",
    "payload",
    "at",
)


def said(type_, **columns):
    facts = {"account_number": "1", "payload": {"of": [type_, None, 'a "quoted" {brace}']}, "at": AT}
    return Event(type=type_, correspondent_id=ACME, account_id=ACME, **(facts | columns))


def stored():
    return list(Event.objects.order_by("id").values_list(*COLUMNS))


@pytest.mark.parametrize("count", [1, 3])
def test_rows_are_those_that_the_orm_inserts_in_their_order(count, django_assert_num_queries):
    def rows():
        return [said(f"100% it's {number}", subject_id="" if number else "x") for number in range(count)]

    Event.objects.bulk_create(rows())
    expected = stored()
    Event.objects.all().delete()

    with django_assert_num_queries(1):
        PreparedInsert(Event).write(rows())

    assert stored() == expected


def test_nothing_is_asked_for_no_rows(django_assert_num_queries):
    with django_assert_num_queries(0):
        PreparedInsert(Event).write([])
        PreparedUpdate(Event, ["type"]).write([])


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_too_long_is_refused_and_not_cut(count):
    with pytest.raises(DataError):
        PreparedInsert(Event).write([said("x" * 61) for _ in range(count)])


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_there_already_is_updated_in_the_columns_named(count):
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX ON brokerage_event (event_id)")  # its own is of places given only
    Event.objects.bulk_create([said("first", event_id=7, ulid="A")])
    upsert = PreparedInsert(Event, unique=["event_id"], update=["type", "payload"])

    upsert.write(
        [said("second", event_id=7 + number, ulid="B" * (number + 1), subject_id="new") for number in range(count)]
    )

    found = [(one.event_id, one.type, one.ulid, one.subject_id) for one in Event.objects.order_by("event_id")]
    assert found == [(7, "second", "A", ""), (8, "second", "BB", "new")][:count]


def test_an_update_stores_the_columns_named_of_each_row(django_assert_num_queries):
    Event.objects.bulk_create([said("one"), said("two"), said("three")])
    first, second, _ = rows = list(Event.objects.order_by("id"))
    first.type, second.type, first.account_number = "changed", "too", "not stored"

    with django_assert_num_queries(1):
        PreparedUpdate(Event, ["type", "ulid"]).write(rows[:2])

    assert list(Event.objects.order_by("id").values_list("type", "account_number")) == [
        ("changed", "1"),
        ("too", "1"),
        ("three", "1"),
    ]


def test_the_server_keeps_the_statements_planned_on_the_connection():
    """Asked for is not enough: psycopg prepares nothing at all where `prepare_threshold` is Django's own None."""
    PreparedInsert(Event).write([said("one")])
    PreparedQuery(lambda: Event.objects.filter(type="one").order_by("id")).rows()

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [statement for (statement,) in cursor.fetchall()]
        cursor.execute("SHOW plan_cache_mode")
        mode = cursor.fetchone()[0]

    assert {statement.split()[0] for statement in kept if '"brokerage_event"' in statement} == {"INSERT", "SELECT"}
    assert mode == "force_generic_plan"
