"""The processes of a running installation, kept by supervisor, which starts one that dies again."""

import contextlib
import errno
import os
import shlex
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.conf import settings

from brokerage.embedded.ends import wait_for_ends
from brokerage.embedded.servers import SUPERVISED
from brokerage.market_data import ALPACA

WEB_PROCESSES = 2
STOP_SECONDS = 8.0
"""How long the processes may take to stop before they are killed: supervisor kills them sooner."""

# Supervisor opens the web server's socket and hands it to every web process. So a web process
# that was killed leaves nothing behind that would keep its successor from the port.
CONFIGURATION = """\
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile={pid_file}
minprocs=50
loglevel=warn
{user}
[fcgi-program:web]
socket=tcp://{host}:{port}
process_name=web-%(process_num)d
numprocs={web_processes}
command={python} -m uvicorn brokerage.asgi:application {uvicorn}
environment=STRIKEBOOK_PROCESS="web"
{kept}
stopwaitsecs=5

[program:worker]
command={python} -m celery --app brokerage --quiet worker --concurrency 2 --without-gossip --without-mingle
environment=STRIKEBOOK_PROCESS="worker",PYTHONWARNINGS="ignore:You're running the worker with superuser privileges"
{kept}
stopwaitsecs=5

[program:beat]
command={python} -m celery --app brokerage --quiet beat --pidfile=
environment=STRIKEBOOK_PROCESS="beat"
{kept}
stopsignal=KILL

[program:relay]
command={python} {manage} relay
environment=STRIKEBOOK_PROCESS="relay"
{kept}
stopwaitsecs=2
"""
MAILBOX = """
[program:mailbox]
command={python} {manage} receive_mail
environment=STRIKEBOOK_PROCESS="mailbox"
{kept}
stopwaitsecs=2
"""
FEED = """
[program:feed]
command={python} {manage} feed
environment=STRIKEBOOK_PROCESS="feed"
{kept}
stopwaitsecs=2
"""
UVICORN = (
    "--fd 0 --no-access-log --no-server-header --no-proxy-headers --log-level warning --timeout-graceful-shutdown 3"
)
KEPT = """\
autorestart=true
startsecs=1
startretries=1000000
killasgroup=true
redirect_stderr=true
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0"""


@dataclass(frozen=True)
class Processes:
    """Web, worker, beat, relay and mailbox of the installation whose data is in `data_dir`."""

    data_dir: Path
    host: str
    port: int

    @property
    def mark(self) -> str:
        """What every one of them carries in its environment, and no other process does."""
        return str(self.data_dir.resolve())

    def start(self) -> subprocess.Popen[str]:
        """Start supervisor and, by it, the rest. What they print comes out of its standard output."""
        path = self.data_dir / "supervisord.conf"
        path.write_text(self._configuration())
        return subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(path)],
            cwd=settings.BASE_DIR,
            env={**os.environ, "STRIKEBOOK_DATA": str(self.data_dir), SUPERVISED: self.mark, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop them in order
        )

    def stop(self) -> int:
        """Stop all that run, also those that a killed supervisor left; answer how many there were."""
        running = self.running()
        for process in _leaders(running):
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.environ().get("STRIKEBOOK_PROCESS") == "beat":
                    process.kill()  # it has nothing to finish, and asked to end while it publishes it stumbles
                else:
                    process.terminate()
        stubborn = wait_for_ends(running, STOP_SECONDS)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        wait_for_ends(stubborn, STOP_SECONDS)
        return len(running)

    def running(self) -> list[psutil.Process]:
        """Answer those that run, whoever started them."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(SUPERVISED) == self.mark
        except (psutil.Error, OSError):
            return False  # another user's, or gone meanwhile

    def _configuration(self) -> str:
        def written(path: Path | str) -> str:
            return shlex.quote(str(path)).replace("%", "%%")

        programs = CONFIGURATION + (MAILBOX if settings.MAILBOX.smtp_port else "")
        programs += FEED if settings.MARKET_SOURCE == ALPACA else ""
        return programs.format(
            pid_file=str(self.data_dir / "supervisord.pid").replace("%", "%%"),
            user="user=root\n" if os.geteuid() == 0 else "",
            host=self.host,
            port=self.port,
            uvicorn=UVICORN,
            web_processes=WEB_PROCESSES,
            python=written(sys.executable),
            manage=written(settings.BASE_DIR / "manage.py"),
            kept=KEPT,
        )


def _leaders(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Answer those that stop what they started themselves, oldest first.

    That is supervisor, which has to know first so that it starts nothing again, and each of
    its programs, but not the worker's own children, whose tasks the worker lets end.
    """
    leaders = []
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(process.pid) == process.pid:
                leaders.append(process)
    return sorted(leaders, key=psutil.Process.create_time)


def is_port_free(host: str, port: int) -> bool:
    """Say whether the web server can have the port. Raises OSError when the address is not this machine's."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True
