"""When the last backup was made, and where it lies: one small file in the home folder, read by the doctor."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from regulars.kit import embedded_postgres

FILE = "backups.json"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made and is whole."""

    made_at: datetime
    file: str
    octets: int
    version: str


def last() -> Made | None:
    """The last backup that was made from this home, or None. Whether its file is still there is not looked at."""
    try:
        said = json.loads(_place().read_text())
        made_at = datetime.fromisoformat(said["made_at"])
        return Made(made_at, str(said["file"]), int(said["octets"]), str(said["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def record(made: Made) -> None:
    """Write down that a backup was made; a kill leaves the record before or this one, never half of one."""
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps({**asdict(made), "made_at": made.made_at.isoformat()}))
    fresh.replace(place)


def _place() -> Path:
    return embedded_postgres.default_home() / FILE
