"""The page that every problem document's `type` leads to: each code, when it comes, and what helps."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.api.answers import BY_STATUS
from regulars.api.helps import helps
from regulars.kit.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Explained:
    """A code of a problem document in words."""

    code: str
    status: int
    text: str

    @property
    def helps(self) -> str:
        """What to do about it."""
        return helps(self.code, self.status)


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """List all codes of this installation."""
    return render(request, "public/errors.html", {"errors": list_errors()})


def list_errors() -> list[Explained]:
    """All codes, in the order of the alphabet; the first sentence of a refusal is its explanation."""
    explained = {
        "body_not_json": Explained("body_not_json", 400, "The body is not JSON."),
    } | {s.code: Explained(s.code, status, f"{s.title}. {s.detail}") for status, s in BY_STATUS.items()}
    for refusal in _refusals(Refusal):
        if refusal.code != Refusal.code:
            text = " ".join((refusal.__doc__ or "").split())
            explained.setdefault(refusal.code, Explained(refusal.code, refusal.status, text))
    return sorted(explained.values(), key=lambda each: each.code)


def _refusals(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in kind.__subclasses__():
        yield refusal
        yield from _refusals(refusal)
