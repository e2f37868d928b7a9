"""A card is issued, becomes a member's, is blocked, and is retired when the member leaves."""

from datetime import datetime

import pytest

from regulars.journal.models import Entry
from regulars.journal.reactions import Happened
from regulars.kit import sql
from regulars.loyalty.cards import actions, numbers, queries
from regulars.loyalty.checkout import queries as checkout
from regulars.loyalty.checkout.scans import Identifier
from tests import make

pytestmark = pytest.mark.django_db


def count(event: str) -> int:
    return Entry.objects.filter(event=f"loyalty.{event}").count()


def test_an_issued_card_belongs_to_nobody() -> None:
    card = make.card()

    assert (card.state, card.member_id) == ("issued", None)
    assert numbers.is_valid(card.number)


def test_a_card_issued_for_a_member_is_active_at_once(at: datetime) -> None:
    anna = make.member()

    card = make.card(anna, at=at)

    assert (card.state, card.member_id, card.activated_at) == ("active", anna.id, at)
    found = checkout.find_customer(Identifier("card", card.number), for_tests=False, at=make.AT)
    assert (found.member_id, found.public_id, found.is_active_card) == (anna.id, anna.public_id, True)


def test_no_two_cards_have_one_number(at: datetime) -> None:
    series = make.series()

    made = actions.issue_many(series, count=500, by=make.BY, at=at)

    assert len({*made, make.card(in_series=series).number}) == 501
    assert all(numbers.is_valid(number) for number in made)
    assert count("CardsIssued") == 2


def test_many_members_get_a_card_each_in_their_order(at: datetime) -> None:
    members = [make.member() for _ in range(3)]

    made = actions.issue_many(make.series(), member_ids=[member.id for member in members], by=make.BY, at=at)

    assert [queries.get(number).member_id for number in made] == [member.id for member in members]


def test_activating_twice_is_said_once(at: datetime) -> None:
    anna, card = make.member(), make.card()

    assert actions.activate(card, member=anna, by=make.BY, at=at)
    assert not actions.activate(card, member=anna, by=make.BY, at=at)

    assert count("CardActivated") == 1


def test_the_card_of_another_is_refused(at: datetime) -> None:
    card = make.card(make.member())

    with pytest.raises(actions.CardTaken) as refused:
        actions.activate(card, member=make.member(), by=make.BY, at=at)

    assert refused.value.field == "card"


def test_blocking_twice_is_said_once(at: datetime) -> None:
    card = make.card(make.member())

    assert actions.block(card, reason="lost", by=make.OPERATOR, at=at)
    assert not actions.block(card, reason="damaged", by=make.OPERATOR, at=at)

    blocked = queries.get(card.number)
    assert (blocked.state, blocked.block_reason, blocked.blocked_at) == ("blocked", "lost", at)
    assert count("CardBlocked") == 1


def test_a_blocked_card_cannot_be_activated(at: datetime) -> None:
    card = make.card()
    actions.block(card, reason="lost", by=make.OPERATOR, at=at)

    with pytest.raises(actions.CardIsBlocked):
        actions.activate(card, member=make.member(), by=make.BY, at=at)


def test_an_unblocked_card_is_what_it_was(at: datetime) -> None:
    anna = make.member()
    mine, nobodys = make.card(anna), make.card()
    for card in (mine, nobodys):
        actions.block(card, reason="lost", by=make.OPERATOR, at=at)
        actions.unblock(card, by=make.OPERATOR, at=at)

    assert (queries.get(mine.number).state, queries.get(nobodys.number).state) == ("active", "issued")
    assert not actions.unblock(mine, by=make.OPERATOR, at=at)


def test_the_cards_of_who_left_belong_to_nobody_for_good(at: datetime) -> None:
    anna = make.member()
    card = make.card(anna)
    happened = Happened(1, "loyalty.MemberLeft", anna.public_id, at, {"member_id": anna.id})

    actions.retire_cards(happened, at)
    actions.retire_cards(happened, at)

    retired = queries.get(card.number)
    assert (retired.state, retired.member_id, retired.block_reason) == ("blocked", None, "left")
    assert count("CardsRetired") == 1
    with pytest.raises(actions.CardIsBlocked):
        actions.unblock(card, by=make.OPERATOR, at=at)


def test_a_series_that_runs_out_says_so(at: datetime) -> None:
    tiny = make.series("tiny", prefix="99999", length=8)
    actions.issue_many(tiny, count=90, by=make.BY, at=at)

    with pytest.raises(actions.SeriesExhausted):
        actions.issue_many(tiny, count=20, by=make.BY, at=at)

    assert queries.count_cards() == 90


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("prefix", {"prefix": "26a"}),
        ("length", {"length": 20}),
        ("length", {"prefix": "26000000000"}),
        ("prefix", {"prefix": "26001"}),
        ("code", {"code": "club"}),
    ],
)
def test_a_series_that_cannot_be_is_refused_by_name(field: str, changes: dict[str, str], at: datetime) -> None:
    make.series("club")
    wanted = {"code": "other", "name": "Other", "prefix": "77", "length": 13, **changes}

    with pytest.raises(actions.SeriesNotPossible) as refused:
        actions.add_series(**wanted, by=make.BY, at=at)  # type: ignore[arg-type]

    assert refused.value.field == field


def test_an_unknown_number_is_refused() -> None:
    with pytest.raises(queries.UnknownCard):
        queries.get("2600000000000")
    assert queries.find("2600000000000") is None


def test_an_active_card_without_a_member_cannot_be_stored() -> None:
    card = make.card()

    with pytest.raises(Exception, match="an_active_card_has_a_member"):
        sql.run("update loyalty_cards_card set state = 'active' where number = %s", [card.number])
