"""Looks at cards, their series and their holders."""

from dataclasses import dataclass

from regulars.kit import sql
from regulars.kit.refusal import NotFound
from regulars.loyalty.cards.models import Card, Series
from regulars.loyalty.members.models import Member

_HOLDER = """
select c.id as card_id, c.number, c.state as card_state, m.id as member_id, m.public_id, m.state as member_state,
       m.first_name, m.last_name, m.locale
  from loyalty_cards_card c left join loyalty_members_member m on m.id = c.member_id
 where c.number = %s
"""


class UnknownCard(NotFound):
    """No card has that number."""

    code = "card_unknown"


@dataclass(frozen=True, slots=True)
class Holder:
    """A card and the member behind it; a card that belongs to nobody has no member."""

    card_id: int
    number: str
    card_state: str
    member_id: int | None
    public_id: str | None
    member_state: str | None
    first_name: str | None
    last_name: str | None
    locale: str | None


def get(number: str) -> Card:
    """The card with this number; raises `UnknownCard`."""
    card = find(number)
    if card is None:
        raise UnknownCard("There is no card with this number.", field="card")
    return card


def find(number: str) -> Card | None:
    """The card with this number, or None."""
    return Card.objects.filter(number=number).first()


def find_holder(number: str) -> Holder | None:
    """The card and the member behind it, or None; one statement."""
    return sql.first(Holder, _HOLDER, [number])


def add_find_holder(batch: sql.Batch, number: str) -> int:
    """Add the same look to a batch, for callers who count round trips; its rows are fields of `Holder`."""
    return batch.add(_HOLDER, [number])


def list_of(member: Member) -> list[Card]:
    """The member's cards: usable ones first, then by age."""
    cards = Card.objects.filter(member_id=member.id).order_by("issued_at", "id")
    return sorted(cards, key=lambda card: card.state == "blocked")


def find_main(member: Member) -> Card | None:
    """The card that the member shows: the first one that can be used, or None."""
    return Card.objects.filter(member_id=member.id, state="active").order_by("issued_at", "id").first()


def find_series(code: str) -> Series | None:
    """The series with this code, or None."""
    return Series.objects.filter(code=code).first()


def list_series() -> list[Series]:
    """All series by code."""
    return list(Series.objects.order_by("code"))


def count_cards() -> int:
    """How many cards there are."""
    return Card.objects.count()


def find_virtual_series() -> Series | None:
    """The series that people who join without a plastic card get their card from, or None."""
    return Series.objects.filter(is_virtual=True).order_by("id").first()
