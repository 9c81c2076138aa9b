"""PostgreSQL and the Celery broker, run from the binaries that two packages carry.

Importable without Django: `settings.py` asks here where the sockets are.

    with EmbeddedServers(data_dir, postgresql=True, broker=True): ...

starts what does not run yet, attaches to what does, and at the end stops what nobody else
uses any more.
"""

from brokerage.embedded.errors import EmbeddedServerError
from brokerage.embedded.server import socket_directory
from brokerage.embedded.servers import EmbeddedServers, configured_servers

__all__ = ["EmbeddedServerError", "EmbeddedServers", "configured_servers", "socket_directory"]
