"""Ctrl+K lists what is permitted where the operator stands, by English and Russian words in either keyboard layout."""

import pytest
from django.test import Client

from regulars.access import permissions
from regulars.loyalty.cards import actions as cards
from regulars.web.contact_centre.acts import fits
from tests import make
from tests.web.contact_centre import desk

pytestmark = pytest.mark.django_db
ACTS = f"{desk.HOME}acts"


def titles(client: Client, query: str = "", member: str = "") -> list[str]:
    return [act.title for act in client.get(ACTS, {"act": query, "member": member}).context["acts"]]


@pytest.mark.parametrize(
    "query", ["block", "блок", "ЗАБЛОК", ",kjr", "pf,kjr", "идщсл", "lost card", "потер", "блок карт"]
)  # fmt: skip
def test_blocking_is_found_in_both_languages_and_layouts(query: str) -> None:
    words = "Block card •••• 0017 card lost stolen заблокировать карту блокировка потеряна украдена"

    assert fits(query, words)


@pytest.mark.parametrize("query", ["unblock", "lock", "карта х", "zzz"])
def test_what_does_not_begin_a_word_does_not_fit(query: str) -> None:
    assert not fits(query, "Block card •••• 0017 card lost stolen")


def test_on_a_members_page_the_members_acts_come_first() -> None:
    anna = desk.anna()
    desk.buy(anna, "R-1")
    blocked = make.card(anna.member)
    cards.block(blocked, reason="lost", by=make.BY, at=make.AT)

    found = titles(desk.signed_in("operator"), member=anna.member.public_id)

    assert found[:3] == ["Open the profile", "Open subscriptions", "Show contacts"]
    assert f"Block card {anna.card}" in found
    assert f"Unblock card {blocked}" in found
    assert any(title.startswith("Why: receipt R-1") for title in found)
    assert found[-1] == "Go to the back office"


def test_away_from_members_there_is_nothing_about_one() -> None:
    make.programme()

    assert titles(desk.signed_in("operator")) == ["Search", "Register a new member", "Go to the back office"]


def test_what_is_not_permitted_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = desk.anna()
    monkeypatch.setitem(permissions.ROLES, "api", {"members.open_profile"})

    found = titles(desk.signed_in("api"), member=anna.member.public_id)

    assert found == ["Open the profile", "Show contacts", "Search", "Go to the back office"]


def test_the_script_gets_only_the_list() -> None:
    make.programme()

    answer = desk.signed_in("operator").get(ACTS, headers={"HX-Request": "true", "HX-Target": "acts-found"})

    assert answer.content.decode().strip().startswith('<ul id="acts-found"')


def test_nothing_found_says_so() -> None:
    make.programme()

    assert "Nothing here is called “xyzzy”" in desk.signed_in("operator").get(ACTS, {"act": "xyzzy"}).content.decode()
