"""What a parcel says about itself, and its signature: without both, and without what they promise, nobody takes it."""

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from regulars.contract import signing

FORMAT = 1
MANIFEST, SIGNATURE = "manifest.json", "signature"
_PURPOSE = b"regulars parcel\n"
_CHUNK = 1 << 20


class Table(BaseModel):
    """What one file of a parcel must be."""

    model_config = ConfigDict(frozen=True)

    rows: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """Who wrote a parcel, when, which number it has, and what must be in it."""

    model_config = ConfigDict(frozen=True)

    format: int
    sender: str
    sequence: Annotated[int, Field(ge=1)]
    written_at: AwareDatetime
    is_full: bool
    """Whether it tells everything; else only what changed since the parcel before."""
    tables: dict[str, Table]


def sign(key: str, manifest: bytes, at_s: int) -> str:
    """The signature of a manifest."""
    return signing.sign(key, _PURPOSE + manifest, at_s)


def is_signed(key: str, manifest: bytes, signature: str) -> bool:
    """Tell whether the manifest was signed with the key, at any time."""
    return signing.is_authentic(key, _PURPOSE + manifest, signature)


def seal_of(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece."""
    seal = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            seal.update(piece)
    return seal.hexdigest()
