"""A container engine of two hundred lines, for machines without one: it does what Dockerfile, compose.yaml and units say.

Each stage is an overlay over this machine's own root, so that every step really runs, at its real path, and nothing of it
stays. `python:3.13-slim` is this machine with Python 3.13 in front of its path. Needs root; the caller runs it inside
`unshare --mount --pid --fork`, so that mounts and processes end with it.
"""

import contextlib
import fnmatch
import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PYTHON = Path(os.path.realpath(sys.executable)).parent
NOT_IN_AN_IMAGE = ("opt/regulars", "var/lib/regulars", "etc/regulars.env")
PATH = f"{PYTHON}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def run(*command: str, **options: Any) -> None:
    subprocess.run(command, check=True, **options)


@dataclass
class Root:
    """A throw-away root over this machine's, with the settings that an image has."""

    path: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"})
    user: str = "root"
    folder: str = "/"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    @classmethod
    def over_this_machine(cls, scratch: Path, name: str) -> "Root":
        layers = [scratch / name / layer for layer in ("upper", "work", "root")]
        for layer in layers:
            layer.mkdir(parents=True)
        upper, work, root = layers
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}", str(root))
        run("mount", "-t", "proc", "proc", str(root / "proc"))
        run("mount", "--bind", "/dev", str(root / "dev"))
        run("mount", "-t", "tmpfs", "tmpfs", str(root / "tmp"))
        run("mount", "-t", "tmpfs", "tmpfs", str(root / "run"))
        # Where Python lives below /root, others than root could not start it; in an image it stands in /usr/local.
        for above in [PYTHON, *PYTHON.parents]:
            with contextlib.suppress(OSError):
                (root / str(above).lstrip("/")).chmod(0o755)
        for place in NOT_IN_AN_IMAGE:
            shutil.rmtree(root / place, ignore_errors=True)
        made = cls(root)
        for name in (
            "PIP_INDEX_URL",
            "UV_INDEX_URL",
            "UV_DEFAULT_INDEX",
            "PIP_CONFIG_FILE",
            "UV_CONFIG_FILE",
            "SSL_CERT_FILE",
        ):
            if name in os.environ:
                made.env[name] = os.environ[name]
        return made

    def inside(self, path: str) -> Path:
        return self.path / str(Path(self.folder, path)).lstrip("/")

    def line(self, command: Sequence[str], *, user: str = "", env: Mapping[str, str] | None = None) -> list[str]:
        who = user or self.user
        settings = {**self.env, **({"HOME": self._home(who)} if who != "root" else {}), **(env or {})}
        words = [f"{name}={value}" for name, value in settings.items()]
        into = f"cd {shlex.quote(self.folder)} && exec {shlex.join(command)}"
        return [
            "chroot",
            f"--userspec={who}:{who}",
            str(self.path),
            "/usr/bin/env",
            "-i",
            *words,
            "/bin/sh",
            "-c",
            into,
        ]

    def run(self, command: Sequence[str], *, user: str = "", env: Mapping[str, str] | None = None) -> None:
        print("+", shlex.join(command), file=sys.stderr, flush=True)
        run(*self.line(command, user=user, env=env), stdout=sys.stderr)

    def start(
        self, command: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.line(command, env=env), stdout=log.open("wb"), stderr=subprocess.STDOUT)

    def is_well(self, command: Sequence[str]) -> bool:
        return subprocess.run(self.line(command), capture_output=True).returncode == 0

    def complaint(self) -> str:
        return subprocess.run(self.line(self.health), capture_output=True, text=True).stderr[-1500:]

    def _home(self, user: str) -> str:
        for line in (self.path / "etc/passwd").read_text().splitlines():
            name, *_, home, _shell = line.split(":")
            if name == user:
                return home
        return pwd.getpwnam(user).pw_dir


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The lines of a Dockerfile without comments, those that go on joined."""
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    for line in filter(str.strip, joined.splitlines()):
        word, _, rest = line.strip().partition(" ")
        yield word.upper(), rest.strip()


def build(dockerfile: Path, scratch: Path) -> Root:
    """Do what the file says; the answer is its last stage."""
    stages: dict[str, Root] = {}
    root = None
    for word, rest in instructions(dockerfile.read_text()):
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            if image != "python:3.13-slim":
                raise SystemExit(f"FROM {image}: this machine cannot stand for that image.")
            root = stages[name or "last"] = Root.over_this_machine(scratch, name or "last")
            continue
        assert root is not None, "A Dockerfile begins with FROM."
        _do(root, word, rest, stages, dockerfile.parent)
    assert root is not None
    return root


def _do(root: Root, word: str, rest: str, stages: Mapping[str, Root], context: Path) -> None:
    match word:
        case "RUN":
            root.run(["/bin/sh", "-ec", rest])
        case "WORKDIR":
            root.folder = rest
            root.inside(".").mkdir(parents=True, exist_ok=True)
        case "ENV":
            for pair in shlex.split(rest):
                name, _, value = pair.partition("=")
                root.env[name] = re.sub(r"\$(\w+)", lambda found: root.env.get(found[1], ""), value)
        case "USER":
            root.user = rest
        case "COPY":
            _copy(root, shlex.split(rest), stages, context)
        case "ENTRYPOINT":
            root.entrypoint = json.loads(rest)
        case "CMD":
            root.command = json.loads(rest)
        case "HEALTHCHECK":
            root.health = json.loads(rest[rest.index("CMD") + 3 :])
        case "VOLUME" | "EXPOSE":
            pass
        case _:
            raise SystemExit(f"{word}: this engine does not know that instruction.")


def _copy(root: Root, words: list[str], stages: Mapping[str, Root], context: Path) -> None:
    stage = next((word.removeprefix("--from=") for word in words if word.startswith("--from=")), "")
    *sources, target = [word for word in words if not word.startswith("--")]
    to = root.inside(target)
    for source in sources:
        found = stages[stage].inside(source) if stage else context / source
        if not stage and not _is_sent(context, source):
            raise SystemExit(f"COPY {source}: .dockerignore keeps it from the build.")
        if found.is_dir():
            shutil.copytree(found, to, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            is_folder = target.endswith("/") or len(sources) > 1
            (to if is_folder else to.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, to / found.name if is_folder else to)


def _is_sent(context: Path, source: str) -> bool:
    is_sent = True
    for line in (context / ".dockerignore").read_text().split():
        if fnmatch.fnmatch(source.removeprefix("./"), line.removeprefix("!")):
            is_sent = line.startswith("!")
    return is_sent
