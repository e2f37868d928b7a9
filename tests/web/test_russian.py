"""The pages that members see exist in Russian, whole, and what is shipped is what was translated."""

import gettext
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages import extract
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from regulars.smartcomms.subscriptions.reasons import SHIPPED

WEB = Path(__file__).resolve().parents[2] / "regulars" / "web"
RUSSIAN = WEB / "locale" / "ru" / "LC_MESSAGES"
PLACES = ("account", "public", "shell", "smartcomms/unsubscribe.py", "smartcomms/faces.py", "smartcomms/templates")
KEYWORDS: dict[str, Any] = {
    **extract.DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext_lazy": ((1, "c"), 2),
    "ngettext_lazy": (1, 2),
}
PARTS = re.compile(r"%\(\w+\)s|%s|<b>")

type Key = tuple[str | None, str]


def catalogue() -> Catalog:
    with (RUSSIAN / "django.po").open("rb") as written:
        return read_po(written, locale="ru", abort_invalid=True)


def in_python(text: str) -> Iterator[Key]:
    for _line, words, _comments, context in extract.extract("python", io.BytesIO(text.encode()), KEYWORDS):
        yield context, words if isinstance(words, str) else words[0]


def sources(places: Iterable[str]) -> Iterator[Path]:
    for place in places:
        path = WEB / place
        yield from [path] if path.is_file() else sorted([*path.rglob("*.py"), *path.rglob("*.html")])


def said(places: Iterable[str] = PLACES) -> dict[Key, str]:
    """Every translatable text of the members' pages, or of others, and where it stands."""
    found: dict[Key, str] = {}
    for path in sources(places):
        text = path.read_text()
        for key in in_python(templatize(text, origin=path) if path.suffix == ".html" else text):
            found[key] = str(path.relative_to(WEB))
    return found | {(None, text): "reasons" for _code, text in SHIPPED}


def test_every_text_of_members_pages_has_its_russian() -> None:
    known = {(m.context, m.id if isinstance(m.id, str) else m.id[0]): m for m in catalogue() if m.id}

    missing = [f"{where}: {key[1]}" for key, where in said().items() if key not in known or not known[key].string]

    assert not missing, "\n" + "\n".join(missing)


def test_nothing_is_translated_that_nobody_says() -> None:
    spoken = said(["."])  # staff pages may stay English, and may be translated

    idle = [m.id for m in catalogue() if m.id and (m.context, m.id if isinstance(m.id, str) else m.id[0]) not in spoken]

    assert not idle, idle


def test_translations_keep_the_places_for_names_and_numbers() -> None:
    for message in catalogue():
        if not message.id or not any(message.string):
            continue
        wanted = message.id if isinstance(message.id, str) else message.id[1]
        for russian in [message.string] if isinstance(message.string, str) else message.string:
            assert set(PARTS.findall(russian)) <= set(PARTS.findall(wanted)), russian
            if isinstance(message.id, str):
                assert set(PARTS.findall(russian)) == set(PARTS.findall(wanted)), russian


def test_no_translation_waits_for_a_second_look() -> None:
    assert [message.id for message in catalogue() if message.fuzzy and message.id] == []


def test_the_compiled_file_says_what_the_written_one_says() -> None:
    """When it does not: `uv run pybabel compile -D django -d regulars/web/locale`."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    compiled.seek(0)
    with (RUSSIAN / "django.mo").open("rb") as shipped:
        assert texts(shipped) == texts(compiled)


def texts(compiled: IO[bytes]) -> dict[Any, str]:
    """What a compiled catalogue says, its header (which tells the time) left out."""
    found: dict[Any, str] = dict(gettext.GNUTranslations(compiled)._catalog)  # type: ignore[attr-defined]
    del found[""]
    return found
