"""What a mailbox finds in an email: headers, texts and ids, read back by the standard library's parser."""

import asyncio
import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as some

from regulars.gateways.smtp.mail import Unsendable, write
from regulars.messages.gateway import Outcome
from tests.gateways.smtp.mailroom import ANNA, Mailroom, Taken, hand_over, meeting, settings

SAID = settings(1)
LETTER = "Здравствуйте, Анна!\n\nВаши баллы ждут.\n.точка в начале\n"
PAGE = "<html><body>" + "<p style='color:#333'>Здравствуйте, <b>Анна</b> 🎉</p>\n" * 40 + "</body></html>\n"
CLICK = "https://example.org/preferences/" + "k" * 150


def sent(*, said: dict[str, Any] | None = None, more: dict[str, Any] | None = None, **wishes: Any) -> Taken:
    """Send one mail through a real server and say what arrived."""

    async def story() -> Mailroom:
        async with meeting(said=said, more=more) as both:
            result = await both.send(**wishes)
            assert result.outcome is Outcome.ACCEPTED, result
            return both.room

    (taken,) = asyncio.run(story()).taken
    return taken


def texts_of(mail: EmailMessage) -> list[str]:
    """The bodies as a reader sees them."""
    leaves = list(mail.iter_parts()) or [mail]
    return [leaf.get_content().replace("\r\n", "\n") for leaf in leaves]


def shown_name(raw: bytes) -> str:
    """The name in From, by the older parser: the newer one keeps the blanks between encoded words of a name."""
    name, _ = parseaddr(message_from_bytes(raw)["From"])
    return str(make_header(decode_header(name)))


def test_a_mail_says_from_whom_to_whom_and_when() -> None:
    taken = sent(said={"reply_to": "Help <help@example.org>", "envelope_from": "bounces@example.org"})

    mail = taken.mail
    assert (taken.mail_from, taken.rcpt_to) == ("bounces@example.org", ANNA)
    assert mail["From"] == '"Corner Market" <news@example.org>' or mail["From"] == "Corner Market <news@example.org>"
    assert (mail["To"], mail["Subject"], mail["Reply-To"]) == (ANNA, "Hello", "Help <help@example.org>")
    assert mail["Date"].datetime.year > 2000
    assert mail["MIME-Version"] == "1.0"
    assert texts_of(mail) == ["Hello Anna\n"]


def test_russian_comes_through_in_subject_name_text_and_html() -> None:
    subject_line = "Скидка 20 % на молочные продукты — только до воскресенья, приходите за покупками 🎉"

    taken = sent(subject_line=subject_line, sender="Магазин «У дома» на улице Ленина", text=LETTER, html=PAGE)

    mail = taken.mail
    plain, html = mail.iter_parts()
    assert mail["Subject"] == subject_line
    assert shown_name(taken.raw) == "Магазин «У дома» на улице Ленина"
    assert mail["From"].addresses[0].addr_spec == "news@example.org"
    assert mail.get_content_type() == "multipart/alternative"
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert texts_of(mail) == [LETTER, PAGE]


def test_every_line_is_short_ascii_and_ends_as_the_standard_asks() -> None:
    taken = sent(subject_line="Ж" * 200, text=LETTER * 20, html=PAGE.replace("\n", "") * 3, unsubscribe_url=CLICK)

    assert taken.raw.isascii()
    assert b"\n" not in taken.raw.replace(b"\r\n", b"")
    long = [line for line in taken.raw.split(b"\r\n") if len(line) > 78]
    assert [line.split(b":")[0] for line in long] == [b"List-Unsubscribe"]


def test_lines_that_look_like_the_end_of_a_mail_are_only_text() -> None:
    text = ".hidden\n.\n..\nHello\n"

    assert texts_of(sent(text=text).mail) == [text]


def test_a_text_cannot_end_its_own_part() -> None:
    boundary = sent(html="<p>Hello</p>").mail.get_boundary()
    text = f"Hello\n--{boundary}--\nAnna\n"

    assert texts_of(sent(text=text, html="<p>Hello</p>").mail) == [text, "<p>Hello</p>\n"]


def test_without_html_there_is_only_the_text_and_without_text_only_the_html() -> None:
    assert sent(text="Hello").mail.get_content_type() == "text/plain"
    assert [part.get_content_type() for part in sent(text="", html="<p>Hello</p>").mail.iter_parts()] == ["text/html"]


def test_the_message_id_is_the_same_in_every_attempt_and_the_providers_id() -> None:
    async def story() -> None:
        async with meeting() as both:
            results = [await both.send(41, attempt=attempt) for attempt in (1, 2)]
            other = await both.send(42)

            assert {taken.mail["Message-ID"] for taken in both.room.taken[:2]} == {"<41.7@example.org>"}
            assert {result.provider_id for result in results} == {"41.7@example.org"}
            assert other.provider_id == "42.7@example.org"

    asyncio.run(story())


