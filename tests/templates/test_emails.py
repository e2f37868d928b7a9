"""Bodies of emails: values land as text wherever they stand, nothing runs, and mistakes are told with their line."""

import contextlib
import html
import re
import time
from html.parser import HTMLParser
from typing import Any

import css_inline
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.templates.content import Content, Rendered, check, render
from regulars.templates.liquid import TemplateRefused

VALUES: dict[str, Any] = {
    "first_name": "Anna",
    "programme": "High Street Club",
    "balance": 7,
    "unsubscribe_url": "https://shop.example/preferences/abc?a=1&b=2",
    "lines": [{"name": "Bread", "price": "2.50"}, {"name": "Milk", "price": "1.20"}],
}


def mjml(inner: str, head: str = "") -> str:
    body = f"<mj-body><mj-section><mj-column>\n{inner}\n</mj-column></mj-section></mj-body>"
    return f"<mjml>\n<mj-head>{head}</mj-head>\n{body}</mjml>"


def mail(body: str, **values: Any) -> Rendered:
    """Check an email with one body and render it."""
    content = Content({}, {"en": "News"}, {"en": body})
    given = VALUES | values
    check(content, channel="email", sample=given)
    return render(content, "en", given)


def refused(body: str) -> TemplateRefused:
    with pytest.raises(TemplateRefused) as found:
        mail(body)
    assert found.value.field == "bodies.en"
    return found.value


