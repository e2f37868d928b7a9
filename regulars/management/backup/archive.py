"""The file of a backup: a tar that is written as a stream, with a manifest of checksums at its end.

Anybody can open it with `tar`. It appears under its name only when it is whole and safe on the disk.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.dump"
SECRETS = "secrets.json"
SETTINGS = "settings.json"
KEPT = "home/"
_BLOCK = 512
_CHUNK = 1 << 20


class BackupNotWhole(Exception):
    """The file is no backup, or not all of it; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the file: how long it is and what it hashes to."""

    octets: int
    sha256: str


class Draft:
    """A backup that is being written, under another name beside its own; readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path, self._parts = path, dict[str, Part]()
        self._fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
        _clear_leftovers(path)
        self._file = os.fdopen(os.open(self._fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")
        fcntl.flock(self._file, fcntl.LOCK_EX)  # whoever clears leftovers sees that we live

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: Any) -> None:
        """Leave nothing behind but a whole file."""
        self._file.close()
        self._fresh.unlink(missing_ok=True)

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a part whose length is known at its end: its header is written last."""
        begin, octets, seal = self._file.tell(), 0, hashlib.sha256()
        self._file.write(bytes(_BLOCK))
        for chunk in chunks:
            self._file.write(chunk)
            seal.update(chunk)
            octets += len(chunk)
        self._file.write(bytes(-octets % _BLOCK))
        end = self._file.tell()
        self._file.seek(begin)
        self._file.write(_header(name, octets))
        self._file.seek(end)
        self._parts[name] = Part(octets, seal.hexdigest())

    def publish(self, manifest: Mapping[str, Any]) -> int:
        """Add the manifest and give the file its name; answers how long it is."""
        parts = {name: {"octets": part.octets, "sha256": part.sha256} for name, part in self._parts.items()}
        self.add(MANIFEST, [json.dumps({"format": FORMAT, **manifest, "parts": parts}, indent=1).encode()])
        self._file.write(bytes(2 * _BLOCK))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return self._file.tell()


def _header(name: str, octets: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = octets, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


def _clear_leftovers(path: Path) -> None:
    """Take away what a killed backup to this name has left."""
    for leftover in path.parent.glob(f".{path.name}.*.part"):
        with contextlib.suppress(OSError), leftover.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()


class Archive:
    """A backup that is there, to be read."""

    def __init__(self, path: Path) -> None:
        """Read the manifest. Raises `BackupNotWhole`."""
        self.path = path
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 (closed by close)
            self._members = {member.name: member for member in self._tar.getmembers()}
            self.manifest: dict[str, Any] = json.loads(self._read(MANIFEST))
            self.parts = {name: Part(**part) for name, part in self.manifest["parts"].items()}
        except OSError as error:
            raise BackupNotWhole(f"{path} cannot be read: {error.strerror or error}.") from error
        except (tarfile.TarError, KeyError, ValueError, TypeError) as error:
            raise BackupNotWhole(f"{path} is no backup of Regulars, or its end is missing.") from error
        if self.manifest.get("format") != FORMAT:
            raise BackupNotWhole(
                f"{path} was made by a newer release ({self.manifest.get('version')}). Install that one."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: Any) -> None:
        self._tar.close()

    def check(self) -> None:
        """Compare every part with its checksum. Raises `BackupNotWhole` and names the first that differs."""
        for name, part in self.parts.items():
            seal, octets = hashlib.sha256(), 0
            for chunk in self.chunks(name):
                seal.update(chunk)
                octets += len(chunk)
            if (octets, seal.hexdigest()) != (part.octets, part.sha256):
                raise BackupNotWhole(f"{self.path} is damaged: {name} is not what was written.")

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, piece by piece."""
        with self._open(name) as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def json(self, name: str) -> dict[str, Any]:
        """A small part that is JSON."""
        found: dict[str, Any] = json.loads(self._read(name))
        return found

    def kept_files(self) -> list[str]:
        """The names of files of the home folder, relative to it."""
        return sorted(name.removeprefix(KEPT) for name in self.parts if name.startswith(KEPT))

    def _read(self, name: str) -> bytes:
        with self._open(name) as file:
            return file.read()

    def _open(self, name: str) -> IO[bytes]:
        try:
            file = self._tar.extractfile(self._members[name])
        except (KeyError, tarfile.TarError) as error:
            raise BackupNotWhole(f"{self.path} has no {name}.") from error
        assert file is not None
        return file
