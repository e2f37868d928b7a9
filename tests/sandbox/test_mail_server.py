"""What the stand-in mail server answers, writes down, and does when it is told to misbehave."""

import asyncio
import smtplib
from collections import Counter
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from regulars.sandbox.mail.record import MailRecord, find_mail, read_mails
from tests.sandbox.post import SENDER, Plain, give, kept, letter, mail_server_at, plain, signed_in


def test_a_mail_is_written_down_whole_before_it_is_answered(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (_, port), signed_in(port) as client:
            raw = letter("anna@example.com", "max@example.com", subject="Günstig", text="..dots\nand €").as_bytes()
            _, answer = await client.sendmail(SENDER, ["anna@example.com", "max@example.com"], raw)

            (mail,) = read_mails(tmp_path / "r")
            assert answer == f"2.0.0 Taken, queued as {mail.id}"
            assert (mail.sender, mail.recipients) == (SENDER, ("anna@example.com", "max@example.com"))
            assert (mail.message_id, mail.author, mail.subject) == ("<71.9@shop.example>", "Corner Club", "Günstig")
            found = find_mail(tmp_path / "r", mail.id)
            assert found is not None
            assert found[1] == raw.replace(b"\n", b"\r\n")
            assert mail.size == len(found[1])

    asyncio.run(story())


def test_any_octets_come_back_as_they_were(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (server, port), plain(port) as client:
            await client.ask("MAIL FROM:<a@example.com> BODY=8BITMIME")
            await client.ask("RCPT TO:<anna@example.com>")
            await client.ask("DATA")
            octets = bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"") + b'","raw":"\\"}\r\n'
            client.writer.write(octets + b".\r\n")
            assert (await client.hear()).startswith("250 ")

            found = find_mail(server.record.path, "M00000001")
            assert found is not None
            assert found[1] == octets

    asyncio.run(story())


def test_a_client_of_another_making_is_understood(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (server, port):

            def hand_over() -> dict[str, Any]:
                with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
                    client.login("shop", "secret")
                    return client.send_message(letter("anna@example.com", "nobody@example.com"))

            assert await asyncio.to_thread(hand_over) == {"nobody@example.com": (550, b"5.1.1 No such mailbox")}
            assert [mail.recipients for mail in read_mails(server.record.path)] == [("anna@example.com",)]

    asyncio.run(story())


def test_groups_of_commands_are_answered_in_their_order(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (_, port), plain(port) as client:
            client.say(
                "MAIL FROM:<a@example.com>", "RCPT TO:<nobody@example.com>", "RCPT TO:<anna@example.com>", "DATA"
            )
            answers = [(await client.hear())[:3] for _ in range(4)]
            client.say("Subject: one", "", "one", ".", "MAIL FROM:<a@example.com>", "QUIT")
            answers += [(await client.hear())[:3] for _ in range(3)]

            assert answers == ["250", "550", "250", "354", "250", "250", "221"]
            assert await client.is_closed()

    asyncio.run(story())


def test_strangers_may_not_sign_in_but_mail_needs_no_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (server, port):
            with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refused:
                async with signed_in(port, password="guess"):
                    pass
            async with signed_in(port, username=None, password=None) as client:
                await give(client, "anna@example.com")

            assert refused.value.code == 535
            assert server.counts["sign_ins_refused"] > 0
            assert server.counts["taken"] == 1

    asyncio.run(story())


def test_it_can_ask_for_a_name_and_refuse_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r", demand_sign_in=True) as (server, port):
            async with plain(port) as client:
                assert (await client.ask("MAIL FROM:<a@example.com>"))[:9] == "530 5.7.0"
            async with signed_in(port) as client_with_a_name:
                await give(client_with_a_name, "anna@example.com")
            server.change({"refuse_sign_in": 454})
            with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refused:
                async with signed_in(port):
                    pass

            assert (refused.value.code, refused.value.message[:5]) == (454, "4.7.0")

    asyncio.run(story())


def test_addresses_beyond_ascii_need_their_extension(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (server, port), plain(port) as client:
            assert (await client.ask("MAIL FROM:<я@example.com>"))[:9] == "553 5.6.7"
            await client.ask("MAIL FROM:<a@example.com>")
            assert (await client.ask("RCPT TO:<анна@example.com>"))[:9] == "553 5.6.7"
            await client.ask("RSET")
            await client.ask("MAIL FROM:<я@example.com> SMTPUTF8")
            await client.ask("RCPT TO:<анна@example.com>")
            await client.ask("RCPT TO:<half\udcd0@example.com>")
            await client.ask("DATA")
            client.say("Subject: x", "", ".")
            await client.hear()

            (mail,) = read_mails(server.record.path)
            assert (mail.sender, mail.recipients) == ("я@example.com", ("анна@example.com", "half�@example.com"))

    asyncio.run(story())


@pytest.mark.parametrize("line", ["RCPT TO:<nowhere>", "RCPT TO:<@example.com>", "RCPT TO:<", "RCPT"])
def test_what_is_no_address_is_refused_and_the_link_lives(tmp_path: Path, line: str) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (_, port), plain(port) as client:
            await client.ask("MAIL FROM:<a@example.com>")

            assert (await client.ask(line))[:3] in ("501", "553")
            assert (await client.ask("RCPT TO:<anna@example.com>"))[:3] == "250"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("to", "code", "text"),
    [
        ("nobody@example.com", 550, "5.1.1"),
        ("Nobody+anna@example.com", 550, "5.1.1"),
        ("full@example.com", 452, "4.2.2"),
        ("spam@example.com", 554, "5.7.1"),
    ],
)
def test_magic_addresses_are_refused(tmp_path: Path, to: str, code: int, text: str) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (server, port), signed_in(port) as client:
            with pytest.raises((aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError)) as refused:
                await give(client, to)
            one = refused.value.recipients[0] if hasattr(refused.value, "recipients") else refused.value

            assert (one.code, one.message.split()[0]) == (code, text)
            assert not list(read_mails(server.record.path))
            server.change({"magic": False})
            assert (await give(client, to)).startswith("2.0.0")

    asyncio.run(story())


def test_later_is_taken_at_the_third_try(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (_, port), signed_in(port) as client:
            codes = []
            for _ in range(4):
                try:
                    await give(client, "later@example.com")
                    codes.append(250)
                except aiosmtplib.SMTPRecipientsRefused as refused:
                    codes.append(refused.recipients[0].code)

            assert codes == [451, 451, 250, 451]

    asyncio.run(story())


def test_silent_takes_and_says_nothing_more(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (_, port), plain(port) as client, signed_in(port) as other:
            await client.begin("silent@example.com")
            client.say("Subject: x", "", ".", "NOOP")
            await kept(tmp_path / "r", 1)

            assert await client.is_silent()
            await give(other, "anna@example.com")

    asyncio.run(story())


@pytest.mark.parametrize(("wish", "kept"), [({"drop_next": 1}, 1), ({"drop_share": 1.0}, 1), ({"cut_after": 1}, 0)])
def test_a_link_is_cut_after_or_before_the_mail_is_written_down(
    tmp_path: Path, wish: dict[str, Any], kept: int
) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r", **wish) as (server, port):
            async with signed_in(port) as client:
                with pytest.raises((aiosmtplib.SMTPServerDisconnected, ConnectionError)):
                    await give(client, "anna@example.com")

            assert len(list(read_mails(tmp_path / "r"))) == kept
            server.change({"drop_share": 0.0})
            async with signed_in(port) as client:
                await give(client, "anna@example.com")
            assert (server.behaviour.drop_next, server.behaviour.cut_after) == (0, 0)

    asyncio.run(story())


def test_cutting_counts_mails_and_takes_every_link(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            mail_server_at(tmp_path / "r", cut_after=3) as (server, port),
            plain(port) as bystander,
            signed_in(port) as client,
        ):
            await give(client, "anna@example.com")
            await give(client, "anna@example.com")
            with pytest.raises((aiosmtplib.SMTPServerDisconnected, ConnectionError)):
                await give(client, "anna@example.com")

            assert await bystander.is_closed()
            assert server.stats()["taken"] == 2

    asyncio.run(story())


def test_what_comes_too_fast_is_put_off(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r", throttle_per_s=1) as (server, port), plain(port) as client:
            many = ["MAIL FROM:<a@example.com>", "RSET"] * 50
            client.say(*many)
            heard = [(await client.hear())[:9] for _ in many][::2]
            assert heard[0] == "250 2.1.0"
            assert heard.count("451 4.7.1") > heard.count("250 2.1.0")

            server.change({"throttle_with": 421})
            client.say(*many)
            while (answer := (await client.hear())[:9]).startswith("250"):
                pass
            assert answer == "421 4.3.2"
            assert await client.is_closed()

    asyncio.run(story())


def test_a_link_carries_only_so_many_mails(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r", mails_per_link=2) as (_, port), signed_in(port) as client:
            await give(client, "anna@example.com")
            await give(client, "anna@example.com")
            with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
                await give(client, "anna@example.com")

            assert refused.value.code == 421

    asyncio.run(story())


@pytest.mark.parametrize(
    ("wish", "answer"),
    [
        ({"refuse_senders": 553}, "553 5.1.3"),
        ({"refuse_recipients": "550 5.7.1 Not from you"}, "550 5.7.1"),
        ({"refuse_mails": 552}, "552 5.3.4"),
        ({"temporary_share": 1.0}, "451 4.3.0"),
    ],
)
def test_each_step_can_be_refused(tmp_path: Path, wish: dict[str, Any], answer: str) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r", **wish) as (server, port), plain(port) as client:
            client.say("MAIL FROM:<a@example.com>", "RCPT TO:<anna@example.com>", "DATA")
            heard = [await client.hear() for _ in range(3)]
            if heard[2].startswith("354"):
                client.say("Subject: x", "", ".")
                heard.append(await client.hear())

            assert answer in {line[:9] for line in heard}
            assert server.counts[f"refused_{answer[:3]}"] == 1
            assert not list(read_mails(server.record.path))

    asyncio.run(story())


def test_a_seed_makes_chance_repeatable(tmp_path: Path) -> None:
    async def refused_of(path: Path, seed: int) -> list[int]:
        async with mail_server_at(path, temporary_share=0.5, seed=seed) as (_, port), signed_in(port) as client:
            seen = []
            for _ in range(30):
                try:
                    await give(client, "anna@example.com")
                    seen.append(250)
                except aiosmtplib.SMTPDataError as refused:
                    seen.append(refused.code)
            return seen

    async def story() -> None:
        first, again, other = [await refused_of(tmp_path / f"{n}", seed) for n, seed in enumerate((7, 7, 8))]

        assert first == again != other
        assert set(Counter(first)) == {250, 451}

    asyncio.run(story())


def test_answers_can_be_late(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r", answer_delay_ms=60_000) as (server, port), plain(port) as client:
            await client.begin("anna@example.com")
            client.say("Subject: x", "", ".")
            await kept(tmp_path / "r", 1)
            assert await client.is_silent()

            server.change({"answer_delay_ms": 20, "answer_jitter_ms": 20})
            async with signed_in(port) as other:
                assert (await give(other, "anna@example.com")).startswith("2.0.0")

    asyncio.run(story())


def test_a_deaf_server_does_not_even_greet(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r", deaf=True) as (_, port):
            client = Plain(*await asyncio.open_connection("127.0.0.1", port))
            client.say("EHLO here")

            assert await client.is_silent()
            client.writer.close()

    asyncio.run(story())


def test_a_mail_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (_, port), plain(port) as client:
            assert (await client.ask("MAIL FROM:<a@example.com> SIZE=99999999"))[:3] == "552"

    asyncio.run(story())


def test_only_this_machine_may_connect(tmp_path: Path) -> None:
    async def story() -> None:
        async with mail_server_at(tmp_path / "r") as (server, _):
            with pytest.raises(ValueError, match=r"0\.0\.0\.0 is open to others"):
                await server.start("0.0.0.0")

    asyncio.run(story())


def test_the_count_goes_on_after_a_restart_even_if_the_last_line_broke_off(tmp_path: Path) -> None:
    async def one() -> None:
        async with mail_server_at(tmp_path / "r") as (_, port), signed_in(port) as client:
            await give(client, "anna@example.com")

    asyncio.run(one())
    whole = (tmp_path / "r").read_bytes()
    (tmp_path / "r").write_bytes(whole + whole[: whole.index(b',"raw"') + 20])
    asyncio.run(one())

    assert [(mail.n, mail.id) for mail in read_mails(tmp_path / "r")] == [(1, "M00000001"), (2, "M00000002")]


def test_a_broken_line_is_never_opened(tmp_path: Path) -> None:
    record = MailRecord(tmp_path / "r")
    record.close()
    (tmp_path / "r").write_bytes(
        b'{"n":1,"at":1.0,"id":"M00000001","message_id":"","sender":"a","recipients":["b"],"author":"","subject":"",'
        b'"size":1,"link":1,"raw":"<b style=\\"}\n'
    )

    assert find_mail(tmp_path / "r", "M00000001") is None
    assert find_mail(tmp_path / "r", "M00000002") is None
