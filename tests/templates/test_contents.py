"""What a message says in each language: whose language is chosen, what is refused when it is written, and subject lines."""

from typing import Any

import pytest

from regulars.templates import starter
from regulars.templates.content import Content, check, choose, render
from regulars.templates.liquid import TemplateRefused

SAMPLE: dict[str, Any] = {"first_name": "Anna", "programme": "Club", "unsubscribe_url": "https://shop.example/p/1"}
BODY = "<p>Hello {{ first_name }}</p>"


@pytest.mark.parametrize(("locale", "read"), [("ru", "ru"), ("ru-RU", "ru"), ("en", "en"), ("de", "en"), ("", "en")])
def test_somebody_reads_their_language_else_english(locale: str, read: str) -> None:
    content = Content({"ru": "Привет", "en": "Hello"})

    assert choose(content, locale) == read
    assert render(content, locale, {}).text == content.texts[read]


def test_without_english_somebody_reads_what_there_is() -> None:
    assert render(Content({"de": "Hallo", "fr": "Salut"}), "ru", {}).text == "Hallo"


def test_subject_line_body_and_text_are_of_one_language() -> None:
    content = Content(
        {"en": "Plain {{ first_name }}"}, {"en": "News", "ru": "Новости"}, {"en": BODY, "ru": "<p>Привет</p>"}
    )

    english, russian = render(content, "en", SAMPLE), render(content, "ru", SAMPLE)

    assert (english.subject_line, english.text) == ("News", "Plain Anna")
    assert "Hello Anna" in english.html
    assert (russian.subject_line, russian.text) == ("Новости", "Привет")


def test_a_text_of_an_sms_is_not_escaped() -> None:
    assert render(Content({"en": "{{ n }}"}), "en", {"n": "A & <B> {{ x }}"}).text == "A & <B> {{ x }}"


def test_a_subject_line_is_one_line_whatever_a_name_holds() -> None:
    content = Content({}, {"en": "Hi {{ first_name }}"}, {"en": BODY})

    hostile = render(content, "en", SAMPLE | {"first_name": "A\r\nBcc: x@example.org\x00\u2028"})
    endless = render(content, "en", SAMPLE | {"first_name": "x" * 500})

    assert hostile.subject_line == "Hi A Bcc: x@example.org"
    assert len(endless.subject_line) == 200
    assert endless.subject_line.endswith("…")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content({}), "texts"),
        (Content({"en": " "}), "texts.en"),
        (Content({"en": "ok", "ru": "{{ pionts }}"}), "texts.ru"),
        (Content({"en": "ok", "ru": "{% if false %}{{ pionts }}{% endif %}"}), "texts.ru"),
        (Content({"en": "x", "de": "{{ first_name"}), "texts.de"),
        (Content({"en": "x"}, {"en": "s"}), "subject_lines"),
        (Content({"en": "x"}, {}, {"en": BODY}), "bodies"),
    ],
)
def test_a_text_message_that_cannot_be_sent_is_refused_when_written(content: Content, field: str) -> None:
    with pytest.raises(TemplateRefused) as refused:
        check(content, channel="sms", sample=SAMPLE)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content({}, {}, {}), "texts"),
        (Content({}, {"en": "s"}, {"en": BODY, "ru": BODY}), "subject_lines.ru"),
        (Content({}, {"en": "s", "ru": " "}, {"en": BODY, "ru": BODY}), "subject_lines.ru"),
        (Content({}, {"en": "{{ nobody }}"}, {"en": BODY}), "subject_lines.en"),
        (Content({}, {"en": "x" * 201}, {"en": BODY}), "subject_lines.en"),
        (Content({}, {"en": "{% if false %}x{% endif %}"}, {"en": BODY}), "subject_lines.en"),
        (Content({}, {"en": "s", "ru": "s"}, {"en": BODY}), "bodies.ru"),
        (Content({"ru": "x"}, {"en": "s"}, {"en": BODY}), "bodies.ru"),
        (Content({}, {"en": "s"}, {"en": "<p>{{ nobody }}</p>"}), "bodies.en"),
        (Content({}, {"en": "s"}, {"en": "<p> </p>"}), "bodies.en"),
        (Content({"en": "{{ nobody }}"}, {"en": "s"}, {"en": BODY}), "texts.en"),
    ],
)
def test_an_email_that_cannot_be_sent_is_refused_when_written(content: Content, field: str) -> None:
    with pytest.raises(TemplateRefused) as refused:
        check(content, channel="email", sample=SAMPLE)

    assert refused.value.field == field


def test_a_language_that_is_left_empty_is_not_there() -> None:
    content = Content({"ru": ""}, {"en": "s", "ru": ""}, {"en": BODY, "ru": ""})
    check(content, channel="email", sample=SAMPLE)

    assert "Hello Anna" in render(content, "ru", SAMPLE).html


def test_a_letter_of_the_house_says_what_it_is_given() -> None:
    body = starter.letter(
        "en", name="{{ sender }}", body="<p>5 % off $x</p>", button="Go", button_url="https://x.example/?a=1&b=2"
    )
    content = Content({}, {"en": "s"}, {"en": body})
    values = {"sender": "Max & Co", "first_name": "", "unsubscribe_url": ""}
    check(content, channel="email", sample=values)

    text = render(content, "en", values).text

    assert text.startswith("Max & Co\n\nHello!\n\n5 % off $x\n\nGo (https://x.example/?a=1&b=2)")
    assert text.endswith("You get this because you are a member of Max & Co and subscribed to our news.")


def test_an_email_may_be_plain_text_alone() -> None:
    content = Content({"en": "Hello"}, {"en": "s"})
    check(content, channel="email", sample=SAMPLE)

    assert render(content, "en", {}).html == ""


@pytest.mark.parametrize(
    ("locale", "hello"), [("en", "Hello, Anna!"), ("ru", "Здравствуйте, Anna!"), ("de", "Hello, Anna!")]
)
def test_a_new_email_starts_with_a_page_that_holds(locale: str, hello: str) -> None:
    content = starter.content(locale)
    check(content, channel="email", sample={name: SAMPLE[name] for name in starter.VARIABLES})

    rendered = render(content, locale, SAMPLE)
    nameless = render(content, locale, SAMPLE | {"first_name": ""})

    assert hello in rendered.text
    assert "(https://shop.example/p/1)" in rendered.text
    assert 'href="https://shop.example/p/1"' in rendered.html
    assert hello.replace(", Anna", "") in nameless.text
    assert len(rendered.html) < 20_000
