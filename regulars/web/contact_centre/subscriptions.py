"""The subscriptions tab: boxes per cell, row and column; saving says the difference, and overwrites nobody's change."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit import clock
from regulars.loyalty.subscriptions import actions as subscriptions_room
from regulars.loyalty.subscriptions import queries
from regulars.loyalty.subscriptions.actions import ConsentChangedMeanwhile
from regulars.web.contact_centre import history, matrix
from regulars.web.contact_centre.band import band
from regulars.web.contact_centre.duty import actor, employee_of, frame, of_member
from regulars.web.contact_centre.matrix import Table

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member

SEE, CHANGE = "subscriptions.view", "subscriptions.change"
PAGE = "contact_centre/subscriptions.html"


@require_http_methods(["GET", "HEAD", "POST"])
@of_member("subscriptions")
def subscriptions(request: HttpRequest, member: "Member") -> HttpResponse:
    """Show the table, fill it (`act` all or none) without saving, or save it on the version that was seen."""
    if not request.user.has_perm(SEE):
        raise PermissionDenied
    if request.method != "POST":
        return _show(request, member)
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    act = request.POST.get("act", "save")
    if act in ("all", "none"):
        filled = dict.fromkeys(_table(request, member).shown(), act == "all")
        return _show(request, member, _table(request, member, filled), seen=_seen(request))
    return _save(request, member)


@require_POST
@of_member("subscriptions", CHANGE)
def difference(request: HttpRequest, member: "Member") -> HttpResponse:
    """Say what saving the boxes as they stand would change; saves nothing."""
    table = _posted(request, member)
    return render(request, "contact_centre/_difference.html", {"difference": table.difference()})


def _save(request: HttpRequest, member: "Member") -> HttpResponse:
    table = _posted(request, member)
    try:
        changed = subscriptions_room.set_cells(
            member, table.shown(), seen=_seen(request), by=actor(request), at=clock.now()
        )
    except ConsentChangedMeanwhile as refusal:
        return _both(request, member, table, refusal)
    turned = {(cell.mailing_type, str(cell.channel)): cell.is_on for cell in changed}
    if turned:
        messages.success(request, _("Saved. %(what)s.") % {"what": matrix.in_words(turned, table, after=table.shown())})
    else:
        messages.info(request, _("Nothing was changed: the boxes stood as they were saved."))
    return redirect("contact_centre:subscriptions", member.public_id)


def _show(
    request: HttpRequest, member: "Member", table: Table | None = None, *, seen: int | None = None
) -> HttpResponse:
    as_of = _number(request.GET.get("as_of", ""))
    drawn = table or _table(request, member, at=as_of)
    told = history.of(member, drawn)
    shown = {
        "table": drawn,
        "seen": queries.get_version(member) if seen is None else seen,
        "difference": drawn.difference(),
        "hears": matrix.hears(member),
        "history": told[: history.MOST],
        "as_of": next((entry for entry in told if entry.id == as_of), None),
        "can_change": request.user.has_perm(CHANGE) and as_of is None and member.state != "gone",
    }
    return _page(request, member, PAGE, shown)


def _both(request: HttpRequest, member: "Member", mine: Table, refusal: ConsentChangedMeanwhile) -> HttpResponse:
    """Show what somebody else has saved meanwhile beside what was to be saved; nothing is overwritten."""
    seen = _seen(request)
    then = _table(request, member, at=seen).shown()
    moved = {cell: is_on for cell, is_on in mine.shown().items() if then.get(cell) is not is_on}
    joined = _table(request, member, moved)
    saved = joined.saved()
    theirs = {cell: is_on for cell, is_on in saved.items() if then.get(cell) is not is_on}
    shown = {
        "refusal": refusal.message,
        "versions": history.versions(joined, then, saved, mine.shown(), [*theirs, *moved]),
        "mine": matrix.in_words(moved, joined),
        "theirs": matrix.in_words(theirs, joined),
        "would_save": joined.difference(),
        "entries": [entry for entry in history.of(member, joined) if entry.id > seen],
        "cells": [cell.field for _row, cell in joined.free() if cell.is_on],
        "seen": refusal.extra["version"],
    }
    return _page(request, member, "contact_centre/both_versions.html", shown, status=409)


def _page(request: HttpRequest, member: "Member", page: str, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    everything = frame(request, member) | {"band": band(member), "tab": "subscriptions"} | shown
    return render(request, page, everything, status=status)


def _table(
    request: HttpRequest, member: "Member", wanted: matrix.Cells | None = None, *, at: int | None = None
) -> Table:
    """The table as it is saved, or as it stood after an entry; with boxes moved as wanted."""
    stood = queries.get_matrix(member) if at is None else queries.get_matrix_at(member, at)
    return matrix.draw(stood, employee_of(request).partner_id, wanted)


def _posted(request: HttpRequest, member: "Member") -> Table:
    """The table with its boxes as they were posted."""
    on = set(request.POST.getlist("cell"))
    table = _table(request, member)
    return _table(request, member, {cell: ":".join(cell) in on for cell in table.shown()})


def _seen(request: HttpRequest) -> int:
    """The version that the operator saw; a page without one has seen nothing."""
    return _number(request.POST.get("seen", "")) or 0


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