class Danger(HTMLParser):
    """Collects what could run in a page that a browser has read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        # Parsed and written again by a parser of HTML 5, so that we see what a browser would.
        self.feed(css_inline.inline(page, inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "form", "iframe", "object", "embed", "base", "svg", "textarea"}:
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name.startswith("on")]
        links = [value or "" for name, value in attrs if name in {"href", "src", "background", "action"}]
        schemes = [re.match(r"[a-z][a-z0-9+.-]*(?=:)", "".join(link.split()).lower()) for link in links]
        self.found += [
            found[0] for found in schemes if found and found[0] not in {"https", "http", "mailto", "tel", "cid"}
        ]


def test_lines_end_as_browsers_post_them() -> None:
    """They post two characters, which the reader of MJML refuses between the attributes of an element."""
    body = mjml(
        '<mj-text\n  color="#000000">Hello {{ first_name }}</mj-text>', head="<mj-style>\na { color: red }\n</mj-style>"
    )

    assert mail(body.replace("\n", "\r\n")) == mail(body)


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
NASTY = st.sampled_from(
    [
        "{{ x }}", "{% if y %}", "<script>alert(1)</script>", "</mj-text><mj-raw>", '" onclick="alert(1)', "' x='", "-->", "&lt;",
        "javascript:alert(1)", "</title>", "</style>", "]]>", "{{", "}}", "%}", "<b>", "\\", "&#106;", "\u202e",
    ]
)  # fmt: skip
EVERYWHERE = mjml(
    '<mj-text>[{{ v }}] <a href="{{ v }}" title="{{ v }}">x</a></mj-text><mj-button href="{{ v }}">{{ v }}</mj-button>'
    '<mj-image src="https://x.example/{{ v }}.png" alt="{{ v }}" />',
    head="<mj-title>{{ v }}</mj-title><mj-preview>{{ v }}</mj-preview>",
)
EVERYWHERE_HTML = (
    '<p title="{{ v }}" style="color: {{ v }}">[{{ v }}]</p><a href="{{ v }}">x</a><a href=\'{{ v }}\'>{{ v }}</a>'
)


@given(st.one_of(ANY_TEXT, st.lists(st.one_of(NASTY, ANY_TEXT), max_size=4).map("".join)))
@settings(deadline=None)
def test_any_value_is_printed_as_text_wherever_it_stands(value: str) -> None:
    for body in (EVERYWHERE, EVERYWHERE_HTML):
        rendered = mail(body, v=value)

        assert f"[{html.escape(value)}]" in rendered.html
        assert f"[{value}]" in rendered.text
        assert Danger(rendered.html).found == []


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<b title='", "'>", '"', "<a href='", "java", "script:alert(1)", "{{ first_name }}",
        "{{ unsubscribe_url }}",
        "{% if balance %}", "{% endif %}", "<!--", "-->", "<script>", "</script>", " onclick=alert(1) ", "<style>", "</style>",
        "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "{", "}", "%", "&#123;&#123; x }}", "<table>", "<tr><td>", "x",
        "{% comment %}", "{% endcomment %}", "{{ '<script>alert(1)</script>' }}", "{% raw %}", "{% endraw %}",
        "<title>", "</title>",
        "&lt;script&gt;", "<textarea>", "<math><mi>", "<body onload=alert(1)>", "<form action=x>", "<input>", ">", "<",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join), st.booleans())
@settings(deadline=None, max_examples=400)
def test_no_body_whatever_makes_a_mail_in_which_something_runs(inner: str, is_mjml: bool) -> None:
    body = mjml(f"<mj-text>{inner}</mj-text>") if is_mjml else inner
    hostile = {"first_name": '"><script>alert(1)</script>', "unsubscribe_url": "javascript:alert(1)"}
    try:
        rendered = mail(body, **hostile)
    except TemplateRefused:
        return

    assert Danger(rendered.html).found == []


def test_values_are_not_rendered_twice() -> None:
    rendered = mail(mjml("<mj-text>{{ first_name }}</mj-text>"), first_name="{{ balance }}{% if balance %}!{% endif %}")

    assert "{{ balance }}{% if balance %}!{% endif %}" in rendered.html
    assert rendered.text == "{{ balance }}{% if balance %}!{% endif %}"


def test_a_value_in_a_link_leads_to_the_web_or_nowhere() -> None:
    body = mjml('<mj-button href="{{ unsubscribe_url }}">Go</mj-button>')

    assert 'href="https://shop.example/preferences/abc?a=1&amp;b=2"' in mail(body).html
    for address in ("javascript:alert(1)", " JavaScript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "//x"):
        assert 'href="#"' in mail(body, unsubscribe_url=address).html


def test_words_of_the_template_are_escaped_like_values() -> None:
    rendered = mail(mjml("<mj-text>{{ '<b>' }} {{ first_name | escape }}</mj-text>"), first_name="A & B")

    assert "&lt;b&gt; A &amp; B" in rendered.html


def test_liquid_may_stand_between_sections_in_tables_and_compare() -> None:
    body = (
        "<mjml><mj-body>{% assign total = balance | times: 2 %}\n{% if balance > 5 and balance < 9 %}<mj-section><mj-column>"
        "<mj-table>{% for line in lines %}<tr><td>{{ line.name }}</td><td>{{ line.price }}</td></tr>{% endfor %}</mj-table>"
        "</mj-column></mj-section>{% endif %}<mj-section><mj-column><mj-text>Sum {{ total }}</mj-text></mj-column></mj-section>"
        "</mj-body></mjml>"
    )

    many, none = mail(body), mail(body, balance=1)

    assert "<tr><td>Bread</td><td>2.50</td></tr><tr><td>Milk</td><td>1.20</td></tr></tbody>" in many.html
    assert many.text == "Bread  2.50\nMilk  1.20\n\nSum 14"
    assert "Bread" not in none.html
    assert none.text == "Sum 2"


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("<mj-text>x</mj-text>\n<mj-txt>y</mj-txt>", "<mj-txt> is no tag of MJML that is known here (line 5)"),
        ("\n\n<mj-include path='./x.mjml' />", "<mj-include> is not allowed: an email stands alone (line 6)"),
        ("<mj-TEXT>x</mj-TEXT>", "<mj-text> is written in small letters (line 4)"),
        ("<p>x</p>", "<p> cannot stand directly in <mj-column>; put it into <mj-text> (line 4)"),
        ("just words", "Text cannot stand directly in <mj-column>; put it into <mj-text>"),
        ("<mj-section></mj-section>", "<mj-section> cannot stand directly in <mj-column> (line 4)"),
        ("<mj-text>\n<b>x</mj-text>", "</mj-text> stands where <b> of line 5 is still open (line 5)"),
        ("<mj-text>\n<script>x</script></mj-text>", "<script> cannot stand in an email (line 5)"),
        ("<mj-text><form></form></mj-text>", "<form> cannot stand in an email (line 4)"),
        ("<mj-text><p onclick='x'>x</p></mj-text>", "“onclick” of <p> cannot stand in an email"),
        ("<mj-text><a href='&#106;avascript:x'>x</a></mj-text>", "The link “javascript:x” of <a> cannot stand in an email"),
        ("<mj-button href='javascript:x'>x</mj-button>", "The link “javascript:x” of <mj-button> cannot stand in an email"),
        ("<mj-button href='java{{ balance }}'>x</mj-button>", "A link begins with https://, mailto:, tel: or with a variable"),
        ("<mj-button href='x\" onclick=\"y'>x</mj-button>", "“href” of <mj-button> needs a value without double quotes"),
        ("<mj-text><b title='{% if balance %}x{% endif %}'>x</b></mj-text>", "{% if balance %} (line 4) cannot stand inside"),
        ("<mj-image src='https://x.example' width='{{ balance }}' />", "{{ balance }} (line 4) cannot stand there"),
        ("<mj-text>\n{{ balance", "cannot be read as Liquid: expected '}}', found end of file (line 5)"),
        ("<mj-text>{{ balance | safe }}</mj-text>", "unknown filter 'safe'"),
        ("<mj-text>{% capture x %}{% endcapture %}</mj-text>", "unexpected tag 'capture' (line 4)"),
        ("<mj-text>{% if false %}{{ nmae }}{% endif %}</mj-text>", "There is no variable “nmae”"),
        ("<mj-text><!-- x</mj-text>", "A comment is opened with <!-- and not closed"),
        ("<mj-text>" + "<b>" * 5000 + "</b>" * 5000 + "</mj-text>", "<b> stands too deep"),
        ("x" * 100_001, "The email is too long"),
    ],
)  # fmt: skip
def test_a_mistake_in_mjml_is_told_with_its_place(inner: str, words: str) -> None:
    assert words in refused(mjml(inner)).message


@pytest.mark.parametrize(
    "head",
    [
        '<mj-title>a" onclick="x</mj-title>',
        "<mj-title>a&quot; onclick=&quot;x</mj-title>",
        "<mj-style>p { color: {{ first_name }} }</mj-style>",
        "<mj-style>@import url(https://x.example)</mj-style>",
        "<mj-style><b></mj-style>",
        "<mj-preview>{% if balance %}x{% endif %}</mj-preview>",
        "<mj-raw><script>x</script></mj-raw>",
    ],
)
def test_the_head_of_mjml_lets_nothing_through(head: str) -> None:
    refused(mjml("<mj-text>x</mj-text>", head=head))


@pytest.mark.parametrize(
    "body", ["<mjml>", "<mjml></mjml>", "<mjml/>", "</mjml>", "<mjml><mj-body></mj-body></mjml>\n<mjml></mjml>", ""]
)
def test_half_an_email_is_refused(body: str) -> None:
    refused(body)


def test_comments_of_the_author_stay_at_home() -> None:
    rendered = mail(
        mjml(
            "<!-- ask Max about {{ nobody_knows }} -->".replace("{{ nobody_knows }}", "the price")
            + "<mj-text>x</mj-text>"
        )
    )

    assert "Max" not in rendered.html


def test_nothing_is_fetched_from_strangers() -> None:
    assert "<link" not in mail(mjml("<mj-text>x</mj-text>")).html
    assert "fetch" not in mail('<link rel="stylesheet" href="https://x.example/fetch.css"><p>x</p>').html


def test_plain_html_is_cleaned_and_its_styles_go_to_their_tags() -> None:
    rendered = mail(
        "<html><head><title>x</title><style>p { color: red } @media (max-width: 400px) { p { color: blue } }"
        "@import url(https://x.example/a.css);</style><script>alert(1)</script></head>"
        '<body bgcolor="#eee" onload="x()"><form action="/x"><p onclick="x()" style="position:fixed">Hello {{ first_name }}'
        '<input name="a"></p></form><a href="javascript:x">y</a><img src="https://x.example/i.png" onerror="x" alt="A cat"></body>'
    )

    assert '<p style="color:red">Hello Anna</p>' in rendered.html
    assert '<div bgcolor="#eee">' in rendered.html
    assert "<style>@media (max-width: 400px) { p { color: blue } }</style>" in rendered.html
    assert not re.search(r"script|onload|onclick|onerror|<form|<input|position|@import|a\.css", rendered.html)
    assert '<img src="https://x.example/i.png" alt="A cat">' in rendered.html


def test_plain_html_keeps_loops_in_tables_in_place() -> None:
    rendered = mail("<table>{% for line in lines %}<tr><td>{{ line.name }}</td></tr>{% endfor %}</table>")

    assert "<table><tbody><tr><td>Bread</td></tr><tr><td>Milk</td></tr></tbody></table>" in rendered.html


def test_braces_that_only_look_like_liquid_after_cleaning_are_printed() -> None:
    rendered = mail(mjml("<mj-text>&#123;&#123; balance }} &#123;% if %}</mj-text>"))

    assert rendered.text == "{{ balance }} {% if %}"
    assert "&#123;{ balance }}" in rendered.html or "{{ balance }}" in html.unescape(rendered.html)


def test_the_page_says_its_language() -> None:
    content = Content({}, {"ru": "Новости"}, {"ru": mjml("<mj-text>Привет</mj-text>")})

    assert '<html lang="ru"' in render(content, "ru", {}).html


@pytest.mark.parametrize(
    "body",
    [
        "<i>" * 30_000,
        "<i><table></i></table>" * 4_000,
        "<div>" * 300,
        "<a " * 30_000,
        "<!--" * 20_000,
        "<style>" + "@media x{" * 10_000 + "</style>x",
        "<style>" + "a b *{color:red}" * 5_000 + "</style>" + "<p>" * 5_000,
        "<mjml>" + "<a " * 30_000,
        "<mjml>" + "<a" + " " * 90_000 + "<",
        "<mjml><mj-body><mj-section><mj-column><mj-text>" + "<a x='> <b y=\">" * 5_000,
        "<mjml><mj-body>" + "<mj-section></mj-section>" * 3_000 + "</mj-body></mjml>",
        mjml("<mj-text>" + "&" * 90_000 + "</mj-text>"),
    ],
)
def test_no_email_eats_the_machine(body: str) -> None:
    """Deep nesting would break the stack of a parser, and what is never closed would be looked for again and again."""
    content = Content({}, {"en": "News"}, {"en": body})
    began = time.monotonic()

    with contextlib.suppress(TemplateRefused):
        check(content, channel="email", sample=VALUES)

    assert time.monotonic() - began < 30
