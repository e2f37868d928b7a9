"""One-tap sign-in per role: only under `regulars demo`, only from this machine, and only by verbs that every door has."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulars.access import actions as access
from regulars.access import employees
from regulars.access import queries as access_queries
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.loyalty.members import queries as members
from regulars.loyalty.members import sign_in as member_sign_in
from regulars.loyalty.stores import queries as stores
from regulars.web.account import devices, session
from regulars.web.shell.here import only_here
from regulars.web.till import sign_in as till

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member

ANNA_MAILBOX = "anna@example.org"  # the demo's builder gives her this one
EMPLOYEES = {
    "marketer": ("marketer", "/backoffice/"),
    "administrator": ("admin", "/backoffice/"),
    "operator": ("operator", "/contact-centre/"),
    "auditor": ("auditor", "/backoffice/"),
    "smartcomms": ("marketer", "/smartcomms/"),
}


@only_here
@never_cache
@require_POST
def sign_in(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as somebody of the demo and go to their door."""
    if role == "anna":
        return _as_anna(request)
    if role == "cashier":
        return _as_cashier(request)
    name, door = EMPLOYEES.get(role, ("", ""))
    employee = access_queries.find_employee(name) if name else None
    if employee is None:
        raise Http404
    login(request, employee)
    by = Actor("employee", name, "public", ip=request.META.get("REMOTE_ADDR"))
    employees.note_signed_in(employee, second_factor="", by=by, at=clock.now())
    return redirect(door)


def find_anna() -> "Member | None":
    """The demo's heroine, once she is there."""
    return members.find_by_identifier("email", ANNA_MAILBOX)


def _as_anna(request: HttpRequest) -> HttpResponse:
    anna = find_anna()
    if anna is None:
        raise Http404
    known = session.find_member(request)
    if known is not None and known.pk == anna.pk:
        return redirect("account:home")
    phone, by, at = members.get_contacts(anna).phone, session.actor(request), clock.now()
    asked = member_sign_in.ask_code(phone, at=at)
    if asked.code is None:
        messages.warning(request, _("Anna has asked for five codes in five minutes. Try again a little later."))
        return redirect("public:front")
    device = devices.describe(request.headers.get("User-Agent", ""))
    response = redirect("account:home")
    session.remember(response, member_sign_in.sign_in(phone, asked.code, device=device, by=by, at=at))
    return response


def _as_cashier(request: HttpRequest) -> HttpResponse:
    tills = stores.list_tills()
    if not tills:
        raise Http404
    card = request.POST.get("card", "")
    response = redirect("/till/?" + urlencode({"code": card}) if card else "/till/")
    by = Actor("employee", "demo", "public", ip=request.META.get("REMOTE_ADDR"))
    till.remember(response, access.issue_till_key(tills[0].till_id, by=by, at=clock.now()))
    return response
