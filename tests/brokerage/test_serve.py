"""`manage.py serve`: a whole installation that survives the death of any of its processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic

import psycopg
import pytest
from django.core.management.base import CommandError

from brokerage.embedded import socket_directory
from brokerage.embedded.postgresql import PostgreSQL
from brokerage.management.commands.serve import chosen_port
from brokerage.processes import is_port_free
from tests.installation import PATIENCE, ROOT, Installation, environment, free_port, temporary_installation


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as patch, temporary_installation(is_new=True) as installation:
        patch.delenv("PYTHONUNBUFFERED", raising=False)
        yield installation


@pytest.fixture
def running(installation: Installation) -> Installation:
    if installation.serving is None or installation.serving.poll() is not None:
        installation.start()
    installation.wait_until(installation.is_whole)
    return installation


def test_every_part_is_there_soon_after_the_start(running):
    assert running.health() == {"web": "ok", "database": "ok", "broker": "ok", "worker": "ok", "relay": "ok"}


@pytest.mark.parametrize("words", ["uvicorn", "quiet worker", "quiet beat", "manage.py relay"])
def test_a_process_that_dies_is_started_again(running, words):
    victim = running.running(words)[0]
    running.kill([victim])

    running.wait_until(lambda: any(process.create_time() > victim.create_time() for process in running.running(words)))

    running.wait_until(running.is_whole)
    # The worker's children go with it, so there are never two sets.
    running.wait_until(lambda: len([p for p in running.running(words) if os.getpgid(p.pid) == p.pid]) <= 2)


def test_servers_that_die_are_started_again(running):
    running.kill([server.find() for server in running.servers])

    running.wait_until(running.is_whole)


def test_a_second_serve_on_the_same_data_is_refused(running):
    second = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "serve"],
        env={**environment(), "STRIKEBOOK_DATA": str(running.data_dir), "PORT": str(free_port())},
        capture_output=True,
        text=True,
    )

    assert second.returncode == 1
    assert "already runs on" in second.stderr
    running.wait_until(running.is_whole)


def test_a_taken_port_is_named_before_anything_is_started(running, tmp_path):
    other = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "serve"],
        env={**environment(), "STRIKEBOOK_DATA": str(tmp_path), "PORT": str(running.port)},
        capture_output=True,
        text=True,
    )

    assert other.returncode == 1
    assert f"Port {running.port} of 127.0.0.1 is taken" in other.stderr
    assert not (tmp_path / "postgresql").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "８０"])
def test_a_port_that_is_none_is_refused(monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(CommandError, match="PORT is a number"):
        chosen_port()


def test_another_command_shares_the_running_servers_and_leaves_them(running):
    pids = [server.find().pid for server in running.servers]

    shown = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "showmigrations", "brokerage"],
        env={**environment(), "STRIKEBOOK_DATA": str(running.data_dir)},
        capture_output=True,
        text=True,
    )

    assert "[X]" in shown.stdout
    assert [server.find().pid for server in running.servers] == pids


def test_what_a_killed_manager_left_does_not_block_the_next_start(running):
    running.serving.kill()
    running.serving.wait()
    assert running.running("uvicorn")

    running.start()

    assert "that were left from a run that was killed" in running.output.read_text()
    running.wait_until(running.is_whole)


def test_what_a_killed_process_manager_left_does_not_block_the_next_start(running):
    manager = running.running("supervisor.supervisord")
    running.serving.send_signal(signal.SIGSTOP)  # so that it cannot clean up itself
    running.kill(manager)
    running.serving.kill()
    running.serving.wait()
    assert running.running("uvicorn")

    running.start()

    running.wait_until(running.is_whole)


def test_without_its_process_manager_it_stops_and_leaves_nothing(running):
    running.kill(running.running("supervisor.supervisord"))

    assert running.serving.wait(PATIENCE) == 1
    assert "process manager ended by itself" in running.output.read_text()
    assert running.processes.running() == []
    assert [server.find() for server in running.servers] == [None, None]


def test_after_the_death_of_everything_the_next_start_recovers(running):
    running.kill_everything()

    running.start()

    running.wait_until(running.is_whole)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_stops_within_seconds_and_leaves_nothing(running, number):
    began = monotonic()

    exit_code = running.stop(number)

    assert exit_code == 0
    assert monotonic() - began < 15
    assert running.processes.running() == []
    assert [server.find() for server in running.servers] == [None, None]
    assert is_port_free("127.0.0.1", running.port)


def test_a_demo_book_that_was_interrupted_is_thrown_away(installation):
    if installation.serving and installation.serving.poll() is None:
        installation.stop(signal.SIGTERM)
    host = str(socket_directory(installation.data_dir))
    unfinished = installation.data_dir / "demo-book.unfinished"
    database = PostgreSQL(installation.data_dir)
    database.join()
    with psycopg.connect(host=host, user="app", dbname="strikebook") as connection:
        connection.execute("CREATE TABLE half_a_demo ()")
    database.leave()
    unfinished.touch()

    installation.start()

    with psycopg.connect(host=host, user="app", dbname="strikebook") as connection:
        assert connection.execute("SELECT to_regclass('half_a_demo'), to_regclass('brokerage_event')").fetchone() == (
            None,
            "brokerage_event",
        )
    assert not unfinished.exists()
