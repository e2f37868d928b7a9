"""The dumps of earlier landings, and how one is loaded."""

import gzip
import subprocess
from pathlib import Path

from regulars.kit import schema_state
from regulars.management.backup import programs

UPGRADES = Path(__file__).parent
LANDINGS = sorted(path.name.removesuffix(".sql.gz") for path in UPGRADES.glob("*.sql.gz"))


def load(landing: str, name: str) -> None:
    """Load a landing's dump into an empty database."""
    script = gzip.decompress((UPGRADES / f"{landing}.sql.gz").read_bytes())
    with schema_state.connected_as_owner() as link:
        psql = programs.choose(programs.major_of(link))["psql"]
    command = [psql, "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-1", "-f", "-"]
    subprocess.run(command, input=script, env=programs.environment(name), check=True)
