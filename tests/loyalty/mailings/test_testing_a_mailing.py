"""A test goes where an employee says, and nowhere else; leaving takes it back, and it is no way around consent for others."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.journal.models import Entry
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refusal import Refusal
from regulars.loyalty.mailings import actions
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.members import actions as members
from regulars.messages import outcomes
from regulars.messages.models import Message
from regulars.runs.models import Run
from tests import cast, make
from tests.loyalty.mailings import post

pytestmark = pytest.mark.django_db
OLGA = Actor("employee", "olga", "backoffice")
ELSEWHERE = "+447700999999"


def sent_test(mailing: Mailing, *addresses: str, **more: Any) -> Run:
    return actions.send_test(mailing, addresses=addresses, by=OLGA, at=now() - timedelta(minutes=5), **more)


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


def test_it_says_what_it_would_say_to_a_chosen_member_but_carries_nobody_elses_way_out() -> None:
    post.gateway("email")
    olga = cast.olga().member
    mailing = post.email()

    sent_test(mailing, "marketer@example.com", as_member=olga.public_id)

    message = Message.objects.get()
    assert (message.person_id, message.subject_line) == ("employee:olga:1", "For Ольга")
    assert message.unsubscribe_url not in ("", _way_out(mailing, olga.public_id))


def test_a_long_list_is_refused_before_anybody_is_looked_up(django_assert_max_num_queries: Any) -> None:
    post.gateway()
    mailing = post.draft()

    with django_assert_max_num_queries(20), pytest.raises(actions.TestNotPossible) as refused:
        sent_test(mailing, *[f"+4477009{number:05}" for number in range(60)])

    assert refused.value.field == "addresses"


def _way_out(mailing: Mailing, person_id: str) -> str:
    from regulars.loyalty.mailings.rendering import Renderer

    return Renderer(mailing).unsubscribe_url(person_id)


def test_a_test_by_hand_reaches_a_member_who_wants_no_mailings_and_the_journal_says_who_asked() -> None:
    gateway_id = post.gateway()
    max_ = cast.max_().member
    mailing = post.draft()
    run = sent_test(mailing, cast.MAX.phone)

    assert [(one.person_id, one.text) for one in post.send(gateway_id)] == [(max_.public_id, "Hello Max")]
    entry = Entry.objects.get(event="loyalty.MailingTested")
    assert (entry.by_kind, entry.by_id) == ("employee", "olga")
    assert entry.body == {
        "mailing_id": mailing.public_id, "run_id": run.public_id, "addresses": 1, "member_ids": [max_.public_id],
    }  # fmt: skip


def test_the_address_of_somebody_who_has_left_meanwhile_is_not_written_to() -> None:
    gateway_id = post.gateway()
    max_ = cast.max_().member
    sent_test(post.draft(), cast.MAX.phone)
    members.leave(max_, by=make.BY, at=make.AT)

    assert post.send(gateway_id) == []
    assert [(one.state, one.address, one.text) for one in Message.objects.all()] == [("cancelled", "", "")]


@pytest.mark.parametrize(
    ("origin", "kind", "person_id", "reason"),
    [
        ("test:{run}", "test", "employee:olga:1", ""),
        ("test:{run}", "mailing", "employee:olga:1", "unknown_person"),
        ("run:{run}", "test", "employee:olga:1", "unknown_person"),
        ("test:run_0", "test", "employee:olga:1", "unknown_person"),
        ("test:{run}", "test", "mem_0", "unknown_person"),
        ("test:{run}", "test", "{max}", ""),
        ("test:{run}", "mailing", "{max}", "no_consent"),
        ("run:{run}", "test", "{max}", "no_consent"),
        ("test:{run}", "test", "{gone}", "gone"),
    ],
)
def test_only_a_message_of_a_real_test_passes_the_gate(origin: str, kind: str, person_id: str, reason: str) -> None:
    gateway_id = post.gateway()
    max_, gone = cast.max_().member, make.member()
    members.leave(gone, by=make.BY, at=make.AT)
    run = sent_test(post.draft(), ELSEWHERE)
    Run.objects.update(kind=kind)
    Message.objects.update(
        origin=origin.format(run=run.public_id),
        person_id=person_id.format(max=max_.public_id, gone=gone.public_id),
        address=cast.MAX.phone if "{max}" in person_id else ELSEWHERE,
    )

    claimed = post.claim(gateway_id)

    assert (len(claimed), Message.objects.get().reason) == (0 if reason else 1, reason)


def test_members_are_chosen_by_their_public_ids() -> None:
    post.gateway()
    anna, tom = cast.anna().member, cast.tom().member
    mailing = post.draft()
    sent_test(mailing, members_too=[anna.public_id])

    assert post.queued() == {anna.public_id: "Hello Anna"}
    for wrong in (tom.public_id, "mem_0"):
        with pytest.raises(Refusal) as refused:
            sent_test(mailing, members_too=[wrong])
        assert refused.value.field == "members"


@pytest.mark.parametrize(
    ("field", "addresses"),
    [("addresses", []), ("addresses", ["12"]), ("addresses", [f"+4477009990{n:02}" for n in range(11)])],
)
def test_wrong_addresses_are_refused_and_nothing_is_sent(field: str, addresses: list[str]) -> None:
    post.gateway()
    with pytest.raises(Refusal) as refused:
        sent_test(post.draft(), *addresses)

    assert refused.value.field == field
    assert not Run.objects.exists()


def test_testing_needs_a_text_and_a_gateway_but_no_audience() -> None:
    make.programme()
    mailing = post.draft(audience_id="")
    with pytest.raises(Refusal):
        sent_test(mailing, ELSEWHERE)
    post.gateway()

    assert sent_test(mailing, ELSEWHERE, ELSEWHERE).audience_size == 1
    with pytest.raises(Refusal):
        sent_test(post.draft(texts={}), ELSEWHERE)


def test_a_test_is_not_in_the_way_of_the_mailing() -> None:
    post.gateway()
    post.people(1)
    mailing = post.draft()
    sent_test(mailing, ELSEWHERE)
    run = post.start(mailing)

    assert sorted(Run.objects.values_list("kind", flat=True)) == ["mailing", "test"]
    assert run.kind == "mailing"
