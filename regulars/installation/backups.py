"""How old the last backup is."""

from datetime import datetime, timedelta
from typing import Final

from regulars.kit import backups
from regulars.kit.checks import Finding, failed, ok, span, warning

SOON: Final = timedelta(days=2)
TOO_LATE: Final = timedelta(days=8)
_FIX: Final = "regulars backup regulars.backup"


def age(at: datetime) -> Finding:
    """Look at what the last `regulars backup` of this home wrote down."""
    last = backups.last()
    if last is None:
        return warning("backup", "No backup was ever made from here.", _FIX)
    old = span((at - last.made_at).total_seconds())
    if at - last.made_at > TOO_LATE:
        return failed("backup", f"The last backup is {old} old.", _FIX)
    if at - last.made_at > SOON:
        return warning("backup", f"The last backup is {old} old.", _FIX)
    return ok("backup", f"The last backup is {old} old: {last.file}.")
