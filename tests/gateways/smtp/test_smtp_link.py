"""Connections to a mail server: how many, how long, and what is unknown or unsent when one is lost."""

import asyncio
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from regulars.gateways.smtp import SmtpGateway, connection
from regulars.messages.gateway import GatewayDown, Outcome, Receipt, ReceiptState
from tests.gateways.smtp.mailroom import ANNA, Link, hand_over, mailroom, meeting, settings, tls_context, until


async def keep(receipt: Receipt) -> bool:
    return True


def test_one_connection_carries_many_mails() -> None:
    async def story() -> None:
        async with meeting() as both:
            results = [await both.send(reference) for reference in range(1, 11)]

            assert {result.outcome for result in results} == {Outcome.ACCEPTED}
            assert len(both.room.links) == both.room.sign_ins == 1
            assert len(both.room.taken) == 10

    asyncio.run(story())


def test_after_so_many_mails_a_connection_is_replaced() -> None:
    async def story() -> None:
        async with meeting(said={"mails_per_connection": 3}) as both:
            for reference in range(1, 8):
                assert (await both.send(reference)).outcome is Outcome.ACCEPTED

            peers = [taken.peer for taken in both.room.taken]
            assert [peers.count(peer) for peer in dict.fromkeys(peers)] == [3, 3, 1]
            await until(lambda: len(both.room.alive()) == 1)

    asyncio.run(story())


def test_mails_travel_side_by_side() -> None:
    async def story() -> None:
        together = asyncio.Barrier(4)

        async def wait_for_the_others() -> None:
            async with asyncio.timeout(5):
                await together.wait()

        async with meeting(said={"connections": 4}, before_reply=wait_for_the_others) as both:
            results = await both.send_many(8)

            assert {result.outcome for result in results} == {Outcome.ACCEPTED}
            assert len({taken.rcpt_to for taken in both.room.taken}) == 8
            assert len(both.room.links) == both.gateway.window == 4

    asyncio.run(story())


def test_a_server_that_takes_fewer_connections_gets_fewer() -> None:
    async def story() -> None:
        async with meeting(said={"connections": 4}) as both:
            both.room.greeting = "421 4.7.0 Too many connections"
            results = await both.send_many(12)

            assert {result.outcome for result in results} == {Outcome.ACCEPTED}
            assert len({taken.peer for taken in both.room.taken}) == 1
            assert both.gateway.is_open

    asyncio.run(story())


def test_what_nobody_uses_is_hung_up() -> None:
    async def story() -> None:
        async with meeting(said={"idle_s": 0.1}) as both:
            await until(lambda: not both.room.alive())
            is_open = both.gateway.is_open
            result = await both.send()

            assert is_open
            assert result.outcome is Outcome.ACCEPTED
            assert len(both.room.links) == 2

    asyncio.run(story())


def test_a_server_that_has_enough_of_a_connection_is_not_held_against_the_mail() -> None:
    async def story() -> None:
        async with meeting() as both:
            await both.send(1)
            both.room.refuse["mail"] = "421 4.4.2 Idle for too long, closing"
            sent_away = await both.send(2)
            on_a_new_connection = await both.send(2)

            assert (sent_away.outcome, sent_away.code) == (Outcome.UNSENT, "421 4.4.2 Idle for too long, closing")
            assert on_a_new_connection.outcome is Outcome.LATER

    asyncio.run(story())


@pytest.mark.parametrize(
    ("where", "outcome"),
    [("mail", Outcome.UNSENT), ("rcpt", Outcome.UNSENT), ("data", Outcome.UNSENT), ("body", Outcome.LATER)],
)
def test_a_cut_before_the_final_dot_has_sent_nothing(where: str, outcome: Outcome) -> None:
    async def story() -> None:
        async with meeting() as both:
            both.room.cut = where
            # Larger than what fits between the two, so that some of it never leaves.
            lost = await both.send(text="Hello Anna, this is a long letter.\n" * 300_000)
            both.room.cut = ""
            again = await both.send(2)

            assert (lost.outcome, lost.code, lost.provider_id) == (outcome, "lost", "")
            assert again.outcome is Outcome.ACCEPTED
            assert len(both.room.taken) == 1

    asyncio.run(story())


