"""One box finds a member by whatever the caller can say, exactly, and says why; a surname may be begun."""

from typing import Any

import pytest
from django.test import Client

from regulars.loyalty.members import actions as members
from tests import cast, make
from tests.web.contact_centre import desk

pytestmark = pytest.mark.django_db
HOME = desk.HOME


@pytest.fixture
def anna() -> cast.Role:
    return desk.anna()


@pytest.fixture
def operator() -> Client:
    make.programme()
    return desk.signed_in("operator")


def found(operator: Client, query: str) -> dict[str, list[str]]:
    """Names of who was found, and why."""
    hits = operator.get(HOME, {"q": query}).context["found"].hits
    return {str(hit.member): hit.why for hit in hits}


@pytest.mark.parametrize(
    "query",
    [
        "+447700900001",
        "07700 900001",
        "(07700) 900-001",
        "0044 7700 900 001",
        "447700900001",
        "+44 (0) 7700 900001",
        " 07700900001 ",
    ],
)
def test_a_phone_is_found_in_any_form(operator: Client, anna: cast.Role, query: str) -> None:
    assert found(operator, query) == {"Anna Morgan": ["phone"]}


def test_a_mailbox_is_found_whatever_its_capitals(operator: Client, anna: cast.Role) -> None:
    assert found(operator, "Anna@Example.org") == {"Anna Morgan": ["email"]}


def test_a_card_is_found_as_it_is_printed(operator: Client, anna: cast.Role) -> None:
    number = anna.card.number
    groups = " ".join(number[place : place + 4] for place in range(0, len(number), 4))

    for query in (number, groups):
        assert found(operator, query) == {"Anna Morgan": [f"card •••• {number[-4:]}"]}


def test_a_receipt_is_found_by_its_number_and_by_its_public_id(operator: Client, anna: cast.Role) -> None:
    desk.buy(anna, "R-1001")
    public_id = operator.get(desk.page_of(anna)).context["purchases"][0].url.rstrip("/").rsplit("/", 1)[1]

    assert found(operator, "R-1001") == {"Anna Morgan": ["receipt R-1001, Store High Street"]}
    assert found(operator, public_id) == {"Anna Morgan": ["receipt R-1001, Store High Street"]}


def test_two_tills_with_the_same_number_find_both_buyers(operator: Client, anna: cast.Role) -> None:
    tom = cast.tom()
    desk.buy(anna, "7")
    desk.buy(tom, "7", at_till=make.till())

    assert set(found(operator, "7")) == {"Anna Morgan", "Tom Reed"}


def test_numbers_of_the_member_and_of_another_system_find_exactly(operator: Client, anna: cast.Role) -> None:
    cast.tom()

    assert found(operator, anna.member.public_id) == {"Anna Morgan": ["number of the member"]}
    assert found(operator, "crm-4711") == {"Tom Reed": ["number in another system"]}
    assert found(operator, "crm-47") == {}


def test_hits_of_one_member_stand_together(operator: Client, anna: cast.Role) -> None:
    make.member(first_name="Max", last_name="Weber", external_number=anna.card.number)
    desk.buy(anna, anna.card.number)

    hits = found(operator, anna.card.number)

    assert len(hits["Anna Morgan"]) == 2
    assert hits["Max Weber"] == ["number in another system"]


def test_a_surname_is_found_by_its_beginning_in_either_alphabet(operator: Client, anna: cast.Role) -> None:
    cast.olga()

    assert found(operator, "mor") == {"Anna Morgan": ["name"]}
    assert found(operator, "anna morg") == {"Anna Morgan": ["name"]}
    assert found(operator, "смир") == {"Ольга Смирнова": ["name"]}
    assert found(operator, "organ") == {}


def test_contacts_of_hits_are_masked(operator: Client, anna: cast.Role) -> None:
    page = operator.get(HOME, {"q": "morgan"}).content.decode()

    assert "+44 ••• 01" in page
    assert "a•••@example.org" in page
    assert cast.ANNA.phone not in page
    assert cast.ANNA.email not in page


def test_enter_opens_the_only_one_and_lists_several(operator: Client, anna: cast.Role) -> None:
    only = operator.get(HOME, {"q": "07700900001", "open": "1"})
    cast.max_()
    make.member(first_name="Ann", last_name="Morris")
    several = operator.get(HOME, {"q": "mor", "open": "1"})

    assert only.headers["Location"] == desk.page_of(anna)
    assert several.status_code == 200
    assert len(several.context["found"].hits) == 2


def test_the_script_gets_only_the_hits(operator: Client, anna: cast.Role) -> None:
    answer = operator.get(HOME, {"q": "morgan"}, headers={"HX-Request": "true", "HX-Target": "hits"})

    page = answer.content.decode().strip()
    assert page.startswith('<section id="hits"')
    assert "Anna Morgan" in page


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("+44 7700 900999", "country code"),
        ("nobody@example.org", "another spelling"),
        ("Zebra", "beginning of the surname"),
        ("mem_00", "whole or not at all"),
        ("\x00", ""),
        ("'; drop table", "beginning of the surname"),
        ("9" * 500, "country code"),
    ],
)
def test_whoever_is_not_found_is_told_what_to_try(operator: Client, query: str, advice: str) -> None:
    answer = operator.get(HOME, {"q": query})

    assert answer.status_code == 200
    assert not answer.context["found"].hits
    assert advice in answer.content.decode()


def test_who_has_left_is_found_by_the_number_only(operator: Client, anna: cast.Role) -> None:
    members.leave(anna.member, by=make.BY, at=make.AT)

    assert found(operator, cast.ANNA.phone) == {}
    assert found(operator, "morgan") == {}
    assert len(found(operator, anna.member.public_id)) == 1


def test_many_of_one_name_are_cut_and_that_is_said(operator: Client) -> None:
    for _ in range(21):
        make.member(last_name="Smith")

    answer = operator.get(HOME, {"q": "smith"})

    assert len(answer.context["found"].hits) == 20
    assert "and more" in answer.content.decode()


def test_an_empty_box_says_what_can_be_typed(operator: Client) -> None:
    answer: Any = operator.get(HOME)

    assert "A phone in any form" in answer.content.decode()
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
