"""Reads parcels that lie in a folder: looks whether they are whole and genuine before anybody sees a row."""

import hashlib
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from regulars.warehouse import manifest, parquet
from regulars.warehouse.manifest import FORMAT, Manifest
from regulars.warehouse.parquet import Columns, NotParquet

REFUSED = "refused"
REASON = "reason.txt"
_LONGEST_MANIFEST = 1 << 20


class ParcelRefused(Exception):
    """The parcel is not what it says, or not from whom it says; nothing of it was taken."""


class NotYetWhole(Exception):
    """A file of the parcel is still on its way; look again later."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A whole and genuine parcel."""

    path: Path
    manifest: Manifest
    digest: str
    """Names the content: the same parcel under another name has the same."""
    tables: Mapping[str, Columns]

    def rows(self, table: str, *, batch: int = 500) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table in batches. Raises `ParcelRefused`."""
        try:
            yield from parquet.read(self.path / f"{table}.parquet", self.tables[table], batch=batch)
        except NotParquet as error:
            raise ParcelRefused(str(error)) from error


def find_parcels(folder: Path, sender: str) -> list[Path]:
    """The parcels of a sender that lie in the folder with their signature, in the order of their numbers."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob(f"{sender}-*") if (path / manifest.SIGNATURE).is_file())


def open_parcel(path: Path, *, sender: str, tables: Mapping[str, Columns], key: str) -> Parcel:
    """Look a parcel over: signature, form, checksum and number of rows. Raises `ParcelRefused`, `NotYetWhole`."""
    body = _read_manifest(path, key)
    try:
        told = Manifest.model_validate_json(body)
    except ValidationError as error:
        raise ParcelRefused(f"the manifest is not one: {error.error_count()} faults") from error
    if told.format != FORMAT:
        raise ParcelRefused(f"format {told.format} is not known here, only {FORMAT}")
    if told.sender != sender:
        raise ParcelRefused(f"it comes from {told.sender!r}, not from {sender!r}")
    for name in tables:
        _check(path, name, told)
    return Parcel(path, told, hashlib.sha256(body).hexdigest(), tables)


def _read_manifest(path: Path, key: str) -> bytes:
    file = path / manifest.MANIFEST
    if not file.is_file():
        raise NotYetWhole(manifest.MANIFEST)
    if file.stat().st_size > _LONGEST_MANIFEST:
        raise ParcelRefused("the manifest is too long")
    body = file.read_bytes()
    signature = (path / manifest.SIGNATURE).read_bytes()[:500].decode("utf-8", "replace")
    if not manifest.is_signed(key, body, signature):
        raise ParcelRefused("the signature does not fit the manifest and the sister's key")
    return body


def _check(path: Path, name: str, told: Manifest) -> None:
    file = path / f"{name}.parquet"
    if (wanted := told.tables.get(name)) is None:
        raise ParcelRefused(f"the manifest does not name the table {name}")
    if not file.is_file():
        raise NotYetWhole(file.name)
    if manifest.seal_of(file) != wanted.sha256:
        raise ParcelRefused(f"the checksum of {file.name} is another one than the manifest's")
    try:
        rows = parquet.count(file)
    except NotParquet as error:
        raise ParcelRefused(str(error)) from error
    if rows != wanted.rows:
        raise ParcelRefused(f"{file.name} has {rows} rows, the manifest says {wanted.rows}")


def put_aside(path: Path, reason: str) -> Path:
    """Move a parcel out of the way, with the reason beside it; answers where it lies now."""
    aside = path.parent / REFUSED
    aside.mkdir(exist_ok=True)
    to = aside / path.name
    if to.exists():
        to = aside / f"{path.name}-{secrets.token_hex(4)}"
    path.rename(to)
    (to / REASON).write_text(f"{reason}\n")
    return to


def remove(path: Path) -> None:
    """Remove a parcel that was taken: it holds what people have a right to see forgotten."""
    hidden = path.with_name(f".taken-{secrets.token_hex(8)}")
    path.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def forget(folder: Path, sender: str, *, before: datetime) -> int:
    """Remove parcels of a sender written before an instant: refused, half written, or never fetched."""
    old = [
        path
        for place in (folder, folder / REFUSED)
        for name in (f"{sender}-*", f".{sender}-*", ".taken-*")
        for path in place.glob(name)
        if path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)
