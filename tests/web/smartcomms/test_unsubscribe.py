"""The page behind the link of a message: looking changes nothing, a form or one click does, and nobody gets an error."""

import re
from typing import Any

import pytest
from django.test import Client

from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import links, queries
from regulars.smartcomms.subscriptions.links import Link
from regulars.smartcomms.subscriptions.models import Entry
from tests.smartcomms import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.smartcomms.sister")]


@pytest.fixture
def anna() -> str:
    subscriptions.add_shipped_reasons()
    people.category("news", email=True, sms=True)
    people.category("sale", email=True)
    people.category("service", is_visible=False, email=True)
    return people.customer(email="anna@example.org", phone="+447700900001").person_id


def address(person_id: str, channel: str = "email", category: str = "news") -> str:
    return "/u/" + links.make(Link(person_id, channel, category))


def off(person_id: str) -> set[str]:
    choices = queries.get_choices(person_id)
    channels = {channel for channel, is_on in choices.channels.items() if not is_on}
    return channels | {f"{one.code}:{c}" for one in choices.categories for c, on in one.statuses.items() if on is False}


def entries(person_id: str) -> int:
    return Entry.objects.filter(person_id=person_id).exclude(cause="loaded").count()


EVERYTHING = {
    "channel": ["sms", "email", "push", "autocall", "bot"],
    "cell": ["news:email", "news:sms", "sale:email"],
    "reason": "",
    "act": "save",
}


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client: Client, anna: str, method: str) -> None:
    answer = getattr(client, method)(address(anna))

    assert answer.status_code == 200
    assert off(anna) == set()
    assert entries(anna) == 0


def test_the_page_shows_visible_categories_channels_and_reasons(client: Client, anna: str) -> None:
    page = client.get(address(anna)).content.decode()

    assert re.findall(r'name="channel" value="(\w+)" checked', page) == EVERYTHING["channel"]
    assert sorted(re.findall(r'name="cell" value="([\w:]+)"', page)) == sorted(EVERYTHING["cell"])
    assert "service" not in page
    assert "a•••@example.org" in page
    assert "anna@example.org" not in page
    assert "There are too many messages" in page
    assert "by email" in page


def test_the_page_speaks_the_language_of_the_customer(client: Client) -> None:
    olga = people.customer(locale="ru").person_id

    assert '<html lang="ru"' in client.get(address(olga)).content.decode()


def test_saving_turns_off_what_was_unticked(client: Client, anna: str) -> None:
    form = EVERYTHING | {"channel": ["email", "push", "autocall", "bot"], "cell": ["news:sms", "sale:email"]}

    answer = client.post(address(anna), form | {"reason": "too_many"})

    assert answer.status_code == 200
    assert off(anna) == {"sms", "news:email"}
    assert "SMS" in answer.content.decode()
    assert queries.list_entries(anna)[0].reason == "too_many"


def test_saving_the_page_as_it_is_changes_nothing(client: Client, anna: str) -> None:
    people.category("absent_everywhere")
    shown = client.get(address(anna)).content.decode()
    ticked = re.findall(r'name="cell" value="([\w:]+)" aria-label="[^"]*" checked', shown)

    client.post(address(anna), EVERYTHING | {"cell": ticked})

    assert {"absent_everywhere:email", "news:email"} <= set(ticked)
    assert off(anna) == set()
    assert entries(anna) == 0


def test_every_category_off_is_not_the_channel_off_and_the_page_offers_both(client: Client, anna: str) -> None:
    client.post(address(anna), EVERYTHING | {"cell": []})
    assert off(anna) == {"news:email", "news:sms", "sale:email"}

    client.post(address(anna), EVERYTHING | {"cell": [], "channel": ["sms", "push", "autocall", "bot"]})
    assert "email" in off(anna)


