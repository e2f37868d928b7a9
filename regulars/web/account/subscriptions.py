"""What a member hears from us: a switch per mailing type and channel, one sentence about them, and Undo."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit import clock
from regulars.loyalty.subscriptions import actions as subscriptions_room
from regulars.loyalty.subscriptions import queries
from regulars.web.account import session
from regulars.web.shell import sentences
from regulars.web.shell.faces import Cell, Mailing

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.subscriptions.actions import Changed
    from regulars.loyalty.subscriptions.matrix import Row

SALT = "regulars.account.subscriptions"
UNDO_LIVES = timedelta(hours=1)
WORDING = "account 1"  # count up when the words below or the page's sentences change their meaning
# Of each base type: its name, and what the sentence calls it after "you hear from us by SMS about".
WORDS = {
    "mailings": (gettext_lazy("News from us"), pgettext_lazy("about", "news")),
    "system": (gettext_lazy("Your account"), pgettext_lazy("about", "your account")),
    "accrual": (gettext_lazy("Points you earn"), pgettext_lazy("about", "points you earn")),
    "payment": (gettext_lazy("Points you spend"), pgettext_lazy("about", "points you spend")),
    "refund": (gettext_lazy("Returns"), pgettext_lazy("about", "returns")),
    "top_up": (gettext_lazy("Top-ups"), pgettext_lazy("about", "top-ups")),
    "offers": (gettext_lazy("Offers for you"), pgettext_lazy("about", "offers")),
}

type Cells = Mapping[tuple[str, str], bool]


@require_http_methods(["GET", "HEAD", "POST"])
@session.signed_in
def subscriptions(request: HttpRequest, member: "Member") -> HttpResponse:
    """Show the switches; save them, turn everything off, or undo what was said last."""
    if request.method == "POST":
        changed = _change(request, member)
        after = signing.dumps(
            [member.public_id, [[*cell, on] for cell, on in changed.items()]], salt=SALT, compress=True
        )
        return redirect(f"{reverse('account:subscriptions')}?{urlencode({'after': after})}")
    after = request.GET.get("after", "")
    now, last = mailings(member), _read(after, member)
    shown = {
        "mailings": now,
        "was": " ".join(cell.field for mailing in now for cell in mailing.cells if cell.on),
        "hears": sentences.hears(now),
        "changed": sentences.changed(_with(now, _turned(last)), now) if last is not None else "",
        "undo": after if last else "",
    }
    return render(request, "account/subscriptions.html", session.frame(member, "subscriptions") | shown)


@require_POST
@session.signed_in
def sentence(request: HttpRequest, member: "Member") -> HttpResponse:
    """Say what the member would hear with the switches as they stand; saves nothing."""
    now = mailings(member)
    return render(request, "account/_sentence.html", {"hears": sentences.hears(_with(now, _posted(request, now)))})


def mailings(member: "Member") -> list[Mailing]:
    """The mailing types that members see, with their switches; those that cannot be refused come last."""
    found = [_mailing(row) for row in queries.get_matrix(member).rows if row.is_visible]
    return sorted(found, key=lambda mailing: bool(mailing.note))


def _mailing(row: "Row") -> Mailing:
    name, topic = WORDS.get(row.code, (row.name, pgettext_lazy("about", "“%s”") % row.name))
    is_locked = all(cell.read_only for cell in row.cells.values())
    cells = [
        Cell(
            str(channel),
            f"{row.code}:{channel}",
            cell.selected,
            cell.read_only,
            _("Always on") if cell.read_only else "",
        )
        for channel, cell in row.cells.items()
    ]
    note = _("Sign-in codes and changes to your account. You cannot be a member without them.") if is_locked else ""
    return Mailing(row.code, str(name), str(topic), cells, note)


def _signed(changed: Cells, member: "Member") -> str:
    return signing.dumps([member.public_id, [[*cell, on] for cell, on in changed.items()]], salt=SALT, compress=True)


def _change(request: HttpRequest, member: "Member") -> dict[tuple[str, str], bool]:
    by, at = session.actor(request, member), clock.now()
    act = request.POST.get("act", "save")
    if act == "off":
        return _cells(subscriptions_room.disable_all(member, by=by, at=at))
    wanted = _turned(_read(request.POST.get("undo", ""), member)) if act == "undo" else _differing(request, member)
    changed = subscriptions_room.set_cells(member, wanted, wording=WORDING, by=by, at=at) if wanted else []
    return _cells(changed)


def _differing(request: HttpRequest, member: "Member") -> Cells:
    """The switches that the member moved: what changed elsewhere since the page was shown stays as it is there."""
    now = mailings(member)
    posted = _posted(request, now)
    if "was" not in request.POST:
        return posted
    was = set(request.POST["was"].split())
    return {cell: on for cell, on in posted.items() if on != (":".join(cell) in was)}


def _posted(request: HttpRequest, now: Sequence[Mailing]) -> Cells:
    fields = set(request.POST.getlist("cell"))
    return {
        (mailing.code, cell.channel): cell.field in fields
        for mailing in now
        for cell in mailing.cells
        if not cell.locked
    }


def _with(now: Sequence[Mailing], cells: Cells) -> list[Mailing]:
    """The same switches with some of them set."""
    return [
        replace(mailing, cells=[replace(c, on=cells.get((mailing.code, c.channel), c.on)) for c in mailing.cells])
        for mailing in now
    ]


def _cells(changed: "Sequence[Changed]") -> dict[tuple[str, str], bool]:
    return {(cell.mailing_type, str(cell.channel)): cell.is_on for cell in changed}


def _turned(changed: Cells | None) -> Cells:
    return {cell: not on for cell, on in (changed or {}).items()}


def _read(after: str, member: "Member") -> Cells | None:
    """What was changed last, from the signed address of the page; None when nothing was, or too long ago."""
    try:
        person_id, cells = signing.loads(after, salt=SALT, max_age=UNDO_LIVES)
    except signing.BadSignature:
        return None
    return {(code, channel): on for code, channel, on in cells} if person_id == member.public_id else None