def test_a_cut_after_the_final_dot_leaves_nobody_knowing() -> None:
    async def story() -> None:
        async with meeting(cut="end") as both:
            lost = await both.send()

            assert (lost.outcome, lost.code, lost.provider_id) == (Outcome.UNKNOWN, "lost", "1.7@example.org")
            assert len(both.room.taken) == 1

    asyncio.run(story())


def test_a_late_answer_is_unknown_first_and_told_like_a_receipt() -> None:
    async def story() -> None:
        is_thought_over = asyncio.Event()

        async def think() -> None:
            await is_thought_over.wait()

        async with meeting(said={"response_timeout_s": 1}, before_reply=think) as both:
            late = await both.send(65_536 + 9)
            both.room.before_reply = None
            other = await both.send(10)
            is_thought_over.set()
            await until(lambda: len(both.receipts) == 1)

            (receipt,) = both.receipts
            assert (late.outcome, late.code) == (Outcome.UNKNOWN, "timeout")
            assert other.outcome is Outcome.ACCEPTED
            assert (receipt.provider_id, receipt.reference) == (late.provider_id, 9)
            assert receipt.state is ReceiptState.ACCEPTED

    asyncio.run(story())


def test_what_a_server_with_the_mailboxes_takes_is_delivered_before_it_is_answered() -> None:
    async def story() -> None:
        async with meeting(said={"keeps_mailboxes": True}) as both:
            taken = await both.send(65_536 + 9)
            both.room.refuse = {"end": "451 4.3.0 Try again later"}
            refused = await both.send(10)

            (receipt,) = both.receipts
            assert (taken.outcome, refused.outcome) == (Outcome.ACCEPTED, Outcome.LATER)
            assert (receipt.provider_id, receipt.reference) == (taken.provider_id, 9)
            assert (receipt.state, receipt.address, receipt.code) == (ReceiptState.DELIVERED, ANNA, taken.code)

    asyncio.run(story())


def test_a_server_that_passes_mails_on_delivers_nothing_by_its_word() -> None:
    async def story() -> None:
        async with meeting() as both:
            taken = await both.send()

            assert taken.outcome is Outcome.ACCEPTED
            assert both.receipts == []

    asyncio.run(story())


def test_a_receipt_that_cannot_be_recorded_does_not_undo_the_acceptance() -> None:
    async def lose(receipt: Receipt) -> bool:
        raise RuntimeError("no room")

    async def story() -> None:
        async with mailroom() as (room, port):
            gateway = SmtpGateway(settings(port, keeps_mailboxes=True), lose)
            await gateway.open()
            (result,) = await gateway.send(hand_over())
            await gateway.close()

            assert result.outcome is Outcome.ACCEPTED
            assert len(room.taken) == 1

    asyncio.run(story())


@pytest.mark.parametrize("keeps_mailboxes", [False, True])
def test_a_late_answer_says_as_much_as_one_in_time(keeps_mailboxes: bool) -> None:
    async def story() -> None:
        is_thought_over = asyncio.Event()

        async def think() -> None:
            await is_thought_over.wait()

        said = {"response_timeout_s": 1, "keeps_mailboxes": keeps_mailboxes}
        async with meeting(said=said, before_reply=think) as both:
            late = await both.send()
            is_thought_over.set()
            await until(lambda: len(both.receipts) == 1)

            assert late.outcome is Outcome.UNKNOWN
            assert both.receipts[0].state is (ReceiptState.DELIVERED if keeps_mailboxes else ReceiptState.ACCEPTED)

    asyncio.run(story())


def test_a_late_refusal_settles_nothing() -> None:
    async def story() -> None:
        is_thought_over = asyncio.Event()

        async def think() -> None:
            await is_thought_over.wait()

        async with meeting(
            said={"response_timeout_s": 1}, before_reply=think, refuse={"end": "554 5.7.1 Spam"}
        ) as both:
            late = await both.send()
            is_thought_over.set()
            await until(lambda: not both.room.alive())

            assert late.outcome is Outcome.UNKNOWN
            assert both.receipts == []

    asyncio.run(story())


