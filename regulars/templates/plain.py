"""The plain text part of an email, made from its HTML; pure."""

import re
from html.parser import HTMLParser

_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "hr", "figure"}
_LINES = {"div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "main", "center", "caption"}
_SILENT = {"head", "style", "script", "title", "template", "noscript"}
_VOID = {"br", "hr", "img", "meta", "link", "input", "col", "wbr", "area", "base", "source"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_SPACES = re.compile("[ \\t\\n\\r\\f\u200a\u200b\ufeff]+")  # the last three only keep things apart on a page


def from_html(html: str) -> str:
    """Write an HTML document as plain text.

    Headings and paragraphs are set apart by a blank line, list entries get a dash or number, cells of a row stand in one line,
    a link is followed by its address. What is hidden on the page (styles, the preheader) is left out.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Collects text; a break is only wanted for now and written with the next text, so breaks never add up."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._break = 0
        self._space = False
        self._cell = ""
        self._silent: list[str] = []  # open tags since the first that is not shown
        self._links: list[tuple[str, int]] = []
        self._lists: list[int | None] = []
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID and (self._silent or tag in _SILENT or _HIDDEN.search(given.get("style", ""))):
            self._silent.append(tag)
            return
        if self._silent:
            return
        self._edge(tag)
        if tag == "a":
            self._links.append((given.get("href", ""), len(self._parts)))
        elif tag in {"ul", "ol"}:
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._bullet()
        elif tag in {"td", "th"}:
            self._space = False
            if not self._break and self._parts:
                self._cell = "  "
        elif tag == "img" and given.get("alt", "").strip():
            self.handle_data(given["alt"])
        elif tag == "hr":
            self._write("-" * 20)
            self._break = 2
        elif tag == "br":
            self._break_line()
        elif tag == "pre":
            self._pre += 1

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag in self._silent:
                while self._silent.pop() != tag:
                    pass
            return
        if tag == "a" and self._links:
            self._end_link(*self._links.pop())
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._pre -= self._pre > 0
        if tag not in _VOID:
            self._edge(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._pre:
            for place, line in enumerate(data.split("\n")):
                if place:
                    self._break_line()
                self._write(line)
            return
        text = _SPACES.sub(" ", data)
        if text.startswith(" "):
            self._space = True
        if text.strip(" "):
            self._write(text.strip(" "))
            self._space = text.endswith(" ")

    def text(self) -> str:
        """What was read."""
        lines = "".join(self._parts).split("\n")
        return "\n".join(line.rstrip(" ") for line in lines).strip("\n")

    def _edge(self, tag: str) -> None:
        inner_list = tag in {"ul", "ol"} and len(self._lists) > 0
        if tag in _PARAGRAPHS and not inner_list:
            self._break = max(self._break, 2)
        elif tag in _LINES or inner_list:
            self._break = max(self._break, 1)

    def _break_line(self) -> None:
        self._break = min(self._break + 1, 2)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._parts and self._break:
            self._parts.append("\n" * self._break)
        elif self._parts and (self._cell or self._space):
            self._parts.append(self._cell or " ")
        self._parts.append(text)
        self._break, self._cell, self._space = 0, "", False

    def _bullet(self) -> None:
        number = self._lists[-1] if self._lists else None
        indent = "  " * (len(self._lists) - 1)
        self._write(f"{indent}{number}." if number else f"{indent}-")
        self._space = True
        if number:
            self._lists[-1] = number + 1

    def _end_link(self, address: str, begin: int) -> None:
        label = "".join(self._parts[begin:]).strip()
        bare = address.removeprefix("mailto:").removeprefix("tel:")
        if not address or address.startswith("#") or label in {address, bare, address.partition("://")[2].rstrip("/")}:
            return
        if not label:
            self._write(bare)
        else:
            self._parts.append(f" ({bare})")
