"""From the queue to a mailbox: the worker, the SMTP gateway and a mail server together."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from regulars.messages.models import Delivery, Message, Receipt, Suppression
from regulars.providers.models import Gateway
from tests.gateways.smtp.shift import shift
from tests.messages.post_office import open_gate, queue
from tests.worker.shift import aside, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def everybody_may_be_told() -> Iterator[None]:
    with open_gate():
        yield


def queue_email(person: str = "mem_1", **wishes: Any) -> Message:
    fields = {
        "channel": "email",
        "address": f"{person}@example.org",
        "sender": "",
        "text": "Здравствуйте!",
        "html": "<p>Здравствуйте!</p>",
        "subject_line": "Ваши баллы",
        "unsubscribe_url": f"https://example.org/preferences/{person}",
    }
    return queue(person, **{**fields, **wishes})


def states() -> set[str]:
    return set(Message.objects.values_list("state", flat=True))


def test_queued_emails_are_accepted_once() -> None:
    for n in range(30):
        queue_email(f"mem_{n}")

    async def work() -> list[str]:
        async with shift() as room:
            await until(lambda: states() == {"accepted"})
            return [taken.mail["To"] for taken in room.taken]

    recipients = asyncio.run(work())

    assert sorted(recipients) == sorted(f"mem_{n}@example.org" for n in range(30))
    (delivery,) = Delivery.objects.filter(person_id="mem_3")
    assert delivery.provider_id == f"{delivery.id}.{delivery.message_id}@example.org"
    assert delivery.code.startswith("250 2.0.0 Ok: queued as")


def test_emails_to_a_server_that_keeps_the_mailboxes_are_delivered() -> None:
    for n in range(30):
        queue_email(f"mem_{n}")

    async def work() -> int:
        async with shift(said={"keeps_mailboxes": True}) as room:
            await until(lambda: states() == {"delivered"})
            return len(room.taken)

    assert asyncio.run(work()) == 30
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert not Receipt.objects.exists()


def test_a_dead_address_fails_and_is_not_written_to_again() -> None:
    message = queue_email()
    queue_email("mem_2")

    async def work() -> None:
        async with shift(refuse={"mem_1@example.org": "550 5.1.1 <mem_1@example.org> No such user"}):
            await until(lambda: states() == {"failed", "accepted"})

    asyncio.run(work())

    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "550 5.1.1 No such user")
    assert list(Suppression.objects.values_list("channel", "address")) == [("email", "mem_1@example.org")]


def test_an_email_cut_off_after_its_end_is_unknown_and_known_again_when_the_server_speaks() -> None:
    queue_email()
    is_thought_over = asyncio.Event()

    async def think() -> None:
        await is_thought_over.wait()

    async def work() -> int:
        async with shift(said={"response_timeout_s": 1}, before_reply=think) as room:
            await until(lambda: states() == {"unknown"})
            is_thought_over.set()
            await until(lambda: states() == {"accepted"})
            return len(room.taken)

    assert asyncio.run(work()) == 1


def test_a_refused_password_keeps_the_emails_and_stops_the_gateway() -> None:
    queue_email()

    async def work() -> bool:
        async with shift(refuse={"mail": "530 5.7.0 Authentication required"}):
            await until(lambda: Gateway.objects.filter(paused_until__isnull=False).exists())
            return await aside(lambda: states() == {"queued"})

    assert asyncio.run(work())
    assert Gateway.objects.get().trouble == "530 5.7.0 Authentication required"
