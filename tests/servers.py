"""A pytest plugin: the embedded servers, up before Django is set up and until the session ends.

They keep their data under `.data-test/`, so a running installation is left alone. Under xdist
the controller and every worker share the same servers, each with a database and a part of the
cache of its own.
"""

import os
import shutil
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from brokerage.embedded import EmbeddedServerError, configured_servers
from brokerage.embedded.postgresql import find_binaries, major_version

ROOT = Path(__file__).resolve().parent.parent


def data_directory() -> Path:
    """Answer where the test servers keep their data: one place for each version of PostgreSQL."""
    name = "external" if os.environ.get("DATABASE_URL") else f"postgresql-{major_version(find_binaries())}"
    return Path(os.environ.get("STRIKEBOOK_TEST_DATA", ROOT / ".data-test")) / name


# Settings are read while pytest starts, before any hook but after this import.
os.environ["STRIKEBOOK_DATA"] = str(data_directory())
os.environ["STRIKEBOOK_PROCESS"] = "command"  # tests own their databases; some take the runtime role


def pytest_configure(config: pytest.Config) -> None:
    """Start or attach to the servers, with no task left from an earlier session in the broker."""
    servers = configured_servers()
    if servers.broker and servers.broker.find() is None:
        shutil.rmtree(servers.broker.data, ignore_errors=True)
    running = ExitStack()
    try:
        running.enter_context(servers)
    except EmbeddedServerError as error:
        raise pytest.UsageError(str(error)) from error
    config.add_cleanup(running.close)
    if not hasattr(config, "workerinput"):
        shared = tempfile.mkdtemp(prefix="strikebook-shared-")
        Path(shared).chmod(0o711)
        os.environ["STRIKEBOOK_TEST_SHARED"] = shared  # the workers of xdist inherit it
        config.add_cleanup(partial(shutil.rmtree, shared, ignore_errors=True))
    # Clearing a cache empties its whole database, under whatever prefix: each worker of xdist has one of its own.
    number = 2 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    settings.CACHE_URL = settings.CACHE_URL.replace("?db=1", f"?db={number}")
    settings.CACHES["default"]["LOCATION"] = settings.CACHE_URL
