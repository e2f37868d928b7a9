"""Smart Communications knows of people what Loyalty told last, and nothing of those who left."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.messages.models import Message
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions import queries as subscriptions
from regulars.smartcomms.subscriptions.models import CategoryStatus, ChannelSwitch
from tests.smartcomms import people
from tests.smartcomms.people import AT

pytestmark = pytest.mark.django_db


def test_a_new_member_becomes_a_customer_with_every_channel_on() -> None:
    told = people.customer(first_name="Anna", email="anna@example.org", email_is_verified=True, locale="ru")

    anna = customers.find(told.person_id)
    assert anna is not None
    assert (anna.first_name, anna.email, anna.email_is_verified, anna.locale) == (
        "Anna", "anna@example.org", True, "ru",
    )  # fmt: skip
    assert subscriptions.get_choices(told.person_id).channels == {
        "sms": True, "email": True, "push": True, "autocall": True, "bot": True,
    }  # fmt: skip


def test_a_later_profile_replaces_an_earlier_one_and_not_the_other_way_round() -> None:
    told = people.customer(first_name="Anna")
    later = told.model_copy(update={"first_name": "Anya", "changed_at": AT + timedelta(seconds=1)})

    first = people.receive(later)
    again = people.receive(told)

    assert (first.applied, again.unchanged) == (1, 1)
    assert str(customers.find(told.person_id)) == "Anya Field"


def test_the_same_profile_twice_changes_nothing() -> None:
    told = people.customer()

    again = people.receive(told)

    assert (again.applied, again.unchanged) == (0, 1)


def test_of_several_profiles_of_one_person_in_a_batch_the_latest_counts() -> None:
    told = people.fact(first_name="Anna")
    later = told.model_copy(update={"first_name": "Anya", "changed_at": AT + timedelta(seconds=1)})

    outcome = people.receive(later, told)

    assert (outcome.applied, outcome.unchanged) == (1, 1)
    assert str(customers.find(told.person_id)) == "Anya Field"


def test_somebody_who_left_is_erased_with_statuses_and_messages() -> None:
    people.category("news", email=True)
    told = people.customer()
    people.message(told.person_id, "sms", address=told.phone)

    people.receive(people.gone(told.person_id, AT - timedelta(days=1)))

    row = Customer.objects.get(person_id=told.person_id)
    assert row.is_gone
    assert [row.first_name, row.last_name, row.phone, row.email, row.time_zone] == [""] * 5
    assert not ChannelSwitch.objects.filter(person_id=told.person_id).exists()
    assert not CategoryStatus.objects.filter(person_id=told.person_id).exists()
    assert list(Message.objects.values_list("state", "address", "text")) == [("cancelled", "", "")]


def test_whatever_comes_late_for_somebody_who_left_does_nothing() -> None:
    told = people.customer()
    people.receive(people.gone(told.person_id))

    outcome = people.receive(
        told.model_copy(update={"changed_at": AT + timedelta(hours=1)}),
        people.gone(told.person_id, AT + timedelta(hours=2)),
        consent=[people.change(told.person_id, "sms", False)],
    )

    assert (outcome.applied, outcome.unchanged, outcome.unknown) == (0, 2, 1)
    assert customers.find(told.person_id) is None
    assert not ChannelSwitch.objects.filter(person_id=told.person_id).exists()


def test_news_of_leaving_that_comes_before_everything_else_holds() -> None:
    told = people.fact()
    people.receive(people.gone(told.person_id))

    people.receive(told)

    assert customers.find(told.person_id) is None


def test_a_thousand_members_cost_as_many_statements_as_one() -> None:

    people.category("news", email=True)
    with CaptureQueriesContext(connection) as one:
        people.receive(people.fact())
    with CaptureQueriesContext(connection) as many:
        people.receive(*(people.fact() for _ in range(1000)))

    assert len(many) == len(one)
    assert CategoryStatus.objects.count() == 1001
