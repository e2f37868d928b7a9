"""“Your sign-in”: the password, what one shows beside it, and the browsers in which one is signed in."""

from dataclasses import replace

from allauth.account.views import PasswordChangeView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from regulars.access import employees, factors
from regulars.kit import clock
from regulars.web.account.devices import describe
from regulars.web.staff.adapters import actor, employee_of
from regulars.web.staff.frame import Page, frame, framed, home


@framed
@require_safe
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Show everything about one's own sign-in."""
    employee, at = employee_of(request), clock.now()
    found = factors.list_factors(employee.pk)
    sessions = factors.list_sessions(employee.pk, this=request.session.session_key or "", at=at)
    shown = {
        **frame(request),
        "app": next((factor for factor in found if factor.kind == factors.APP), None),
        "passkeys": [factor for factor in found if factor.kind == factors.PASSKEY],
        "has_second": any(factor.is_second for factor in found),
        "codes_left": factors.count_unused_codes(employee.pk),
        "sessions": [replace(each, browser=describe(each.browser) or "A browser") for each in sessions],
        "home": home(employee),
    }
    return render(request, "staff/own.html", shown)


@framed
@require_POST
@login_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign out of one browser; somebody else's session is not there."""
    if not employees.end_sessions(employee_of(request), session_id=session_id, by=actor(request), at=clock.now()):
        raise Http404
    messages.success(request, "That browser is signed out.")
    return redirect("mfa_index")


@framed
@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out of every browser but this one."""
    keep = request.session.session_key or ""
    ended = employees.end_sessions(employee_of(request), keep=keep, by=actor(request), at=clock.now())
    messages.success(
        request, f"{ended} other browsers are signed out." if ended != 1 else "One other browser is signed out."
    )
    return redirect("mfa_index")


class ChangePassword(Page, PasswordChangeView):
    """The present password, and a new one twice."""

    template_name = "staff/password.html"


change_password = framed(login_required(ChangePassword.as_view()))
