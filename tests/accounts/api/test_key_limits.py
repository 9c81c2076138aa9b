"""How many calls a key may make, and what happens where nobody can count them."""

import logging
from time import time
from uuid import uuid4

import pytest
from django.test import Client

from accounts.key_counts import Store, store
from accounts.models import Account
from tests.cast import basic_auth
from tests.factories import application_body

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
NOBODY = basic_auth("CKNOBODY", "wrong")


def figures(response):
    return [int(response[name]) for name in HEADERS]


def allow(partner, calls):
    partner.correspondent.requests_per_minute = calls
    partner.correspondent.save(update_fields=["requests_per_minute"])


def an_address():
    """Answer an address that no other test calls from."""
    return f"2001:db8::{uuid4().hex[:4]}:{uuid4().hex[:4]}"


@pytest.fixture(autouse=True)
def _within_one_minute():
    """Begin early enough in a minute for a test to end in it."""
    while time() % 60 > 55:
        pass


def test_every_answer_says_what_is_left_of_the_minute(acme, acme_api, settings):
    settings.API_REQUESTS_PER_MINUTE = 50
    now = time()

    answers = [acme_api.get("/v1/accounts"), acme_api.get("/v1/accounts/nothing"), acme_api.post("/v1/accounts", "{")]
    answers += [acme_api.delete("/v1/accounts"), acme_api.get("/v1/clock")]

    counted = [answer for answer in answers if answer.has_header(HEADERS[0])]
    assert [answer.status_code for answer in counted] == [200, 400, 405, 200]  # an unknown path has no key to count
    assert [figures(answer)[:2] for answer in counted] == [[50, 49], [50, 48], [50, 47], [50, 46]]
    assert all(now < figures(answer)[2] <= now + 60 and figures(answer)[2] % 60 == 0 for answer in counted)


def test_one_call_too_many_is_429_and_nothing_is_written(acme, acme_api, globex_api):
    allow(acme, 2)
    before = Account.objects.count()
    assert [acme_api.get("/v1/clock").status_code for _ in range(2)] == [200, 200]

    refused = acme_api.post("/v1/accounts", application_body())

    assert refused.status_code == 429
    assert refused.json()["code"] == 42910000
    assert refused.json()["message"].startswith("too many requests: 2 a minute are allowed, try again in ")
    assert figures(refused)[:2] == [2, 0]
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert Account.objects.count() == before
    assert globex_api.get("/v1/clock").status_code == 200


def test_each_key_has_its_own_count(acme, acme_api):
    from tests.cast import ApiClient
    from tests.factories import make_api_key

    allow(acme, 1)
    other = ApiClient(*next((key.key_id, secret) for key, secret in [make_api_key(acme.correspondent)]))

    assert (acme_api.get("/v1/clock").status_code, other.get("/v1/clock").status_code) == (200, 200)
    assert (acme_api.get("/v1/clock").status_code, other.get("/v1/clock").status_code) == (429, 429)


def test_keys_that_do_not_exist_are_counted_by_address_and_right_ones_go_on_from_there(acme, settings):
    settings.API_REFUSALS_PER_MINUTE = 3
    here, there = {"REMOTE_ADDR": an_address()}, {"REMOTE_ADDR": an_address()}

    statuses = [Client(headers=NOBODY, **here).get("/v1/clock").status_code for _ in range(4)]
    refused = Client(headers=NOBODY, **here).get("/v1/clock")

    assert statuses == [401, 401, 401, 429]
    assert (refused.json()["code"], figures(refused)[:2]) == (42910000, [3, 0])
    assert Client(headers=NOBODY, **there).get("/v1/clock").status_code == 401
    assert acme.client().get("/v1/clock", **here).status_code == 200


def test_without_the_store_calls_pass_and_that_is_said_once(tmp_path, caplog):
    away = Store(f"unix://{tmp_path}/nobody.sock?db=1")

    with caplog.at_level(logging.WARNING):
        windows = [away.count("key:1", 5, at=600.0) for _ in range(9)]

    assert {(window.used, window.is_exceeded, window.headers()[HEADERS[1]]) for window in windows} == {(0, False, "5")}
    assert away.take_slot(1, "a", most=0, at=600.0)
    assert [record.message for record in caplog.records if "is away" in record.message] != []
    assert len(caplog.records) == 1


def test_without_a_redis_a_process_counts_for_itself():
    alone = Store("")

    assert [alone.count("key:1", 2, at=600.0).is_exceeded for _ in range(3)] == [False, False, True]
    assert alone.count("key:1", 2, at=660.0).used == 1


def test_counting_takes_no_query(acme, acme_api, django_assert_num_queries):
    with django_assert_num_queries(2):  # the key, and the clock
        acme_api.get("/v1/clock")


KEY = 987_654_321


@pytest.fixture
def places():
    store().redis.delete(f"streams:{KEY}", f"ended:{KEY}")
    yield store()
    store().redis.delete(f"streams:{KEY}", f"ended:{KEY}")


def test_a_key_has_so_many_places_for_streams(places):
    assert [places.take_slot(KEY, str(slot), most=25, at=1000.0) for slot in range(26)] == [True] * 25 + [False]

    places.free_slot(KEY, "7")

    assert places.take_slot(KEY, "next", most=25, at=1001.0)
    assert not places.take_slot(KEY, "one more", most=25, at=1001.0)


def test_places_of_a_process_that_died_run_out_and_those_that_are_kept_do_not(places):
    assert places.take_slot(KEY, "dies", most=2, at=1000.0)
    assert places.take_slot(KEY, "lives", most=2, at=1000.0)

    assert places.keep_slot(KEY, "lives", at=1030.0)

    assert not places.take_slot(KEY, "early", most=2, at=1050.0)
    assert places.take_slot(KEY, "later", most=2, at=1061.0)
    assert not places.take_slot(KEY, "one more", most=2, at=1061.0)


def test_the_streams_of_a_revoked_key_are_told_to_end(places):
    assert places.take_slot(KEY, "open", most=2, at=1000.0)

    places.end_streams(KEY)

    assert not places.keep_slot(KEY, "open", at=1020.0)