def test_a_server_that_is_silent_before_the_dot_is_asked_again_later() -> None:
    async def story() -> None:
        async with meeting(said={"response_timeout_s": 1}) as both:
            (link,) = both.room.links
            link.transport.pause_reading()  # as if the network had gone
            silent = await both.send()
            again = await both.send(2)

            assert (silent.outcome, silent.code) == (Outcome.LATER, "timeout")
            assert again.outcome is Outcome.ACCEPTED

    asyncio.run(story())


@pytest.mark.parametrize(
    ("said", "behaviour", "credentials"),
    [
        ({"password": "wrong"}, {}, True),
        ({"login": "stranger"}, {}, True),
        ({}, {"refused_sign_in": "534 5.7.9 Mechanism too weak"}, True),
        ({}, {"refused_sign_in": "454 4.7.0 Temporary authentication failure"}, False),
        ({}, {"greeting": "554 5.7.1 Not from your address"}, True),
        ({}, {"greeting": "421 4.3.2 Too busy"}, False),
        ({}, {"greeting": "Hello?"}, False),
        ({}, {"cut": "greeting"}, False),
        ({"security": "starttls"}, {}, True),
        ({"security": "tls"}, {}, True),
    ],
)
def test_a_refused_sign_in_says_whether_the_settings_are_to_blame(
    said: dict[str, Any], behaviour: dict[str, Any], credentials: bool
) -> None:
    async def story() -> None:
        async with mailroom(**behaviour) as (_, port):
            gateway = SmtpGateway(settings(port, **said), keep)

            with pytest.raises(GatewayDown) as down:
                await gateway.open()
            (result,) = await gateway.send(hand_over())

            assert down.value.credentials is credentials
            assert "secret" not in down.value.reason
            assert (result.outcome, result.code) == (Outcome.CREDENTIALS if credentials else Outcome.UNSENT, "down")
            assert not gateway.is_open
            await gateway.close()

    asyncio.run(story())


def test_a_wrong_password_is_tried_once_only() -> None:
    async def story() -> None:
        async with mailroom() as (room, port):
            gateway = SmtpGateway(settings(port, password="wrong"), keep)

            with pytest.raises(GatewayDown):
                await gateway.open()

            assert room.sign_ins == 1

    asyncio.run(story())


def test_a_server_without_sign_in_is_used_without_a_password() -> None:
    async def story() -> None:
        async with meeting(said={"login": "", "password": ""}) as both:
            result = await both.send()

            assert result.outcome is Outcome.ACCEPTED
            assert both.room.sign_ins == 0

    asyncio.run(story())


def test_nobody_listening_is_a_closed_gateway_and_nothing_is_sent() -> None:
    async def story() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            gateway = SmtpGateway(settings(taken.getsockname()[1]), keep)

            with pytest.raises(GatewayDown) as down:
                await gateway.open()
            (result,) = await gateway.send(hand_over())

        assert not down.value.credentials
        assert (result.outcome, result.code) == (Outcome.UNSENT, "down")

    asyncio.run(story())


def test_a_server_that_says_nothing_does_not_hold_us_for_ever() -> None:
    async def story() -> None:
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen()
            gateway = SmtpGateway(settings(deaf.getsockname()[1], connect_timeout_s=0.1), keep)

            with pytest.raises(GatewayDown) as down:
                await gateway.open()

        assert not down.value.credentials

    asyncio.run(story())


def test_after_trouble_the_gateway_comes_back_by_itself() -> None:
    async def story() -> None:
        async with meeting() as both:
            both.room.greeting = "421 4.3.2 Restarting"
            both.room.hang_up()
            lost = [await both.send()]
            while both.gateway.is_open:
                lost.append(await both.send())

            both.room.greeting = ""
            await until(lambda: both.gateway.is_open)
            passed = await both.send(2)
            assert {one.outcome for one in lost} == {Outcome.UNSENT}
            assert passed.outcome is Outcome.ACCEPTED

    asyncio.run(story())


