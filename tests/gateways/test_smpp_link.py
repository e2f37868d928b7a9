"""When the link to the SMSC fails: what is unknown, what never left, and how it comes back."""

import asyncio
import socket
import struct
from pathlib import Path

import pytest

from regulars.gateways.smpp import SmppGateway
from regulars.messages.gateway import GatewayDown, Outcome, Receipt
from tests.gateways.meeting import hand_over, meeting, settings, smsc_at, until


async def keep(receipt: Receipt) -> bool:
    return True


@pytest.mark.parametrize(
    ("said", "behaviour", "credentials"),
    [
        ({"password": "wrong"}, {}, True),
        ({"system_id": "stranger"}, {}, True),
        ({}, {"refuse_binds": 0x0D}, True),
        ({}, {"refuse_binds": 0x05}, True),
        ({}, {"refuse_binds": 0x08}, False),
    ],
)
def test_a_refused_sign_in_says_whether_the_settings_are_to_blame(
    tmp_path: Path, said: dict[str, str], behaviour: dict[str, int], credentials: bool
) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "record.jsonl", **behaviour) as (_, port):
            gateway = SmppGateway(settings(port, **said), keep)

            with pytest.raises(GatewayDown) as down:
                await gateway.open()

            assert down.value.credentials is credentials
            assert not gateway.is_open
            await gateway.close()

    asyncio.run(story())


def test_nobody_listening_is_a_closed_gateway_and_nothing_is_sent() -> None:
    async def story() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            gateway = SmppGateway(settings(taken.getsockname()[1]), keep)

            with pytest.raises(GatewayDown) as down:
                await gateway.open()
            (result,) = await gateway.send(hand_over())

        assert not down.value.credentials
        assert (result.outcome, result.code) == (Outcome.UNSENT, "down")

    asyncio.run(story())


def test_an_smsc_that_says_nothing_does_not_hold_us_for_ever(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "record.jsonl", deaf=True) as (_, port):
            gateway = SmppGateway(settings(port, response_timeout_s=0.1), keep)

            with pytest.raises(GatewayDown) as down:
                await gateway.open()

            assert not down.value.credentials

    asyncio.run(story())


def test_a_lost_answer_is_unknown_and_the_receipt_tells_by_reference(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, said={"response_timeout_s": 0.4}, drop_next=1) as both:
            (first,) = await both.send(reference=11)
            (second,) = await both.send(reference=12)
            await both.until(lambda: len(both.receipts) == 2)

            assert (first.outcome, first.code) == (Outcome.UNKNOWN, "timeout")
            assert second.outcome is Outcome.ACCEPTED
            assert [receipt.reference for receipt in both.receipts] == [11, 12]

    asyncio.run(story())


def test_a_cut_in_mid_window_parts_the_unknown_from_the_unsent(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, said={"reconnect_min_s": 0.3}, answer_delay_ms=50, cut_after=25) as both:
            results = await both.send_many(60, concurrently=60)

            by_outcome = {
                outcome: [n for n, one in enumerate(results, 1) if one.outcome is outcome] for outcome in Outcome
            }
            taken = {line["reference"] for line in both.smsc.record.messages()}
            accepted, unknown, unsent = (by_outcome[one] for one in (Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.UNSENT))
            assert len(accepted) + len(unknown) + len(unsent) == 60
            assert 0 < len(unknown) <= both.gateway.window
            assert unsent
            assert set(accepted) <= taken <= {*accepted, *unknown}

    asyncio.run(story())


