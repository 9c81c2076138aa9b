"""A prepared query answers what its queryset would, in one round trip, and values from outside never become SQL."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db.models import F, Q, TextField, UUIDField, Value
from django.db.models.functions import Concat

from brokerage.models import Event
from brokerage.prepared import IsAnyOf, PreparedQuery, Slot

pytestmark = pytest.mark.django_db

ACME, GLOBEX = UUID(int=1), UUID(int=2)
AT = datetime(2024, 1, 24, 15, 0, tzinfo=UTC)


def announce(type_, owner=ACME):
    return Event.objects.create(
        type=type_, correspondent_id=owner, account_id=owner, account_number="1", payload={"of": type_}, at=AT
    )


def events_of(newest_first):
    found = Event.objects.filter(correspondent_id=Slot("owner", UUIDField())).exclude(type="100% it's")
    labeled = found.annotate(label=Concat(F("type"), Value(" % "), Slot("word"), output_field=TextField()))
    return labeled.order_by("-id" if newest_first else "id")


def test_models_come_with_their_columns_and_annotations_in_one_query(django_assert_num_queries):
    first, second, _ = announce("a"), announce("b"), announce("100% it's")
    announce("c", GLOBEX)
    query = PreparedQuery(events_of)

    with django_assert_num_queries(2):
        found = query.rows(False, owner=ACME, word="new")
        turned = query.rows(True, owner=ACME, word="new")

    assert [(one.pk, one.payload, one.at, one.label) for one in found] == [
        (first.pk, {"of": "a"}, AT, "a % new"),
        (second.pk, {"of": "b"}, AT, "b % new"),
    ]
    assert [one.pk for one in turned] == [second.pk, first.pk]
    assert query.first(False, owner=UUID(int=3), word="") is None


def test_values_answer_tuples_with_what_the_columns_hold():
    announce("a")
    announce("b", GLOBEX)
    query = PreparedQuery(
        lambda: (
            Event.objects.filter(Q(IsAnyOf("correspondent_id", Slot("owners"))) | Q(type="never"))
            .order_by("id")
            .values_list("type", "payload", "correspondent_id")
        )
    )

    found = query.rows(owners=[ACME, GLOBEX])

    assert found == [("a", {"of": "a"}, ACME), ("b", {"of": "b"}, GLOBEX)]
    assert query.rows(owners=[]) == []


@pytest.mark.parametrize("word", ["'; DROP TABLE brokerage_event; --", "%s", "%(owner)s", "100%", "\\'"])
def test_a_value_is_never_read_as_sql(word):
    announce("a")

    [found] = PreparedQuery(events_of).rows(False, owner=ACME, word=word)

    assert found.label == f"a % {word}"
