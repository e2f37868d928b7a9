"""The subscriptions tab: what is saved is what was seen and moved; two who change at once both see both versions."""

import re
from typing import Any

import pytest
from django.test import Client

from regulars.access import permissions
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import queries
from regulars.loyalty.subscriptions.models import Entry
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


def form(answer: Any) -> dict[str, Any]:
    """The form as a browser would send it back untouched."""
    page = answer.content.decode()
    boxes = re.findall(r'<input type="checkbox" name="cell" value="([^"]+)"([^>]*)>', page)
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    return {"act": "save", "seen": seen[1], "cell": [value for value, rest in boxes if " checked" in rest]}


def without(sent: dict[str, Any], *cells: str) -> dict[str, Any]:
    return sent | {"cell": [cell for cell in sent["cell"] if cell not in cells]}


def off(anna: cast.Role) -> set[str]:
    rows = queries.get_matrix(anna.member).rows
    return {f"{row.code}:{channel}" for row in rows for channel, cell in row.cells.items() if not cell.selected}


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_saving_says_the_difference_in_words_and_who_did_it_stands_in_the_history(
    operator: Client, anna: cast.Role
) -> None:
    page = desk.page_of(anna, "subscriptions/")
    sent = without(form(operator.get(page)), "mailings:email", "offers:email", "refund:sms")

    answer = operator.post(page, sent, follow=True)

    assert said(answer) == ["Saved. SMS off for Refunds; Email off for Mailings and Offers."]
    assert off(anna) == {"mailings:email", "offers:email", "refund:sms"}
    newest = answer.context["history"][0]
    assert (newest.what, newest.who, newest.where) == (
        "SMS off for Refunds; Email off for Mailings and Offers", "olga", "contact centre",
    )  # fmt: skip
    entry = Entry.objects.latest("id")
    assert (entry.by_kind, entry.by_id, entry.door) == ("employee", "olga", "contact_centre")


def test_saving_what_was_not_moved_writes_nothing(operator: Client, anna: cast.Role) -> None:
    page, entries = desk.page_of(anna, "subscriptions/"), Entry.objects.count()

    answer = operator.post(page, form(operator.get(page)), follow=True)

    assert said(answer) == ["Nothing was changed: the boxes stood as they were saved."]
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(("act", "words"), [("all", ""), ("none", "Everything off")])
def test_select_all_and_disable_all_fill_the_form_and_save_nothing(
    operator: Client, anna: cast.Role, act: str, words: str
) -> None:
    page, entries = desk.page_of(anna, "subscriptions/"), Entry.objects.count()

    answer = operator.post(page, form(operator.get(page)) | {"act": act})

    assert Entry.objects.count() == entries
    assert answer.context["difference"] == words
    assert answer.content.decode().count('class="unsaved"') == (30 if act == "none" else 0)
    assert len(form(answer)["cell"]) == (30 if act == "all" else 0)


def test_what_was_filled_is_saved_by_the_next_press(operator: Client, anna: cast.Role) -> None:
    page = desk.page_of(anna, "subscriptions/")
    filled = operator.post(page, form(operator.get(page)) | {"act": "none"})

    answer = operator.post(page, form(filled), follow=True)

    assert said(answer) == ["Saved. Everything off."]
    assert queries.get_matrix(anna.member).summary().state == "nothing"
    assert queries.get_matrix(anna.member).is_on("system", "sms")


def test_locked_cells_say_why_and_have_no_box(operator: Client, anna: cast.Role) -> None:
    page = operator.get(desk.page_of(anna, "subscriptions/")).content.decode()

    assert 'value="system:' not in page
    assert "cannot be turned off" in page


def test_the_difference_is_said_before_saving(operator: Client, anna: cast.Role) -> None:
    sent = without(form(operator.get(desk.page_of(anna, "subscriptions/"))), "mailings:sms")

    answer = operator.post(desk.page_of(anna, "subscriptions/difference"), sent)

    assert "Not saved yet: SMS off for Mailings" in answer.content.decode()
    assert off(anna) == set()


