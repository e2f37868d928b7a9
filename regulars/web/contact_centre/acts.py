"""What can be done from where the operator stands: only what is permitted, found by English and Russian words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.loyalty.cards import queries as cards
from regulars.loyalty.members import queries as members
from regulars.web.contact_centre import purchases
from regulars.web.contact_centre.duty import employee_of, frame, on_duty, typed
from regulars.web.shell import figures

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member

LATIN, CYRILLIC = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.", "ёйцукенгшщзхъфывапролджэячсмитьбю"
TO_CYRILLIC, TO_LATIN = str.maketrans(LATIN, CYRILLIC), str.maketrans(CYRILLIC, LATIN)
# By what else an act is found, beside its title: other words, in both languages.
WORDS: Final = {
    "search": "find phone card receipt surname поиск найти искать телефон карта чек фамилия",
    "profile": "who member open профиль карточка участник кто",
    "contacts": "phone email address контакты телефон почта показать",
    "subscriptions": "consent sms email mailings unsubscribe подписки рассылки согласие отписать смс",
    "block": "card lost stolen заблокировать карту блокировка потеряна украдена",
    "unblock": "card open again разблокировать карту вернуть",
    "receipt": "why no points discount purchase чек покупка почему баллы скидка",
    "register": "new join member зарегистрировать новый участник регистрация",
    "back office": "admin marketing settings бэк-офис настройки админка",
}


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the list: a title, where it leads, its key, and the id of the button that it presses on the page."""

    title: str
    url: str
    words: str
    key: str = ""
    presses: str = ""


@require_safe
@on_duty()
def acts(request: HttpRequest) -> HttpResponse:
    """List the acts that fit what was typed; `member` says on whose page."""
    query = typed(request.GET, "act")
    member = members.find_by_public_id(typed(request.GET, "member"))
    found = [act for act in _permitted(request, member) if fits(query, f"{act.title} {act.words}")]
    page = "_acts" if request.headers.get("HX-Target") == "acts-found" else "acts"
    shown = {"acts": found, "act_query": query}
    return render(request, f"contact_centre/{page}.html", frame(request, member) | shown)


def fits(query: str, text: str) -> bool:
    """Whether each word of the query begins a word of the text, in the layout it was typed in or in the other."""
    words = text.casefold().replace("•", " ").split()
    spellings = (query.casefold(), query.casefold().translate(TO_CYRILLIC), query.casefold().translate(TO_LATIN))
    return any(all(_begins(typed, words) for typed in spelling.split()) for spelling in spellings)


def _begins(typed: str, words: list[str]) -> bool:
    return any(word.startswith(typed) for word in words)


def _permitted(request: HttpRequest, member: "Member | None") -> Iterator[Act]:
    may = request.user.has_perm
    if member is not None:
        yield from _about(request, member)
    yield Act(_("Search"), reverse("contact_centre:home"), WORDS["search"], key="/")
    if may("members.register"):
        yield Act(_("Register a new member"), reverse("contact_centre:register"), WORDS["register"])
    yield Act(_("Go to the back office"), reverse("admin:index"), WORDS["back office"])


def _about(request: HttpRequest, member: "Member") -> Iterator[Act]:
    may, at = request.user.has_perm, [member.public_id]
    yield Act(_("Open the profile"), reverse("contact_centre:member", args=at), WORDS["profile"], key="P")
    if may("subscriptions.view"):
        yield Act(
            _("Open subscriptions"), reverse("contact_centre:subscriptions", args=at), WORDS["subscriptions"], key="S"
        )
    if member.state != "gone":
        profile = reverse("contact_centre:member", args=at)
        yield Act(_("Show contacts"), profile, WORDS["contacts"], key="C", presses="show-contacts")
    if may("cards.block"):
        yield from _of_cards(member)
    if may("purchases.view"):
        for receipt in purchases.lately(member, 3, partner_id=employee_of(request).partner_id):
            named = {"number": receipt.number, "at": figures.moment(receipt.at)}
            yield Act(_("Why: receipt %(number)s, %(at)s") % named, receipt.url, WORDS["receipt"])


def _of_cards(member: "Member") -> Iterator[Act]:
    for card in cards.list_of(member):
        at = [member.public_id, card.pk]
        if card.state != "blocked":
            yield Act(
                _("Block card %(card)s") % {"card": card}, reverse("contact_centre:block_card", args=at), WORDS["block"]
            )
        elif card.block_reason != "left":
            title = _("Unblock card %(card)s") % {"card": card}
            yield Act(title, reverse("contact_centre:unblock_card", args=at), WORDS["unblock"])
