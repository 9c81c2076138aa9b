"""From where to where a stream is read, and what may not be asked."""

from datetime import UTC, datetime

import pytest
from ulid import ULID

from brokerage.errors import InvalidInput
from brokerage.stream_bounds import V1_PARAMETERS, V2_PARAMETERS, Bounds, read_bounds

ONE, TWO = (str(ULID.from_timestamp(second)) for second in (1_700_000_000, 1_700_000_001))


@pytest.mark.parametrize(
    ("query", "bounds"),
    [
        ({}, Bounds()),
        ({"since_id": "0"}, Bounds("event_id", 0)),
        ({"since_id": "7", "until_id": "9"}, Bounds("event_id", 7, 9)),
        ({"since_ulid": ONE, "until_ulid": TWO}, Bounds("ulid", ONE, TWO)),
        ({"since_ulid": ONE.lower()}, Bounds("ulid", ONE)),
        ({"since": "2024-01-24"}, Bounds("at", datetime(2024, 1, 24, tzinfo=UTC))),
        ({"since": "2024-01-24T10:00:00-05:00"}, Bounds("at", datetime(2024, 1, 24, 15, tzinfo=UTC))),
    ],
)
def test_a_range_is_read_from_the_query(query, bounds):
    assert read_bounds(query, None, V1_PARAMETERS) == bounds


def test_a_day_is_meant_to_its_end():
    bounds = read_bounds({"since": "2024-01-24", "until": "2024-01-24"}, None, V1_PARAMETERS)

    assert bounds.until == datetime(2024, 1, 24, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"until": "2024-01-24"}, "until"),
        ({"until_id": "9"}, "until_id"),
        ({"until_ulid": TWO}, "until_ulid"),
        ({"since": "2024-01-24", "since_id": "1"}, "since_id"),
        ({"since_id": "1", "since_ulid": ONE}, "since_ulid"),
        ({"since_id": "one"}, "since_id"),
        ({"since_id": "-1"}, "since_id"),
        ({"since_id": "9" * 30}, "since_id"),
        ({"since_ulid": "7"}, "since_ulid"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2024-13-01"}, "since"),
        ({"since": "2024-01-24T10:00:00"}, "since"),
    ],
)
def test_what_cannot_be_read_or_contradicts_is_named(query, field):
    with pytest.raises(InvalidInput) as refusal:
        read_bounds(query, None, V1_PARAMETERS)

    assert field in refusal.value.errors


def test_a_client_that_reconnects_goes_on_where_it_was():
    assert read_bounds({}, "41", V1_PARAMETERS) == Bounds("event_id", 41)
    assert read_bounds({"since_id": "7"}, "41", V1_PARAMETERS) == Bounds("event_id", 7)


@pytest.mark.parametrize("last", ["nonsense", "", "-1", "²", "9" * 5000])
def test_a_last_event_that_is_none_of_ours_is_passed_over(last):
    assert read_bounds({}, last, V1_PARAMETERS) == Bounds()


def test_the_newer_streams_take_ulids_as_ids():
    assert read_bounds({"since_id": ONE}, None, V2_PARAMETERS) == Bounds("ulid", ONE)
    with pytest.raises(InvalidInput):
        read_bounds({"since_id": "7"}, None, V2_PARAMETERS)
    with pytest.raises(InvalidInput) as refusal:
        read_bounds({"since_ulid": ONE}, None, V2_PARAMETERS)
    assert refusal.value.errors == {"since_ulid": ["is since_id on this stream"]}
