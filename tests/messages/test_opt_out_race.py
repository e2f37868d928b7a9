"""An opt-out against the sender, with real transactions that run at the same time."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction

from regulars.kit.clock import now
from regulars.messages import actions
from regulars.messages.models import Message
from tests.messages.post_office import SYSTEM, add_gateway, claim, mark, open_gate, queue, state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opted_out() -> Iterator[dict[str, str]]:
    with open_gate() as reasons:
        yield reasons


class Elsewhere(threading.Thread):
    """Runs something on a connection of its own and hands back what it answered."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self._work = work
        self.answer: object = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self._work()
        finally:
            connection.close()

    def result(self) -> object:
        self.join(10)
        return self.answer


def opt_out() -> int:
    return actions.cancel(SYSTEM, "mem_1", reason="unsubscribed", at=now())


@pytest.mark.usefixtures("opted_out")
def test_an_open_opt_out_keeps_the_sender_off_the_row_and_the_commit_cancels_it() -> None:
    gateway_id, message = add_gateway(), queue()
    (claimed,) = claim(gateway_id)

    with transaction.atomic():
        opt_out()
        marked = Elsewhere(lambda: mark([claimed], gateway_id)).result()

    assert marked == []
    assert mark([claimed], gateway_id) == []
    assert state(message) == ("cancelled", "unsubscribed")


@pytest.mark.usefixtures("opted_out")
def test_a_message_that_is_queued_while_its_person_opts_out_is_not_claimed_before_the_end() -> None:
    gateway_id = add_gateway()

    with transaction.atomic():
        opt_out()
        Elsewhere(queue).result()  # too late to be cancelled, too early for the gate to know
        during = Elsewhere(lambda: claim(gateway_id)).result()

    assert during == []
    assert len(claim(gateway_id)) == 1  # only now, when the gate can see the opt-out, is anybody asked


def test_no_message_is_marked_after_the_opt_out_has_committed(opted_out: dict[str, str]) -> None:
    gateway_id = add_gateway()
    for n in range(60):
        queue(f"mem_{n}")
    committed: dict[str, bool] = {}
    late: list[str] = []

    def send() -> None:
        while claimed := claim(gateway_id, limits=(0, 0, 7)):
            for one in claimed:
                known = committed.get(one.person_id, False)
                if mark([one], gateway_id) and known:
                    late.append(one.person_id)

    def unsubscribe() -> None:
        for n in range(60):
            person = f"mem_{59 - n}"
            with transaction.atomic():
                actions.cancel(SYSTEM, person, reason="unsubscribed", at=now())
            committed[person] = True

    for thread in (sender := Elsewhere(send), Elsewhere(unsubscribe)):
        thread.join(30)

    assert late == []
    assert not sender.is_alive()
    assert set(Message.objects.values_list("state", flat=True)) <= {"submitting", "cancelled"}


@pytest.mark.usefixtures("opted_out")
def test_two_claims_at_once_share_nothing() -> None:
    gateway_id = add_gateway()
    for n in range(40):
        queue(f"mem_{n}", lifetime=timedelta(hours=1))

    senders = [Elsewhere(lambda: claim(gateway_id, limits=(0, 0, 30))) for _ in range(2)]
    ids = [one.id for sender in senders for one in sender.result()]  # type: ignore[attr-defined]

    assert len(ids) == len(set(ids)) == 40 or len(ids) == 30
