"""Time zones by their IANA names, as people type them into settings."""

from functools import cache
from zoneinfo import available_timezones

from regulars.kit.refusal import Refusal


class UnknownTimeZone(Refusal):
    """The name is not a time zone of the IANA database."""

    code = "time_zone_unknown"


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def is_known(name: str) -> bool:
    """Tell whether the name is a time zone of the IANA database."""
    return name in _names()


def checked(name: str) -> str:
    """Give the name back when it is a time zone; raises `UnknownTimeZone` otherwise."""
    if not is_known(name):
        raise UnknownTimeZone(f"“{name[:40]}” is not a time zone. Write it like Europe/London.", field="time_zone")
    return name
