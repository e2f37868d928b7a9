"""A test goes where an employee says, and nowhere else; leaving takes it back, and it is no way around consent for others."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.journal.models import Entry
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refusal import Refusal
from regulars.messages import outcomes
from regulars.messages.models import Message
from regulars.runs.models import Run
from regulars.smartcomms.mailings import actions
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import links
from tests.smartcomms import people
from tests.smartcomms.mailings import post
from tests.smartcomms.people import AT, EMPLOYEE

pytestmark = pytest.mark.django_db
OLGA = Actor("employee", "olga", "smartcomms")
ELSEWHERE, MAX = "+447700999999", "+447700900002"


def sent_test(mailing: Mailing, *addresses: str, **more: Any) -> Run:
    return actions.send_test(mailing, addresses=addresses, by=OLGA, at=now() - timedelta(minutes=5), **more)


def silent() -> str:
    """A customer who wants no SMS."""
    person_id = people.customer(first_name="Max", phone=MAX).person_id
    subscriptions.switch_channel(person_id, channel="sms", is_on=False, cause="employee", by=EMPLOYEE, at=AT)
    return person_id


def test_it_goes_to_an_address_that_is_nobodys_and_says_what_it_would_say_to_somebody() -> None:
    gateway_id = post.gateway()
    run = sent_test(post.draft(), "+44 7700 999999", "")
    post.drive()

    sent = post.send(gateway_id)

    assert [(one.person_id, one.address, one.text) for one in sent] == [("employee:olga:1", ELSEWHERE, "Hello Anna")]
    run.refresh_from_db()
    assert (run.kind, run.audience_size, outcomes.progress(run).delivered) == ("test", 1, 1)
    post.drive()
    run.refresh_from_db()
    assert run.state == "done"


def test_it_says_what_it_would_say_to_a_chosen_customer_but_carries_nobody_elses_way_out() -> None:
    post.gateway("email")
    olga = people.customer(first_name="Ольга").person_id

    sent_test(post.email(), "Marketer@example.com", as_customer=olga)

    message = Message.objects.get()
    link = links.read(message.unsubscribe_url.rpartition("/")[2])
    assert (message.person_id, message.address) == ("employee:olga:1", "marketer@example.com")
    assert (message.subject_line, link.person_id) == ("For Ольга", "employee:olga:1")


def test_a_test_by_hand_reaches_a_customer_who_wants_nothing_and_the_journal_says_who_asked() -> None:
    gateway_id = post.gateway()
    max_ = silent()
    mailing = post.draft()
    run = sent_test(mailing, MAX)

    assert [(one.person_id, one.text) for one in post.send(gateway_id)] == [(max_, "Hello Max")]
    entry = Entry.objects.get(event="smartcomms.MailingTested")
    assert (entry.by_kind, entry.by_id) == ("employee", "olga")
    assert entry.body == {
        "mailing_id": mailing.public_id, "run_id": run.public_id, "addresses": 1, "customer_ids": [max_],
    }  # fmt: skip


def test_the_address_of_somebody_who_has_left_meanwhile_is_not_written_to() -> None:
    gateway_id = post.gateway()
    max_ = silent()
    sent_test(post.draft(), MAX)
    people.receive(people.gone(max_))

    assert post.send(gateway_id) == []
    assert [(one.state, one.address, one.text) for one in Message.objects.all()] == [("cancelled", "", "")]


@pytest.mark.parametrize(
    ("origin", "kind", "system", "person_id", "reason"),
    [
        ("test:{run}", "test", "smartcomms", "employee:olga:1", ""),
        ("test:{run}", "mailing", "smartcomms", "employee:olga:1", "unknown_person"),
        ("test:{run}", "test", "loyalty", "employee:olga:1", "unknown_person"),
        ("run:{run}", "test", "smartcomms", "employee:olga:1", "unknown_person"),
        ("test:run_0", "test", "smartcomms", "employee:olga:1", "unknown_person"),
        ("test:{run}", "test", "smartcomms", "mem_0", "unknown_person"),
        ("test:{run}", "test", "smartcomms", "{max}", ""),
        ("test:{run}", "test", "smartcomms", "{other}", "address_changed"),
        ("test:{run}", "mailing", "smartcomms", "{max}", "channel_off"),
        ("run:{run}", "test", "smartcomms", "{max}", "channel_off"),
        ("test:{run}", "test", "smartcomms", "{gone}", "gone"),
    ],
)
def test_only_a_message_of_a_real_test_passes_the_gate(
    origin: str, kind: str, system: str, person_id: str, reason: str
) -> None:
    gateway_id = post.gateway()
    max_, gone, other = silent(), *post.customers(2)
    people.receive(people.gone(gone))
    run = sent_test(post.draft(), ELSEWHERE)
    Run.objects.update(kind=kind, system=system)
    Message.objects.update(
        origin=origin.format(run=run.public_id),
        person_id=person_id.format(max=max_, gone=gone, other=other),
        address=MAX if "{" in person_id else ELSEWHERE,
    )

    claimed = post.claim(gateway_id)

    assert (len(claimed), Message.objects.get().reason) == (0 if reason else 1, reason)


@pytest.mark.parametrize(
    "addresses",
    [[], ["12"], ["07700 999999"], ["anna@example.org"], [f"+4477009990{n:02}" for n in range(11)]],
)
def test_wrong_phones_are_refused_and_nothing_is_sent(addresses: list[str]) -> None:
    post.gateway()
    with pytest.raises(Refusal) as refused:
        sent_test(post.draft(), *addresses)

    assert refused.value.field == "addresses"
    assert not Run.objects.exists()


@pytest.mark.parametrize("address", ["anna", "anna@", "@example.org", "a b@example.org", "a@b@example.org", "x" * 300])
def test_wrong_mailboxes_are_refused(address: str) -> None:
    post.gateway("email")
    with pytest.raises(Refusal) as refused:
        sent_test(post.email(), address)

    assert refused.value.field == "addresses"


def test_a_customer_nobody_knows_is_refused() -> None:
    post.gateway()
    (gone,) = post.customers(1)
    people.receive(people.gone(gone))

    for wrong in ("mem_0", gone):
        with pytest.raises(Refusal) as refused:
            sent_test(post.draft(), ELSEWHERE, as_customer=wrong)
        assert refused.value.field == "as_customer"


def test_a_test_is_not_in_the_way_of_the_mailing() -> None:
    post.gateway()
    post.customers(1)
    mailing = post.draft()
    assert sent_test(mailing, ELSEWHERE, ELSEWHERE).audience_size == 1
    post.start(mailing)

    assert sorted(Run.objects.values_list("kind", flat=True)) == ["mailing", "test"]
