"""Emails in MJML: read strictly, with every mistake told by its tag and line, and turned into HTML by mrml."""

import html
import re
from html.parser import HTMLParser
from typing import NoReturn

import mrml

from regulars.templates.allowed import LINKS, TAGS, VOID, clean, is_link
from regulars.templates.liquid import TemplateRefused

DEEPEST = 100
_IN_COLUMN = {
    "mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-table", "mj-social", "mj-navbar", "mj-accordion",
    "mj-carousel", "mj-raw",
}  # fmt: skip
# Which MJML tag may stand directly in which. mrml itself lets a misplaced one vanish, or shows it as if it were HTML.
_CHILDREN = {
    "": {"mjml"},
    "mjml": {"mj-head", "mj-body"},
    "mj-head": {"mj-attributes", "mj-breakpoint", "mj-font", "mj-preview", "mj-style", "mj-title"},
    "mj-body": {"mj-section", "mj-wrapper", "mj-hero", "mj-raw"},
    "mj-wrapper": {"mj-section", "mj-hero", "mj-raw"},
    "mj-section": {"mj-column", "mj-group", "mj-raw"},
    "mj-group": {"mj-column", "mj-raw"},
    "mj-column": _IN_COLUMN,
    "mj-hero": _IN_COLUMN,
    "mj-social": {"mj-social-element", "mj-raw"},
    "mj-navbar": {"mj-navbar-link", "mj-raw"},
    "mj-accordion": {"mj-accordion-element", "mj-raw"},
    "mj-accordion-element": {"mj-accordion-title", "mj-accordion-text", "mj-raw"},
    "mj-carousel": {"mj-carousel-image"},
}
_HTML_INSIDE = {
    "mj-text", "mj-button", "mj-table", "mj-raw", "mj-social-element", "mj-navbar-link", "mj-accordion-title",
    "mj-accordion-text",
}  # fmt: skip
_TEXT_INSIDE = {"mj-title", "mj-preview", "mj-style"}
_EMPTY = {"mj-image", "mj-divider", "mj-spacer", "mj-carousel-image", "mj-breakpoint", "mj-font", "mj-all", "mj-class"}
_KNOWN = {*_CHILDREN, *_HTML_INSIDE, *_TEXT_INSIDE, *_EMPTY, "mj-attributes"} - {""}
_ROOT = re.compile(r"\s*(<\?xml[^>]*>\s*|<!doctype[^>]*>\s*|<!--[^>]*-->\s*)*<mjml[\s>/]", re.IGNORECASE)
_BEGINNING = re.compile(r"<[a-zA-Z/]")
_TAG = re.compile(
    r"""</?[a-zA-Z][\w:-]*+(?:\s++[\w:.-]++(?:\s*+=\s*+(?:"(?:[^"<]|<!--)*+"|'(?:[^'<]|<!--)*+'|[^\s"'<>=]++))?+)*+\s*+/?>"""
)
_OPENING = re.compile(r"^\s*(<\?xml[^>]*>\s*|<!doctype[^>]*>\s*)+", re.IGNORECASE)
_OPTIONS = mrml.RenderOptions(fonts={})  # no font of a stranger is fetched unless the author names one
_PARSING = mrml.ParserOptions(include_loader=mrml.noop_loader())


def is_mjml(markup: str) -> bool:
    """Whether a body is MJML, not plain HTML."""
    return _ROOT.match(markup) is not None


def to_html(markup: str, *, language: str = "und") -> str:
    """Turn MJML into a whole HTML document. Raises `TemplateRefused` with the tag and line that are wrong."""
    blank = _OPENING.sub(lambda found: "\n" * found[0].count("\n"), markup)
    _check_tags(blank)
    reader = _Reader(blank)
    reader.feed(blank)
    reader.finish()
    for name, begin, end in reversed(reader.contents):
        blank = blank[:begin] + _cleaned(name, blank[begin:end]) + blank[end:]
    try:
        made: str = mrml.to_html(blank, parser_options=_PARSING, render_options=_OPTIONS).content
    except OSError as error:
        raise TemplateRefused(f"The email cannot be read as MJML: {error}.") from error
    return made.replace('lang="und"', f'lang="{html.escape(language)}"')


def _check_tags(markup: str) -> None:
    """Refuse what only looks like a tag; a reader would look for its end again and again."""
    for begun in _BEGINNING.finditer(markup):
        if not _TAG.match(markup, begun.start()):
            line, looks = markup.count("\n", 0, begun.start()) + 1, markup[begun.start() : begun.start() + 30]
            raise TemplateRefused(f"“{looks}” is no whole tag: look at its quotes and its end (line {line}).")


