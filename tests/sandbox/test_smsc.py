"""What the stand-in SMSC answers to clients that break the rules, and to those that keep them."""

import asyncio
import socket
import struct
from pathlib import Path
from typing import Any

import pytest

from regulars.sandbox import pdu
from regulars.sandbox.record import Record
from regulars.sandbox.smsc import Smsc
from tests.sandbox.wire import client_of, smsc_at, submit


@pytest.mark.parametrize("command", [pdu.BIND_RECEIVER, pdu.BIND_TRANSMITTER, pdu.BIND_TRANSCEIVER])
def test_all_three_sign_ins_are_understood_and_a_second_one_refused(tmp_path: Path, command: int) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (_, port), client_of(port) as client:
            assert await client.bind(command) == pdu.ROK
            assert await client.bind(command) == pdu.RALYBND

    asyncio.run(story())


@pytest.mark.parametrize(
    ("who", "status"),
    [({"system_id": "stranger"}, 0x0F), ({"password": "guess"}, 0x0E), ({"password": "longer than nine"}, 0xC2)],
)
def test_strangers_are_refused(tmp_path: Path, who: dict[str, str], status: int) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (smsc, port), client_of(port) as client:
            assert await client.bind(pdu.BIND_TRANSCEIVER, **who) == status
            assert (await client.submit()).status == pdu.RINVBNDSTS
            assert smsc.stats()["sessions"] == 0

    asyncio.run(story())


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"source": "A name too long"}, 0x0A),
        ({"source": ""}, 0x0A),
        ({"source": "letters", "source_ton": 1}, 0x0A),
        ({"destination": "123456"}, 0x0B),
        ({"destination": "+7999000001"}, 0x0B),
        ({"destination": "79990000003"}, 0x0B),
    ],
)
def test_wrong_addresses_are_refused(tmp_path: Path, wrong: dict[str, Any], status: int) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (smsc, port), client_of(port) as client:
            await client.bind()

            assert (await client.submit(**wrong)).status == status
            assert smsc.record.taken == 0

    asyncio.run(story())


