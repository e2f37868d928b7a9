"""The gate of Smart Communications: a channel that is on, a category that is not off, an address that is still theirs."""

import pytest

from regulars.messages.gate import Candidate
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import gate
from tests.smartcomms import people
from tests.smartcomms.people import AT, EMPLOYEE

pytestmark = pytest.mark.django_db


def ask(person_id: str, channel: str, category: str = "", address: str = "token") -> str | None:
    candidate = Candidate(7, "smartcomms", person_id, channel, "marketing", category, "run:1", address)
    return gate.refusals([candidate], AT).get(7)


def test_a_message_goes_when_channel_category_and_address_agree() -> None:
    people.category("news", email=True)
    anna = people.customer()

    assert ask(anna.person_id, "email", address=anna.email) is None
    assert ask(anna.person_id, "email", "news", anna.email) is None
    assert ask(anna.person_id, "push") is None


def test_absent_is_not_refused_and_off_is() -> None:
    people.category("news", email=False)
    anna = people.customer()

    assert ask(anna.person_id, "sms", "news", anna.phone) is None
    assert ask(anna.person_id, "email", "news", anna.email) == "category_off"
    assert ask(anna.person_id, "email", "", anna.email) is None


def test_with_the_channel_off_an_active_category_is_not_sent_over_it() -> None:
    people.category("news", email=True)
    anna = people.customer()
    subscriptions.switch_channel(anna.person_id, channel="email", is_on=False, cause="employee", by=EMPLOYEE, at=AT)

    assert ask(anna.person_id, "email", "news", anna.email) == "channel_off"


def test_hidden_categories_obey_the_channel_switch() -> None:
    people.category("service", is_visible=False, email=True)
    anna = people.customer()
    subscriptions.switch_channel(anna.person_id, channel="email", is_on=False, cause="employee", by=EMPLOYEE, at=AT)

    assert ask(anna.person_id, "email", "service", anna.email) == "channel_off"


def test_an_address_that_is_not_theirs_any_more_is_not_used() -> None:
    anna = people.customer(email="")

    assert ask(anna.person_id, "sms", address="+447700900999") == "address_changed"
    assert ask(anna.person_id, "email", address="anna@example.org") == "address_changed"
    assert ask(anna.person_id, "push", address="") == "no_address"


def test_nobody_and_those_who_left_get_nothing() -> None:
    anna = people.customer()
    people.receive(people.gone(anna.person_id))

    assert ask("mem_nobody", "push") == "unknown_person"
    assert ask(anna.person_id, "push") == "gone"
    assert ask(people.customer().person_id, "push", "deleted") == "category_unknown"


def test_a_thousand_messages_are_judged_by_one_statement(django_assert_num_queries: pytest.FixtureRequest) -> None:
    anna = people.customer()
    asked = [
        Candidate(n, "smartcomms", anna.person_id, "email", "marketing", "", "run:1", anna.email if n % 2 else "")
        for n in range(1000)
    ]

    with django_assert_num_queries(1):  # type: ignore[operator]
        refused = gate.refusals(asked, AT)

    assert set(refused.values()) == {"address_changed"}
    assert len(refused) == 500
