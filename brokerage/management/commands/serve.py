"""Run the whole installation until it is told to stop."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import TextIOWrapper
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from brokerage.embedded import EmbeddedServerError, EmbeddedServers, configured_servers
from brokerage.mode import is_sandbox
from brokerage.processes import Processes, is_port_free

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CHECK_SECONDS = 0.5
ANSWER_SECONDS = 3.0


class Command(BaseCommand):
    help = (
        "Start the embedded servers that have no URL, migrate, fill the demo book of an empty sandbox, and run web, "
        "worker, beat and relay until Ctrl-C or SIGTERM. Reads HOST, PORT, STRIKEBOOK_DATA and STRIKEBOOK_DEMO."
    )
    requires_system_checks: list[str] = []  # `migrate` checks, once the database is there

    def handle(self, *args: Any, **options: Any) -> None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # a log file too shows each line at once
        for number in STOP_SIGNALS:
            signal.signal(number, signal.default_int_handler)
        processes = Processes(settings.DATA_DIR, os.environ.get("HOST") or "127.0.0.1", chosen_port())
        try:
            with self._alone(processes), configured_servers() as servers:
                self._prepare(servers)
                self._run(processes, servers)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        except EmbeddedServerError as error:
            raise CommandError(str(error)) from error

    @contextlib.contextmanager
    def _alone(self, processes: Processes) -> Iterator[None]:
        """Hold this data directory; stop what a killed `serve` left running in it; insist on the port."""
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        with (settings.DATA_DIR / "serve.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError(f"Strikebook already runs on {settings.DATA_DIR}.") from error
            if left := processes.stop():
                self.stdout.write(f"Stopped {left} processes that were left from a run that was killed.")
            if not is_port_free(processes.host, processes.port):
                raise CommandError(
                    f"Port {processes.port} of {processes.host} is taken by another program."
                    f" Set PORT to one that is free."
                )
            yield

    def _prepare(self, servers: EmbeddedServers) -> None:
        """Bring the database up to date; fill the demo book of a new one, and show how to get in."""
        unfinished = settings.DATA_DIR / "demo-book.unfinished"
        if unfinished.exists() and servers.postgresql:
            self.stdout.write("The demo book was interrupted: it is made again.")
            servers.postgresql.drop_database()
            unfinished.unlink()
        is_new = not MigrationRecorder(connection).applied_migrations()
        has_demo = is_sandbox() and os.environ.get("STRIKEBOOK_DEMO") != "0"
        if has_demo and is_new:
            unfinished.touch()
        self.stdout.write("Preparing the database…")
        call_command("createcachetable", verbosity=0)  # before `migrate`, which lets the processes use what is there
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if has_demo and (is_new or (settings.DATA_DIR / "demo.json").exists()):
            call_command("seed_demo", stdout=self.stdout)
            unfinished.unlink(missing_ok=True)
        connections.close_all()

    def _run(self, processes: Processes, servers: EmbeddedServers) -> None:
        """Run the processes until they end, which they do only when someone stops them."""
        supervisor = processes.start()
        output = Thread(target=self._pass_on, args=[supervisor], daemon=True)
        output.start()
        address = f"http://{'127.0.0.1' if processes.host == '0.0.0.0' else processes.host}:{processes.port}/"  # noqa: S104
        is_up = False
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    supervisor.wait(CHECK_SECONDS)
                    raise CommandError("The process manager ended by itself; everything is stopped.")
                for name in servers.keep_running():
                    self.stdout.write(f"{name} had died and was started again.")
                if not is_up and (is_up := _answers(address)):
                    self.stdout.write(f"Strikebook is at {address} (Ctrl-C stops it)")
        finally:
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self.stdout.write("Stopping…")
            processes.stop()
            output.join(CHECK_SECONDS)

    def _pass_on(self, supervisor: subprocess.Popen[str]) -> None:
        for line in supervisor.stdout or ():
            self.stdout.write(line, ending="")


def chosen_port() -> int:
    """Answer PORT, 8000 when it is not given. Raises CommandError when it is no port."""
    port = os.environ.get("PORT") or "8000"
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise CommandError(f"PORT is a number from 1 to 65535, not {port!r}.")
    return int(port)


def _answers(address: str) -> bool:
    """Say whether the web server answers, whatever it says."""
    try:
        urllib.request.urlopen(f"{address}healthz", timeout=ANSWER_SECONDS).close()  # noqa: S310
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
