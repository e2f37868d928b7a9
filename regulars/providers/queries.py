"""Looks at the gateways: the accounts that are in use, and what they charge; and whether all sending is held."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.providers import models
from regulars.providers.models import Gateway, Price

HOLD_CACHE_S = 1.0
_held: tuple[float, "Hold | None"] | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A provider's account, as a sender needs it."""

    id: int
    name: str
    channel: str
    provider: str
    settings: Mapping[str, Any]
    is_test: bool = False


def list_accounts_on() -> list[Account]:
    """The gateways that senders use."""
    rows = Gateway.objects.filter(is_on=True).order_by("id")
    return [Account(*row) for row in rows.values_list("id", "name", "channel", "provider", "settings", "is_test")]


def list_prices(channel: str) -> dict[str, int]:
    """What a part costs over the channel's first gateway that is on, in millionths of the unit of money, by prefix."""
    gateway_id = Gateway.objects.filter(channel=channel, is_on=True).order_by("id").values_list("id", flat=True).first()
    prices = Price.objects.filter(gateway_id=gateway_id or 0).order_by("prefix")
    return dict(prices.values_list("prefix", "price_micros"))


def get_prices(gateway_id: int) -> dict[str, int]:
    """What a part costs through one gateway, in millionths of the unit of money, by prefix."""
    return dict(Price.objects.filter(gateway_id=gateway_id).order_by("prefix").values_list("prefix", "price_micros"))


@dataclass(frozen=True, slots=True)
class Hold:
    """All sending is held: why, by whom (for people), since when, and what a restore has put aside, by its kind."""

    reason: str
    by: str
    since_at: datetime
    put_aside: Mapping[str, int] | None = None


def find_hold() -> Hold | None:
    """The hold on all sending, or None; remembered for a second."""
    global _held
    ticks = time.monotonic()
    if _held is None or ticks - _held[0] > HOLD_CACHE_S:
        row = models.Hold.objects.filter(released_at=None).first()
        found = None if row is None else Hold(row.reason, _who(row.held_by), row.held_at, row.put_aside)
        _held = (ticks, found)
    return _held[1]


def _who(kind_and_id: str) -> str:
    kind, _, name = kind_and_id.partition(":")
    return name if kind == "employee" else f"the command regulars {name}" if kind == "system" else f"{kind} {name}"


def forget() -> None:
    """Look again at the next question; called when this process holds or releases."""
    global _held
    _held = None
