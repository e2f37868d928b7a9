"""Where the exchange lies: the folder that both systems see, or that somebody carries from one to the other."""

from pathlib import Path

from django.conf import settings

from regulars import database


def find() -> Path | None:
    """The folder of the exchange: the one that was chosen; else, together, one for each database; apart, none."""
    if settings.EXCHANGE_FOLDER is not None:
        return Path(settings.EXCHANGE_FOLDER) if settings.EXCHANGE_FOLDER else None
    if len(settings.SYSTEMS) < 2:
        return None
    return database.home() / "exchange" / str(settings.DATABASES["default"]["NAME"])
