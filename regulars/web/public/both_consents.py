"""Both consents of one person side by side, for the demo: this page, and Loyalty's part; the browser fetches the other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from regulars.contract.channels import BRIDGED, LOYALTY_CHANNELS
from regulars.kit import phone
from regulars.kit.text import tidy
from regulars.loyalty.members import queries as members
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import links, queries
from regulars.loyalty.subscriptions.base_types import MAILINGS
from regulars.loyalty.subscriptions.bits import channels_of
from regulars.web.public import demo_sign_in
from regulars.web.shell import beside
from regulars.web.shell.channels import look
from regulars.web.shell.faces import Stand, StandRow, Step
from regulars.web.shell.here import only_here

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.subscriptions.matrix import Row

LONGEST_SEARCH, MOST_FOUND, MOST_ENTRIES = 80, 12, 6
CAUSES = {
    "registered": "on joining the programme",
    "preference_link": "by the link of a message",
    "bridge": "over the bridge, from Smart Communications",
    "left": "on leaving the programme",
}
DOORS = {"account": "in the personal account", "backoffice": "in the back office", "till": "at the till"}

type Entries = Sequence[Any]
type Turned = dict[str, list[tuple[str, bool]]]


@only_here
@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Lead to who was searched for, by name, phone or mailbox; to Anna when nobody was."""
    words = tidy(request.GET.get("q", ""))[:LONGEST_SEARCH]
    anna = demo_sign_in.find_anna()
    if anna is None:
        raise Http404
    found = _find(words) if words else [anna]
    if len(found) == 1:
        return redirect("public:both_consents", public_id=found[0].public_id)
    contacts = members.list_contacts([member.pk for member in found])
    listed = [(member, contacts.get(member.pk)) for member in found]
    with translation.override("en"):
        shown = {"brand": programme.get().name, "search": words, "found": listed, "is_cut": len(found) == MOST_FOUND}
        return render(request, "public/both_consents_found.html", shown)


@only_here
@never_cache
@require_safe
def both_consents(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the frame of the page: who it is, and the two places that the browser fills."""
    member = _get(public_id)
    contacts = members.get_contacts(member)
    with translation.override("en"):
        shown = {
            "brand": programme.get().name,
            "member": member,
            "contacts": contacts,
            "mailbox_query": urlencode({"address": contacts.email}) if contacts.email else "",
            "channels": [str(channel) for channel in BRIDGED],
            "loyalty_url": reverse("public:loyalty_beside", args=[public_id]),
            "smartcomms_url": reverse("smartcomms_beside", args=[public_id]),
        }
        return render(request, "public/both_consents.html", shown)


@only_here
@require_safe
@cache_control(private=True, no_cache=True)
def loyalty_beside(request: HttpRequest, public_id: str) -> HttpResponse:
    """Loyalty's matrix and the last entries of its consent journal; 304 while they are as they were."""
    member = _get(public_id)
    with translation.override("en"):
        matrix, entries = queries.get_matrix(member), queries.list_entries(member)
        turned = _turned(entries)
        token = links.make(links.Link(public_id, MAILINGS, "email"))
        side = beside.Side(
            stands={str(channel): matrix.is_on(MAILINGS, channel) for channel in BRIDGED},
            since=_since(entries, turned),
            rows=[_row(row) for row in matrix.rows],
            steps=[_step(entry, its) for entry, its in list(zip(entries, turned, strict=True))[:MOST_ENTRIES]],
        )
        shown = {"is_gone": member.state == "gone", "change_url": reverse("public:preferences", args=[token])}
        return beside.answer(request, "public/_loyalty_beside.html", side, shown)


def _get(public_id: str) -> "Member":
    member = members.find_by_public_id(public_id)
    if member is None:
        raise Http404
    return member


def _find(words: str) -> "list[Member]":
    """Whom a mailbox, a phone in any form, or the beginnings of names mean."""
    known = members.find_by_identifier("email", words.lower()) or members.find_by_phone(_phone(words))
    return [known] if known else members.list_by_names(words.split(), limit=MOST_FOUND)


def _phone(words: str) -> str:
    try:
        return phone.normalise(words, programme.get().region)
    except phone.BadPhone:
        return ""


def _row(row: "Row") -> StandRow:
    is_bridged, stands = row.code == MAILINGS, []
    for channel in LOYALTY_CHANNELS:
        cell = row.cells.get(channel)
        state = "unused" if cell is None else "on" if cell.selected else "off"
        is_locked = cell is not None and cell.read_only
        stands.append(Stand(str(channel), state, is_locked, is_bridged and channel in BRIDGED))
    return StandRow(row.code, row.name, stands, "crosses the bridge" if is_bridged else "")


def _turned(entries: Entries) -> list[Turned]:
    """What each entry turned, by mailing type: an entry keeps how a type stands afterwards. Newest first, as they come."""
    stood: dict[str, int] = {}
    found = []
    for entry in reversed(entries):
        found.append({code: list(_moved(stood.get(code), on)) for code, on in entry.cells.items()})
        stood.update(entry.cells)
    return found[::-1]


def _moved(before: int | None, after: int) -> Iterator[tuple[str, bool]]:
    for channel in LOYALTY_CHANNELS:
        is_on = channel in channels_of(after)
        if before is None or is_on != (channel in channels_of(before)):
            yield str(channel), is_on


def _since(entries: Entries, turned: Sequence[Turned]) -> Mapping[str, datetime]:
    """When Mailings was turned last on each channel that both systems know."""
    since: dict[str, datetime] = {}
    for entry, its in zip(entries, turned, strict=True):
        for channel, _ in its.get(MAILINGS, []):
            since.setdefault(channel, entry.recorded_at)
    return since


def _step(entry: Any, turned: Turned) -> Step:
    names = {kind.code: kind.name for kind in queries.list_types()}
    few = [
        f"{names.get(code, code)}: {beside.in_words([(str(look(channel).name), on) for channel, on in moved])}"
        for code, moved in turned.items()
        if moved
    ]
    title = "; ".join(few) if len(few) < 3 else f"{len(few)} mailing types chosen"
    cause = CAUSES.get(entry.cause) or DOORS.get(entry.door) or f"through {entry.door}"
    return Step(title or "Nothing moved", entry.recorded_at, cause)