def test_while_the_sign_in_is_refused_messages_are_kept_and_the_alarm_is_given() -> None:
    async def story() -> None:
        async with meeting() as both:
            both.room.refused_sign_in = "535 5.7.8 Password has changed"
            both.room.hang_up()
            while both.gateway.is_open:
                await both.send()
            refused = await both.send(2)

            both.room.refused_sign_in = ""
            await until(lambda: both.gateway.is_open)
            passed = await both.send(3)
            assert refused.outcome is Outcome.CREDENTIALS
            assert passed.outcome is Outcome.ACCEPTED

    asyncio.run(story())


def test_closing_waits_for_the_answers_still_due() -> None:
    async def story() -> None:
        is_thought_over = asyncio.Event()

        async def think() -> None:
            await is_thought_over.wait()

        async with meeting(before_reply=think) as both:
            sending = asyncio.create_task(both.send())
            await asyncio.sleep(0.1)
            closing = asyncio.create_task(both.gateway.close())
            await asyncio.sleep(0.1)
            was_closed = closing.done()
            is_thought_over.set()
            result = await sending
            await closing
            after = await both.send(2)

            assert not was_closed
            assert result.outcome is Outcome.ACCEPTED
            assert (after.outcome, both.gateway.is_open) == (Outcome.UNSENT, False)
            await until(lambda: not both.room.alive())

    asyncio.run(story())


def test_a_closing_that_is_cut_short_hangs_up_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(link: Link, arg: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Link, "smtp_QUIT", silent)

    async def story() -> None:
        async with meeting() as both:
            await both.send()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await both.gateway.close()

            await until(lambda: not both.room.alive())

    asyncio.run(story())


def test_a_hand_over_that_is_called_off_spoils_nothing() -> None:
    async def story() -> None:
        async def never() -> None:
            await asyncio.Event().wait()

        async with meeting(said={"connections": 1}, before_reply=never) as both:
            sending = asyncio.create_task(both.send())
            await asyncio.sleep(0.1)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            both.room.before_reply = None
            result = await both.send(2)

            assert result.outcome is Outcome.ACCEPTED
            assert [taken.mail["Message-ID"] for taken in both.room.taken] == ["<2.7@example.org>"]

    asyncio.run(story())


def test_a_closed_gateway_can_be_opened_again() -> None:
    async def story() -> None:
        async with meeting() as both:
            await both.gateway.close()
            await both.gateway.open()

            assert (await both.send()).outcome is Outcome.ACCEPTED

    asyncio.run(story())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that nobody trusts but us."""
    folder: Path = tmp_path_factory.mktemp("tls")
    paths = str(folder / "certificate.pem"), str(folder / "key.pem")
    wishes = ["-subj", "/CN=mailroom.test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        ["openssl", "req", *kind, *wishes, "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True
    )
    return paths


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
@pytest.mark.parametrize("is_trusted", [True, False])
def test_starttls_only_with_a_certificate_that_is_trusted(certificate: tuple[str, str], is_trusted: bool) -> None:
    async def story() -> None:
        more = {"tls_context": tls_context(*certificate), "auth_require_tls": True, "require_starttls": True}
        async with mailroom(more=more) as (room, port):
            said = settings(port, security="starttls", ca_file=certificate[0] if is_trusted else "")
            gateway = SmtpGateway(said, keep)
            if not is_trusted:
                with pytest.raises(GatewayDown) as down:
                    await gateway.open()
                assert down.value.credentials
                assert room.sign_ins == 0
                return
            await gateway.open()
            (result,) = await gateway.send(hand_over(text="x" * 200_000))
            await gateway.close()

            assert result.outcome is Outcome.ACCEPTED
            assert room.taken[0].peer

    asyncio.run(story())


def test_a_server_may_think_as_long_as_the_standard_says() -> None:
    assert connection.LATE_S == 600
