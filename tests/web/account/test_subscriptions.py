"""A member's switches: saving says in one sentence what changed, Undo takes it back, and only what was moved is saved."""

import re
from typing import Any

import pytest
from django.test import Client

from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import queries
from regulars.loyalty.subscriptions.models import Entry
from tests import cast, make

pytestmark = pytest.mark.django_db
PAGE = "/account/subscriptions/"


def fields(answer: Any) -> dict[str, Any]:
    """The form as a browser would send it back untouched."""
    page = answer.content.decode()
    switches = re.findall(r'<input type="checkbox"[^>]*name="cell" value="([^"]+)"([^>]*)>', page)
    was = re.search(r'name="was" value="([^"]*)"', page)
    assert was is not None
    on = [value for value, rest in switches if " checked" in rest and " disabled" not in rest]
    return {"act": "save", "was": was[1], "cell": on}


def moved(phone: Client, *off: str) -> Any:
    sent = fields(phone.get(PAGE))
    sent["cell"] = [cell for cell in sent["cell"] if cell not in off]
    return phone.post(PAGE, sent, follow=True)


def off(anna: cast.Role) -> set[str]:
    rows = queries.get_matrix(anna.member).rows
    return {f"{row.code}:{channel}" for row in rows for channel, cell in row.cells.items() if not cell.selected}


def said(answer: Any) -> str:
    return str(answer.context["changed"])


def test_saving_says_in_one_sentence_what_changed(phone: Client, anna: cast.Role) -> None:
    answer = moved(phone, "mailings:sms", "offers:sms")

    assert said(answer) == "Turned off News from us and Offers for you: SMS."
    assert off(anna) == {"mailings:sms", "offers:sms"}
    assert "by SMS about everything except news and offers" in answer.context["hears"]


def test_the_consent_journal_knows_who_from_where_and_what_was_shown(phone: Client, anna: cast.Role) -> None:
    moved(phone, "mailings:sms")

    entry = Entry.objects.latest("id")
    assert (entry.by_kind, entry.by_id, entry.door) == ("member", anna.member.public_id, "account")
    assert entry.wording


def test_undo_takes_it_back_and_says_so(phone: Client, anna: cast.Role) -> None:
    after = moved(phone, "mailings:sms", "offers:viber").context["undo"]

    answer = phone.post(PAGE, {"act": "undo", "undo": after}, follow=True)

    assert off(anna) == set()
    assert said(answer) == "Turned on News from us: SMS; Offers for you: Viber."


def test_everything_can_be_turned_off_in_one_press_and_back(phone: Client, anna: cast.Role) -> None:
    answer = phone.post(PAGE, {"act": "off"}, follow=True)

    assert said(answer) == "Turned off everything."
    assert not any(cell.startswith("system:") for cell in off(anna))
    assert len(off(anna)) == 30

    phone.post(PAGE, {"act": "undo", "undo": answer.context["undo"]})

    assert off(anna) == set()


def test_saving_without_a_change_says_so_and_offers_no_undo(phone: Client, anna: cast.Role) -> None:
    entries = Entry.objects.count()

    answer = moved(phone)

    assert said(answer) == "Nothing has changed."
    assert answer.context["undo"] == ""
    assert Entry.objects.count() == entries


def test_what_changed_elsewhere_meanwhile_is_not_overwritten(phone: Client, anna: cast.Role) -> None:
    sent = fields(phone.get(PAGE))
    subscriptions.unsubscribe(anna.member, channel="email", by=make.BY, at=make.AT)
    sent["cell"].remove("mailings:sms")

    phone.post(PAGE, sent)

    assert "mailings:email" in off(anna)
    assert "mailings:sms" in off(anna)


def test_locked_switches_say_why_and_cannot_be_moved(phone: Client, anna: cast.Role) -> None:
    page = phone.get(PAGE).content.decode()
    assert "You cannot be a member without them." in page
    assert page.count("Always on") == 5

    phone.post(PAGE, {"act": "save", "was": "system:sms", "cell": []})

    assert off(anna) == set()


def test_looking_at_an_old_address_changes_nothing(phone: Client, anna: cast.Role) -> None:
    address = moved(phone, "mailings:sms").request["QUERY_STRING"]
    subscriptions.select_all(anna.member, by=make.BY, at=make.AT)

    phone.get(f"{PAGE}?{address}")

    assert off(anna) == set()


def test_an_undo_of_somebody_else_or_made_up_does_nothing(phone: Client, anna: cast.Role) -> None:
    from tests.web.account.conftest import signed_in

    theirs = moved(signed_in(cast.max_().member, cast.MAX.phone), "offers:email").context["undo"]
    subscriptions.disable_all(anna.member, by=make.BY, at=make.AT)

    for undo in (theirs, "made:up", "", "\x00"):
        assert phone.post(PAGE, {"act": "undo", "undo": undo}).status_code == 302

    assert len(off(anna)) == 30


@pytest.mark.parametrize("cells", [["made:up", "mailings"], ["mailings:\x00"], [":"]])
def test_switches_that_do_not_exist_are_ignored(phone: Client, anna: cast.Role, cells: list[str]) -> None:
    sent = fields(phone.get(PAGE))

    answer = phone.post(PAGE, {**sent, "cell": [*sent["cell"], *cells]})

    assert answer.status_code == 302
    assert off(anna) == set()


def test_the_sentence_follows_the_switches_and_saves_nothing(phone: Client, anna: cast.Role) -> None:
    sent = fields(phone.get(PAGE))
    sent["cell"] = [cell for cell in sent["cell"] if cell.endswith(":email")]

    answer = phone.post("/account/subscriptions/sentence/", sent, headers={"HX-Request": "true"})

    said_now = answer.content.decode()
    assert "You hear from us by email about everything; nothing by SMS, push, Viber or in social networks." in said_now
    assert off(anna) == set()


def test_a_hidden_type_is_not_shown_and_not_touched_by_saving(phone: Client, anna: cast.Role) -> None:
    subscriptions.add_type("staff", name="Staff", base="mailings", is_visible=False, by=make.BY, at=make.AT)
    subscriptions.add_type("recipes", name="Recipes", base="mailings", channels=["email"], by=make.BY, at=make.AT)

    answer = moved(phone, "recipes:email")

    assert "Staff" not in answer.content.decode()
    assert said(answer) == "Turned off Recipes: Email."
    assert off(anna) == {"recipes:email"}


def test_the_sentence_is_russian_too(phone: Client) -> None:
    phone.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    answer = moved(phone, "mailings:sms")

    assert said(answer) == "Отключили: Наши новости — СМС."
    assert answer.context["hears"].startswith("От нас вы получаете: по СМС — всё, кроме: новости; ")
