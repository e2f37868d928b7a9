"""The page behind a member's link: looking changes nothing, a button or one click does exactly what it says."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import links, queries
from regulars.loyalty.subscriptions.links import Link
from regulars.loyalty.subscriptions.models import Entry
from regulars.messages import actions as messages
from regulars.messages.models import Message
from tests import cast, make

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def anna(still_clock: Any) -> cast.Role:
    make.programme()
    return cast.anna()


def address(who: cast.Role, mailing_type: str = "mailings", channel: str = "email") -> str:
    return "/preferences/" + links.make(Link(who.member.public_id, mailing_type, channel))


def off(who: cast.Role) -> set[str]:
    rows = queries.get_matrix(who.member).rows
    return {f"{row.code}:{channel}" for row in rows for channel, cell in row.cells.items() if not cell.selected}


def fields(client: Client, page: str) -> dict[str, Any]:
    """The form as a browser would send it back untouched."""
    text = client.get(page).content.decode()
    switches = re.findall(r'<input type="checkbox"[^>]*name="cell" value="([^"]+)"([^>]*)>', text)
    was = re.search(r'name="was" value="([^"]*)"', text)
    assert was is not None
    on = [value for value, rest in switches if " checked" in rest and " disabled" not in rest]
    return {"act": "save", "was": was[1], "cell": on}


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client: Client, anna: cast.Role, method: str) -> None:
    entries = Entry.objects.count()

    answers = [
        getattr(client, method)(address(anna) + more) for more in ("", "?act=stop", "?List-Unsubscribe=One-Click")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert off(anna) == set()
    assert Entry.objects.count() == entries


def test_the_page_shows_what_somebody_hears_and_nothing_else_about_them(client: Client, anna: cast.Role) -> None:
    page = client.get(address(anna)).content.decode()

    assert "No more “News from us” by email" in page
    assert "a•••@example.org" in page
    assert "You hear from us by SMS, email, push, Viber and in social networks about everything." in page
    assert page.count('role="switch"') == 35
    assert page.count("disabled") == 5
    for secret in ("anna@example.org", "Anna", "Morgan", "7700900001", anna.card.number):
        assert secret not in page


def test_one_press_stops_exactly_what_the_message_was(client: Client, anna: cast.Role) -> None:
    answer = client.post(address(anna), {"act": "stop"}, follow=True)

    assert off(anna) == {"mailings:email"}
    assert "Turned off News from us: Email." in answer.content.decode()
    assert "by email about everything except news" in answer.context["hears"]
    assert "is turned off already" in client.get(address(anna)).content.decode()


def test_the_consent_journal_knows_the_link_and_whence(client: Client, anna: cast.Role) -> None:
    client.post(address(anna), {"act": "stop"}, REMOTE_ADDR="203.0.113.9")

    entry = Entry.objects.latest("id")
    assert (entry.cause, entry.by_kind, entry.by_id, entry.door) == (
        "preference_link", "member", anna.member.public_id, "preferences",
    )  # fmt: skip
    assert entry.wording == "preferences 1"


def test_waiting_messages_of_that_cell_are_cancelled_at_once(client: Client, anna: cast.Role) -> None:
    waiting = messages.queue(
        system="loyalty",
        person_id=anna.member.public_id,
        channel="email",
        message_class="marketing",
        subject="mailings",
        origin=f"key:{make.number()}",
        template="",
        address="anna@example.org",
        sender="",
        text="Hello",
        lifetime=timedelta(days=2),
        subject_line="News",
        by=make.BY,
        at=make.AT,
    )

    client.post(address(anna), ONE_CLICK)

    assert Message.objects.get(id=waiting).state == "cancelled"


def test_undo_restores_what_was_changed_and_no_more(client: Client, anna: cast.Role) -> None:
    subscriptions.unsubscribe(anna.member, mailing_type="offers", channel="sms", by=make.BY, at=make.AT)
    after = client.post(address(anna), {"act": "off"}, follow=True).context["undo"]
    assert len(off(anna)) == 30

    answer = client.post(address(anna), {"act": "undo", "undo": after}, follow=True)

    assert off(anna) == {"offers:sms"}
    assert answer.context["changed"].startswith("Turned on")


def test_an_undo_of_somebody_else_or_made_up_does_nothing(client: Client, anna: cast.Role) -> None:
    theirs = client.post(address(cast.max_()), {"act": "stop"}, follow=True).context["undo"]
    subscriptions.disable_all(anna.member, by=make.BY, at=make.AT)

    for undo in (theirs, "made:up", "", "\x00"):
        assert client.post(address(anna), {"act": "undo", "undo": undo}).status_code == 302

    assert len(off(anna)) == 30


def test_saving_saves_only_what_was_moved(client: Client, anna: cast.Role) -> None:
    sent = fields(client, address(anna))
    subscriptions.unsubscribe(anna.member, mailing_type="offers", channel="push", by=make.BY, at=make.AT)
    sent["cell"].remove("mailings:sms")

    answer = client.post(address(anna), sent, follow=True)

    assert off(anna) == {"offers:push", "mailings:sms"}
    assert answer.context["changed"] == "Turned off News from us: SMS."


def test_saving_without_a_change_says_so_and_offers_no_undo(client: Client, anna: cast.Role) -> None:
    entries = Entry.objects.count()

    answer = client.post(address(anna), fields(client, address(anna)), follow=True)

    assert (answer.context["changed"], answer.context["undo"]) == ("Nothing has changed.", "")
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("form", [{"cell": ["made:up", ":", "\x00"], "was": "\x00 x:y"}, {"act": "\x00"}, {}])
def test_what_nobody_showed_is_not_listened_to(client: Client, anna: cast.Role, form: dict[str, Any]) -> None:
    assert client.post(address(anna), form).status_code == 302
    assert off(anna) == set()


def test_the_form_needs_its_token_and_one_click_needs_nothing(anna: cast.Role) -> None:
    strict = Client(enforce_csrf_checks=True)

    refused = strict.post(address(anna), {"act": "off"})
    clicked = strict.post(address(anna), ONE_CLICK)

    assert refused.status_code == 403
    assert (clicked.status_code, clicked.cookies) == (200, {})
    assert off(anna) == {"mailings:email"}


@pytest.mark.parametrize("body", ["multipart", "form"])
def test_one_click_twice_is_the_same_as_once(client: Client, anna: cast.Role, body: str) -> None:
    entries = Entry.objects.count()

    for _ in range(2):
        if body == "form":
            form = "application/x-www-form-urlencoded"
            answer = client.post(address(anna), "List-Unsubscribe=One-Click", content_type=form)
        else:
            answer = client.post(address(anna), ONE_CLICK)
        assert answer.status_code == 200

    assert off(anna) == {"mailings:email"}
    assert Entry.objects.count() == entries + 1


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_somebody_who_left_sees_a_neutral_page(client: Client, anna: cast.Role, method: str) -> None:
    members.leave(anna.member, by=make.BY, at=make.AT)
    entries = Entry.objects.count()

    answer = getattr(client, method)(address(anna))
    clicked = client.post(address(anna), ONE_CLICK)

    assert (answer.status_code, clicked.status_code) == (200, 200)
    assert b"example.org" not in answer.content
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("token", ["x", "a:b", "%00", "%FF", "W10:abc", "x" * 3000])
def test_a_forged_link_opens_nothing(client: Client, token: str) -> None:
    make.programme()

    for answer in (client.get("/preferences/" + token), client.post("/preferences/" + token, ONE_CLICK)):
        assert answer.status_code == 404


def test_messages_that_cannot_be_refused_say_so(client: Client, anna: cast.Role) -> None:
    page = client.get(address(anna, "system")).content.decode()
    clicked = client.post(address(anna, "system"), ONE_CLICK)
    pressed = client.post(address(anna, "system"), {"act": "stop"}, follow=True)

    assert "You cannot be a member without these messages." in page
    assert 'value="stop"' not in page
    assert clicked.status_code == 409
    assert pressed.context["changed"] == "Nothing has changed."
    assert off(anna) == set()


@pytest.mark.parametrize(("mailing_type", "channel"), [("gone_type", "email"), ("mailings", "carrier_pigeon")])
def test_a_cell_that_is_no_more_stops_nothing_and_shows_the_rest(
    client: Client, anna: cast.Role, mailing_type: str, channel: str
) -> None:
    page = address(anna, mailing_type, channel)

    assert client.get(page).status_code == 200
    assert client.post(page, ONE_CLICK).status_code == 200
    assert client.post(page, {"act": "stop"}).status_code == 302
    assert off(anna) == set()


def test_a_type_hidden_from_members_is_stopped_and_shown_to_who_got_it(client: Client, anna: cast.Role) -> None:
    subscriptions.add_type("staff", name="Staff & Co", base="mailings", is_visible=False, by=make.BY, at=make.AT)

    page = client.get(address(anna, "staff")).content.decode()
    client.post(address(anna, "staff"), {"act": "stop"})

    assert "No more “Staff &amp; Co” by email" in page
    assert "Staff" not in client.get(address(anna)).content.decode()
    assert off(anna) == {"staff:email"}


def test_the_page_speaks_the_language_of_the_member(client: Client, still_clock: Any) -> None:
    make.programme()
    olga = cast.olga()

    page = client.get(address(olga, "mailings", "sms")).content.decode()
    saved = client.post(address(olga, "mailings", "sms"), {"act": "stop"}, follow=True).content.decode()

    assert '<html lang="ru"' in page
    assert "Больше не присылать «Наши новости» по СМС" in page
    assert "Отключили: Наши новости — СМС." in saved


def test_the_address_is_not_kept_not_found_and_not_told_to_others(client: Client, anna: cast.Role) -> None:
    for answer in (client.get(address(anna)), client.post(address(anna), ONE_CLICK), client.get("/preferences/x")):
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "same-origin"


def test_browsers_may_say_where_the_form_came_from(client: Client, anna: cast.Role) -> None:
    """With `no-referrer` Chromium posts `Origin: null`, and the form would be refused."""
    assert 'content="no-referrer"' not in client.get(address(anna)).content.decode()
