"""Whether gateways can send: what the doctor looks at, and what is measured."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings

from regulars.kit import checks, metrics
from regulars.kit.checks import Finding, failed, ok, span, warning
from regulars.kit.metrics import Metric
from regulars.providers.models import Gateway

_PLACE: Final = "Back office, Settings, Gateways"


def register() -> None:
    """Let the doctor look, and say what is measured."""
    checks.register("gateways", gateways_can_send)
    metrics.register(
        Metric(
            "regulars_gateway_is_open",
            "1 for a gateway that is on and not paused, else 0.",
            "select name as gateway, channel, (is_on and coalesce(paused_until, '-infinity') <= now())::int as value"
            " from providers_gateway",
            ("gateway", "channel"),
        )
    )


def gateways_can_send(at: datetime) -> list[Finding]:
    """Look for gateways that had trouble, for stand-ins, and whether there is any at all."""
    on = list(Gateway.objects.filter(is_on=True).order_by("name"))
    if not on:
        return [warning("gateways", "No gateway is on: nothing can be sent.", _PLACE)]
    found = [finding for one in on for finding in _faults(one, at)]
    return found or [ok("gateways", f"{', '.join(one.name for one in on)}: on, without trouble.")]


def _faults(gateway: Gateway, at: datetime) -> Iterator[Finding]:
    name = "gateways"
    if gateway.paused_until and gateway.paused_until > at:
        until = span((gateway.paused_until - at).total_seconds())
        why = gateway.trouble or "somebody paused it"
        yield failed(name, f"{gateway.name} is paused for another {until}: {why}", _PLACE)
    elif gateway.trouble:
        yield warning(name, f"{gateway.name} had trouble: {gateway.trouble}", _PLACE)
    if gateway.is_test and not settings.IS_DEMO:
        yield warning(name, f"{gateway.name} is a stand-in: what it takes reaches nobody.", _PLACE)
