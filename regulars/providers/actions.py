"""Sets up gateways and their price lists, pauses a gateway whose provider refuses us, and holds all sending."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import is_storable, tidy
from regulars.providers import queries
from regulars.providers.events import (
    GatewayPaused,
    GatewayResumed,
    GatewaySet,
    GatewayTurned,
    PricesSet,
    SendingHeld,
    SendingReleased,
)
from regulars.providers.models import Gateway, Hold, Price

_DIGITS = "0123456789"
_LONGEST_REASON = 300
_LONGEST_NAME = 100
_PAUSE = """
update providers_gateway set paused_until = now() + make_interval(secs => %s), trouble = %s
 where id = %s and coalesce(paused_until, '-infinity') <= now()
returning id
"""


class PriceNotPossible(Refusal):
    """A price list cannot have that line."""

    code = "price_not_possible"


class NameNotPossible(Refusal):
    """A gateway cannot have that name."""

    code = "gateway_name_not_possible"


class GatewayTaken(Conflict):
    """Another gateway has that name."""

    code = "gateway_taken"


class ReasonNeeded(Refusal):
    """Whoever holds all sending says why."""

    code = "reason_needed"


@transaction.atomic
def set_gateway(
    name: str,
    *,
    channel: str,
    provider: str,
    settings: Mapping[str, Any],
    is_test: bool = False,
    is_on: bool = True,
    is_new: bool = False,
    by: Actor,
    at: datetime,
) -> int:
    """Set up a provider's account under its name, or change it; answer its id. Senders follow within seconds.

    A pause ends, for what it was about may be mended now. Said once: what changes nothing leaves no trace. The journal
    keeps which settings were changed, never what they say. `is_new` refuses a name that is taken. Raises
    `NameNotPossible`, `GatewayTaken`.
    """
    called = tidy(name) if is_storable(name) else ""
    if not called or len(called) > _LONGEST_NAME:
        raise NameNotPossible(f"A gateway's name has at most {_LONGEST_NAME} characters.", field="name")
    wanted = {"channel": channel, "provider": provider, "settings": dict(settings), "is_test": is_test, "is_on": is_on}
    gateway, is_made = Gateway.objects.select_for_update().get_or_create(name=called, defaults=wanted)
    if is_new and not is_made:
        raise GatewayTaken(f"There is already a gateway “{called}”.", field="name")
    changed = [] if is_made else _differing(gateway, wanted)
    if not is_made and not changed and gateway.paused_until is None and not gateway.trouble:
        return int(gateway.pk)
    Gateway.objects.filter(pk=gateway.pk).update(**wanted, paused_until=None, trouble="")
    event = GatewaySet(int(gateway.pk), channel, provider, is_on=is_on, is_new=is_made, settings=tuple(changed))
    journal.record(event, by=by, at=at)
    return int(gateway.pk)


@transaction.atomic
def turn_on(gateway_id: int, *, by: Actor, at: datetime) -> bool:
    """Let senders use a gateway, within seconds. Said once: a repeat answers False."""
    return _turn(gateway_id, is_on=True, by=by, at=at)


@transaction.atomic
def turn_off(gateway_id: int, *, by: Actor, at: datetime) -> bool:
    """Let no sender use a gateway any more, within seconds; what is on its way is finished. Said once."""
    return _turn(gateway_id, is_on=False, by=by, at=at)


@transaction.atomic
def resume(gateway_id: int, *, by: Actor, at: datetime) -> bool:
    """End a pause before its time and forget its trouble; if the provider still refuses, it is paused again. Said once."""
    paused = Gateway.objects.filter(pk=gateway_id).exclude(paused_until=None, trouble="")
    if not paused.update(paused_until=None, trouble=""):
        return False
    journal.record(GatewayResumed(gateway_id), by=by, at=at)
    return True


@transaction.atomic
def set_prices(gateway_id: int, prices: Mapping[str, int], *, by: Actor, at: datetime) -> bool:
    """Replace a gateway's price list: the beginning of a number (empty: any address) → millionths of the unit of money.

    Said once: the same list again answers False. Raises `PriceNotPossible`, and then the list stays as it was.
    """
    for prefix, price in prices.items():
        if prefix and not (prefix.startswith("+") and prefix[1:] and set(prefix[1:]) <= set(_DIGITS)):
            raise PriceNotPossible(f"“{prefix[:20]}” is not the beginning of a number, such as +7.", field="prefix")
        if price < 0:
            raise PriceNotPossible("A price is not below zero.", field="price")
    Gateway.objects.select_for_update().filter(pk=gateway_id).first()
    if queries.get_prices(gateway_id) == dict(prices):
        return False
    Price.objects.filter(gateway_id=gateway_id).delete()
    rows = [Price(gateway_id=gateway_id, prefix=prefix, price_micros=price) for prefix, price in prices.items()]
    Price.objects.bulk_create(rows)
    journal.record(PricesSet(gateway_id, len(rows)), by=by, at=at)
    return True


def _turn(gateway_id: int, *, is_on: bool, by: Actor, at: datetime) -> bool:
    if not Gateway.objects.filter(pk=gateway_id).exclude(is_on=is_on).update(is_on=is_on):
        return False
    journal.record(GatewayTurned(gateway_id, is_on=is_on), by=by, at=at)
    return True


def _differing(gateway: Gateway, wanted: Mapping[str, Any]) -> list[str]:
    """What would be changed, by name: settings by their own names, never what they say."""
    old, new = gateway.settings, wanted["settings"]
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    return [*(field for field in wanted if field != "settings" and getattr(gateway, field) != wanted[field]), *names]


def pause(gateway_id: int, *, code: str, seconds: float, by: Actor, at: datetime) -> None:
    """Send nothing through a gateway for so long and say why; nothing when it is paused already."""
    if sql.run(_PAUSE, [seconds, code, gateway_id]):
        journal.record(GatewayPaused(gateway_id, code), by=by, at=at)


@transaction.atomic
def hold_sending(reason: str, *, put_aside: Mapping[str, int] | None = None, by: Actor, at: datetime) -> None:
    """Hold all sending: from the commit on no message is marked as leaving, one-time codes included, over any channel.

    What is being handed over at that moment is finished. Messages go on being queued and receipts being recorded. Said
    twice, the first reason stands. `put_aside` is what a restore left for people to decide about. Raises `ReasonNeeded`.
    """
    said = tidy(reason) if is_storable(reason) else ""
    if not said or len(said) > _LONGEST_REASON:
        raise ReasonNeeded(
            f"Say why, in at most {_LONGEST_REASON} characters: every employee reads it.", field="reason"
        )
    aside = None if put_aside is None else dict(put_aside)
    rows = [Hold(reason=said, held_by=f"{by.kind}:{by.id or by.door}", held_at=at, put_aside=aside)]
    Hold.objects.bulk_create(rows, ignore_conflicts=True)
    hold = Hold.objects.get(released_at=None)
    if (hold.reason, hold.held_at) == (said, at):
        journal.record(SendingHeld(hold.pk), by=by, at=at)
    transaction.on_commit(queries.forget)


@transaction.atomic
def release_sending(*, by: Actor, at: datetime) -> None:
    """Let sending go on: what waits leaves in its order, what is overdue by now expires. Nothing when nothing is held."""
    hold = Hold.objects.select_for_update().filter(released_at=None).first()
    if hold is not None:
        hold.released_by, hold.released_at = f"{by.kind}:{by.id or by.door}", at
        hold.save(update_fields=["released_by", "released_at"])
        journal.record(SendingReleased(hold.pk), by=by, at=at)
        transaction.on_commit(queries.forget)