def test_of_two_operators_the_second_sees_both_versions_and_nothing_is_overwritten(
    operator: Client, anna: cast.Role
) -> None:
    page = desk.page_of(anna, "subscriptions/")
    mine = without(form(operator.get(page)), "mailings:sms")
    colleague = desk.signed_in("senior operator", login="petra")
    colleague.post(page, without(form(colleague.get(page)), "offers:email"))

    answer = operator.post(page, mine)

    assert answer.status_code == 409
    assert off(anna) == {"offers:email"}
    shown = answer.context
    assert (shown["theirs"], shown["mine"]) == ("Email off for Offers", "SMS off for Mailings")
    assert [(row.mailing_type, row.channel, row.then, row.now, row.mine) for row in shown["versions"]] == [
        ("Mailings", "sms", True, True, False),
        ("Offers", "email", True, False, True),
    ]
    assert [entry.who for entry in shown["entries"]] == ["petra"]


def test_the_second_may_put_the_changes_on_top_and_the_firsts_stay(operator: Client, anna: cast.Role) -> None:
    page = desk.page_of(anna, "subscriptions/")
    mine = without(form(operator.get(page)), "mailings:sms")
    subscriptions.unsubscribe(anna.member, mailing_type="offers", channel="email", by=make.BY, at=make.AT)
    refused = operator.post(page, mine).content.decode()

    seen = re.search(r'name="seen" value="(\d+)"', refused)
    assert seen is not None
    on_top = {"act": "save", "seen": seen[1], "cell": re.findall(r'type="hidden" name="cell" value="([^"]+)"', refused)}
    answer = operator.post(page, on_top, follow=True)

    assert said(answer) == ["Saved. SMS off for Mailings."]
    assert off(anna) == {"offers:email", "mailings:sms"}


def test_both_wanted_the_same_and_nothing_is_left_to_save(operator: Client, anna: cast.Role) -> None:
    page = desk.page_of(anna, "subscriptions/")
    mine = without(form(operator.get(page)), "mailings:sms")
    subscriptions.unsubscribe(anna.member, mailing_type="mailings", channel="sms", by=make.BY, at=make.AT)

    answer = operator.post(page, mine)

    assert answer.status_code == 409
    assert answer.context["would_save"] == ""
    assert "nothing left to save" in answer.content.decode()


@pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 30, "0"])
def test_a_form_without_the_version_it_saw_overwrites_nothing(operator: Client, anna: cast.Role, seen: str) -> None:
    answer = operator.post(desk.page_of(anna, "subscriptions/"), {"act": "save", "seen": seen})

    assert answer.status_code == 409
    assert off(anna) == set()


def test_cells_that_do_not_exist_are_not_heard(operator: Client, anna: cast.Role) -> None:
    page = desk.page_of(anna, "subscriptions/")
    sent = form(operator.get(page))
    sent["cell"] += ["system:sms", "nothing:at-all", "mailings:pigeon", ":::"]

    assert said(operator.post(page, sent, follow=True)) == ["Nothing was changed: the boxes stood as they were saved."]


def test_a_moment_of_the_history_shows_the_table_as_it_was(operator: Client, anna: cast.Role) -> None:
    registered = queries.get_version(anna.member)
    subscriptions.disable_all(anna.member, by=make.BY, at=make.AT)

    answer = operator.get(desk.page_of(anna, "subscriptions/"), {"as_of": registered})

    page = answer.content.decode()
    assert "As it stood after" in page
    assert page.count(" checked disabled") == 30
    assert 'value="save"' not in page


def test_an_operator_of_a_partner_sees_and_changes_no_type_of_another_partner(anna: cast.Role) -> None:
    ours, theirs = make.partner(), make.partner()
    subscriptions.add_type("wine", name="Wine club", base="mailings", partner_id=ours.pk, by=make.BY, at=make.AT)
    subscriptions.add_type("beer", name="Beer club", base="mailings", partner_id=theirs.pk, by=make.BY, at=make.AT)
    operator, page = desk.signed_in("operator", partner_id=ours.pk), desk.page_of(anna, "subscriptions/")

    shown = operator.get(page)
    operator.post(page, form(shown) | {"cell": []})

    assert "Wine club" in shown.content.decode()
    assert "Beer club" not in shown.content.decode()
    assert queries.get_matrix(anna.member).is_on("beer", "sms")
    assert not queries.get_matrix(anna.member).is_on("wine", "sms")


def test_who_may_only_look_has_no_button_and_cannot_post(anna: cast.Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(permissions.ROLES, "api", {"members.open_profile", "subscriptions.view"})
    reader, page = desk.signed_in("api"), desk.page_of(anna, "subscriptions/")

    shown = reader.get(page).content.decode()

    assert 'value="save"' not in shown
    assert " checked disabled" in shown
    assert reader.post(page, {"act": "save", "seen": queries.get_version(anna.member)}).status_code == 403
    assert off(anna) == set()
