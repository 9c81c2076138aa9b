"""What keys take of market data is counted once, whatever dies in between, and adds up in the file it is billed by."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.choices import Role
from accounts.key_counts import Store, store
from brokerage import clock
from options import usage_counts
from options.data_usage_export import COLUMNS, usage_rows
from options.models import DataUsage, UsageBatch
from options.services import usage
from options.services.usage import book_usage, count_use, forget_old_batches
from tests.factories import make_api_key, make_staff
from tests.runtime import runtime_role

QUOTES, BARS = "v1beta1/options/quotes/latest", "v1beta1/options/bars"


@pytest.fixture(autouse=True)
def _nothing_counted(clock_at):
    clock_at("2026-01-15 23:59")
    store().redis.delete(usage_counts.AT_HAND, usage_counts.WAITING)


def booked():
    rows = DataUsage.objects.order_by("pk").values_list("api_key", "day", "endpoint", "requests", "points")
    return sorted(rows)


def test_requests_and_points_are_counted_by_key_new_york_day_and_endpoint(acme, globex, clock_at):
    count_use(acme.key, endpoint=QUOTES, points=100)
    count_use(acme.key, endpoint=QUOTES, points=0)
    count_use(acme.key, endpoint=BARS, points=7)
    count_use(globex.key, endpoint=BARS, points=1)
    clock_at("2026-01-16 00:00")
    count_use(acme.key, endpoint=QUOTES, points=3)
    assert booked() == []

    with runtime_role(make_staff(Role.ADMIN, None)):
        book_usage(clock.now())
        book_usage(clock.now())

    thursday, friday = date(2026, 1, 15), date(2026, 1, 16)
    assert booked() == sorted(
        [
            (acme.key.pk, thursday, QUOTES, 2, 100),
            (acme.key.pk, thursday, BARS, 1, 7),
            (globex.key.pk, thursday, BARS, 1, 1),
            (acme.key.pk, friday, QUOTES, 1, 3),
        ]
    )
    assert DataUsage.objects.get(api_key=globex.key).correspondent == globex.correspondent
    assert DataUsage.objects.visible_to(acme.ops).filter(api_key=globex.key).count() == 0

    count_use(acme.key, endpoint=QUOTES, points=2)
    book_usage(clock.now())
    assert (acme.key.pk, friday, QUOTES, 2, 5) in booked()


class Killed(BaseException):
    """The worker dies."""


def dying(*_):
    raise Killed


@pytest.mark.parametrize("last_act", ["counts_of", "_book", "forget"])
def test_a_worker_that_dies_leaves_nothing_out_and_nothing_twice(acme, monkeypatch, last_act):
    count_use(acme.key, endpoint=QUOTES, points=10)
    with monkeypatch.context() as dies:
        dies.setattr(usage if last_act == "_book" else usage_counts, last_act, dying)
        with pytest.raises(Killed):
            book_usage(clock.now())
    assert booked() == ([(acme.key.pk, date(2026, 1, 15), QUOTES, 1, 10)] if last_act == "forget" else [])
    count_use(acme.key, endpoint=QUOTES, points=5)

    book_usage(clock.now())

    assert booked() == [(acme.key.pk, date(2026, 1, 15), QUOTES, 2, 15)]
    assert usage_counts.take() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_batch_write_it_once(acme):
    count_use(acme.key, endpoint=QUOTES, points=10)
    [batch] = usage_counts.take()
    counts = usage_counts.counts_of(batch)

    def work(_):
        try:
            return usage._book(batch, counts)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        done = sorted(workers.map(work, range(4)))

    assert done == [(False, 0)] * 3 + [(True, 1)]
    assert booked() == [(acme.key.pk, date(2026, 1, 15), QUOTES, 1, 10)]


@pytest.mark.parametrize("route", ["v1beta1/options/meta/conditions/<str:ticktype>", f"{QUOTES}{'/more' * 40}"])
def test_the_route_of_an_endpoint_is_written_as_a_path(acme, route):
    count_use(acme.key, endpoint=route, points=1)

    book_usage(clock.now())

    expected = "v1beta1/options/meta/conditions/{ticktype}" if "<" in route else route[:100]
    assert DataUsage.objects.get().endpoint == expected


def test_counts_of_a_key_that_is_gone_hold_nothing_up(acme, caplog):
    usage_counts.add(999_999_999, date(2026, 1, 15), QUOTES, 4)
    count_use(acme.key, endpoint=QUOTES, points=1)

    book_usage(clock.now())

    assert booked() == [(acme.key.pk, date(2026, 1, 15), QUOTES, 1, 1)]
    assert "1 counts of market data are of keys that are gone" in caplog.text


@pytest.mark.parametrize("url", ["", "redis://127.0.0.1:1/0"])
def test_where_the_cache_is_away_it_is_counted_in_the_table_at_once(acme, monkeypatch, url):
    away = Store(url)
    monkeypatch.setattr(usage_counts, "store", lambda: away)

    with runtime_role(acme.api_user):
        count_use(acme.key, endpoint=QUOTES, points=10)
        count_use(acme.key, endpoint=QUOTES, points=1)
        book_usage(clock.now())

    assert booked() == [(acme.key.pk, date(2026, 1, 15), QUOTES, 2, 11)]


def test_old_batches_are_forgotten(acme):
    count_use(acme.key, endpoint=QUOTES, points=1)
    book_usage(clock.now())
    forget_old_batches(clock.now())
    assert UsageBatch.objects.count() == 1

    UsageBatch.objects.update(booked_at=clock.real_now() - timedelta(days=8))
    forget_old_batches(clock.now())

    assert UsageBatch.objects.count() == 0


def test_the_file_ends_with_totals_that_its_rows_add_up_to(acme, globex):
    other, _ = make_api_key(acme.correspondent)
    rows = [(acme, acme.key, 2, 100), (acme, other, 1, 7), (globex, globex.key, 5, 50)]
    for partner, key, requests, points in rows:
        columns = {"endpoint": QUOTES, "requests": requests, "points": points}
        for day in (date(2026, 1, 15), date(2026, 2, 1)):
            DataUsage.objects.create(correspondent=partner.correspondent, api_key=key, day=day, **columns)

    def made(actor, correspondent=None):
        lines = [line for chunk in usage_rows(actor, date(2026, 1, 1), correspondent) for line in chunk]
        assert {len(line) for line in lines} == {len(COLUMNS)}
        return lines

    lines = made(make_staff(Role.ADMIN, None))
    assert [line[0:3:2] + line[4:] for line in lines[3:]] == [
        ["ACME", key, "Total of the key", requests, points]
        for key, requests, points in sorted([(acme.key.key_id, 2, 100), (other.key_id, 1, 7)])
    ] + [
        ["ACME", None, "Total of the correspondent", 3, 107],
        ["GLBX", globex.key.key_id, "Total of the key", 5, 50],
        ["GLBX", None, "Total of the correspondent", 5, 50],
        ["", None, "Total of all", 8, 157],
    ]
    assert sum(line[6] for line in lines[:3]) == 157
    own = made(make_staff(Role.ADMIN, acme.correspondent))
    assert (own[-1][4:], {line[0] for line in own}) == (["Total of all", 3, 107], {"ACME", ""})
    assert made(make_staff(Role.ADMIN, None, email="b@x.example"), globex.correspondent)[-1][6] == 50
