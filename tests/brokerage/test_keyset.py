"""Pages by key: every row once, in order, forward and back, whatever comes and goes meanwhile."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from brokerage.keyset import read_page
from brokerage.models import Event

pytestmark = pytest.mark.django_db
TOKENS_OF_NOBODY = ["nonsense", "WyJ4Il0=", "WyIyMDI0IiwgIngiXQ==", "é"] + [
    urlsafe_b64encode(said).decode() for said in (rb'["2024-01-24","\u0000"]', b"[" * 700, b"[" * 20_000)
]
NEWEST_FIRST = ("-at", "-id")
START = datetime(2024, 1, 24, 15, 0, tzinfo=UTC)


def make_events(count, *, at=lambda place: START + timedelta(minutes=place // 3)):
    """Make events, three to a minute, so that the first key alone does not tell them apart."""
    return [
        Event.objects.create(type=f"row {place}", correspondent_id=uuid4(), account_id=uuid4(), at=at(place))
        for place in range(count)
    ]


def names(page):
    return [row.type for row in page.rows]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 8, 9, 13])
@pytest.mark.parametrize("keys", [NEWEST_FIRST, ("at", "id"), ("-id",)])
def test_walking_forward_shows_every_row_once_in_order(count, keys):
    make_events(count)
    expected = [event.type for event in Event.objects.order_by(*keys)]

    seen, after = [], ""
    while True:
        page = read_page(Event.objects.all(), keys, size=4, after=after)
        seen += names(page)
        after = page.after
        if not after:
            break

    assert seen == expected


def test_walking_back_shows_the_same_pages():
    make_events(10)
    first = read_page(Event.objects.all(), NEWEST_FIRST, size=4)
    second = read_page(Event.objects.all(), NEWEST_FIRST, size=4, after=first.after)
    third = read_page(Event.objects.all(), NEWEST_FIRST, size=4, after=second.after)

    back = read_page(Event.objects.all(), NEWEST_FIRST, size=4, before=third.before)
    front = read_page(Event.objects.all(), NEWEST_FIRST, size=4, before=back.before)

    assert names(back) == names(second)
    assert names(front) == names(first)
    assert (first.before, front.before, third.after) == ("", "", "")


def test_going_back_to_fewer_rows_than_a_page_shows_the_first_page():
    make_events(10)
    first = read_page(Event.objects.all(), NEWEST_FIRST, size=4)
    second = read_page(Event.objects.all(), NEWEST_FIRST, size=4, after=first.after)
    Event.objects.filter(type="row 9").delete()

    back = read_page(Event.objects.all(), NEWEST_FIRST, size=4, before=second.before)

    assert names(back) == ["row 8", "row 7", "row 6", "row 5"]
    assert back.before == ""


def test_a_row_that_comes_meanwhile_moves_no_page():
    make_events(8)
    first = read_page(Event.objects.all(), NEWEST_FIRST, size=4)
    make_events(3, at=lambda place: START + timedelta(hours=1))

    second = read_page(Event.objects.all(), NEWEST_FIRST, size=4, after=first.after)

    assert names(second) == ["row 3", "row 2", "row 1", "row 0"]


@pytest.mark.parametrize("token", TOKENS_OF_NOBODY)
def test_a_token_that_this_server_did_not_give_starts_at_the_first_page(token):
    make_events(6)

    page = read_page(Event.objects.all(), NEWEST_FIRST, size=4, after=token)

    assert names(page) == ["row 5", "row 4", "row 3", "row 2"]
