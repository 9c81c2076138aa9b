"""A whole installation in a directory of its own: `manage.py serve`, started and killed as a test likes."""

import fcntl
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
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil

from brokerage.embedded import socket_directory
from brokerage.embedded.ends import wait_for_ends
from brokerage.embedded.postgresql import PostgreSQL
from brokerage.embedded.server import EmbeddedServer
from brokerage.embedded.valkey import Valkey
from brokerage.processes import Processes

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 90.0
# As `serve` prepares them; it does so again when it starts on a copy, and finds nothing left to do.
PREPARE = """
from django.core.management import call_command
call_command("createcachetable", verbosity=0)
call_command("migrate", interactive=False, verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
"""


@dataclass
class Installation:
    """A data directory and a port, with `serve` run on them as often as a test likes."""

    data_dir: Path
    port: int
    serving: subprocess.Popen | None = None
    output: Path = field(init=False)
    patience: float = PATIENCE

    def __post_init__(self) -> None:
        self.output = self.data_dir / "output.txt"

    @property
    def processes(self) -> Processes:
        return Processes(self.data_dir, "127.0.0.1", self.port)

    @property
    def servers(self) -> list[EmbeddedServer]:
        return [PostgreSQL(self.data_dir), Valkey(self.data_dir)]

    def start(self, **settings: str) -> None:
        """Run `serve`, with these environment variables beside those that there are."""
        with self.output.open("w") as output:
            self.serving = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve"],
                env={**environment(), "STRIKEBOOK_DATA": str(self.data_dir), "PORT": str(self.port), **settings},
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
        give_up_at = monotonic() + self.patience
        while not condition():
            assert monotonic() < give_up_at, self.output.read_text()
            assert self.serving.poll() is None, self.output.read_text()
            sleep(0.1)

    def kill(self, processes: list[psutil.Process]) -> None:
        for process in processes:
            process.kill()
        assert wait_for_ends(processes, PATIENCE) == []

    def manage(self, *arguments: str) -> str:
        """Run a command of `manage.py` on this data and answer what it printed; it must succeed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env={**environment(), "STRIKEBOOK_DATA": str(self.data_dir)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kill_everything(self) -> None:
        """Kill every process of the installation at once, the servers included, as a power cut would."""
        self.serving.kill()
        self.serving.wait()
        self.kill(self.processes.running() + [found for server in self.servers if (found := server.find())])

    def close(self) -> None:
        if self.serving and self.serving.poll() is None:
            self.serving.kill()
            self.serving.wait()
        self.kill(self.processes.running() + [found for server in self.servers if (found := server.find())])
        shutil.rmtree(self.data_dir)
        shutil.rmtree(socket_directory(self.data_dir), ignore_errors=True)


def _prepared() -> Path:
    """Answer data as a first start leaves them: made by whoever is the first of a session to ask, for all workers."""
    shared = Path(os.environ["STRIKEBOOK_TEST_SHARED"])
    made = shared / "prepared"
    with (shared / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = Installation(shared / "making", 0)
            making.data_dir.mkdir(mode=0o711)
            making.manage("shell", "--no-imports", "-c", PREPARE)
            shutil.rmtree(socket_directory(making.data_dir), ignore_errors=True)
            making.data_dir.rename(made)
    return made


def environment() -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    return {**outside, "STRIKEBOOK_DEMO": "0"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def temporary_installation(*, is_new: bool = False) -> Iterator[Installation]:
    """Give an installation that is not started yet, and clear it away at the end.

    Its database is prepared already, unless it is to be one that has never been started.
    """
    directory = Path(tempfile.mkdtemp(prefix="strikebook-test-"))
    if not is_new:
        subprocess.run(["cp", "-a", f"{_prepared()}/.", str(directory)], check=True)
    directory.chmod(0o711)
    installation = Installation(directory, free_port())
    try:
        yield installation
    finally:
        installation.close()


@dataclass(frozen=True)
class RunningPartner:
    """A correspondent of a running installation, and calls with its key."""

    url: str
    facts: dict[str, str]

    @property
    def authorization(self) -> str:
        """Answer the header of Basic auth."""
        pair = f"{self.facts['api_key']}:{self.facts['api_secret']}"
        return f"Basic {b64encode(pair.encode()).decode()}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API and answer its JSON; a refusal raises HTTPError, a lost connection OSError."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": self.authorization},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None


def take_on(installation: Installation, code: str = "ACME", *, firm_cash: int = 1_000_000) -> RunningPartner:
    """Create a correspondent with a million dollars, or as many as asked, on a running installation."""
    facts = ["--name", f"{code} Securities", "--code", code, "--firm-cash", str(firm_cash)]
    printed = installation.manage("create_correspondent", *facts, "--json")
    return RunningPartner(f"http://127.0.0.1:{installation.port}", json.loads(printed))
