"""`GET /healthz`: 200 when all parts are there, else 503 with the missing one's name, soon."""

import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from django.core.cache import cache
from django.db import connection

from brokerage.celery import app
from brokerage.health import beat_alive

pytestmark = pytest.mark.django_db
ALL_THERE = {"web": "ok", "database": "ok", "broker": "ok", "worker": "ok", "relay": "ok"}


@pytest.fixture(autouse=True)
def everyone_is_at_work() -> None:
    for part in ("worker", "relay"):
        beat_alive(part)


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Path]:
    """A socket that is listened on and never answered, named as PostgreSQL names its own."""
    path = tmp_path / ".s.PGSQL.5432"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        yield path


def test_it_answers_200_to_anyone_when_all_parts_are_there(client):
    response = client.get("/healthz")

    assert response.json() == {"status": "ok", "parts": ALL_THERE, "details": {"audit": "unchecked", "market": "ok"}}
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("part", ["worker", "relay"])
def test_a_part_without_a_sign_of_life_is_named(client, part):
    cache.delete(f"health:{part}")

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["parts"] == {**ALL_THERE, part: "missing"}


def test_a_sign_of_life_wears_off(client):
    beat_alive("worker")

    remaining = cache._cache.get_client().pttl(cache.make_key("health:worker"))

    assert 9_000 < remaining <= 10_000


def test_a_database_that_is_down_is_named(client, monkeypatch, tmp_path):
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["parts"] == {**ALL_THERE, "database": "missing"}


def test_a_database_that_does_not_answer_is_named_within_seconds(client, monkeypatch, silent):
    monkeypatch.setitem(connection.settings_dict, "HOST", str(silent.parent))
    began = monotonic()

    response = client.get("/healthz")

    assert response.json()["parts"] == {**ALL_THERE, "database": "missing"}
    assert monotonic() - began < 5


def test_a_broker_that_is_down_is_named(client, monkeypatch, tmp_path):
    monkeypatch.setattr(app.conf, "broker_url", f"redis+socket://{tmp_path}/valkey.sock")

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["parts"] == {**ALL_THERE, "broker": "missing"}


def test_a_broker_that_does_not_answer_is_named_within_seconds(client, monkeypatch, silent):
    monkeypatch.setattr(app.conf, "broker_url", f"redis+socket://{silent}")
    began = monotonic()

    response = client.get("/healthz")

    assert response.json()["parts"] == {**ALL_THERE, "broker": "missing"}
    assert monotonic() - began < 8


def test_a_cache_that_is_down_takes_nobody_else_down(client, settings, tmp_path):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"unix://{tmp_path}/none.sock",
        }
    }
    beat_alive("worker")

    response = client.get("/healthz")

    assert response.json()["parts"] == {**ALL_THERE, "worker": "missing", "relay": "missing"}
