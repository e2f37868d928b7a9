"""Receipts from an SMSC: none is lost, whatever order they come in and whoever forgets them."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from smpp34 import DeliverSm, Tlv

from regulars.gateways.smpp import SmppGateway
from regulars.gateways.smpp.receipts import read_receipt, response_id
from regulars.messages.gateway import Outcome, Receipt, ReceiptState
from tests.gateways.meeting import PHONE, hand_over, meeting, settings, smsc_at, until

SAID = settings(2775)


def test_a_receipt_names_the_id_the_reference_and_the_state(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            (result,) = await both.send(reference=65_536 + 42)
            await both.until(lambda: len(both.receipts) == 1)

            (receipt,) = both.receipts
            assert (receipt.provider_id, receipt.reference) == (result.provider_id, 42)
            assert (receipt.state, receipt.code, receipt.address) == (ReceiptState.DELIVERED, "DELIVRD 000", PHONE)
            assert receipt.at is not None
            assert abs(receipt.at - datetime.now(UTC)) < timedelta(minutes=1)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("tail", "states"),
    [
        ("01", ["delivered"]),
        ("02", ["failed"]),
        ("04", ["failed"]),
        ("06", ["delivered", "accepted", "delivered"]),
    ],
)
def test_the_fate_of_a_phone_is_reported(tmp_path: Path, tail: str, states: list[str]) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            await both.send(address=f"+799900000{tail}")
            await both.until(lambda: len(both.receipts) == len(states))

            assert [receipt.state for receipt in both.receipts] == states

    asyncio.run(story())


def test_a_receipt_may_come_before_the_answer_and_twice(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, receipts_before_response=True, double_receipts=True) as both:
            (result,) = await both.send()
            came_first = len(both.receipts)

            await both.until(lambda: len(both.receipts) == 2)
            assert came_first >= 1
            assert {receipt.provider_id for receipt in both.receipts} == {result.provider_id}

    asyncio.run(story())


def test_a_receipt_is_confirmed_only_after_it_was_recorded(tmp_path: Path) -> None:
    async def story() -> None:
        is_safe = asyncio.Event()

        async def keep(receipt: Receipt) -> bool:
            return await is_safe.wait()

        async with smsc_at(tmp_path / "record.jsonl") as (smsc, port):
            gateway = SmppGateway(settings(port), keep)
            await gateway.open()
            await gateway.send(hand_over())
            await asyncio.sleep(0.1)
            waiting = smsc.stats()["receipts_waiting"]
            is_safe.set()
            await gateway.close()

            assert waiting == 1
            assert smsc.stats()["receipts_waiting"] == 0

    asyncio.run(story())


def test_a_receipt_that_could_not_be_recorded_is_said_again(tmp_path: Path) -> None:
    async def story() -> None:
        said: list[Receipt] = []

        async def fail_twice(receipt: Receipt) -> bool:
            said.append(receipt)
            if len(said) == 1:
                raise RuntimeError("the database is away")
            return len(said) > 2

        async with smsc_at(tmp_path / "record.jsonl") as (smsc, port):
            gateway = SmppGateway(settings(port), fail_twice)
            await gateway.open()
            await gateway.send(hand_over())
            await until(lambda: smsc.stats().get("receipts_confirmed", 0) == 1)
            await gateway.close()

            assert len(said) == 3
            assert len({receipt.provider_id for receipt in said}) == 1

    asyncio.run(story())


def test_receipts_wait_for_the_next_session_and_survive_a_restart_of_the_smsc(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "record.jsonl"

        async def keep(receipt: Receipt) -> bool:
            receipts.append(receipt)
            return True

        receipts: list[Receipt] = []
        async with smsc_at(path, receipt_delay_ms=60_000) as (_, port):
            gateway = SmppGateway(settings(port), keep)
            await gateway.open()
            (result,) = await gateway.send(hand_over(reference=7))
            await gateway.close()
        assert receipts == []

        async with smsc_at(path) as (_, port):
            gateway = SmppGateway(settings(port), keep)
            await gateway.open()
            await until(lambda: bool(receipts))
            await gateway.close()
        assert [(one.provider_id, one.reference) for one in receipts] == [(result.provider_id, 7)]

    asyncio.run(story())


def test_a_burst_of_receipts_larger_than_any_buffer_comes_through(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, said={"window": 50}, receipt_delay_ms=300) as both:
            results = await both.send_many(1_500, concurrently=50)
            await both.until(lambda: len(both.receipts) >= 1_500, within_s=10)

            assert {one.provider_id for one in results} == {receipt.provider_id for receipt in both.receipts}

    asyncio.run(story())


def test_hexadecimal_ids_in_answers_meet_decimal_ids_in_receipts(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, said={"id_format": "response_hex"}, hex_ids=True) as both:
            (result,) = await both.send()
            await both.until(lambda: len(both.receipts) == 1)

            assert both.receipts[0].provider_id == result.provider_id

    asyncio.run(story())


def test_text_alone_is_enough_for_a_receipt(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, echo_parameters=False) as both:
            (result,) = await both.send()
            await both.until(lambda: len(both.receipts) == 1)

            (receipt,) = both.receipts
            assert (receipt.provider_id, receipt.state) == (result.provider_id, ReceiptState.DELIVERED)
            assert receipt.reference is None

    asyncio.run(story())


def test_an_answer_after_the_time_out_is_told_like_a_receipt(tmp_path: Path) -> None:
    async def story() -> None:
        said = {"response_timeout_s": 0.3}
        async with meeting(tmp_path, said=said, answer_delay_ms=600, no_receipts=True) as both:
            (result,) = await both.send(reference=65_536 + 9)
            await both.until(lambda: len(both.receipts) == 1)

            (taken,) = both.smsc.record.messages()
            (receipt,) = both.receipts
            assert (result.outcome, result.code) == (Outcome.UNKNOWN, "timeout")
            assert (receipt.provider_id, receipt.reference) == (taken["id"], 9)
            assert receipt.state is ReceiptState.ACCEPTED
            both.smsc.change({"answer_delay_ms": 0})

    asyncio.run(story())


def deliver(text: str, *tlvs: Tlv, esm_class: int = 0x04, source: str = "79990000010") -> DeliverSm:
    return DeliverSm(source, "Regulars", text.encode("latin-1"), esm_class=esm_class, tlvs=list(tlvs))


@pytest.mark.parametrize(
    ("text", "provider_id", "state", "code"),
    [
        ("id:abc-7 sub:001 dlvrd:001 submit date:2611240900 done date:2611240901 stat:DELIVRD err:000 text:Hi",
         "abc-7", "delivered", "DELIVRD 000"),
        ("ID:00012 SUBMITDATE:2611240900 DONEDATE:2611240901 STAT:UNDELIV ERR:3", "00012", "failed", "UNDELIV 3"),
        ("id: 12 stat: EXPIRED err: 10", "12", "failed", "EXPIRED 10"),
        ("id:12 stat: err:1 text:stat:DELIVRD", "12", "unknown", "1"),
        ("id:12 stat:REJECTD text:id:13 stat:DELIVRD", "12", "failed", "REJECTD"),
        ("id:12 stat:BUFFRED", "12", "accepted", "BUFFRED"),
        ("id:12 stat:SOMETHING", "12", "unknown", "SOMETHING"),
        ("", "", "unknown", ""),
    ],
)  # fmt: skip
def test_receipt_texts_are_read_tolerantly(text: str, provider_id: str, state: str, code: str) -> None:
    receipt = read_receipt(deliver(text), SAID)

    assert receipt is not None
    assert (receipt.provider_id, receipt.state, receipt.code) == (provider_id, state, code)


def test_parameters_count_more_than_the_text() -> None:
    pdu = deliver("id:1 stat:DELIVRD err:000", Tlv(0x001E, b"2\0"), Tlv(0x0427, b"\x05"), Tlv(0x0204, b"\x01\x02"))

    receipt = read_receipt(pdu, SAID)

    assert receipt is not None
    assert (receipt.provider_id, receipt.state, receipt.reference) == ("2", ReceiptState.FAILED, 0x0102)


def test_the_time_of_a_receipt_is_in_the_gateways_time_zone() -> None:
    receipt = read_receipt(
        deliver("id:1 done date:261124120000 stat:DELIVRD"), settings(1, receipt_zone="Europe/Moscow")
    )

    assert receipt is not None
    assert receipt.at == datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_an_error_that_means_nobody_has_this_number_retires_it() -> None:
    said = settings(1, dead_errors=("3", "014"))

    receipts = [read_receipt(deliver(f"id:1 stat:UNDELIV err:{err}"), said) for err in ("003", "14", "010")]

    assert [receipt.dead_address for receipt in receipts if receipt] == [True, True, False]


def test_a_swapped_receipt_still_names_the_phone() -> None:
    pdu = DeliverSm("Regulars", "79990000010", b"id:1 stat:DELIVRD", esm_class=4)

    receipt = read_receipt(pdu, SAID)

    assert receipt is not None
    assert receipt.address == PHONE


def test_what_somebody_typed_is_no_receipt() -> None:
    assert read_receipt(deliver("id:1 stat:DELIVRD", esm_class=0), SAID) is None


@pytest.mark.parametrize(
    ("id_format", "written", "read"),
    [("same", "00Ab", "00Ab"), ("strip_zeros", "00ab", "AB"), ("response_hex", "1F", "31"), ("receipt_hex", "x", "x")],
)
def test_ids_are_brought_to_one_form(id_format: str, written: str, read: str) -> None:
    assert response_id(written, id_format) == read
