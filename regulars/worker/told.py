"""How an error is told in the log: by its kind and place, for its words may hold somebody's row."""

import traceback

from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

# What the database says about itself and the way to it; its first line names no row.
_ABOUT_ITSELF = (OperationalError, InterfaceError, PoolTimeout)


def told(error: Exception) -> str:
    """Name the kind of an error and where it was raised, or, when the database is away, why."""
    if isinstance(error, _ABOUT_ITSELF):
        return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}" if frames else type(error).__name__
