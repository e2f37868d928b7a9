"""The demo's page of both consents: each side comes from its own door, says only what is new, and only to this machine."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as loyalty
from regulars.smartcomms.subscriptions import actions as smartcomms
from tests import cast, make
from tests.smartcomms import people

pytestmark = pytest.mark.django_db
LATER = make.AT + timedelta(minutes=5)


@pytest.fixture
def anna(still_clock: Any, settings: Any) -> cast.Role:
    """Anna, whom both systems know, with a category at the sister."""
    settings.IS_DEMO = True
    make.programme()
    entered = cast.anna()
    people.category("weekly", email=True)
    people.customer(person_id=entered.member.public_id, first_name="Anna", last_name="Morgan")
    return entered


def side(client: Client, who: cast.Role, system: str, **extra: Any) -> Any:
    return client.get(f"/demo/consent/{who.member.public_id}/{system}", **extra)


def stands(page: str) -> dict[str, str]:
    """Every cell of a side and how it stands."""
    return dict(re.findall(r'id="(\w+-[\w-]+)" data-stand="(\w+)"', page))


def crossing(page: str) -> dict[str, str]:
    """How the channels that cross stand, as the page compares them."""
    return dict(re.findall(r'data-(sms|email|push)="(on|off) \d+"', page))


def test_the_search_opens_on_anna(client: Client, anna: cast.Role) -> None:
    answer = client.get("/demo/consent/", follow=True)

    assert answer.redirect_chain == [(f"/demo/consent/{anna.member.public_id}/", 302)]
    assert "Anna Morgan, in both systems" in answer.text


@pytest.mark.parametrize("words", ["07700 900002", "+44 7700 900002", "MAX@example.org", "max", "web", "weber ma"])
def test_somebody_is_found_by_phone_mailbox_and_beginnings_of_names(
    client: Client, anna: cast.Role, words: str
) -> None:
    found = cast.max_()

    answer = client.get("/demo/consent/", {"q": words})

    assert answer.headers["Location"] == f"/demo/consent/{found.member.public_id}/"


def test_several_are_listed_and_nobody_is_said(client: Client, anna: cast.Role) -> None:
    for name in ("Morgan", "Moritz"):
        make.member(first_name="Robin", last_name=name)

    assert client.get("/demo/consent/", {"q": "mor"}).text.count('<a class="what"') == 3
    assert "Nobody is found" in client.get("/demo/consent/", {"q": "nobody at all"}).text
    assert "Nobody is found" in client.get("/demo/consent/", {"q": "%"}).text
    assert "Nobody is found" in client.get("/demo/consent/", {"q": "a\x00b"}).text


def test_each_door_tells_how_its_own_system_stands(client: Client, anna: cast.Role) -> None:
    loyalty.unsubscribe(anna.member, mailing_type="mailings", channel="sms", by=make.BY, at=LATER)
    smartcomms.switch_channel(
        anna.member.public_id, channel="email", is_on=False, cause="employee", by=people.EMPLOYEE, at=LATER
    )

    here, there = side(client, anna, "loyalty").text, side(client, anna, "smartcomms").text

    assert crossing(here) == {"sms": "off", "email": "on", "push": "on"}
    assert crossing(there) == {"sms": "on", "email": "off", "push": "on"}
    assert stands(here)["loyalty-mailings-sms"] == "off"
    assert stands(here)["loyalty-accrual-sms"] == "on"
    assert stands(there)["smartcomms-channel-email"] == "off"
    assert stands(there)["smartcomms-weekly-email"] == "on"
    assert stands(there)["smartcomms-weekly-sms"] == "unused"
    assert "Mailings: SMS off" in here
    assert "Channels: Email off" in there


def test_what_crosses_is_marked_and_nothing_else(client: Client, anna: cast.Role) -> None:
    for system in ("loyalty", "smartcomms"):
        assert side(client, anna, system).text.count('<td class="crosses">') == 3


def test_the_time_of_a_change_is_that_of_the_last_turn(client: Client, anna: cast.Role) -> None:
    """By it the page says in which direction a change is on its way."""
    loyalty.unsubscribe(anna.member, mailing_type="mailings", channel="sms", by=make.BY, at=LATER)
    loyalty.unsubscribe(anna.member, mailing_type="offers", channel="email", by=make.BY, at=LATER + timedelta(hours=1))

    page = side(client, anna, "loyalty").text

    assert f'data-sms="off {int(LATER.timestamp() * 1000)}"' in page
    assert f'data-email="on {int(make.AT.timestamp() * 1000)}"' in page


@pytest.mark.parametrize("system", ["loyalty", "smartcomms"])
def test_a_side_is_told_again_only_when_it_has_changed(client: Client, anna: cast.Role, system: str) -> None:
    seen = side(client, anna, system).headers["ETag"]
    assert side(client, anna, system, HTTP_IF_NONE_MATCH=seen).status_code == 304
    loyalty.unsubscribe(anna.member, mailing_type="mailings", channel="sms", by=make.BY, at=LATER)
    smartcomms.switch_channel(
        anna.member.public_id, channel="sms", is_on=False, cause="employee", by=people.EMPLOYEE, at=LATER
    )

    changed = side(client, anna, system, HTTP_IF_NONE_MATCH=seen)

    assert changed.status_code == 200
    assert changed.headers["ETag"] != seen
    assert changed.headers["ETag"].strip('"') in changed.text


def test_the_links_of_both_sides_open_the_persons_own_pages(client: Client, anna: cast.Role) -> None:
    for system in ("loyalty", "smartcomms"):
        link = re.search(r'<a href="([^"]+)" target="_blank"', side(client, anna, system).text)
        assert link is not None
        assert "What you hear from us" in client.get(link[1]).text


def test_whom_the_sister_has_not_heard_of_is_said(client: Client, anna: cast.Role) -> None:
    newcomer = cast.max_()

    page = side(client, newcomer, "smartcomms").text

    assert "Not known here" in page
    assert crossing(page) == {}


def test_who_has_left_has_no_way_back(client: Client, anna: cast.Role) -> None:
    members.leave(anna.member, by=make.BY, at=LATER)

    page = side(client, anna, "loyalty").text

    assert "Has left the programme." in page
    assert "/preferences/" not in page


def test_nobody_is_shown_who_was_never_there(client: Client, anna: cast.Role) -> None:
    assert client.get("/demo/consent/mem_nobody/").status_code == 404
    assert client.get("/demo/consent/mem_nobody/loyalty").status_code == 404


@pytest.mark.parametrize("page", ["", "{}/", "{}/loyalty", "{}/smartcomms"])
def test_outside_the_demo_and_from_other_machines_there_is_no_such_page(
    client: Client, anna: cast.Role, settings: Any, page: str
) -> None:
    address = "/demo/consent/" + page.format(anna.member.public_id)
    assert client.get(address, REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get(address, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 404
    assert client.get(address).status_code in (200, 302)

    settings.IS_DEMO = False

    assert client.get(address).status_code == 404


def test_looking_writes_nothing(client: Client, anna: cast.Role, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(20) as asked:
        for system in ("loyalty", "smartcomms"):
            side(client, anna, system)

    assert not [q["sql"] for q in asked if q["sql"].lstrip().lower().startswith(("insert", "update", "delete"))]
