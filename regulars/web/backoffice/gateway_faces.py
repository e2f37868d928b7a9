"""What the pages of gateways say: live state, trouble in words, settings without secrets, changes and price differences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from regulars.gateways import registry
from regulars.journal.models import Entry
from regulars.providers.models import Gateway
from regulars.web.backoffice import columns
from regulars.web.backoffice.price_lists import Difference, in_units
from regulars.web.shell import figures

MOST = 100
ACRONYMS = {"ca", "dkim", "id", "npi", "tls", "ton"}
TONES = {"new": "blue", "gone": "red", "dearer": "red", "cheaper": "leaf"}


def state(gateway: Gateway, at: datetime) -> SafeString:
    """How it stands now: on, off, or paused until when."""
    if not gateway.is_on:
        return columns.dotted("Off", "")
    if gateway.paused_until is not None and is_paused(gateway, at):
        return columns.dotted(f"Paused until {figures.moment(gateway.paused_until)}", "red")
    return columns.dotted("On", "leaf")


def is_paused(gateway: Gateway, at: datetime) -> bool:
    """Whether nothing is sent through it now."""
    return gateway.paused_until is not None and gateway.paused_until > at


def trouble(gateway: Gateway) -> str:
    """Why it was paused last: a provider's bare code with what such a code means."""
    said = str(gateway.trouble)
    if not said or " " in said:
        return said
    return f"refused: login, rights, sender or money ({said})"


def settings(gateway: Gateway) -> list[list[Any]]:
    """What is set, with what it is for; secrets are not shown, and what holds anyway stands below."""
    stored = dict(gateway.settings)
    key = (gateway.channel, gateway.provider)
    described = {one.name: one for one in registry.describe(*key)} if key in registry.SETTINGS else {}
    names = [*(name for name in described if name in stored), *(name for name in stored if name not in described)]
    return [
        [
            spoken(name),
            "•••" if columns.is_secret(name) and stored[name] else columns.plain(stored[name]),
            described[name].explanation if name in described else columns.NOTHING,
        ]
        for name in names
    ]


def spoken(name: str) -> str:
    """A setting's name as a title: `connect_timeout_s` → Connect timeout, seconds; `ca_file` → CA file."""
    words = name.removesuffix("_s").split("_")
    said = " ".join(word.upper() if word in ACRONYMS else word for word in words)
    return said[:1].upper() + said[1:] + (", seconds" if name.endswith("_s") else "")


def change(entry: Entry) -> list[Any]:
    """One line of the history."""
    return [figures.moment(entry.recorded_at), entry.by_id, _what(entry.event.partition(".")[2], entry.body)]


def _what(event: str, body: dict[str, Any]) -> str:
    if event == "GatewayTurned":
        return "Turned on" if body.get("is_on") else "Turned off"
    if event == "GatewayResumed":
        return "Ended a pause"
    if event == "PricesSet":
        return f"Set a price list of {body.get('lines', 0)} lines"
    if body.get("is_new"):
        return "Set it up"
    named = ", ".join(spoken(name) for name in body.get("settings", ()))
    return f"Changed {named}" if named else "Kept it and ended a pause"


def differences(lines: Sequence[Difference]) -> dict[str, Any] | None:
    """A preview of a price list: its first lines, and how many are new, gone, dearer, cheaper or as they are."""
    if not lines:
        return None
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.word] = counts.get(line.word, 0) + 1
    rows = [
        [
            line.prefix or "Any other address",
            columns.NOTHING if line.before is None else in_units(line.before),
            columns.NOTHING if line.after is None else in_units(line.after),
            columns.dotted(line.word.capitalize(), TONES.get(line.word, "")),
        ]
        for line in lines[:MOST]
    ]
    said = ", ".join(f"{count} {word}" for word, count in counts.items())
    return {"rows": rows, "sentence": f"{said}.", "is_cut": len(lines) > MOST, "most": MOST}