def test_the_domain_of_message_ids_can_be_set() -> None:
    assert sent(said={"domain": "почта.рф"}).mail["Message-ID"] == "<1.7@xn--80a1acny.xn--p1ai>"


def test_a_mailing_can_be_left_with_one_click() -> None:
    taken = sent(unsubscribe_url=CLICK)

    assert f"\r\nList-Unsubscribe: <{CLICK}>\r\n".encode() in taken.raw
    assert taken.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert taken.mail["Auto-Submitted"] is None


def test_what_follows_from_an_event_asks_for_no_automatic_answer() -> None:
    mail = sent().mail

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("", "Corner Market", "news@example.org"),
        ('Bakery, "Anna\'s"', 'Bakery, "Anna\'s"', "news@example.org"),
        ("other@example.org", "", "other@example.org"),
        ("Other shop <other@example.org>", "Other shop", "other@example.org"),
    ],
)
def test_the_sender_of_a_message_is_a_name_or_an_address(sender: str, name: str, address: str) -> None:
    taken = sent(sender=sender)

    (shown,) = taken.mail["From"].addresses
    assert (shown.display_name, shown.addr_spec) == (name, address)
    assert taken.mail_from == "news@example.org"


def test_an_international_domain_travels_in_ascii() -> None:
    taken = sent(address="anna@почта.рф")

    assert taken.rcpt_to == "anna@xn--80a1acny.xn--p1ai"
    assert taken.mail["To"] == "anna@xn--80a1acny.xn--p1ai"


def test_an_international_address_needs_a_server_that_knows_them() -> None:
    taken = sent(more={"enable_SMTPUTF8": True}, address="анна@почта.рф")

    assert taken.rcpt_to == "анна@xn--80a1acny.xn--p1ai"
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(taken.options)


def test_plain_addresses_never_ask_for_smtputf8() -> None:
    assert "SMTPUTF8" not in sent(more={"enable_SMTPUTF8": True}, subject_line="Привет").options


@pytest.mark.parametrize("mischief", ["\r\nBcc: all@example.org", "\n", "\r", "\x00", "\x85", "\u2028x", "a\x0bb"])
@pytest.mark.parametrize(
    ("field", "outcome", "code"),
    [
        ("subject_line", Outcome.FAILED, "subject_line"),
        ("sender", Outcome.CREDENTIALS, "sender"),
        ("address", Outcome.RETIRE, "address"),
        ("unsubscribe_url", Outcome.FAILED, "unsubscribe_url"),
    ],
)
def test_nothing_can_be_smuggled_into_the_headers(field: str, outcome: Outcome, code: str, mischief: str) -> None:
    value = {"subject_line": "Hello", "sender": "Shop", "address": ANNA, "unsubscribe_url": CLICK}[field]
    spoiled = value[:2] + mischief + value[2:]

    with pytest.raises(Unsendable) as refused:
        write(hand_over(**{field: spoiled}), SAID)

    assert (refused.value.outcome, refused.value.code) == (outcome, code)


@pytest.mark.parametrize(
    "address",
    ["", "anna", "@example.org", "anna@", "anna@exa mple.org", "anna@@", "a b@example.org", "anna@example..org",
     "<anna@example.org>", "anna@example.org> SIZE=1", '"anna"@example.org', f"{'a' * 65}@example.org", "a@[127.0.0.1]",
     "a,b@example.org", f"anna@{'e' * 64}.org", f"anna@{'example.' * 40}org", "anna@-.рф"],
)  # fmt: skip
def test_what_is_no_address_is_retired_here(address: str) -> None:
    with pytest.raises(Unsendable) as refused:
        write(hand_over(address=address), SAID)

    assert (refused.value.outcome, refused.value.code) == (Outcome.RETIRE, "address")


LINE = some.text(some.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300)
TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=2_000)


@given(subject_line=LINE, name=LINE.filter(lambda name: "@" not in name), text=TEXT, html=TEXT)
@effort(max_examples=150, deadline=None)
def test_whatever_is_written_is_read_back(subject_line: str, name: str, text: str, html: str) -> None:
    octets = write(hand_over(subject_line=subject_line, sender=name, text=text, html=html), SAID).octets

    raw = re.sub(rb"(?m)^\.\.", b".", octets)
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    mail = Taken("", "", raw, [], ("", 0)).mail
    assert " ".join(mail["Subject"].split(" ")) == subject_line.strip()
    assert mail["From"].addresses[0].addr_spec == "news@example.org"
    assert shown_name(raw) == (name.strip() or "Corner Market")
    assert mail.defects == []
    wanted = [one for one in (text if text.strip() or not html else "", html) if one]
    assert [one.rstrip("\n") for one in texts_of(mail)] == [
        re.sub(r"\r\n|\r", "\n", one).rstrip("\n") for one in wanted or [""]
    ]
