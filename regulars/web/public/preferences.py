"""The page behind the link of a member's message: looking changes nothing, a press of a button or one click does."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.phone import masked
from regulars.loyalty.members import queries as members
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import links, queries
from regulars.loyalty.subscriptions.links import Link
from regulars.web.account.subscriptions import mailings as visible_mailings
from regulars.web.shell import sentences
from regulars.web.shell.channels import look
from regulars.web.shell.faces import Cell, Mailing

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.subscriptions.actions import Changed

PAGE, SAVED = "public/preferences.html", "public/preferences_saved.html"
CAUSE = "preference_link"
WORDING = "preferences 1"  # count up when the words of the page change their meaning
SALT = "regulars.public.preferences"
UNDO_LIVES = timedelta(hours=1)

type Cells = Mapping[tuple[str, str], bool]


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Open the link: one click of a mail program needs no cookie (RFC 8058), the page's own form does."""
    try:
        link = links.read(token)
    except links.LinkForged:
        return _unseen(render(request, PAGE, {"is_spent": True}, status=404))
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        return _unseen(_one_click(request, link))
    return _unseen(_page(request, link))


def _one_click(request: HttpRequest, link: Link) -> HttpResponse:
    """Turn off exactly the cell that the message needed; what is off, not used or of somebody who left stays as it is."""
    member = _find(link)
    about = _about(_mailings(member, link), link) if member else {}
    if member is None or not about:
        return HttpResponse(content_type="text/plain")
    if about["cell"].locked:
        return HttpResponse("These messages cannot be turned off.", status=409, content_type="text/plain")
    _set(request, link, member, {(link.mailing_type, link.channel): False})
    return HttpResponse(content_type="text/plain")


@csrf_protect
def _page(request: HttpRequest, link: Link) -> HttpResponse:
    member = _find(link)
    if member is None:
        return render(request, PAGE, {"is_spent": True})
    chosen_by_hand = "django_language" in request.COOKIES
    with translation.override(translation.get_language() if chosen_by_hand else member.locale):
        return _save(request, link, member) if request.method == "POST" else _show(request, link, member)


def _show(request: HttpRequest, link: Link, member: "Member") -> HttpResponse:
    now, after = _mailings(member, link), request.GET.get("after", "")
    last = _read(after, member)
    frame = {"brand": programme.get().name, "address_url": request.path, "hears": sentences.hears(now)}
    if last is not None:
        changed = sentences.changed(_with(now, _turned(last)), now)
        return render(request, SAVED, frame | {"changed": changed, "undo": after if last else ""})
    shown = {
        "contact": _contact(member, link.channel),
        "about": _about(now, link),
        "mailings": now,
        "was": " ".join(cell.field for mailing in now for cell in mailing.cells if cell.on),
    }
    return render(request, PAGE, frame | shown)


def _save(request: HttpRequest, link: Link, member: "Member") -> HttpResponse:
    """Change what the pressed button says, then lead to a page that may be looked at again."""
    act = request.POST.get("act", "save")
    now = _mailings(member, link)
    if act == "undo":
        wanted = _turned(_read(request.POST.get("undo", ""), member) or {})
    elif act == "stop":
        wanted = {(link.mailing_type, link.channel): False}
    elif act == "off":
        wanted = dict.fromkeys(_free(now), False)
    else:
        wanted = _moved(request, now)
    free = _free(now)
    changed = _set(request, link, member, {cell: on for cell, on in wanted.items() if cell in free})
    signed = signing.dumps([member.public_id, [[*cell, on] for cell, on in changed.items()]], salt=SALT, compress=True)
    return redirect(f"{request.path}?{urlencode({'after': signed})}")


def _set(request: HttpRequest, link: Link, member: "Member", cells: Cells) -> dict[tuple[str, str], bool]:
    by = Actor("member", link.person_id, "preferences", request.META.get("REMOTE_ADDR"))
    changed: Sequence[Changed] = (
        subscriptions.set_cells(member, cells, cause=CAUSE, wording=WORDING, by=by, at=clock.now()) if cells else ()
    )
    return {(cell.mailing_type, str(cell.channel)): cell.is_on for cell in changed}


def _find(link: Link) -> "Member | None":
    """The member of the link, unless they have left."""
    member = members.find_by_public_id(link.person_id)
    return member if member is not None and member.state != "gone" else None


def _mailings(member: "Member", link: Link) -> list[Mailing]:
    """What members see, the mailing type of the message first; that one is shown even if it is hidden elsewhere."""
    found = visible_mailings(member)
    if link.mailing_type not in {mailing.code for mailing in found}:
        found += [
            Mailing(row.code, row.name, pgettext("about", "“%s”") % row.name, _cells(row))
            for row in queries.get_matrix(member).rows
            if row.code == link.mailing_type
        ]
    return sorted(found, key=lambda mailing: mailing.code != link.mailing_type)


def _cells(row: Any) -> list[Cell]:
    return [Cell(str(c), f"{row.code}:{c}", cell.selected, cell.read_only) for c, cell in row.cells.items()]


def _about(now: Sequence[Mailing], link: Link) -> dict[str, Any]:
    """The cell that the message needed, in words; empty when there is no such cell any more."""
    for mailing in now:
        for cell in mailing.cells:
            if (mailing.code, cell.channel) == (link.mailing_type, link.channel):
                named = {"mailing": mailing.name, "channel": look(cell.channel).by}
                return {"cell": cell, **{name: str(value) for name, value in named.items()}}
    return {}


def _free(now: Sequence[Mailing]) -> set[tuple[str, str]]:
    return {(mailing.code, cell.channel) for mailing in now for cell in mailing.cells if not cell.locked}


def _moved(request: HttpRequest, now: Sequence[Mailing]) -> Cells:
    """The switches that were moved: what changed elsewhere since the page was shown stays as it is there."""
    ticked, was = set(request.POST.getlist("cell")), set(request.POST.get("was", "").split())
    free = {cell: ":".join(cell) for cell in _free(now)}
    return {cell: name in ticked for cell, name in free.items() if (name in ticked) != (name in was)}


def _with(now: Sequence[Mailing], cells: Cells) -> list[Mailing]:
    return [
        replace(mailing, cells=[replace(c, on=cells.get((mailing.code, c.channel), c.on)) for c in mailing.cells])
        for mailing in now
    ]


def _turned(changed: Cells) -> Cells:
    return {cell: not on for cell, on in changed.items()}


def _read(after: str, member: "Member") -> Cells | None:
    """What was changed last, from the signed address; None when nothing was, or too long ago."""
    try:
        person_id, cells = signing.loads(after, salt=SALT, max_age=UNDO_LIVES)
    except signing.BadSignature:
        return None
    return {(code, channel): on for code, channel, on in cells} if person_id == member.public_id else None


def _contact(member: "Member", channel: str) -> str:
    """Enough to know whose page it is, and too little to learn an address from."""
    contacts = members.get_contacts(member)
    if channel == "email" and contacts.email:
        return f"{contacts.email[:1]}•••@{contacts.email.partition('@')[2]}"
    return masked(contacts.phone) if contacts.phone else ""


def _unseen(response: HttpResponse) -> HttpResponse:
    """Keep the address, which is a key, out of search engines and away from other sites."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