def test_what_changed_elsewhere_since_the_page_was_shown_stays_as_it_is(client: Client, anna: str) -> None:
    shown = client.get(address(anna)).content.decode()
    was = re.search(r'name="was" value="([^"]*)"', shown)
    assert was
    subscriptions.switch_channel(anna, channel="sms", is_on=False, cause="bridge", by=people.EMPLOYEE, at=people.AT)
    client.post(address(anna, category="sale"), {"List-Unsubscribe": "One-Click"})

    client.post(address(anna), EVERYTHING | {"was": was[1], "cell": ["news:sms", "sale:email"]})

    assert off(anna) == {"sms", "news:email", "sale:email"}


def test_one_button_turns_off_everything(client: Client, anna: str) -> None:
    client.post(address(anna), EVERYTHING | {"act": "off"})

    assert off(anna) == {*EVERYTHING["channel"], *EVERYTHING["cell"]}
    assert entries(anna) == 1


def test_the_form_needs_its_token_and_one_click_needs_nothing(anna: str) -> None:
    strict = Client(enforce_csrf_checks=True)

    refused = strict.post(address(anna), EVERYTHING | {"act": "off"})
    clicked = strict.post(address(anna), {"List-Unsubscribe": "One-Click"})

    assert refused.status_code == 403
    assert (clicked.status_code, clicked.cookies) == (200, {})
    assert off(anna) == {"news:email"}


@pytest.mark.parametrize("body", ["multipart", "form"])
def test_one_click_twice_is_the_same_as_once(client: Client, anna: str, body: str) -> None:
    for _ in range(2):
        if body == "form":
            client.post(address(anna), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        else:
            client.post(address(anna), {"List-Unsubscribe": "One-Click"})

    assert off(anna) == {"news:email"}
    assert entries(anna) == 1


def test_one_click_of_a_message_without_a_category_turns_off_its_channel(client: Client, anna: str) -> None:
    client.post(address(anna, category=""), {"List-Unsubscribe": "One-Click"})

    assert off(anna) == {"email"}


def test_the_page_says_what_is_off_already(client: Client, anna: str) -> None:
    client.post(address(anna), {"List-Unsubscribe": "One-Click"})

    assert "has been off since" in client.get(address(anna)).content.decode()


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_somebody_who_left_sees_a_neutral_page(client: Client, anna: str, method: str) -> None:
    people.receive(people.gone(anna))

    answer = getattr(client, method)(address(anna))

    assert answer.status_code == 200
    assert b"anna" not in answer.content
    assert client.post(address(anna), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Entry.objects.filter(person_id=anna).exclude(cause="loaded").exists()


@pytest.mark.parametrize("token", ["x", "a:b", "%00", "%FF", "W10:abc", "x" * 3000])
def test_a_forged_link_opens_nothing(client: Client, token: str) -> None:
    for answer in (client.get("/u/" + token), client.post("/u/" + token, {"List-Unsubscribe": "One-Click"})):
        assert answer.status_code == 404


@pytest.mark.parametrize("wrong", [{"reason": "because"}, {"reason": "a\x00b"}])
def test_a_reason_that_is_not_in_the_list_is_told(client: Client, anna: str, wrong: dict[str, Any]) -> None:
    answer = client.post(address(anna), EVERYTHING | {"act": "off"} | wrong)

    assert answer.status_code == 422
    assert "Choose one of the reasons" in answer.content.decode()
    assert off(anna) == set()


def test_what_nobody_showed_is_not_listened_to(client: Client, anna: str) -> None:
    form = EVERYTHING | {
        "channel": [*EVERYTHING["channel"], "viber", "\x00"],
        "cell": [*EVERYTHING["cell"], "service:email", "x:\x00"],
    }

    assert client.post(address(anna), form).status_code == 200
    assert off(anna) == set()


def test_the_address_is_not_kept_and_not_told_to_others(client: Client, anna: str) -> None:
    answer = client.get(address(anna))

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_browsers_may_say_where_the_form_came_from(client: Client, anna: str) -> None:
    """With `no-referrer` Chromium posts `Origin: null`, and the form would be refused."""
    assert 'content="no-referrer"' not in client.get(address(anna)).content.decode()
