"""The database that starts on demand: shared by real processes, killed in every way, and found whole again."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from regulars.kit import embedded_postgres, postgres_guard

AS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="needs root")
LINGER_S = 0.4

USER = """
import os, sys
from pathlib import Path
from regulars.kit import embedded_postgres as postgres
home, linger = Path(sys.argv[1]), float(sys.argv[2])
postgres.ROOT_HOME = home.parent / "machine"
fast = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}
fast |= dict(word.split("=", 1) for word in sys.argv[3:])
try:
    print(postgres.serve(home, settings=fast, linger_s=linger), flush=True)
except postgres.CannotStart as why:
    sys.exit(str(why))
for line in sys.stdin:
    exec(line)
    sys.stdout.flush()
"""

# What the guard does for a blink, drawn out.
LOOK_LONG = """
import fcntl, sys, time
from pathlib import Path
state = Path(sys.argv[1])
file = open(state / "users.lock")
(state.parent / "looks").touch()
fcntl.flock(file, fcntl.LOCK_EX)
time.sleep(0.5)
"""


class User:
    """A process of its own that uses the database until it is told to leave or is killed."""

    def __init__(self, home: Path, *settings: str, before: tuple[str, ...] = (), path: Path | None = None) -> None:
        environment = {**os.environ, "PYTHONPATH": str(path or "")}
        self.program = subprocess.Popen(
            [*before, sys.executable, "-c", USER, home, str(LINGER_S), *settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=Path(__file__).parents[2],
        )

    @property
    def address(self) -> str:
        assert self.program.stdout is not None
        if not hasattr(self, "_address"):
            self._address = self.program.stdout.readline().strip()
        assert self._address, self.said
        return self._address

    @property
    def said(self) -> str:
        """What it wrote to stderr, once it has ended."""
        if not hasattr(self, "_said"):
            self._said = self.program.communicate()[1]
        return self._said

    def run(self, line: str) -> str:
        """Let it run one line of Python and return the line that prints."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()
        return self.program.stdout.readline().strip()

    def leave(self) -> None:
        assert self.said is not None

    def kill(self) -> None:
        self.program.kill()
        self.program.wait()


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="reg-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        yield home
        for lock in Path(folder).rglob("guard.lock"):
            end_server(lock.parent)


