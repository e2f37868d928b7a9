"""A mail as its reader sees it, however it was written and however broken it is."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regulars.sandbox.mail.letter import Person, open_letter, peek
from tests.sandbox.post import letter

ONE_CLICK = {"List_Unsubscribe": "<mailto:out@example.com>, <https://shop.example/u/1>"}


def test_both_forms_of_a_mail_and_its_headers_are_read() -> None:
    raw = letter(
        "Anna Ölberg <anna@example.com>, max@example.com", subject="Grüße — 20 %", text="Hi €", html="<p>Hi €</p>"
    ).as_bytes()

    opened = open_letter(raw)

    assert opened.author == Person("shop@example.com", "Corner Club")
    assert opened.to == (Person("anna@example.com", "Anna Ölberg"), Person("max@example.com"))
    assert (opened.subject, opened.text.strip(), opened.html.strip()) == ("Grüße — 20 %", "Hi €", "<p>Hi €</p>")
    assert opened.date == datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
    assert (peek(raw).author, peek(raw).subject) == ("Corner Club", "Grüße — 20 %")


def test_what_is_attached_is_named_and_not_taken_for_the_text() -> None:
    message = letter("anna@example.com", text="Look")
    message.add_attachment("inside", filename="Прайс.txt")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="offer.pdf")

    opened = open_letter(message.as_bytes())

    assert opened.text.strip() == "Look"
    assert opened.attachments == ("Прайс.txt", "offer.pdf")


@pytest.mark.parametrize(
    ("post", "where", "url"),
    [
        ("List-Unsubscribe=One-Click", ONE_CLICK, "https://shop.example/u/1"),
        ("list-unsubscribe=one-click ", ONE_CLICK, "https://shop.example/u/1"),
        ("", ONE_CLICK, ""),
        ("List-Unsubscribe=Two-Clicks", ONE_CLICK, ""),
        ("List-Unsubscribe=One-Click", {"List_Unsubscribe": "<mailto:out@example.com>"}, ""),
        ("List-Unsubscribe=One-Click", {"List_Unsubscribe": "<javascript:alert(1)>"}, ""),
        ("List-Unsubscribe=One-Click", {}, ""),
    ],
)
def test_one_click_needs_both_headers_and_an_address_of_the_web(post: str, where: dict[str, str], url: str) -> None:
    headers = where | ({"List_Unsubscribe_Post": post} if post else {})

    assert open_letter(letter("anna@example.com", **headers).as_bytes()).one_click == url


def test_a_folded_link_is_one_link() -> None:
    raw = (
        b"List-Unsubscribe:\r\n <https://shop.example/u/aaaa>\r\n"
        b"List-Unsubscribe-Post:\r\n List-Unsubscribe=One-Click\r\n\r\n"
    )

    assert open_letter(raw).one_click == "https://shop.example/u/aaaa"


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"", "", ""),
        (b"\0\r\n\xff\xfe", "", "\ufffd"),
        (b"Subject: =?x-klingon?B?cWFwbGEh?=\r\n\r\nhi", "qapla!", "hi"),
        (b"Subject: =?utf-8?B?a?=\r\n\r\nhi", "=?utf-8?B?a?=", "hi"),
        ("Subject: Прямо так\r\n\r\nhi".encode(), "Прямо так", "hi"),
        (b"Subject: caf\xe9\r\n\r\nhi", "café", "hi"),
        (b"Subject: a\x1b[31m\x07 b\xe2\x80\xaegnp.exe\r\n\r\nhi", "a [31m b gnp.exe", "hi"),
        (b"Content-Type: text/plain; charset=x-klingon\r\n\r\n\xd0\x94\xd0\xb0", "", "Да"),
        (b"Content-Type: text/plain; charset=utf-16\r\n\r\nodd", "", "odd"),
        (b"Content-Type: text/plain; charset=\0\r\n\r\nhi", "", "hi"),
        (b"Content-Transfer-Encoding: base64\r\n\r\n!!!!", "", ""),
        (b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--y\r\n", "", ""),
        (b"Content-Type: multipart/mixed\r\n\r\nno boundary", "", ""),
        (b"Date: 40 Foo 99999\r\nSubject: s\r\n\r\nhi", "s", "hi"),
        (b"Date: Fri, 31 Dec 9999 23:59:59 -2359\r\nSubject: s\r\n\r\nhi", "s", "hi"),
    ],
)
def test_odd_mails_open_all_the_same(raw: bytes, subject: str, text: str) -> None:
    opened = open_letter(raw)

    assert opened.subject == peek(raw).subject == subject
    assert opened.text.startswith(text)
    assert opened.date is None


def bomb_of_parts(depth: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: first\r\n" + b"X-Bomb: =?utf-8?q?=C3=A9?=\r\n" * 200_000 + b"\r\nhi",
        b"Subject: " + b"=?utf-8?q?=C3=A9?= " * 100_000 + b"\r\n\r\nhi",
        b"Subject: " + b"a\r\n " * 300_000 + b"\r\n\r\nhi",
        b"To: " + b"a@example.com, " * 100_000 + b"\r\n\r\nhi",
        b"To: " + b"(" * 100_000 + b"\r\n\r\nhi",
        b"From: " + b'"' * 100_000 + b"\r\n\r\nhi",
        bomb_of_parts(3_000),
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhi\r\n" * 100_000,
        b"Content-Type: text/html\r\n\r\n" + b"<a " * 2_000_000,
    ],
    ids=["headers", "words", "folds", "people", "brackets", "quotes", "depth", "parts", "html"],
)
def test_bombs_do_not_go_off(raw: bytes) -> None:
    began = time.monotonic()
    opened = open_letter(raw)
    peek(raw)

    assert time.monotonic() - began < 20
    assert len(opened.subject) <= 300
    assert len(opened.to) <= 20
    assert len(opened.html) <= 2 * 1024 * 1024


@given(st.binary(max_size=600))
@example(b"From: \xff\xfe\r\n\r\n")
@settings(max_examples=150, deadline=None)
def test_no_octets_are_too_odd_and_all_that_is_read_can_be_shown(raw: bytes) -> None:
    opened = open_letter(
        b"Subject: " + raw[:40] + b"\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" + raw
    )

    for text in (opened.subject, opened.text, opened.html, opened.author.name, *opened.attachments):
        text.encode()