def _cleaned(name: str, inner: str) -> str:
    """Rows of a table are only rows inside a table."""
    if name != "mj-table":
        return clean(inner)
    return clean(f"<table>{inner}</table>").removeprefix("<table>").removesuffix("</table>")


class _Reader(HTMLParser):
    """Reads MJML for what mrml does not say, and finds the pieces of HTML in it."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.contents: list[tuple[str, int, int]] = []
        self._open: list[tuple[str, int, int]] = []  # name, line, and where what is inside begins
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._roots = 0

    def finish(self) -> None:
        """Say what was never closed."""
        self.close()
        if self._open:
            name, line, _ = self._open[-1]
            raise TemplateRefused(f"<{name}> of line {line} is never closed.")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        if tag.startswith("mj"):
            self._check_mjml(tag, text, attrs)
        else:
            self._check_html(tag, attrs)
        if tag in VOID:
            return
        if len(self._open) >= DEEPEST:
            self._refuse(f"<{tag}> stands too deep: {DEEPEST} tags are open")
        self._open.append((tag, self.getpos()[0], self._offset() + len(text)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open:
            self._refuse(f"</{tag}> closes nothing")
        name, line, begin = self._open.pop()
        if name != tag:
            self._refuse(f"</{tag}> stands where <{name}> of line {line} is still open")
        if tag in _HTML_INSIDE and self._inside() != "mj-attributes":
            self.contents.append((tag, begin, max(begin, self._offset())))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            name, _, _ = self._open.pop()
            if name == "mjml":
                self._refuse("The email is empty")

    def handle_data(self, data: str) -> None:
        where = self._inside()
        if data.strip() and not self._is_html() and where not in _TEXT_INSIDE:
            self._refuse(
                f"Text cannot stand directly in <{where}>; put it into <mj-text>" if where else "Text stands outside"
            )
        if where == "mj-title" and set(html.unescape(data)) & set('"<>'):
            self._refuse("<mj-title> cannot have straight double quotes or angle brackets")
        if where == "mj-style" and ("<" in data or "@import" in data.lower()):
            self._refuse("<mj-style> cannot have < or @import")

    def handle_comment(self, data: str) -> None:
        """Only Liquid travels as a comment."""
        if self._inside() in _TEXT_INSIDE:
            self._refuse(f"<{self._inside()}> cannot have {{% … %}}, only {{{{ … }}}}")

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._refuse(f"<!{decl[:20]} cannot stand here")

    def unknown_decl(self, data: str) -> None:
        self._refuse(f"<![{data[:20]} cannot stand here")

    def handle_pi(self, data: str) -> None:
        self._refuse(f"<?{data[:20]} cannot stand here")

    def _check_mjml(self, tag: str, text: str, attrs: list[tuple[str, str | None]]) -> None:
        where = self._inside()
        if tag == "mj-include":
            self._refuse("<mj-include> is not allowed: an email stands alone")
        if tag not in _KNOWN:
            self._refuse(f"<{tag}> is no tag of MJML that is known here")
        if not text[1:].startswith(tag):
            self._refuse(f"<{tag}> is written in small letters")
        if where != "mj-attributes" and tag not in _CHILDREN.get(where, set()):
            self._refuse(f"<{tag}> cannot stand " + (f"directly in <{where}>" if where else "outside <mjml>"))
        self._roots += tag == "mjml"
        if self._roots > 1:
            self._refuse("There can be only one <mjml>")
        for name, value in attrs:
            if value is None or set(value) & set('"<>'):
                self._refuse(f"“{name}” of <{tag}> needs a value without double quotes and angle brackets")
            if (tag, name) == ("mj-style", "inline"):
                self._refuse("<mj-style> cannot be inline; leave the attribute out")
            self._check_attribute(tag, name, value)

    def _check_html(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self._refuse(f"<{tag}> cannot stand in an email")
        if not self._is_html():
            where = self._inside()
            self._refuse(
                f"<{tag}> cannot stand directly in <{where}>; put it into <mj-text>"
                if where
                else f"<{tag}> stands outside"
            )
        for name, value in attrs:
            self._check_attribute(tag, name, value or "")

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self._refuse(f"“{name}” of <{tag}> cannot stand in an email: nothing runs there")
        if name in LINKS and not is_link(value):
            self._refuse(f"The link “{value[:40]}” of <{tag}> cannot stand in an email; use https:, mailto: or tel:")

    def _inside(self) -> str:
        return self._open[-1][0] if self._open else ""

    def _is_html(self) -> bool:
        return any(name in _HTML_INSIDE for name, _, _ in self._open)

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _refuse(self, words: str) -> NoReturn:
        raise TemplateRefused(f"{words} (line {self.getpos()[0]}).")
