"""Whether news comes in from Loyalty: changes put aside."""

from datetime import datetime
from typing import Final

from regulars.kit import checks
from regulars.kit.checks import Finding, ok, warning
from regulars.smartcomms.sync import queries

NAME: Final = "bridge inward"


def register() -> None:
    """Let the doctor look."""
    checks.register(NAME, news_comes_in, system="smartcomms")


def news_comes_in(at: datetime) -> Finding:
    """Look at what came from Loyalty and was put aside."""
    if count := queries.count_quarantined():
        said = f"{count:,} changes from Loyalty were put aside, for their clock was ahead."
        return warning(NAME, said, "Smart Communications, Journal and bridge, Bridge: not applied")
    return ok(NAME, "Nothing from Loyalty was put aside.")
