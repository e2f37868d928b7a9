"""One system's side of the demo's page of both consents: what both doors answer, and only when it is new."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from regulars.web.shell.faces import StandRow, Step

MANY = 5


@dataclass(frozen=True)
class Side:
    """How one person stands in one system: on the channels that cross and since when, then everything else."""

    stands: Mapping[str, bool]
    since: Mapping[str, datetime]
    rows: Sequence[StandRow] = ()
    steps: Sequence[Step] = field(default=())

    def crossing(self) -> list[tuple[str, str, int]]:
        """For each channel that crosses: its code, on or off, and when that was turned, in milliseconds."""
        return [
            (channel, "on" if is_on else "off", _ms(self.since.get(channel))) for channel, is_on in self.stands.items()
        ]


def answer(request: HttpRequest, template: str, side: Side, more: dict[str, Any]) -> HttpResponse:
    """Show the side, or answer 304 when the browser has seen exactly this."""
    digest = hashlib.sha256(repr((side, sorted(more))).encode())
    seen = f'"{digest.hexdigest()[:24]}"'
    unchanged = get_conditional_response(request, etag=seen)
    if unchanged is not None:
        return unchanged
    response = render(request, template, {"side": side, "seen": seen} | more)
    response.headers["ETag"] = seen
    return response


def in_words(turned: Sequence[tuple[str, bool]]) -> str:
    """Names that were turned on and off: `SMS and Email on, Push off`; many that went one way are just all."""
    if len(turned) >= MANY and len({is_on for _, is_on in turned}) == 1:
        return f"all {'on' if turned[0][1] else 'off'}"
    said = []
    for wanted, word in ((True, "on"), (False, "off")):
        names = [name for name, is_on in turned if is_on is wanted]
        if names:
            said.append(f"{', '.join(names[:-1])}{' and ' if names[1:] else ''}{names[-1]} {word}")
    return ", ".join(said)


def _ms(at: datetime | None) -> int:
    return int(at.timestamp() * 1000) if at else 0
