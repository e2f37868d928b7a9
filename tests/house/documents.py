"""The documents: whether links lead somewhere, and whether the glossary and the code use the same words."""

import re
from collections.abc import Iterable
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<(?:img|a|source)[^>]*?(?:src|href|srcset)=\"([^\"]+)\"")
FILE = re.compile(r"`([\w.-]+/[\w./-]*\.(?:py|html|toml|md|css|js))`")
TERM = re.compile(r"^\*\*(.+?)\*\*", re.M)


def dead_links(root: Path, files: Iterable[Path]) -> list[str]:
    """Relative links of Markdown files that lead nowhere, anchors included."""
    return [
        f"{file.relative_to(root)} links to {target}, which is not there: correct the link or delete it."
        for file in files
        for match in LINK.finditer(_prose(file.read_text()))
        if not _leads(file, target := match.group(1) or match.group(2))
    ]


def _prose(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)


def _leads(file: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    path, _, anchor = target.partition("#")
    goal = (file.parent / path) if path else file
    return goal.exists() and (not anchor or anchor in _anchors(goal))


def _anchors(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", file.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def dead_paths(root: Path, files: Iterable[Path]) -> list[str]:
    """Files named in the text that do not exist; a name is read from the root or from `regulars/`."""
    return [
        f"{file.relative_to(root)} names {path}, which is not there: name the file that is."
        for file in files
        for path in FILE.findall(file.read_text())
        if not any((root / start / path).exists() for start in ("", "regulars"))
    ]


def terms(glossary: str) -> list[str]:
    """The words that the glossary explains: each stands in bold at the beginning of a line."""
    return [word.strip() for entry in TERM.findall(glossary) for word in entry.split("/")]


def squeezed(text: str) -> str:
    """Letters only, so that “mailing type”, `mailing_type` and `MailingType` are one word."""
    return re.sub(r"[^a-z0-9]", "", text.lower())
