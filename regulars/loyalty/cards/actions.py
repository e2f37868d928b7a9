"""Opens series, issues cards, gives them to members, blocks and retires them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regulars.journal import actions as journal
from regulars.journal.reactions import Happened
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import tidy
from regulars.loyalty.cards import numbers, queries
from regulars.loyalty.cards.events import (
    CardActivated,
    CardBlocked,
    CardsIssued,
    CardsRetired,
    CardUnblocked,
    SeriesAdded,
)
from regulars.loyalty.cards.models import Card, CardState, Series
from regulars.loyalty.members import reasons
from regulars.loyalty.members.models import Member

_TAKE_NUMBERS = """
update loyalty_cards_series set next_number = next_number + %s where id = %s returning next_number - %s as first
"""
_ISSUE = """
insert into loyalty_cards_card (number, series_id, member_id, state, issued_at, activated_at, block_reason)
select number, %(series)s, member_id, case when member_id is null then 'issued' else 'active' end,
       %(at)s, case when member_id is not null then %(at)s::timestamptz end, ''
  from unnest(%(numbers)s::text[], %(members)s::bigint[]) as given (number, member_id)
"""


class SeriesNotPossible(Refusal):
    """A series cannot be as described."""

    code = "series_not_possible"


class SeriesExhausted(Conflict):
    """All numbers of the series are used."""

    code = "series_exhausted"


class CardIsBlocked(Conflict):
    """The card is blocked."""

    code = "card_blocked"


class CardTaken(Conflict):
    """The card belongs to another member."""

    code = "card_taken"


@transaction.atomic
def add_series(
    code: str, *, name: str, prefix: str, length: int = 13, is_virtual: bool = False, by: Actor, at: datetime
) -> Series:
    """Open a series of card numbers; `length` counts all digits, prefix and check digit included.

    Raises `SeriesNotPossible`, also when another series has the code or shares numbers with this one.
    """
    if not (prefix.isascii() and prefix.isdigit()):
        raise SeriesNotPossible("The prefix consists of digits.", field="prefix")
    if not numbers.SHORTEST <= length <= numbers.LONGEST or len(prefix) > length - 3:
        raise SeriesNotPossible("A card number has 8 to 19 digits, and at least two follow the prefix.", field="length")
    if length in numbers.LIKE_PHONES:
        raise SeriesNotPossible(
            "A till reads 10 to 12 digits as a phone number. Choose another length.", field="length"
        )
    for other in Series.objects.select_for_update():
        if other.code == code:
            raise SeriesNotPossible(f"There is already a series “{code}”.", field="code")
        if other.length == length and (other.prefix.startswith(prefix) or prefix.startswith(other.prefix)):
            raise SeriesNotPossible(f"The series “{other.code}” uses these numbers.", field="prefix")
    series = Series.objects.create(code=code, name=tidy(name), prefix=prefix, length=length, is_virtual=is_virtual)
    journal.record(SeriesAdded(code), by=by, at=at)
    return series


@transaction.atomic
def issue(series: Series, *, member: Member | None = None, by: Actor, at: datetime) -> Card:
    """Make one card; with a member it is active at once, without one it waits for `activate`.

    Issues from one series wait for each other until their transactions end. Raises `SeriesExhausted`.
    """
    number = _issue(series, [member.id if member else None], at=at)[0]
    card = Card.objects.get(number=number)
    if member is None:
        journal.record(CardsIssued(series.code, 1), by=by, at=at)
    else:
        journal.record(CardActivated(card.id, member.id), person_id=member.public_id, by=by, at=at)
    return card


@transaction.atomic
def issue_many(series: Series, *, count: int = 0, member_ids: Sequence[int] = (), by: Actor, at: datetime) -> list[str]:
    """Make many cards with two statements: one active card for each member, or `count` that belong to nobody.

    Answers the numbers in the order of the members. Raises `SeriesExhausted`.
    """
    holders: list[int | None] = [*member_ids, *([None] * count)]
    if not holders:
        return []
    made = _issue(series, holders, at=at)
    journal.record(CardsIssued(series.code, len(made)), by=by, at=at)
    return made


@transaction.atomic
def activate(card: Card, *, member: Member, by: Actor, at: datetime) -> bool:
    """Give an issued card to a member, ready for use; said once: a repeat for the same member answers False.

    Raises `CardTaken` when it is another member's, `CardIsBlocked` when it is blocked.
    """
    locked = _locked(card)
    if locked.state == CardState.BLOCKED:
        raise CardIsBlocked("This card is blocked.", field="card")
    if locked.member_id not in (None, member.id):
        raise CardTaken("This card belongs to another member.", field="card")
    if locked.state == CardState.ACTIVE:
        return False
    Card.objects.filter(number=card.number).update(state=CardState.ACTIVE, member_id=member.id, activated_at=at)
    journal.record(CardActivated(locked.id, member.id), person_id=member.public_id, by=by, at=at)
    return True


@transaction.atomic
def block(card: Card, *, reason: str, by: Actor, at: datetime) -> bool:
    """Block a card: the till refuses it from now on. Said once: a repeat answers False.

    `reason` is a code such as `lost` or `damaged`. The member stays recognised by phone. Raises
    `UnknownCard`, `ReasonIsNoCode`.
    """
    code = reasons.checked(reason)
    locked = _locked(card)
    if locked.state == CardState.BLOCKED:
        return False
    Card.objects.filter(number=card.number).update(state=CardState.BLOCKED, blocked_at=at, block_reason=code)
    event = CardBlocked(locked.id, locked.member_id, code)
    journal.record(event, person_id=_person_id(locked), by=by, at=at)
    return True


@transaction.atomic
def unblock(card: Card, *, by: Actor, at: datetime) -> bool:
    """Let a blocked card be used again, as the member's or as an issued one; said once.

    Raises `CardIsBlocked` for a card whose member has left: that one stays blocked.
    """
    locked = _locked(card)
    if locked.state != CardState.BLOCKED:
        return False
    if locked.block_reason == "left":
        raise CardIsBlocked("The member of this card has left; it cannot be used again.", field="card")
    state = CardState.ISSUED if locked.member_id is None else CardState.ACTIVE
    Card.objects.filter(number=card.number).update(state=state, blocked_at=None, block_reason="")
    event = CardUnblocked(locked.id, locked.member_id)
    journal.record(event, person_id=_person_id(locked), by=by, at=at)
    return True


@transaction.atomic
def retire_cards(happened: Happened, at: datetime) -> None:
    """Take the cards from a member who left: blocked for good, belonging to nobody."""
    member_id = int(happened.body["member_id"])
    retired = Card.objects.filter(member_id=member_id).update(
        state=CardState.BLOCKED, blocked_at=at, block_reason="left", member_id=None
    )
    if retired:
        by = Actor.system("reactions")
        journal.record(CardsRetired(member_id, retired), person_id=happened.person_id, by=by, at=at)


def _issue(series: Series, holders: Sequence[int | None], *, at: datetime) -> list[str]:
    first = sql.fetch(dict, _TAKE_NUMBERS, [len(holders), series.id, len(holders)])[0]["first"]
    if first + len(holders) > numbers.capacity(series.prefix, series.length):
        raise SeriesExhausted(f"The series “{series.name}” has no {len(holders)} numbers left.", field="series")
    made = [numbers.number(series.prefix, first + place, series.length) for place in range(len(holders))]
    sql.run(_ISSUE, {"series": series.id, "at": at, "numbers": made, "members": list(holders)})
    return made


def _locked(card: Card) -> Card:
    locked = Card.objects.select_for_update().filter(number=card.number).first()
    if locked is None:
        raise queries.UnknownCard("There is no card with this number.", field="card")
    return locked


def _person_id(card: Card) -> str:
    if card.member_id is None:
        return ""
    owner = Member.objects.filter(id=card.member_id).values_list("public_id", flat=True).first()
    return owner or ""
