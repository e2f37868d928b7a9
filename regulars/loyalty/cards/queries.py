"""Looks at cards, their series and their holders."""

from regulars.kit.refusal import NotFound
from regulars.loyalty.cards.models import Card, Series
from regulars.loyalty.members.models import Member


class UnknownCard(NotFound):
    """No card has that number."""

    code = "card_unknown"


def get(number: str) -> Card:
    """The card with this number; raises `UnknownCard`."""
    card = find(number)
    if card is None:
        raise UnknownCard("There is no card with this number.", field="card")
    return card


def find(number: str) -> Card | None:
    """The card with this number, or None."""
    return Card.objects.filter(number=number).first()


def list_of(member: Member) -> list[Card]:
    """The member's cards: usable ones first, then by age."""
    cards = Card.objects.filter(member_id=member.id).order_by("issued_at", "id")
    return sorted(cards, key=lambda card: card.state == "blocked")


def find_of(member: Member, card_id: int) -> Card | None:
    """The member's card with this inner id, or None; another member's card is not found."""
    return Card.objects.filter(member_id=member.id, id=card_id).first()


def find_main(member: Member) -> Card | None:
    """The card that the member shows: the first one that can be used, or None."""
    return Card.objects.filter(member_id=member.id, state="active").order_by("issued_at", "id").first()


def find_series(code: str) -> Series | None:
    """The series with this code, or None."""
    return Series.objects.filter(code=code).first()


def count_cards() -> int:
    """How many cards there are."""
    return Card.objects.count()


def find_virtual_series() -> Series | None:
    """The series that people who join without a plastic card get their card from, or None."""
    return Series.objects.filter(is_virtual=True).order_by("id").first()
