"""The body of an email, from what an author wrote to templates of HTML and plain text that only wait for values."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from regulars.templates import holes, hypertext, liquid, mjml, plain
from regulars.templates.allowed import LINKS, is_link
from regulars.templates.holes import Holes
from regulars.templates.liquid import LONGEST_SOURCE, Template, TemplateRefused

LONGEST_MADE = 400_000
_FORBIDDEN = {
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "base",
    "applet",
    "svg",
    "math",
    "textarea",
    "select",
    "frame",
}
_NO_TEXT = {"style", "title"}


@dataclass(frozen=True, slots=True)
class Body:
    """A body that was read: its HTML and, made from it, its plain text, both still with Liquid."""

    html: Template
    plain: Template


@lru_cache(maxsize=64)
def read(source: str, *, language: str) -> Body:
    """Read a body in MJML or plain HTML with Liquid. Raises `TemplateRefused` in words of the author.

    Markup is made and cleaned first, with holes where Liquid stands, and values come last, escaped. So no value can become
    markup, and a mail costs filling two texts.
    """
    if len(source) > LONGEST_SOURCE:
        raise TemplateRefused(f"The email is too long: {len(source)} letters, {LONGEST_SOURCE} at most.")
    liquid.parse(source, is_body=True)
    cut = holes.cut(source.replace("\r\n", "\n"))  # browsers post lines so, and the reader of MJML stumbles over them
    try:
        html, text = _templates(cut, language)
    except TemplateRefused as refused:
        raise TemplateRefused(holes.spoken(cut, refused.message)) from refused
    return Body(liquid.parse(html, is_body=True), liquid.parse(text))


def _templates(cut: Holes, language: str) -> tuple[str, str]:
    """HTML and plain text, both with Liquid back in its holes."""
    is_mjml = mjml.is_mjml(cut.markup)
    made = (mjml if is_mjml else hypertext).to_html(cut.markup, language=language)
    if len(made) > LONGEST_MADE:
        raise TemplateRefused(
            f"The email is too large: {len(made) // 1000} kB as HTML, {LONGEST_MADE // 1000} at most."
        )
    links = _inspect(made, cut, all_needed=is_mjml)
    return holes.fill_html(cut, made, links=links), holes.fill_plain(cut, _plain(cut, made))


def _plain(cut: Holes, made: str) -> str:
    """Write finished HTML as plain text with words; lines that consist of `{% … %}` only take up no line of their own."""
    tag = rf"{cut.mark}t\d+z"  # the writer of plain text leaves out comments, so they travel as words of their own

    def closed_up(found: re.Match[str]) -> str:
        more = len(found[3]) - len(found[1]) if found.start() else 0
        return found[1] + re.sub(r"\s", "", found[2]) + "\n" * more

    text = plain.from_html(re.sub(rf"<!--{cut.mark}(\d+z)-->", rf"{cut.mark}t\1", made))
    text = re.sub(rf"(\A|\n+) *({tag}(?:\s*{tag})*) *(\n+|\Z)", closed_up, text)
    return text.replace(f"{cut.mark}t", cut.mark)


def _inspect(made: str, cut: Holes, *, all_needed: bool) -> set[int]:
    """Look once more at finished markup: is Liquid where it can be filled in safely, and is nothing there that runs?

    Answers the outputs that a link begins with.
    """
    inspector = _Inspector(cut)
    inspector.feed(made)
    inspector.close()
    seen, written = Counter(inspector.seen), Counter(holes.words(cut, made))
    for number in {number for number, _ in holes.words(cut, cut.markup)}:
        if cut.is_tag(number):
            is_in_place = seen[number] == 1 == written[number, True] and not written[number, False]
        else:
            is_in_place = seen[number] > 0 or not all_needed
        if not is_in_place:
            raise TemplateRefused(f"{cut.told(number)} cannot stand there.")
    return inspector.links


class _Inspector(HTMLParser):
    """Finds the words in finished markup and refuses what must not be there."""

    def __init__(self, cut: Holes) -> None:
        super().__init__(convert_charrefs=False)
        self.seen: list[int] = []
        self.links: set[int] = set()
        self._cut = cut
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FORBIDDEN or holes.words(self._cut, tag):
            raise TemplateRefused(f"<{tag[:20]}> cannot stand in an email.")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        if tag in _NO_TEXT:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        for number, _ in holes.words(self._cut, data):
            if "style" in self._open:
                raise TemplateRefused(f"{self._cut.told(number)} cannot stand in a style sheet.")
            self._see(number)

    def handle_comment(self, data: str) -> None:
        whole = re.fullmatch(rf"{self._cut.mark}(\d+)z", data)
        if whole and not self._open:
            self.seen.append(int(whole[1]))
            return
        for number, _ in holes.words(self._cut, data):
            self._see(number)
        for name, value in re.findall(r'\s([a-z:-]+)\s*=\s*"([^"]*)"', data):
            self._attribute("", name, value)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        found = holes.words(self._cut, value)
        if name.startswith("on") or holes.words(self._cut, name):
            raise TemplateRefused(f"“{name[:20]}” of <{tag}> cannot stand in an email.")
        for number, _ in found:
            self._see(number)
        if name not in LINKS:
            return
        begins = value.strip().startswith(self._cut.mark) if found else False
        if begins:
            self.links.add(found[0][0])
        elif not is_link(value) or (found and not re.match(r"\s*(https?://|mailto:|tel:|#)", value, re.IGNORECASE)):
            where = f" (line {self._cut.lines[found[0][0]]})" if found else ""
            raise TemplateRefused(f"A link begins with https://, mailto:, tel: or with a variable{where}.")

    def _see(self, number: int) -> None:
        if self._cut.is_tag(number):
            raise TemplateRefused(
                f"{self._cut.told(number)} cannot stand inside a tag; assign a variable before and print it."
            )
        self.seen.append(number)
