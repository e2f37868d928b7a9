"""The one search box: whoever is meant by a phone, a mailbox, a card, a receipt or a surname, and why they were found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.kit import masks, phone
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.members import queries as members
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.stores import queries as stores

if TYPE_CHECKING:
    from regulars.access.models import Employee
    from regulars.loyalty.members.models import Member

MOST = 20
SHORTEST_NAME = 2


@dataclass(slots=True)
class Hit:
    """A member who was found: masked contacts, and every reason why."""

    member: "Member"
    why: list[str] = field(default_factory=list)
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, whether there is more, and what to try when there is nothing."""

    hits: list[Hit]
    is_more: bool = False
    advice: str = ""


def find(text: str, employee: "Employee") -> Found:
    """Look for everybody whom the text means exactly, else for a surname that begins so; nothing for nothing.

    Receipts of other partners than the employee's are not found.
    """
    if not text:
        return Found([])
    hits: dict[int, Hit] = {}
    for member, why in _exactly(text, employee):
        hits.setdefault(member.pk, Hit(member)).why.append(why)
    named = [] if hits else _named(text)
    for member in named[:MOST]:
        hits[member.pk] = Hit(member, [_("name")])
    found = _with_contacts(list(hits.values()))
    return Found(found, is_more=len(named) > MOST, advice="" if found else advice(text))


def advice(text: str) -> str:
    """What to try when nobody was found, by what the text looks like."""
    digits = sum(letter.isdigit() for letter in text)
    if "@" in text:
        return _("Ask for another spelling of the address, or for the phone number.")
    if text.startswith(("mem_", "pur_")):
        return _("Such a number is whole or not at all: paste it once more.")
    if digits > 5:
        return _("A phone may need its country code. A card number is the whole number, a receipt's is as printed.")
    return _("Names are found by the beginning of the surname. A phone, a card or a receipt finds exactly.")


def phones_in(text: str) -> list[str]:
    """The phone numbers that the text can mean, in E.164: in the form of our country, or as digits with its country."""
    digits = "".join(filter(str.isdigit, text))
    if len(digits) < 5 or any(letter.isalpha() for letter in text):
        return []
    found = []
    for raw in (text, f"+{digits}"):
        try:
            found.append(phone.normalise(raw, programme.get().region))
        except phone.BadPhone:
            continue
    return list(dict.fromkeys(found))


def _exactly(text: str, employee: "Employee") -> "Iterable[tuple[Member, str]]":
    yield from _by_contacts(text)
    digits = "".join(filter(str.isdigit, text))
    card = cards.find(digits) if len(digits) >= 8 and not any(letter.isalpha() for letter in text) else None
    if card is not None and card.member_id is not None:
        yield members.get(card.member_id), _("card %(card)s") % {"card": card}
    if member := members.find_by_public_id(text):
        yield member, _("number of the member")
    for receipt in purchases.list_by_number(text, partner_id=employee.partner_id):
        if receipt.member_id is not None:
            named = {"number": receipt.number, "store": stores.get_till(receipt.till_id).store_name}
            yield members.get(receipt.member_id), _("receipt %(number)s, %(store)s") % named


def _by_contacts(text: str) -> "Iterable[tuple[Member, str]]":
    for number in phones_in(text):
        if member := members.find_by_phone(number):
            yield member, _("phone")
    if "@" in text and (member := members.find_by_identifier("email", text.lower())):
        yield member, _("email")
    if member := members.find_by_identifier("external", text):
        yield member, _("number in another system")


def _named(text: str) -> "list[Member]":
    words = text.split()
    if len(text) < SHORTEST_NAME or not all(any(letter.isalpha() for letter in word) for word in words):
        return []
    return members.list_by_names(words, limit=MOST + 1)


def _with_contacts(hits: list[Hit]) -> list[Hit]:
    contacts = members.list_contacts([hit.member.pk for hit in hits])
    for hit in hits:
        if (known := contacts.get(hit.member.pk)) is not None:
            hit.phone, hit.email = masks.contact(known.phone), masks.contact(known.email)
    return hits


def find_by_phone(raw: str) -> "Member | None":
    """The member who calls from this number, in any form, or None; what is no number is nobody's."""
    found = (members.find_by_phone(number) for number in phones_in(raw))
    return next((member for member in found if member is not None), None)