def test_after_a_cut_the_gateway_comes_back_by_itself(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            both.smsc.cut()
            await both.until(lambda: not both.gateway.is_open)
            await both.until(lambda: both.gateway.is_open)

            (result,) = await both.send()
            assert result.outcome is Outcome.ACCEPTED

    asyncio.run(story())


def test_while_the_sign_in_is_refused_messages_are_kept_and_the_alarm_is_given(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            both.smsc.change({"refuse_binds": 0x0E})
            both.smsc.cut()
            (refused,) = await both.send()
            while refused.outcome is not Outcome.CREDENTIALS:
                await asyncio.sleep(0.01)
                (refused,) = await both.send()

            both.smsc.change({"refuse_binds": 0})
            await both.until(lambda: both.gateway.is_open)
            (accepted,) = await both.send()
            assert (refused.outcome, accepted.outcome) == (Outcome.CREDENTIALS, Outcome.ACCEPTED)

    asyncio.run(story())


def test_a_dead_link_is_noticed_by_enquire_link(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, said={"enquire_link_s": 0.05, "response_timeout_s": 0.4}) as both:
            await asyncio.sleep(0.3)
            was_open = both.gateway.is_open
            both.smsc.change({"deaf": True})
            await both.until(lambda: not both.gateway.is_open)

            both.smsc.change({"deaf": False})
            await both.until(lambda: both.gateway.is_open)
            assert was_open

    asyncio.run(story())


def test_closing_waits_for_the_answers_still_due(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, answer_delay_ms=100) as both:
            sending = asyncio.gather(*(both.send(reference=n) for n in range(1, 21)))
            await asyncio.sleep(0.03)
            await both.gateway.close()

            results = [one for (one,) in await sending]
            assert [one.outcome for one in results] == [Outcome.ACCEPTED] * 10 + [Outcome.UNSENT] * 10
            assert not both.gateway.is_open

    asyncio.run(story())


def test_nonsense_from_the_smsc_ends_the_session_and_not_the_worker() -> None:
    async def story() -> None:
        spoken = bytearray()

        async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readexactly(16)
            length, command, _, sequence = struct.unpack(">IIII", head)
            await reader.readexactly(length - 16)
            writer.write(struct.pack(">IIII", 17, command | 0x80000000, 0, sequence) + b"\0")
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.write(struct.pack(">IIII", 20, 0x05, 0, 1) + b"\xff" * 4)  # a deliver_sm that ends too soon
            writer.write(struct.pack(">IIII", 16, 0x0999, 0, 2))  # a command nobody knows
            writer.write(struct.pack(">IIII", 3, 0, 0, 3))  # a length that cannot be
            while octets := await reader.read(1000):
                spoken.extend(octets)
            writer.close()

        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        gateway = SmppGateway(settings(server.sockets[0].getsockname()[1], reconnect_min_s=60), keep)
        await gateway.open()
        await until(lambda: len(spoken) >= 17 + 16 + 16)
        await gateway.close()
        server.close()

        assert spoken[:17] == struct.pack(">IIII", 17, 0x80000005, 0x65, 1) + b"\0"
        assert spoken[17:33] == struct.pack(">IIII", 16, 0x80000000, 0x03, 2)
        assert spoken[33:49] == struct.pack(">IIII", 16, 0x80000000, 0x02, 3)

    asyncio.run(story())


def test_opening_twice_is_one_session(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            await both.gateway.open()

            assert both.smsc.stats()["sessions"] == 1

    asyncio.run(story())


def test_a_closed_gateway_can_be_opened_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            await both.gateway.close()
            (unsent,) = await both.send()
            await both.gateway.open()
            (accepted,) = await both.send()

            assert (unsent.outcome, accepted.outcome) == (Outcome.UNSENT, Outcome.ACCEPTED)

    asyncio.run(story())


def test_when_the_smsc_has_forgotten_our_session_we_sign_in_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, refuse_submits=0x04) as both:
            (forgotten,) = await both.send()
            both.smsc.change({"refuse_submits": 0})
            await both.until(lambda: both.smsc.stats()["binds"] == 2 and both.gateway.is_open)
            (accepted,) = await both.send()

            assert (forgotten.outcome, accepted.outcome) == (Outcome.LATER, Outcome.ACCEPTED)

    asyncio.run(story())
