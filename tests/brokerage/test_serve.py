"""`manage.py serve`: a whole installation that survives the death of any of its processes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import psutil
import psycopg
import pytest
from django.core.management.base import CommandError

from brokerage.embedded import socket_directory
from brokerage.embedded.ends import wait_for_ends
from brokerage.embedded.postgresql import PostgreSQL
from brokerage.embedded.server import EmbeddedServer
from brokerage.embedded.valkey import Valkey
from brokerage.management.commands.serve import chosen_port
from brokerage.processes import Processes, is_port_free

pytestmark = pytest.mark.xdist_group("serve")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


@dataclass
class Installation:
    """A data directory and a port, with `serve` run on them as often as a test likes."""

    data_dir: Path
    port: int
    serving: subprocess.Popen | None = None
    output: Path = field(init=False)

    def __post_init__(self) -> None:
        self.output = self.data_dir / "output.txt"

    @property
    def processes(self) -> Processes:
        return Processes(self.data_dir, "127.0.0.1", self.port)

    @property
    def servers(self) -> list[EmbeddedServer]:
        return [PostgreSQL(self.data_dir), Valkey(self.data_dir)]

    def start(self) -> None:
        with self.output.open("w") as output:
            self.serving = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve"],
                env={**_environment(), "STRIKEBOOK_DATA": str(self.data_dir), "PORT": str(self.port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.wait_until(lambda: "Strikebook is at" in self.output.read_text())

    def stop(self, signal_number: signal.Signals) -> int:
        self.serving.send_signal(signal_number)
        return self.serving.wait(PATIENCE)

    def health(self) -> dict[str, str]:
        """Answer the parts as `/healthz` names them; nothing when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as response:
                return json.load(response)["parts"]
        except urllib.error.HTTPError as error:
            return json.load(error)["parts"]
        except OSError:
            return {}

    def is_whole(self) -> bool:
        return set(self.health().values()) == {"ok"}

    def running(self, words: str) -> list[psutil.Process]:
        """Answer the processes whose command line contains `words`, the oldest first."""
        found = [process for process in self.processes.running() if words in " ".join(process.cmdline())]
        return sorted(found, key=psutil.Process.create_time)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        give_up_at = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < give_up_at, self.output.read_text()
            assert self.serving.poll() is None, self.output.read_text()
            sleep(0.1)

    def kill(self, processes: list[psutil.Process]) -> None:
        for process in processes:
            process.kill()
        assert wait_for_ends(processes, PATIENCE) == []

    def close(self) -> None:
        if self.serving and self.serving.poll() is None:
            self.serving.kill()
            self.serving.wait()
        self.kill(self.processes.running() + [found for server in self.servers if (found := server.find())])
        shutil.rmtree(self.data_dir)
        shutil.rmtree(socket_directory(self.data_dir), ignore_errors=True)


def _environment() -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    return {**outside, "STRIKEBOOK_DEMO": "0"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    directory = Path(tempfile.mkdtemp(prefix="strikebook-test-"))
    directory.chmod(0o711)
    installation = Installation(directory, _free_port())
    yield installation
    installation.close()


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
        env={**_environment(), "STRIKEBOOK_DATA": str(running.data_dir), "PORT": str(_free_port())},
        capture_output=True,
        text=True,
    )

    assert second.returncode == 1
    assert "already runs on" in second.stderr
    running.wait_until(running.is_whole)


def test_a_taken_port_is_named_before_anything_is_started(running, tmp_path):
    other = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "serve"],
        env={**_environment(), "STRIKEBOOK_DATA": str(tmp_path), "PORT": str(running.port)},
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
        env={**_environment(), "STRIKEBOOK_DATA": str(running.data_dir)},
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
    everything = [psutil.Process(running.serving.pid), *running.processes.running()]
    running.kill(everything + [server.find() for server in running.servers])

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
