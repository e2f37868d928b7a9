"""Sets up gateways and their price lists, and pauses a gateway whose provider refuses us."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.providers.events import GatewayPaused
from regulars.providers.models import Gateway, Price

_DIGITS = "0123456789"
_PAUSE = """
update providers_gateway set paused_until = now() + make_interval(secs => %s), trouble = %s
 where id = %s and coalesce(paused_until, '-infinity') <= now()
returning id
"""


class PriceNotPossible(Refusal):
    """A price list cannot have that line."""

    code = "price_not_possible"


@transaction.atomic
def set_gateway(
    name: str, *, channel: str, provider: str, settings: Mapping[str, Any], is_test: bool = False, is_on: bool = True
) -> int:
    """Set up a provider's account under its name, or change it; answer its id. Senders follow within seconds."""
    gateway, _ = Gateway.objects.update_or_create(
        name=name,
        defaults={
            "channel": channel,
            "provider": provider,
            "settings": dict(settings),
            "is_test": is_test,
            "is_on": is_on,
            "paused_until": None,
            "trouble": "",
        },
    )
    return int(gateway.pk)


@transaction.atomic
def set_prices(gateway_id: int, prices: Mapping[str, int]) -> None:
    """Replace a gateway's price list: the beginning of a number (empty: any address) → millionths of the unit of money.

    Raises `PriceNotPossible`, and then the list stays as it was.
    """
    for prefix, price in prices.items():
        if prefix and not (prefix.startswith("+") and prefix[1:] and set(prefix[1:]) <= set(_DIGITS)):
            raise PriceNotPossible(f"“{prefix[:20]}” is not the beginning of a number, such as +7.", field="prefix")
        if price < 0:
            raise PriceNotPossible("A price is not below zero.", field="price")
    Price.objects.filter(gateway_id=gateway_id).delete()
    rows = [Price(gateway_id=gateway_id, prefix=prefix, price_micros=price) for prefix, price in prices.items()]
    Price.objects.bulk_create(rows)


def pause(gateway_id: int, *, code: str, seconds: float, by: Actor, at: datetime) -> None:
    """Send nothing through a gateway for so long and say why; nothing when it is paused already."""
    if sql.run(_PAUSE, [seconds, code, gateway_id]):
        journal.record(GatewayPaused(gateway_id, code), by=by, at=at)
