"""The status page of a desk: what the doctor sees, for people, with what mends it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from regulars.kit import checks, clock
from regulars.kit.checks import Finding, State
from regulars.web.shell import figures

if TYPE_CHECKING:
    from regulars.web.backoffice.desk import Desk

PERMISSION = "installation.view"
_COMMANDS = ("regulars ", "export ", "unset ", "chmod ", "timedatectl ", "du ")
_FACES = {
    State.FAILED: ("error", "red", "Needs somebody now"),
    State.WARNING: ("warning", "honey", "Will be trouble"),
    State.OK: ("check_circle", "green", "Is well"),
    State.SKIPPED: ("do_not_disturb_on", "grey", "Nothing to look at"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """All findings of one state, under one title."""

    title: str
    icon: str
    tone: str
    findings: list[Finding]


def show(desk: "Desk", request: HttpRequest) -> HttpResponse:
    """Ask all checks and show what they found, worst first."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    at = clock.now()
    found = checks.run(at, systems=settings.SYSTEMS)
    context: dict[str, Any] = {
        **desk.each_context(request),
        "title": "Status",
        "sentence": sentence(found),
        "parts": list(_parts(found)),
        "commands": [one.fix for one in found if one.fix.startswith(_COMMANDS) and ", " not in one.fix],
        "as_of": figures.moment(at),
    }
    return TemplateResponse(request, "backoffice/status.html", context)


def _parts(found: list[Finding]) -> list[Part]:
    parts = []
    for state, (icon, tone, title) in _FACES.items():
        if ours := [one for one in found if one.state is state]:
            parts.append(Part(title, icon, tone, ours))
    return parts


def sentence(found: list[Finding]) -> str:
    """How it stands as a whole."""
    failed, warned = (sum(one.state is state for one in found) for state in (State.FAILED, State.WARNING))
    if not failed and not warned:
        return "Everything is well."
    words = []
    if failed:
        words.append(f"{failed} thing{'s need' if failed > 1 else ' needs'} somebody now")
    if warned:
        words.append(
            f"{warned} will be trouble" if failed else f"{warned} thing{'s' if warned > 1 else ''} will be trouble"
        )
    return ", ".join(words) + "."
