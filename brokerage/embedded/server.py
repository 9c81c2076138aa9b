"""What the two embedded servers have in common: one process, shared by whoever needs it."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, ClassVar

import psutil

from brokerage.embedded.ends import has_ended, wait_for_ends
from brokerage.embedded.errors import EmbeddedServerError

START_SECONDS = 60.0
"""How long a start may take, recovery after a crash included."""
RETRY_SECONDS = 10.0
"""How long the lock of a killed server is waited for: its last processes take a second or two to go."""
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02


def socket_directory(data_dir: Path) -> Path:
    """Answer the directory of the sockets of the servers whose data is under `data_dir`.

    It is short, because a socket's path ends at 107 bytes, and belongs to that data alone.
    """
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()
    return Path(tempfile.gettempdir()) / f"strikebook-{digest[:12]}"


class EmbeddedServer(ABC):
    """A server on a Unix socket that several processes share; the last one to leave stops it.

    Every user holds a shared lock on `<name>.users` for as long as it needs the server. The
    kernel lets go of it when a process dies, however it dies, so a server is neither stopped
    under someone else's feet nor left behind by a killed starter. Joining and leaving take
    turns on `<name>.lock`.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, data_dir: Path) -> None:
        self.home = data_dir.resolve()
        self.data = self.home / self.name
        self.sockets = socket_directory(data_dir)
        self.log = self.home / "logs" / f"{self.name}.log"
        self._use: IO[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def pid_file(self) -> Path:
        """The file whose first line is the server's process id."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Say whether the running server answers."""

    @abstractmethod
    def _prepare(self) -> tuple[list[str], Mapping[str, Any]]:
        """Make what is missing; answer the command that starts the server and how to run it."""

    def join(self) -> bool:
        """Use the server: attach to it, or start it when it does not run. True when it was started.

        Raises EmbeddedServerError when it cannot be started or belongs to someone else.
        """
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self._turn():
                return self._take_up()
        except PermissionError as error:
            raise EmbeddedServerError(f"{self.home} belongs to another user; set STRIKEBOOK_DATA ({error})") from error

    def keep_running(self) -> bool:
        """Start the server again if it died while it was in use. True when it had to be."""
        if self.find() is not None:
            return False
        with self._turn():
            return self._ensure()

    def leave(self) -> None:
        """Stop using the server, and stop the server if nobody else uses it."""
        if self._use is None:
            return
        with self._turn():
            self._let_go(self._use)

    def find(self) -> psutil.Process | None:
        """Answer the running server, or None. A process id that was reused by another program is not it."""
        try:
            process = psutil.Process(int(self.pid_file.read_text().split("\n", 1)[0]))
            is_ours = not has_ended(process) and self._marks(process.cmdline())
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None
        return process if is_ours else None

    @abstractmethod
    def _marks(self, command: list[str]) -> bool:
        """Say whether a process with this command line is this server."""

    def _has_to_wait(self, log: str) -> bool:
        """Say whether a start that failed with `log` may succeed a moment later."""
        return False

    def _take_up(self) -> bool:
        self._use = (self.home / f"{self.name}.users").open("a")
        fcntl.flock(self._use, fcntl.LOCK_SH)
        try:
            return self._ensure()
        except BaseException:
            self._let_go(self._use)
            raise

    def _let_go(self, use: IO[str]) -> None:
        self._use = None
        with use:
            try:
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._stop()

    def _ensure(self) -> bool:
        """Have the server running, as it should be; True when it had to be started."""
        was_there = self.find() is not None
        if was_there:
            self._await_ready()
        else:
            self._start()
        return not was_there

    def _start(self) -> None:
        self._make_socket_directory()
        command, options = self._prepare()
        give_up_at = time.monotonic() + RETRY_SECONDS
        while not self._launch(command, options):
            if time.monotonic() > give_up_at:
                raise EmbeddedServerError(f"{self.name} did not start: a killed server still holds its lock")
            time.sleep(POLL_SECONDS)

    def _launch(self, command: list[str], options: Mapping[str, Any]) -> bool:
        """Start the server once; False when it is worth another try."""
        with self.log.open("ab") as log:
            logged = log.tell()
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **{"cwd": "/", **options},
            )
        if self._await_ready():
            return True
        output = self.log.read_bytes()[logged:].decode(errors="replace")
        if self._has_to_wait(output):
            return False
        raise EmbeddedServerError(f"{self.name} did not start ({self.log}):\n{output[-2000:]}")

    def _await_ready(self) -> bool:
        """Wait until the server answers; False when the one that was just started ended instead."""
        give_up_at = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up_at:
            if self.find() is not None and self.is_ready():
                return True
            if self._child is not None and self._child.poll() is not None:
                return False
            time.sleep(POLL_SECONDS)
        raise EmbeddedServerError(f"{self.name} does not answer on {self.sockets}; its log is {self.log}")

    def _stop(self) -> None:
        process = self.find()
        if process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(self.stop_signal)
            if wait_for_ends([process], STOP_SECONDS):
                process.kill()
                wait_for_ends([process], STOP_SECONDS)

    def _make_socket_directory(self) -> None:
        """Make the sockets' directory, which only its owner and root may enter.

        The servers trust whoever reaches their sockets, so a directory that someone else made
        beforehand is refused, and root clears it and makes its own. As root it belongs to the
        account that owns PostgreSQL's data.
        """
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        database = self.home / "postgresql"
        owners = {os.geteuid()} | ({database.stat().st_uid} if database.exists() else set())
        if os.geteuid() == 0 and stat.S_ISDIR(found.st_mode) and found.st_uid not in owners:
            # Left by data that was thrown away. Root may clear it; whoever remakes it first is refused below.
            shutil.rmtree(self.sockets)
            self.sockets.mkdir(mode=0o700)
            found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            raise EmbeddedServerError(f"{self.sockets} belongs to another user; remove it, or set TMPDIR")
        self.sockets.chmod(0o700)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        with (self.home / f"{self.name}.lock").open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield
