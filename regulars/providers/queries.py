"""Looks at the gateways: the accounts that are in use, and what they charge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regulars.providers.models import Gateway, Price


@dataclass(frozen=True, slots=True)
class Account:
    """A provider's account, as a sender needs it."""

    id: int
    name: str
    channel: str
    provider: str
    settings: Mapping[str, Any]


def list_accounts_on() -> list[Account]:
    """The gateways that senders use."""
    columns = (
        Gateway.objects.filter(is_on=True).order_by("id").values_list("id", "name", "channel", "provider", "settings")
    )
    return [Account(*row) for row in columns]


def list_prices(channel: str) -> dict[str, int]:
    """What a part costs over the channel's first gateway that is on, in millionths of the unit of money, by prefix."""
    gateway_id = Gateway.objects.filter(channel=channel, is_on=True).order_by("id").values_list("id", flat=True).first()
    prices = Price.objects.filter(gateway_id=gateway_id or 0).order_by("prefix")
    return dict(prices.values_list("prefix", "price_micros"))