def test_receivers_may_not_submit_and_transmitters_get_no_receipts(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (_, port), client_of(port) as sender, client_of(port) as receiver:
            await sender.bind(pdu.BIND_TRANSMITTER)
            await receiver.bind(pdu.BIND_RECEIVER)

            refused = await receiver.submit()
            answer = await sender.submit()
            receipt = await receiver.hear()

            assert refused.status == pdu.RINVBNDSTS
            assert (answer.command, answer.status) == (pdu.SUBMIT_SM | pdu.RESPONSE, pdu.ROK)
            assert receipt.command == pdu.DELIVER_SM
            assert b"id:" + answer.body[:-1] in receipt.body

    asyncio.run(story())


def test_unknown_commands_and_impossible_lengths_are_nacked(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (_, port), client_of(port) as client:
            await client.bind()

            unknown = await client.ask(0x0103, sequence=77)
            client.writer.write(struct.pack(">IIII", 5, pdu.ENQUIRE_LINK, 0, 78))
            too_short = await client.hear()

            assert unknown[:3] == (pdu.GENERIC_NACK, pdu.RINVCMDID, 77)
            assert too_short[:3] == (pdu.GENERIC_NACK, pdu.RINVCMDLEN, 78)
            assert await client.is_closed()

    asyncio.run(story())


def test_a_message_cut_short_is_refused_and_the_session_lives(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (_, port), client_of(port) as client:
            await client.bind()

            statuses = {(await client.ask(pdu.SUBMIT_SM, submit()[:length])).status for length in range(len(submit()))}

            assert statuses <= {pdu.RINVMSGLEN, pdu.RINVPARLEN}
            assert (await client.submit()).status == pdu.ROK

    asyncio.run(story())


def test_octets_may_come_one_by_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (smsc, port), client_of(port) as client:
            await client.bind()
            for octet in pdu.pack(pdu.SUBMIT_SM, 0, 5, submit(registered=0)):
                client.writer.write(bytes([octet]))
                await client.writer.drain()

            assert (await client.hear())[:3] == (pdu.SUBMIT_SM | pdu.RESPONSE, pdu.ROK, 5)
            assert smsc.record.taken == 1

    asyncio.run(story())


def test_both_sides_may_ask_whether_the_link_lives(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r", enquire_link_s=0.3) as (_, port), client_of(port) as client:
            await client.bind()

            mine = await client.ask(pdu.ENQUIRE_LINK, sequence=3)
            theirs = await client.hear()
            client.say(pdu.ENQUIRE_LINK | pdu.RESPONSE, sequence=theirs.sequence)
            again = await client.hear()

            assert mine[:3] == (pdu.ENQUIRE_LINK | pdu.RESPONSE, pdu.ROK, 3)
            assert theirs.command == again.command == pdu.ENQUIRE_LINK
            assert await client.is_closed()  # the second question was not answered

    asyncio.run(story())


def test_signing_out_closes_the_link(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (_, port), client_of(port) as client:
            await client.bind()

            assert (await client.ask(pdu.UNBIND)).command == pdu.UNBIND | pdu.RESPONSE
            assert await client.is_closed()

    asyncio.run(story())


def test_what_exceeds_the_window_is_throttled(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r", window=2, answer_delay_ms=30) as (_, port), client_of(port) as client:
            await client.bind()
            for sequence in (1, 2, 3):
                client.say(pdu.SUBMIT_SM, submit(registered=0), sequence=sequence)

            answers = [await client.hear() for _ in range(3)]

            assert [(one.sequence, one.status) for one in answers] == [(3, pdu.RTHROTTLED), (1, 0), (2, 0)]

    asyncio.run(story())


def test_joined_parts_are_understood_in_all_three_forms(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r") as (smsc, port), client_of(port) as client:
            await client.bind()
            sar = {0x020C: b"\x00\x09", 0x020E: b"\x02", 0x020F: b"\x01"}
            more = {"registered": 0}

            await client.submit(b"\x05\x00\x03\x07\x03\x02two", esm_class=0x40, **more)
            await client.submit(b"\x06\x08\x04\x01\x02\x03\x01one", esm_class=0x40, **more)
            await client.submit(b"sar", parameters=sar, **more)
            await client.submit(b"", parameters={0x0424: "длинный".encode("utf-16-be")}, coding=8, **more)

            assert [(line["text"], line["udh"]) for line in smsc.record.messages()] == [
                ("two", [7, 3, 2]),
                ("one", [0x0102, 3, 1]),
                ("sar", [9, 2, 1]),
                ("длинный", None),
            ]

    asyncio.run(story())


def test_a_receipt_is_repeated_until_the_client_says_yes(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r", receipt_retry_ms=10) as (smsc, port):
            async with client_of(port) as client:
                await client.bind()
                await client.submit()
                first = await client.hear()
                client.say(pdu.DELIVER_SM | pdu.RESPONSE, b"\0", status=0x64, sequence=first.sequence)
                second = await client.hear()
            async with client_of(port) as client:
                await client.bind()
                third = await client.hear()
                client.say(pdu.DELIVER_SM | pdu.RESPONSE, b"\0", sequence=third.sequence)
                await client.ask(pdu.ENQUIRE_LINK)

            identity = [one.body[: one.body.index(b" done")] for one in (first, second, third)]
            assert len(set(identity)) == 1
            assert smsc.stats()["receipts_waiting"] == 0

    asyncio.run(story())


def test_a_message_is_on_record_before_its_answer_and_a_lost_answer_leaves_it_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r", cut_after=1) as (smsc, port), client_of(port) as client:
            await client.bind()
            client.say(pdu.SUBMIT_SM, submit(registered=0))

            assert await client.is_closed()
            assert [line["n"] for line in smsc.record.messages()] == [1]

    asyncio.run(story())


def test_the_record_goes_on_after_a_restart_and_a_torn_line(tmp_path: Path) -> None:
    async def story() -> list[bytes]:
        async with smsc_at(path) as (_, port), client_of(port) as client:
            await client.bind()
            return [(await client.submit(registered=0)).body for _ in range(2)]

    path = tmp_path / "r"

    first = asyncio.run(story())
    with path.open("a") as file:
        file.write('{"kind":"message","n":3,"at"')
    second = asyncio.run(story())

    assert len({*first, *second}) == 4
    record = Record(path)
    assert [line["n"] for line in record.messages(since=1)] == [2, 3, 4]
    record.close()


def test_one_seed_makes_one_story(tmp_path: Path) -> None:
    async def story(path: Path) -> list[int]:
        async with smsc_at(path, queue_full_share=0.5, seed=7) as (_, port), client_of(port) as client:
            await client.bind()
            return [(await client.submit(registered=0)).status for _ in range(30)]

    first, second = (asyncio.run(story(tmp_path / name)) for name in "ab")

    assert first == second
    assert set(first) == {pdu.ROK, pdu.RMSGQFUL}


def test_only_this_machine_may_connect(tmp_path: Path) -> None:
    async def story() -> None:
        record = Record(tmp_path / "r")
        with pytest.raises(ValueError, match="open to others"):
            await Smsc(record, system_id="shop", password="secret").start("0.0.0.0")
        record.close()

    asyncio.run(story())


def test_a_client_that_vanishes_leaves_nothing_behind(tmp_path: Path) -> None:
    async def story() -> None:
        async with smsc_at(tmp_path / "r", answer_delay_ms=20) as (smsc, port):
            link = socket.create_connection(("127.0.0.1", port))
            link.sendall(pdu.pack(pdu.BIND_TRANSCEIVER, 0, 1, b"shop\0secret\0\0\x34\0\0\0"))
            await asyncio.sleep(0.05)
            link.sendall(pdu.pack(pdu.SUBMIT_SM, 0, 2, submit(registered=0)))
            link.close()
            await asyncio.sleep(0.1)

            assert smsc.stats()["sessions"] == 0

    asyncio.run(story())