def end_server(state: Path) -> None:
    with contextlib.suppress(ProcessLookupError, ValueError):
        os.kill(int((state / "guard.lock").read_text()), signal.SIGTERM)
        wait_until(lambda: not (state / "data/postmaster.pid").exists())


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A data folder with one row in it, for copying is quicker than making one."""
    with tempfile.TemporaryDirectory(prefix="reg-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        user = User(Path(folder) / "home")
        write_down(user.address)
        assert user.run("print(postgres.stop(home))") == "True"
        yield embedded_postgres.where(Path(folder) / "home").cluster


@pytest.fixture
def kept(home: Path, prepared: Path) -> Path:
    """A home whose data folder holds one row."""
    (home / "postgres").mkdir(parents=True)
    subprocess.run(["cp", "-a", prepared, home / "postgres/data"], check=True)
    return home


def wait_until(true: Callable[[], object], *, patience_s: float = 15) -> None:
    until = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


def wait_until_gone(home: Path) -> None:
    wait_until(lambda: not embedded_postgres.where(home).is_running and not embedded_postgres.where(home).guard_pid)


def ask(address: str, statement: str) -> str:
    with psycopg.connect(address, autocommit=True) as link:
        cursor = link.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return str(row[0]) if row else ""


def write_down(address: str) -> None:
    ask(address, "create table kept as select 42 as n")


def ended_cleanly(home: Path) -> bool:
    return embedded_postgres.where(home).log.read_text().rstrip().endswith("database system is shut down")


def test_the_server_leaves_after_its_last_user_and_the_data_are_there_the_next_time(home: Path) -> None:
    first, second = User(home), User(home)
    write_down(first.address)

    first.leave()
    time.sleep(LINGER_S * 2)
    assert ask(second.address, "select n from kept") == "42"
    second.leave()
    wait_until_gone(home)

    assert ended_cleanly(home)
    assert ask(User(home).address, "select n from kept") == "42"


def test_two_who_start_at_once_share_one_server(home: Path) -> None:
    users = [User(home) for _ in range(3)]

    addresses = {user.address for user in users}

    assert len(addresses) == 1
    log = embedded_postgres.where(home).log.read_text()
    assert log.count("starting PostgreSQL") == 1
    assert not list(home.glob("postgres/data.new-*"))


def test_a_killed_owner_leaves_no_server_behind(kept: Path) -> None:
    owner = User(kept)
    assert owner.address

    owner.kill()
    wait_until_gone(kept)

    assert ended_cleanly(kept)


def test_a_killed_guard_takes_the_server_along_and_the_next_call_starts_it_anew(kept: Path) -> None:
    user = User(kept)
    assert user.address

    os.kill(embedded_postgres.where(kept).guard_pid or 0, signal.SIGKILL)
    again = user.run(f"print(postgres.serve(home, linger_s={LINGER_S}))")

    assert again == user.address
    assert ask(again, "select n from kept") == "42"
    assert "shutting down" in embedded_postgres.where(kept).log.read_text()


def test_a_killed_guard_without_users_leaves_no_server_behind(kept: Path) -> None:
    user = User(kept)
    assert user.address
    guard = embedded_postgres.where(kept).guard_pid or 0

    user.kill()
    os.kill(guard, signal.SIGKILL)
    wait_until_gone(kept)

    assert ended_cleanly(kept)


def test_a_killed_server_comes_back_while_somebody_uses_it(kept: Path) -> None:
    user = User(kept)
    assert user.address
    killed = embedded_postgres.where(kept).server_pid or 0

    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: embedded_postgres.where(kept).server_pid not in (None, killed))

    again = user.run("print(postgres.serve(home))")
    assert ask(again, "select n from kept") == "42"


def test_guard_and_server_killed_together_are_replaced_by_the_next_user(kept: Path) -> None:
    user = User(kept)
    assert user.address
    place = embedded_postgres.where(kept)

    for pid in (place.server_pid, place.guard_pid):
        os.kill(pid or 0, signal.SIGKILL)

    assert ask(User(kept).address, "select n from kept") == "42"


@pytest.mark.parametrize("owner", ["a zombie", "a stranger"])
def test_a_stale_pid_file_does_not_keep_the_server_from_starting(kept: Path, owner: str) -> None:
    user = User(kept)
    assert user.address
    pid_file = embedded_postgres.where(kept).cluster / "postmaster.pid"
    left_behind = pid_file.read_text()
    user.leave()
    wait_until_gone(kept)
    # It runs as the server's own account: of any other PostgreSQL knows by itself that it is no server.
    account = embedded_postgres.where(kept).account
    other = subprocess.Popen(["sleep", "0" if owner == "a zombie" else "60"], user=account.uid if account else None)
    if owner == "a zombie":
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)

    pid_file.write_text("\n".join([str(other.pid), *left_behind.split("\n")[1:]]))

    assert not embedded_postgres.where(kept).is_running
    assert ask(User(kept).address, "select n from kept") == "42"
    other.kill()
    other.wait()


def test_it_listens_on_a_private_unix_socket_only_and_knows_cyrillic_letters(kept: Path) -> None:
    address = User(kept).address

    socket = embedded_postgres.where(kept).socket
    assert socket is not None
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert ask(address, "show listen_addresses") == ""
    assert ask(address, "show fsync") == "off"
    assert ask(address, "select lower('ЁЖ') || ('Ёж' ilike 'ёЖ')") == "ёжtrue"


def test_a_long_path_moves_the_socket_and_nothing_else(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)

    address = User(deep).address

    place = embedded_postgres.where(deep)
    assert ask(address, "show unix_socket_directories") == str(place.socket)
    assert not str(place.socket).startswith(str(home))
    assert place.cluster.is_relative_to(deep)
    shutil.rmtree(place.socket or "", ignore_errors=True)


def test_a_wrong_setting_is_told_with_the_end_of_the_log(kept: Path) -> None:
    user = User(kept, "max_connections=many")

    assert 'invalid value for parameter "max_connections": "many"' in user.said
    assert str(embedded_postgres.where(kept).log) in user.said
    assert user.program.returncode == 1
    assert not embedded_postgres.where(kept).is_running


def test_data_of_another_major_version_are_left_alone(home: Path) -> None:
    cluster = home / "postgres/data"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("17\n")

    user = User(home)

    assert "holds data of PostgreSQL 17, and the server here is 18" in user.said


def test_stopping_waits_for_the_others_to_leave(kept: Path) -> None:
    first, second = User(kept), User(kept)
    assert first.address == second.address

    with pytest.raises(embedded_postgres.StillInUse):
        embedded_postgres.stop(kept)
    second.leave()
    stopped = first.run("print(postgres.stop(home))")

    assert stopped == "True"
    assert not embedded_postgres.where(kept).is_running
    assert ended_cleanly(kept)
    assert not embedded_postgres.stop(kept)


def test_a_guard_that_looks_for_users_is_not_taken_for_one(kept: Path) -> None:
    user = User(kept)
    assert user.address
    looking = subprocess.Popen([sys.executable, "-c", LOOK_LONG, embedded_postgres.where(kept).state], text=True)
    wait_until((kept / "looks").exists)
    user.kill()

    was_running = embedded_postgres.stop(kept)

    assert was_running
    assert looking.wait() == 0
    assert ended_cleanly(kept)


def test_importing_starts_nothing_and_needs_neither_django_nor_the_wheels_own_python() -> None:
    names = "{'django', 'psycopg', 'embedded_postgres'}"
    program = f"import sys; from regulars.kit import embedded_postgres; print({names} & set(sys.modules))"

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "set()"


def test_the_home_is_the_one_given_or_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_HOME", "/srv/loyalty")
    given = embedded_postgres.default_home()
    monkeypatch.delenv("REGULARS_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/home/ann/data")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    ann = embedded_postgres.default_home()
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert given == Path("/srv/loyalty")
    assert ann == Path("/home/ann/data/regulars")
    assert embedded_postgres.default_home() == embedded_postgres.ROOT_HOME


@only_root
def test_root_gives_the_data_to_an_account_and_says_so_in_one_line(home: Path) -> None:
    first = User(home)
    assert first.address
    place = embedded_postgres.where(home)
    second = User(home)
    assert second.address

    first.leave()
    second.leave()

    assert place.account is not None
    assert place.account.name in ("postgres", "nobody")
    assert place.cluster.stat().st_uid == place.account.uid
    assert stat.S_IMODE(place.cluster.stat().st_mode) == 0o700
    assert first.said.splitlines() == [
        f"Running as root, so PostgreSQL runs as {place.account.name}; its data are in {place.cluster}."
    ]
    assert second.said == ""


@only_root
def test_a_home_in_a_private_folder_stays_private_and_the_data_go_elsewhere(home: Path) -> None:
    home.mkdir(mode=0o700)

    user = User(home)
    write_down(user.address)
    user.leave()

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert list(home.iterdir()) == []
    assert f"who cannot enter {home}; its data are in {home.parent}/machine/home-" in user.said
    assert len(user.said.splitlines()) == 1
    assert ask(User(home).address, "select n from kept") == "42"


@only_root
def test_binaries_in_a_private_folder_are_copied_for_the_account(home: Path) -> None:
    package = embedded_postgres._package()
    private = home.parent / "private"
    private.mkdir(mode=0o700)
    for name in (package.name, "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, private / name)

    user = User(home, path=private)

    assert ask(user.address, "select 'ready'") == "ready"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert list(home.glob("postgres/server-18*/embedded_postgres/pginstall/bin/postgres"))


@only_root
@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
def test_an_ordinary_user_runs_the_server_under_the_own_name(home: Path) -> None:
    # The capability only lets nobody's Python be read where it lies under a private folder.
    capabilities = [f"--{kind}-caps=-all,+dac_read_search" for kind in ("inh", "ambient")]
    before = ("setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups", *capabilities)
    nobody = pwd.getpwnam("nobody")
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    user = User(home, before=before)
    write_down(user.address)
    place = embedded_postgres.where(home)

    os.kill(place.guard_pid or 0, signal.SIGKILL)
    again = user.run(f"print(postgres.serve(home, linger_s={LINGER_S}))")
    count = ask(again, "select n from kept")
    user.kill()
    wait_until_gone(home)

    assert count == "42"
    assert {path.stat().st_uid for path in home.rglob("*")} == {nobody.pw_uid}
    assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700
    assert ended_cleanly(home)


def test_a_half_written_pid_file_is_no_server(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(
        textwrap.dedent("""\
        123
        /somewhere
        """)
    )

    assert postgres_guard.read_postmaster(tmp_path) is None
