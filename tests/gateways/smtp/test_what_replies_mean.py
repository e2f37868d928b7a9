"""What a refusal means for the mail and for its address, at each step of the conversation."""

import asyncio

import pytest

from regulars.gateways.smtp.replies import Reply, Stage, code_of, outcome_of
from regulars.messages.gateway import Outcome
from tests.gateways.smtp.mailroom import ANNA, meeting

MAIL, RCPT, DATA, END = Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.END


@pytest.mark.parametrize(
    ("stage", "reply", "outcome"),
    [
        (END, "250 2.0.0 Ok", "accepted"),
        (END, "250 whatever", "accepted"),
        # the recipient
        (RCPT, "550 5.1.1 The email account that you tried to reach does not exist", "retire"),
        (RCPT, "550 5.1.10 Null MX", "retire"),
        (RCPT, "501 5.1.3 Bad recipient address syntax", "retire"),
        (RCPT, "550 5.2.1 Mailbox disabled", "retire"),
        (RCPT, "550 No such user here", "retire"),
        (RCPT, "551 User not local", "retire"),
        (RCPT, "553 Mailbox name not allowed", "retire"),
        (RCPT, "550 5.0.0 Mailbox unavailable", "retire"),
        (RCPT, "556 Domain takes no mail", "retire"),
        (END, "550 5.1.1 No such user", "retire"),
        (END, "554 Transaction failed Invalid recipient address", "retire"),
        # full mailboxes
        (RCPT, "552 5.2.2 Over quota", "later"),
        (RCPT, "552 Exceeded storage allocation", "later"),
        (RCPT, "452 4.2.2 Over quota limit", "later"),
        (END, "552 Mailbox is full", "later"),
        # the mail
        (END, "552 5.3.4 Message too big", "failed"),
        (END, "552 Message size exceeds fixed limit", "failed"),
        (MAIL, "552 5.3.4 Message size exceeds limit", "failed"),
        (END, "554 5.7.1 This looks like spam", "failed"),
        (END, "550 Rejected", "failed"),
        (END, "554 5.6.0 Cannot be converted", "failed"),
        (RCPT, "550 5.7.1 Recipient takes mail from friends only", "failed"),
        (RCPT, "550 Your address is blocked, see https://example.org/", "failed"),
        (RCPT, "554 5.4.6 Mail loop", "failed"),
        (DATA, "554 No valid recipients", "failed"),
        (RCPT, "501 Syntax error", "failed"),
        (MAIL, "555 Parameters not recognised", "failed"),
        # for now
        (MAIL, "451 4.3.0 Queue file write error", "later"),
        (RCPT, "450 4.2.0 Greylisted, too many new senders", "later"),
        (RCPT, "451 4.7.1 Graylisting in action, try again in five minutes", "later"),
        (RCPT, "450 4.2.1 The user is receiving mail at a rate that is too high", "later"),
        (MAIL, "452 4.3.1 Insufficient system storage", "later"),
        (RCPT, "421 4.4.2 Closing", "later"),
        (END, "554 Transaction failed Internal server error", "later"),
        # too fast
        (MAIL, "421 4.7.0 Try again later", "slow"),
        (MAIL, "421 Too many messages in this session", "slow"),
        (RCPT, "452 4.5.3 Too many recipients", "slow"),
        (END, "451 4.7.28 Unusual rate of mail", "slow"),
        (RCPT, "450 Slow down, please", "slow"),
        # us
        (MAIL, "530 5.7.0 Authentication required", "credentials"),
        (MAIL, "535 5.7.8 Expired", "credentials"),
        (RCPT, "454 4.7.1 Relay access denied", "credentials"),
        (MAIL, "553 5.7.1 Not allowed", "credentials"),
        (MAIL, "550 5.1.1 Who is that", "credentials"),
        (MAIL, "550 Not you", "credentials"),
        (RCPT, "553 5.7.1 Sender address rejected: not owned by user", "credentials"),
        (RCPT, "554 5.7.1 Relay access denied", "credentials"),
        (END, "550 5.7.26 Unauthenticated mail", "credentials"),
        (END, "550 5.7.60 Not allowed to send as this sender", "credentials"),
        (END, "554 Transaction failed Must authenticate first", "credentials"),
        (END, "554 Transaction failed Disallowed source address", "credentials"),
    ],
)
def test_each_reply_has_its_meaning(stage: Stage, reply: str, outcome: str) -> None:
    code, _, text = reply.partition(" ")

    assert outcome_of(stage, Reply(int(code), text)) == outcome


