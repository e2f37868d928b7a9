"""One exchange between the systems that run here: Loyalty writes its parcel, Smart Communications takes in what lies there."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from regulars.loyalty.sync import actions as loyalty
from regulars.loyalty.sync.models import Exchange
from regulars.smartcomms.sync import actions as smartcomms
from regulars.smartcomms.sync.parcels import Taken
from regulars.warehouse import folder as folders


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What one exchange did; `written` is None where Loyalty does not run, or while somebody else writes."""

    folder: Path
    written: Exchange | None
    taken: list[Taken]


def run_once(*, is_full: bool = False, folder: Path | None = None, at: datetime) -> Exchanged:
    """Write and take in at once, whatever the hour. Raises `CommandError` when there is no folder to do it in."""
    place = folder or folders.find()
    if place is None:
        raise CommandError("Say where the exchange lies: REGULARS_EXCHANGE_FOLDER, or --folder.")
    written = loyalty.write_exchange(place, is_full=is_full, at=at) if "loyalty" in settings.SYSTEMS else None
    taken = smartcomms.take_in_parcels(place, at=at) if "smartcomms" in settings.SYSTEMS else []
    return Exchanged(place, written, taken)
