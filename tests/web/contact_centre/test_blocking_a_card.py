"""Blocking a card says what follows first, asks for a reason of the list, and can be taken back."""

import pytest
from django.test import Client

from regulars.journal.models import Entry
from regulars.loyalty.cards.models import Card
from tests import cast, make
from tests.web.contact_centre import desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]


@pytest.fixture
def anna() -> cast.Role:
    return desk.anna()


@pytest.fixture
def operator() -> Client:
    make.programme()
    return desk.signed_in("operator", login="olga")


def address(role: cast.Role, verb: str = "block") -> str:
    return desk.page_of(role, f"cards/{role.card.pk}/{verb}")


def test_what_follows_is_said_with_the_members_own_figures(operator: Client, anna: cast.Role) -> None:
    desk.buy(anna, "R-1")

    told = operator.get(address(anna)).context["consequences"]

    assert told[1] == "500 points stay."
    assert told[2] == "The member has no other card, and is still recognised by phone."


def test_another_card_or_nothing_at_all_is_said_too(operator: Client, anna: cast.Role) -> None:
    other = make.card(anna.member)
    tom = cast.tom()

    assert f"Card {other} goes on working." in operator.get(address(anna)).context["consequences"]
    assert "no card and no phone" in " ".join(operator.get(address(tom)).context["consequences"]).replace("other ", "")


def test_a_reason_of_the_list_blocks_it_and_the_journal_knows_who(operator: Client, anna: cast.Role) -> None:
    answer = operator.post(address(anna), {"reason": "lost"}, follow=True)

    assert "is blocked: tills refuse it from now on" in answer.content.decode()
    assert Card.objects.get(pk=anna.card.pk).state == "blocked"
    told = Entry.objects.get(event="loyalty.CardBlocked")
    assert (told.by_id, told.body["reason"]) == ("olga", "lost")


@pytest.mark.parametrize("reason", ["", "because", "left"])
def test_without_a_reason_of_the_list_nothing_happens(operator: Client, anna: cast.Role, reason: str) -> None:
    answer = operator.post(address(anna), {"reason": reason})

    assert answer.status_code == 422
    assert "Choose why the card is blocked." in answer.content.decode()
    assert Card.objects.get(pk=anna.card.pk).state == "active"


def test_it_can_be_taken_back(operator: Client, anna: cast.Role) -> None:
    operator.post(address(anna), {"reason": "lost"})

    answer = operator.post(address(anna, "unblock"), follow=True)

    assert "can be used again" in answer.content.decode()
    assert Card.objects.get(pk=anna.card.pk).state == "active"


def test_twice_is_said_once(operator: Client, anna: cast.Role) -> None:
    operator.post(address(anna), {"reason": "lost"})

    answer = operator.post(address(anna), {"reason": "stolen"}, follow=True)

    assert "Nothing has changed" in answer.content.decode()
    assert Card.objects.get(pk=anna.card.pk).block_reason == "lost"


def test_another_members_card_is_not_blocked_by_a_made_up_address(operator: Client, anna: cast.Role) -> None:
    tom = cast.tom()

    answer = operator.post(desk.page_of(anna, f"cards/{tom.card.pk}/block"), {"reason": "lost"})

    assert answer.status_code == 404
    assert Card.objects.get(pk=tom.card.pk).state == "active"