def test_nothing_said_about_the_sender_retires_a_recipient() -> None:
    said = [Reply(code, text) for code in range(500, 560) for text in ("", "5.1.1 No such user", "5.2.1 Disabled")]

    assert Outcome.RETIRE not in {outcome_of(MAIL, reply) for reply in said}


@pytest.mark.parametrize(
    ("reply", "written"),
    [
        (Reply(250, "2.0.0 Ok: queued as 4F2A1B for <anna@example.org>"), "250 2.0.0 Ok: queued as 4F2A1B for"),
        (Reply(550, "5.1.1 <anna@example.org>: User anna unknown"), "550 5.1.1 User unknown"),
        (Reply(550, "No such user Anna\nsee https://example.org/x?u=1 q12-20020a"), "550 No such user see"),
        (Reply(550, "Нет такого"), "550"),
        (Reply(451, "\udcff\x00 wait"), "451 wait"),
        (Reply(554, "a " * 100), "554" + " a" * 43),
    ],
)
def test_what_is_written_down_is_short_and_names_nobody(reply: Reply, written: str) -> None:
    assert code_of(reply, ANNA) == written


@pytest.mark.parametrize(
    ("step", "reply", "outcome", "code"),
    [
        ("mail", "553 5.7.1 Not your address", Outcome.CREDENTIALS, "553 5.7.1 Not your address"),
        ("mail", "451 4.3.0 Later", Outcome.LATER, "451 4.3.0 Later"),
        ("rcpt", "550 5.1.1 No such user", Outcome.RETIRE, "550 5.1.1 No such user"),
        ("rcpt", "452 4.2.2 Full", Outcome.LATER, "452 4.2.2 Full"),
        ("rcpt", "450 4.7.0 Too fast", Outcome.SLOW, "450 4.7.0 Too fast"),
        ("data", "554 5.5.1 No", Outcome.FAILED, "554 5.5.1 No"),
        ("data", "250 What?", Outcome.LATER, "250 What?"),
        ("end", "554 5.7.1 Spam", Outcome.FAILED, "554 5.7.1 Spam"),
        ("end", "451 4.3.0 Scanner is away", Outcome.LATER, "451 4.3.0 Scanner is away"),
    ],
)
def test_a_refusal_at_each_step_is_told_and_the_next_mail_passes(
    step: str, reply: str, outcome: Outcome, code: str
) -> None:
    async def story() -> None:
        async with meeting(refuse={step: reply}) as both:
            refused = await both.send()
            both.room.refuse.clear()
            passed = await both.send(2)

            assert (refused.outcome, refused.code, refused.provider_id) == (outcome, code, "")
            assert passed.outcome is Outcome.ACCEPTED
            assert [taken.mail["Message-ID"] for taken in both.room.taken] == ["<2.7@example.org>"]

    asyncio.run(story())


def test_an_acceptance_keeps_the_servers_word_and_not_the_address() -> None:
    async def story() -> None:
        async with meeting() as both:
            result = await both.send()

            assert (result.outcome, result.part) == (Outcome.ACCEPTED, 1)
            assert result.code == "250 2.0.0 Ok: queued as 4F1 for"

    asyncio.run(story())


def test_a_mail_that_is_too_large_is_not_even_offered() -> None:
    async def story() -> None:
        async with meeting(more={"data_size_limit": 2_000}) as both:
            result = await both.send(text="a" * 3_000)

            assert (result.outcome, result.code) == (Outcome.FAILED, "too_large")
            assert both.room.taken == []

    asyncio.run(story())


def test_an_international_address_at_a_server_that_does_not_know_them_is_dead_here() -> None:
    async def story() -> None:
        async with meeting() as both:
            result = await both.send(address="анна@почта.рф")

            assert (result.outcome, result.code) == (Outcome.RETIRE, "smtputf8")

    asyncio.run(story())


def test_what_cannot_be_sent_is_told_like_a_refusal() -> None:
    async def story() -> None:
        async with meeting() as both:
            results = [
                await both.send(address="nobody"),
                await both.send(subject_line="a\r\nBcc: all@example.org"),
                await both.send(sender="Shop\r\nBcc: all@example.org"),
                await both.send(unsubscribe_url="javascript:alert(1)"),
            ]

            assert [(one.outcome, one.code) for one in results] == [
                (Outcome.RETIRE, "address"),
                (Outcome.FAILED, "subject_line"),
                (Outcome.CREDENTIALS, "sender"),
                (Outcome.FAILED, "unsubscribe_url"),
            ]
            assert both.room.taken == []

    asyncio.run(story())
