"""What a new email starts with: a page in MJML that works in every mail program, in English and in Russian."""

import html
from functools import cache
from pathlib import Path
from string import Template

from regulars.templates.content import Content

VARIABLES = ("programme", "first_name", "unsubscribe_url")
_SUBJECT_LINES = {"en": "News from {{ programme }}", "ru": "{{ programme }}: новости"}
# The awning's stripes as cells: green and pale, round at the lower end where a mail program can draw that.
_STRIPES = "".join(
    f'<td height="32" bgcolor="{colour}" style="height:32px;background-color:{colour};border-radius:{radius}"></td>'
    for place in range(13)
    for colour in ["#d3e6e0" if place % 2 else "#0b6b5b"]
    for radius in [("8px" if place == 0 else "0") + (" 8px" if place == 12 else " 0") + " 23px 23px"]
)
_WORDS = {
    "en": {
        "preview": "The most important thing first: this line stands beside the subject in the mailbox.",
        "greeting": "Hello",
        "body": (
            "<p>Say in one sentence what is new, and what your reader has from it.</p>"
            "<p>Then the details: what, where and until when. Short paragraphs are read on the way home, long ones are kept "
            "for later and forgotten.</p>"
        ),
        "button": "See what is new",
        "closing": "See you soon",
        "because": "You get this because you are a member of $name and subscribed to our news.",
        "unsubscribe": "Choose what you hear, or unsubscribe",
    },
    "ru": {
        "preview": "Главное — сначала: эта строка видна в списке писем рядом с темой.",
        "greeting": "Здравствуйте",
        "body": (
            "<p>Скажите одной фразой, что нового и чем это полезно читателю.</p>"
            "<p>Потом подробности: что, где и до какого числа. Короткие абзацы читают по дороге домой, длинные откладывают и "
            "забывают.</p>"
        ),
        "button": "Посмотреть новинки",
        "closing": "До встречи!",
        "because": "Вы получили это письмо, потому что участвуете в программе $name и подписаны на наши новости.",
        "unsubscribe": "Выбрать, что получать, или отписаться",
    },
}


def letter(
    locale: str,
    *,
    name: str = "{{ programme }}",
    preview: str = "",
    body: str = "",
    button: str = "",
    button_url: str = "https://www.example.com/",
    because: str = "",
) -> str:
    """The house's page for an email, in MJML; English for languages without one.

    `name` stands where the programme's name stands. `preview`, `body`, `button` and `because` are markup with Liquid; what is
    left out says what a new email says.
    """
    words = dict(_words(locale))
    given = {"preview": preview, "body": body, "button": button, "because": because}
    words |= {place: markup for place, markup in given.items() if markup}
    words["because"] = words["because"].replace("$name", name)
    return _page().substitute(words, name=name, button_url=html.escape(button_url), awning=_STRIPES)


def content(locale: str) -> Content:
    """The subject line and body that a new email in this language starts with."""
    subject_line = _SUBJECT_LINES.get(locale, _SUBJECT_LINES["en"])
    return Content({}, subject_lines={locale: subject_line}, bodies={locale: letter(locale)})


def _words(locale: str) -> dict[str, str]:
    return _WORDS.get(locale, _WORDS["en"])


@cache
def _page() -> Template:
    return Template((Path(__file__).parent / "starter.mjml").read_text(encoding="utf-8"))
