"""When the next parcel is due: once a day at an hour of the programme's zone, or every so many seconds."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from regulars.loyalty.programme import queries as programmes
from regulars.loyalty.sync import queries, untold


def is_due(at: datetime) -> bool:
    """Whether a parcel is due: the first one at once, a daily one even if empty, a frequent one if there is news."""
    programme, last = programmes.find(), queries.find_last_exchange()
    if programme is None:
        return False
    if last is None:
        return True
    if settings.EXCHANGE_EVERY_S:
        return last.written_at + timedelta(seconds=settings.EXCHANGE_EVERY_S) <= at and untold.is_any()
    return last.written_at < last_hour(settings.EXCHANGE_HOUR, ZoneInfo(programme.time_zone), at)


def look_every_s() -> float:
    """How often to look whether one is due."""
    return min(60.0, settings.EXCHANGE_EVERY_S or 60.0)


def last_hour(hour: int, zone: ZoneInfo, at: datetime) -> datetime:
    """When it was last this hour in a zone. An hour that is skipped means the instant of the skip, one that comes twice
    the first of both."""
    day = at.astimezone(zone).date()
    today = datetime.combine(day, time(hour), zone).astimezone(at.tzinfo)
    if today <= at:
        return today
    return datetime.combine(day - timedelta(days=1), time(hour), zone).astimezone(at.tzinfo)
