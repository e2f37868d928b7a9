"""Writes a parcel: rows as they come, then the files, their manifest and its signature, and at last its name."""

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson

from regulars.warehouse import manifest, parquet
from regulars.warehouse.manifest import FORMAT, Manifest, Table
from regulars.warehouse.parquet import Columns


class Draft:
    """A parcel in the making, hidden under a name with a dot until it is whole.

    Used with `with`: whatever is not published when the block ends leaves nothing behind.
    """

    def __init__(self, folder: Path, sender: str, tables: Mapping[str, Columns]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._sender, self._tables = folder, sender, tables
        self._place = folder / f".{sender}-{secrets.token_hex(8)}"
        self._place.mkdir(mode=0o700)
        self._lines: dict[str, BinaryIO] = {
            name: (self._place / f"{name}.lines").open("wb", buffering=1 << 18) for name in tables
        }

    def __enter__(self) -> Self:
        return self

    def add(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows to a table of the parcel."""
        self._lines[table].writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)

    def publish(self, *, key: str, sequence: int, is_full: bool, at: datetime) -> Manifest:
        """Make the parcel seen, all at once: a reader finds it whole or not at all."""
        tables = {name: self._close(name, columns) for name, columns in self._tables.items()}
        told = Manifest(
            format=FORMAT, sender=self._sender, sequence=sequence, written_at=at, is_full=is_full, tables=tables
        )
        body = told.model_dump_json(indent=1).encode()
        (self._place / manifest.MANIFEST).write_bytes(body)
        (self._place / manifest.SIGNATURE).write_text(manifest.sign(key, body, int(at.timestamp())))
        for path in self._place.iterdir():
            _settle(path)
        _settle(self._place)
        self._place.rename(self._folder / f"{self._sender}-{sequence:08}-{secrets.token_hex(4)}")
        _settle(self._folder)
        return told

    def _close(self, name: str, columns: Columns) -> Table:
        self._lines[name].close()
        lines, path = self._place / f"{name}.lines", self._place / f"{name}.parquet"
        rows = parquet.write(lines, columns, path)
        lines.unlink()
        return Table(rows=rows, sha256=manifest.seal_of(path))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lines in self._lines.values():
            lines.close()
        shutil.rmtree(self._place, ignore_errors=True)


def _settle(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
