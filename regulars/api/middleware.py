"""Gives every request its id, and turns what Django answers in HTML into a problem document."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from regulars.api import answers
from regulars.kit.request import begin, is_repeat

KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


class ApiProblems:
    """Stands first in line, so that no answer under `/api/` leaves in another form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; addresses with NUL in them are refused here, before anybody stores them."""
        made = begin()
        answer = self._answer(request)
        answer[answers.REQUEST_ID] = made
        return answer

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return answers.problem(400, detail="The address contains the character NUL.")
        answer = self.get_response(request)
        if answer.status_code < 400 and is_repeat.get():
            answer[answers.REPLAYED] = "true"
        if answer.status_code >= 400 and not answer.get("Content-Type", "").startswith(answers.CONTENT_TYPE):
            answer = _restated(answer)
        return answer


def _restated(answer: HttpResponse) -> HttpResponse:
    stated = answers.problem(answer.status_code)
    for header in KEPT:
        if header in answer:
            stated[header] = answer[header]
    return stated
