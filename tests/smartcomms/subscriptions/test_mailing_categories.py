"""A category's defaults act twice: on customers who exist when it is made, and on each who comes later."""

from typing import Any

import pytest

from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import queries
from regulars.smartcomms.subscriptions.models import Category, CategoryStatus, Entry
from tests.smartcomms import people
from tests.smartcomms.people import AT, EMPLOYEE

pytestmark = pytest.mark.django_db


def statuses(person_id: str) -> dict[str, Any]:
    return {choice.code: dict(choice.statuses) for choice in queries.get_choices(person_id).categories}


def test_no_category_exists_at_first() -> None:
    assert not Category.objects.exists()


def test_defaults_are_copied_to_those_who_exist_and_to_those_who_come() -> None:
    before = people.customer()
    people.category("news", email=True, sms=False)
    after = people.customer()

    assert statuses(before.person_id) == statuses(after.person_id) == {"news": {"sms": False, "email": True}}
    made = Entry.objects.get(cause="category_made")
    assert (made.person_id, made.changes["categories"]) == ("", {"news": {"email": True, "sms": False}})


def test_changed_defaults_concern_only_those_still_to_come() -> None:
    people.category("news", email=True)
    before = people.customer()

    changed = subscriptions.change_category(
        "news", {"defaults": {"email": False}, "name": "Newsletter"}, by=EMPLOYEE, at=AT
    )

    after = people.customer()
    assert changed == ["defaults", "name"]
    assert statuses(before.person_id) == {"news": {"email": True}}
    assert statuses(after.person_id) == {"news": {"email": False}}


def test_somebody_who_left_gets_no_status() -> None:
    anna = people.customer()
    people.receive(people.gone(anna.person_id))

    people.category("news", email=True)

    assert not CategoryStatus.objects.exists()


def test_a_category_without_defaults_is_absent_everywhere() -> None:
    people.category("news")
    anna = people.customer()

    assert statuses(anna.person_id) == {"news": {"sms": None, "email": None, "push": None}}


def test_a_code_is_taken_once_and_has_a_form() -> None:
    people.category("news")

    with pytest.raises(subscriptions.CategoryTaken):
        people.category("news")
    with pytest.raises(subscriptions.CategoryNotPossible):
        people.category("Black Friday")
    with pytest.raises(subscriptions.ChannelUnknown):
        people.category("viber_news", viber=True)
    with pytest.raises(subscriptions.CategoryNotPossible):
        subscriptions.change_category("news", {"code": "other"}, by=EMPLOYEE, at=AT)
