"""The holes of a body: while markup is made, a word without meaning stands for each `{{ … }}` and `{% … %}` of Liquid.

So Liquid never meets a parser of markup: a quote or an angle bracket in it breaks nothing, and nothing that those parsers move,
drop or decode can become Liquid. `{% … %}` travels as a comment, which stays in its place in tables too.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from regulars.templates.liquid import LINK, TemplateRefused

_LIQUID = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Holes:
    """A body with words in place of Liquid, what the words stand for, and the line of each."""

    markup: str
    mark: str
    pieces: tuple[str, ...]
    lines: tuple[int, ...]

    def is_tag(self, number: int) -> bool:
        """Whether it is `{% … %}`, which prints nothing by itself."""
        return self.pieces[number].startswith("{%")

    def told(self, number: int) -> str:
        """The piece for a sentence, with its line."""
        piece = " ".join(self.pieces[number].split())
        return f"{piece if len(piece) < 60 else piece[:57] + '…'} (line {self.lines[number]})"


def cut(source: str) -> Holes:
    """Take Liquid out of a body that is good Liquid, and leave out its comments. Raises `TemplateRefused`."""
    mark = f"q{secrets.token_hex(4)}"
    while mark in source:
        mark = f"q{secrets.token_hex(4)}"
    pieces: list[str] = []
    lines: list[int] = []
    line = 1
    written: list[str] = []
    for place, part in enumerate(_LIQUID.split(source)):
        if place % 2:
            word = f"{mark}{len(pieces)}z"
            pieces.append(part)
            lines.append(line)
            written.append((f"<!--{word}-->" if part.startswith("{%") else word) + "\n" * part.count("\n"))
        else:
            written.append(part)
        line += part.count("\n")
    return Holes(_without_comments("".join(written), mark), mark, tuple(pieces), tuple(lines))


def _without_comments(markup: str, mark: str) -> str:
    """Leave out the author's comments, their lines kept; Liquid's own stay."""
    kept, place = [], 0
    while (begin := markup.find("<!--", place)) >= 0:
        end = markup.find("-->", begin + 4)
        if end < 0:
            raise TemplateRefused("A comment is opened with <!-- and not closed.")
        comment = markup[begin : end + 3]
        is_ours = re.fullmatch(rf"<!--{mark}\d+z-->", comment)
        kept += [markup[place:begin], comment if is_ours else "\n" * comment.count("\n")]
        place = end + 3
    return "".join(kept) + markup[place:]


def words(holes: Holes, markup: str) -> list[tuple[int, bool]]:
    """The numbers of the words in a piece of markup, in order, and whether each stands there as a comment."""
    return [(int(found[1] or found[2]), found[1] is not None) for found in _pattern(holes.mark).finditer(markup)]


def fill_html(holes: Holes, html: str, *, links: Collection[int]) -> str:
    """Put Liquid back into finished HTML; outputs that a link begins with let only good addresses through."""
    safe = re.sub(rf"\{{(?=[{{%]|(?:<!--)?{holes.mark})", "&#123;", html)
    return _pattern(holes.mark).sub(lambda found: _piece(holes, int(found[1] or found[2]), links), safe)


def fill_plain(holes: Holes, text: str) -> str:
    """Put Liquid back into a plain text that was made from the HTML."""
    safe = re.sub(rf"\{{(?=[{{%]|{holes.mark})", "{{ '{' }}", text)
    return _pattern(holes.mark).sub(lambda found: holes.pieces[int(found[1] or found[2])], safe)


def spoken(holes: Holes, sentence: str) -> str:
    """Say a sentence about the markup with what the author wrote in place of words."""
    return _pattern(holes.mark).sub(lambda found: holes.pieces[int(found[1] or found[2])], sentence)


def _piece(holes: Holes, number: int, links: Collection[int]) -> str:
    piece = holes.pieces[number]
    if number not in links:
        return piece
    inner = piece[2:-2].rstrip()
    end = "-" if inner.endswith("-") else ""
    return "{{" + inner.removesuffix("-").rstrip() + f" | {LINK} {end}}}}}"


def _pattern(mark: str) -> re.Pattern[str]:
    return re.compile(rf"<!--{mark}(\d+)z-->|{mark}(\d+)z")
