"""Tries a gateway's settings out: connects and signs in as a sender would, sends nothing, and says what came of it."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from regulars.gateways import registry
from regulars.messages.gateway import Gateway, GatewayDown, Receipt

LONGEST_S: Final = 10.0
_CLOSING_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether the provider let us in, and the sentence that says so."""

    is_open: bool
    words: str


def try_out(channel: str, provider: str, settings: Mapping[str, Any], *, longest_s: float = LONGEST_S) -> Trial:
    """Connect, sign in, sign out again; at most ten seconds. Receipts that come meanwhile are left to the provider."""
    try:
        return asyncio.run(_try(channel, provider, settings, longest_s))
    except ValueError as wrong:
        return Trial(False, f"The settings cannot be used: {wrong}")


async def _try(channel: str, provider: str, settings: Mapping[str, Any], longest_s: float) -> Trial:
    gateway, began = registry.build(channel, provider, settings, _refuse), time.monotonic()
    try:
        await asyncio.wait_for(gateway.open(), longest_s)
    except GatewayDown as down:
        why = "refused our login" if down.credentials else "cannot be reached"
        return Trial(False, f"The provider {why}: {down.reason}")
    except TimeoutError:
        return Trial(False, f"The provider did not answer within {longest_s:g} seconds.")
    finally:
        await _close(gateway)
    return Trial(True, f"The provider let us in after {time.monotonic() - began:.1f} seconds. Nothing was sent.")


async def _close(gateway: Gateway) -> None:
    with suppress(Exception):
        await asyncio.wait_for(gateway.close(), _CLOSING_S)


async def _refuse(receipt: Receipt) -> bool:
    """Leave a receipt to the provider, who tells it again to the sender."""
    return False
