"""The programme's name and zone, for doors that serve both systems and so may not ask Loyalty themselves."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """What is written above a page, and in which zone its times are."""

    brand: str = "Regulars"
    zone: str = "UTC"


_ask: Callable[[], About] = About


def register(ask: Callable[[], About]) -> None:
    """Say at start-up who knows; apart, Smart Communications has nobody to ask."""
    global _ask
    _ask = ask


def get() -> About:
    """The programme's name and zone, or plain ones while there is no programme."""
    return _ask()
