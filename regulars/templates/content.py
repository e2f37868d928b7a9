"""What a message says, in each language: checked when it is written, rendered for one person when it is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from regulars.kit.text import tidy
from regulars.templates import body, liquid
from regulars.templates.body import Body
from regulars.templates.liquid import Template, TemplateRefused

LONGEST_SUBJECT_LINE = 200
_ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Content:
    """What an author wrote, by language: texts alone for SMS; subject lines and bodies in MJML or HTML for email.

    Texts of an email are its plain text parts; a language without one gets it made from the body.
    """

    texts: Mapping[str, str]
    subject_lines: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one person reads."""

    text: str
    subject_line: str = ""
    html: str = ""


def check(content: Content, *, channel: str, sample: Mapping[str, Any]) -> None:
    """Refuse content that somebody would not get as it is meant; `sample` has every variable that there will be.

    Looks at every language, also at branches that are not taken. Raises `TemplateRefused` whose field names the place:
    `bodies.en`, `subject_lines.en`, `texts.en`.
    """
    _check_languages(content, channel)
    for place, template in _templates(content):
        unknown = sorted(liquid.variables(template) - set(sample))
        if unknown:
            known = ", ".join(sorted(sample))
            raise TemplateRefused(f"There is no variable “{unknown[0]}”. There are: {known}.", field=place)
    for locale in _languages(content):
        rendered = render(content, locale, sample)
        if channel == "email":
            _check_subject_line(content, locale, sample)
        if not rendered.text.strip():
            place = "bodies" if content.bodies.get(locale) else "texts"
            raise TemplateRefused("There is nothing to read in it.", field=f"{place}.{locale}")


def render(content: Content, locale: str, values: Mapping[str, Any]) -> Rendered:
    """Fill in the values for one person, in their language, else in English, else in the first there is.

    Values are text wherever they land: escaped in the body, as they are in the text and the subject line. Raises
    `TemplateRefused` where `check` would have.
    """
    chosen = choose(content, locale)
    subject_line = content.subject_lines.get(chosen, "")
    if subject_line:
        subject_line = _one_line(liquid.render(subject_line, values, field=f"subject_lines.{chosen}"))
    text = content.texts.get(chosen, "")
    filled = liquid.render(text, values, field=f"texts.{chosen}") if text else ""
    if not content.bodies.get(chosen):
        return Rendered(filled, subject_line)
    place = f"bodies.{chosen}"
    read = _read(content, chosen)
    html = liquid.fill(read.html, values, field=place)
    return Rendered(filled or liquid.fill(read.plain, values, field=place).strip("\n"), subject_line, html)


def choose(content: Content, locale: str) -> str:
    """The language of the content that somebody with this locale reads. Raises `TemplateRefused` when there is none."""
    there = _languages(content)
    for wanted in (locale, locale.partition("-")[0], _ENGLISH):
        if wanted in there:
            return wanted
    if not there:
        raise TemplateRefused("There is no text in any language.", field=next(iter(_places(content)), "texts"))
    return there[0]


def _languages(content: Content) -> list[str]:
    """The languages in which something is written: of an email those of its bodies, if it has any."""
    bodies = [locale for locale, written in content.bodies.items() if written]
    return bodies or [locale for locale, text in content.texts.items() if text]


def _places(content: Content) -> list[str]:
    return [*(f"bodies.{locale}" for locale in content.bodies), *(f"texts.{locale}" for locale in content.texts)]


def _check_languages(content: Content, channel: str) -> None:
    if channel != "email":
        for name, given in (("bodies", content.bodies), ("subject_lines", content.subject_lines)):
            if any(given.values()):
                raise TemplateRefused("Only emails have subject lines and bodies.", field=name)
    choose(content, _ENGLISH)
    languages = _languages(content)
    for locale, text in content.texts.items():
        if text and locale not in languages:
            raise TemplateRefused("There is a plain text and no body in this language.", field=f"bodies.{locale}")
    for locale in languages if channel == "email" else ():
        if not content.subject_lines.get(locale, "").strip():
            raise TemplateRefused("An email needs a subject line in each language.", field=f"subject_lines.{locale}")
    for locale, line in content.subject_lines.items():
        if line and locale not in languages:
            raise TemplateRefused("There is a subject line and no body in this language.", field=f"bodies.{locale}")


def _templates(content: Content) -> Iterator[tuple[str, Template]]:
    for locale, text in content.texts.items():
        yield f"texts.{locale}", liquid.parse(text, field=f"texts.{locale}")
    for locale, text in content.subject_lines.items():
        yield f"subject_lines.{locale}", liquid.parse(text, field=f"subject_lines.{locale}")
    for locale in (locale for locale, written in content.bodies.items() if written):
        yield f"bodies.{locale}", _read(content, locale).html


def _check_subject_line(content: Content, locale: str, sample: Mapping[str, Any]) -> None:
    place = f"subject_lines.{locale}"
    filled = tidy(liquid.render(content.subject_lines[locale], sample, field=place))
    if not filled:
        raise TemplateRefused("The subject line is empty.", field=place)
    if len(filled) > LONGEST_SUBJECT_LINE:
        raise TemplateRefused(f"The subject line is too long: {len(filled)} letters, 200 at most.", field=place)


def _one_line(text: str) -> str:
    """A subject line is a header: one line without control characters, and a long name cannot make it endless."""
    line = tidy(text)
    return line if len(line) <= LONGEST_SUBJECT_LINE else line[: LONGEST_SUBJECT_LINE - 1] + "…"


def _read(content: Content, locale: str) -> Body:
    try:
        return body.read(content.bodies[locale], language=locale)
    except TemplateRefused as refused:
        raise TemplateRefused(refused.message, field=f"bodies.{locale}") from refused
