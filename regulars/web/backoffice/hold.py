"""Holding all sending and letting it go on: what it means first, then one button; below it who did so before."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.widgets import UnfoldAdminTextInputWidget

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.messages import queries as waiting
from regulars.providers import actions as providers
from regulars.providers import queries
from regulars.providers.models import Hold
from regulars.web.backoffice import columns
from regulars.web.backoffice.desk import Desk, employee_of
from regulars.web.backoffice.faces import Table
from regulars.web.shell import figures

NOUNS = {"messages": "message", "runs": "mailing", "mailings": "mailing"}
_SHOWN = 20


class HoldForm(forms.Form):
    """Why all sending is held."""

    reason = forms.CharField(
        label="Why",
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Such as: the price in the autumn mailing is wrong"}),
        help_text="Every employee reads it at the top of every page.",
        error_messages={"required": "Say why: every employee reads it at the top of every page."},
    )


def address(desk: Desk) -> URLPattern:
    """The page's address on a desk."""
    return path("hold/", desk.admin_view(partial(show, desk)), name="hold")


def show(desk: Desk, request: HttpRequest) -> HttpResponse:
    """Show how it stands and what waits; with the right to it, hold or let go on."""
    if not request.user.has_perm("providers.view"):
        raise PermissionDenied
    queries.forget()
    held, may = queries.find_hold(), bool(request.user.has_perm("providers.hold"))
    form = HoldForm(request.POST if request.method == "POST" and held is None else None)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        by = Actor("employee", employee_of(request).login, desk.door, request.META.get("REMOTE_ADDR"))
        if said := _release(by) if held else _hold(form, by):
            messages.success(request, said)
            return HttpResponseRedirect(request.path)
    return TemplateResponse(request, "backoffice/hold.html", _context(desk, request, held, form, may))


def _hold(form: HoldForm, by: Actor) -> str:
    if not form.is_valid():
        return ""
    try:
        providers.hold_sending(form.cleaned_data["reason"], by=by, at=clock.now())
    except Refusal as refusal:
        form.add_error("reason", refusal.message)
        return ""
    return "All sending is held. Nothing leaves any more."


def _release(by: Actor) -> str:
    providers.release_sending(by=by, at=clock.now())
    return "Sending goes on."


def _context(desk: Desk, request: HttpRequest, held: queries.Hold | None, form: HoldForm, may: bool) -> dict[str, Any]:
    aside = dict(held.put_aside or {}) if held else {}
    return {
        **desk.each_context(request),
        "title": "Hold all sending",
        "held": held,
        "since": figures.moment(held.since_at) if held else "",
        "form": form,
        "may": may,
        "waiting": counted(waiting.count_waiting(), "message"),
        "aside": {kind: counted(number, NOUNS[kind]) for kind, number in aside.items() if number and kind in NOUNS},
        "is_restored": bool(held and held.put_aside is not None),
        "table": _past(),
    }


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 message, 2 messages."""
    return f"{figures.number(number)} {noun}{'' if number == 1 else 's'}"


def _past() -> Table:
    rows = [
        [
            figures.moment(each.held_at),
            each.held_by.partition(":")[2],
            each.reason,
            figures.moment(each.released_at) if each.released_at else "Held now",
            each.released_by.partition(":")[2] or columns.NOTHING,
        ]
        for each in Hold.objects.order_by("-id")[:_SHOWN]
    ]
    heads = ["Held", "By", "Why", "Released", "By"]
    return Table("When it was held", heads, rows, "Sending was never held.")
