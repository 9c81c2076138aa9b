"""The embedded servers that this installation needs, as one thing to enter and leave."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from brokerage.embedded.postgresql import PostgreSQL
from brokerage.embedded.server import EmbeddedServer
from brokerage.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_SERVERS = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "serve",  # starts them itself, and says so
        "startapp",
        "version",
    }
)
SUPERVISED = "STRIKEBOOK_SUPERVISED"
"""Set for the processes that `serve` runs: their servers are up for as long as they are."""


class EmbeddedServers(contextlib.AbstractContextManager["EmbeddedServers"]):
    """The embedded servers of one data directory, up from entering until leaving.

    Those that run are used as they are. At the end each is stopped by whoever leaves it last.
    """

    def __init__(self, data_dir: Path, *, postgresql: bool, broker: bool) -> None:
        self.postgresql = PostgreSQL(data_dir) if postgresql else None
        self.broker = Valkey(data_dir) if broker else None
        self._joined = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as joined:
            for server in self.all:
                server.join()
                joined.callback(server.leave)
            self._joined = joined.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._joined.close()

    @property
    def all(self) -> list[EmbeddedServer]:
        """The servers, in the order in which they start."""
        return [server for server in (self.postgresql, self.broker) if server is not None]

    def keep_running(self) -> list[str]:
        """Start again what died meanwhile; answer the names of those that had to be."""
        return [server.name for server in self.all if server.keep_running()]


def configured_servers(arguments: Sequence[str] = ()) -> EmbeddedServers:
    """Answer the servers that `manage.py` with these `arguments` needs, by the environment.

    None for a server that has a URL, in production mode, for a process under `serve`, and for
    a command that touches neither.
    """
    environment = os.environ
    needless = (
        environment.get("STRIKEBOOK_MODE") == "production"
        or SUPERVISED in environment
        or not WITHOUT_SERVERS.isdisjoint(arguments[:1])
        or not {"-h", "--help", "--version"}.isdisjoint(arguments)
    )
    return EmbeddedServers(
        Path(environment.get("STRIKEBOOK_DATA") or ROOT / ".data").absolute(),
        postgresql=not needless and not environment.get("DATABASE_URL"),
        broker=not needless and not environment.get("CELERY_BROKER_URL"),
    )
