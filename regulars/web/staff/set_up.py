"""The page behind a set-up link: an employee chooses a password, and goes on to the second factor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from regulars.access import employees
from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.web.shell.faces import Problem
from regulars.web.staff import sign_in
from regulars.web.staff.adapters import actor
from regulars.web.staff.frame import frame, framed, home


@framed
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a password, and take it; looking at the page uses nothing up."""
    invited = employees.find_invited(token, at=clock.now())
    if invited is None:
        return render(request, "staff/link_not_good.html", frame(request), status=404)
    if request.method == "GET":
        return _asked(request, invited)
    password = request.POST.get("password", "")
    if password != request.POST.get("again", ""):
        return _asked(request, invited, Problem("again", "The two passwords differ. Type the same one twice."))
    try:
        employee = employees.set_up(token, password=password, by=actor(request), at=clock.now())
    except Refusal as refusal:
        return _asked(request, invited, Problem(refusal.field or "password", refusal.message))
    return sign_in.enter(request, employee, to=home(employee))


def _asked(request: HttpRequest, invited: object, problem: Problem | None = None) -> HttpResponse:
    shown = {**frame(request), "invited": invited, "problems": [problem] if problem else []}
    return render(request, "staff/set_up.html", shown, status=422 if problem else 200)
