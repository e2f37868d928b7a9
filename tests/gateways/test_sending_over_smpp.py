"""Handing messages to an SMSC: what arrives on the phone, and what each refusal means."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from regulars.messages.gateway import Outcome
from regulars.messages.parts import split
from regulars.sandbox import inbox
from tests.gateways.meeting import PHONE, hand_over, meeting, outcomes

GSM_LETTERS = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà\f^{}\\[~]|€"


def test_an_accepted_text_is_recorded_with_our_reference_and_the_id_given_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            (result,) = await both.send("Hello", reference=70_001, lifetime_s=90_061)

            (taken,) = both.smsc.record.messages()
            assert (result.part, result.outcome, result.code) == (1, Outcome.ACCEPTED, "0x00")
            assert result.provider_id == taken["id"]
            assert taken["reference"] == 70_001 - 65_536
            assert (taken["source"], taken["destination"], taken["text"]) == ("Regulars", PHONE[1:], "Hello")
            assert (taken["validity"], taken["registered"], taken["udh"]) == ("000001010101000R", 1, None)

    asyncio.run(story())


@pytest.mark.parametrize(
    "text",
    [
        GSM_LETTERS,
        "Your points: 1 000 € {card} " * 20,
        "Вам начислено 150 баллов 🎁 " * 12,
        "a" * 152 + "€" * 80,
        "ж" * 66 + "🎁" * 40,
    ],
)
def test_a_text_arrives_letter_for_letter_however_long(tmp_path: Path, text: str) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            results = await both.send(text, reference=500)
            await both.until(lambda: both.smsc.stats()["receipts_waiting"] == 0)

            lines = both.smsc.record.messages()
            total = len(split(text).parts)
            assert outcomes(results) == [Outcome.ACCEPTED] * total
            assert [line["reference"] for line in lines] == list(range(500, 500 + total))
            if total > 1:
                assert [line["udh"] for line in lines] == [[500 % 256, total, n] for n in range(1, total + 1)]

            (phone,) = inbox.phones(both.smsc.record.path)
            assert [(one.text, one.state, one.parts) for one in phone.messages] == [(text, "delivered", total)]

    asyncio.run(story())


def test_only_the_named_parts_are_sent_again_and_still_join(tmp_path: Path) -> None:
    async def story() -> None:
        text = "a" * 400
        async with meeting(tmp_path, throttle_per_s=1) as both:
            first = await both.send(text, reference=900)
            both.smsc.change({"throttle_per_s": 0})
            second = await both.send(text, reference=900, parts=(2, 3))

            (phone,) = inbox.phones(both.smsc.record.path)
            assert outcomes(first) == [Outcome.ACCEPTED, Outcome.SLOW, Outcome.UNSENT]
            assert [(one.part, one.outcome) for one in second] == [(2, Outcome.ACCEPTED), (3, Outcome.ACCEPTED)]
            assert [one.text for one in phone.messages] == [text]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("behaviour", "outcome", "code"),
    [
        ({"queue_full_share": 1.0}, Outcome.SLOW, "0x14"),
        ({"refuse_submits": 0x58}, Outcome.SLOW, "0x58"),
        ({"refuse_submits": 0x01}, Outcome.FAILED, "0x01"),
        ({"refuse_submits": 0x08}, Outcome.LATER, "0x08"),
        ({"refuse_submits": 0x0A}, Outcome.CREDENTIALS, "0x0A"),
        ({"refuse_submits": 0x50}, Outcome.RETIRE, "0x50"),
        ({"refuse_submits": 0x65}, Outcome.FAILED, "0x65"),
        ({"refuse_submits": 0xC1}, Outcome.FAILED, "0xC1"),
        ({"refuse_submits": 0x4A1}, Outcome.LATER, "0x4A1"),
        ({"refuse_submits": 0x4A2}, Outcome.RETIRE, "0x4A2"),
        ({"allowed_senders": ["Other"]}, Outcome.CREDENTIALS, "0x0A"),
    ],
)
def test_a_refusal_is_put_into_the_queues_words(
    tmp_path: Path, behaviour: dict[str, Any], outcome: Outcome, code: str
) -> None:
    async def story() -> None:
        async with meeting(tmp_path, said={"vendor_statuses": {0x4A2: Outcome.RETIRE}}, **behaviour) as both:
            (result,) = await both.send()

            assert (result.outcome, result.code, result.provider_id) == (outcome, code, "")
            assert both.smsc.record.messages() == []

    asyncio.run(story())


def test_above_the_agreed_rate_messages_are_slowed_and_none_is_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, throttle_per_s=20) as both:
            results = await both.send_many(30)

            accepted = [one for one in results if one.outcome is Outcome.ACCEPTED]
            assert {one.outcome for one in results} == {Outcome.ACCEPTED, Outcome.SLOW}
            assert len(accepted) == len(both.smsc.record.messages()) == 20

    asyncio.run(story())


@pytest.mark.parametrize(
    ("wish", "outcome", "code"),
    [
        ({"sender": "A" * 40}, Outcome.CREDENTIALS, "sender"),
        ({"sender": "Пятачок"}, Outcome.CREDENTIALS, "sender"),
        ({"sender": "a\0b"}, Outcome.CREDENTIALS, "sender"),
        ({"address": "7" * 21}, Outcome.RETIRE, "address"),
        ({"address": "not a phone"}, Outcome.RETIRE, "address"),
        ({"text": "a" * 40_000, "references": (1,)}, Outcome.FAILED, "too_long"),
    ],
)
def test_what_no_smsc_may_see_is_refused_in_the_house(
    tmp_path: Path, wish: dict[str, Any], outcome: Outcome, code: str
) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            (result,) = await both.gateway.send(replace(hand_over(), **wish))

            assert (result.outcome, result.code) == (outcome, code)
            assert both.smsc.stats().get("taken", 0) == 0

    asyncio.run(story())


def test_a_number_as_sender_is_told_apart_from_a_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path) as both:
            (result,) = await both.send(sender="+74950000000")

            (taken,) = both.smsc.record.messages()
            assert (result.outcome, taken["source"]) == (Outcome.ACCEPTED, "74950000000")

    asyncio.run(story())


def test_the_window_is_never_exceeded(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, said={"window": 4}, window=4, answer_delay_ms=5, answer_jitter_ms=10) as both:
            results = await both.send_many(60, concurrently=60)

            assert outcomes(results) == [Outcome.ACCEPTED] * 60
            by_id = {line["id"]: line["reference"] for line in both.smsc.record.messages()}
            assert [by_id[one.provider_id] for one in results] == list(range(1, 61))

    asyncio.run(story())


def test_the_magic_numbers_keep_their_promises(tmp_path: Path) -> None:
    async def story() -> None:
        async with meeting(tmp_path, said={"response_timeout_s": 0.4}) as both:
            dead = await both.send(address="+79990000003")
            tries = [await both.send(address="+79990000008") for _ in range(3)]
            silent = await both.send(address="+79990000009")

            assert outcomes(dead) == [Outcome.RETIRE]
            assert [one.outcome for (one,) in tries] == [Outcome.LATER, Outcome.LATER, Outcome.ACCEPTED]
            assert outcomes(silent) == [Outcome.UNKNOWN]

    asyncio.run(story())
