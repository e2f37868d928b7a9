"""The texts of a mailing on a page, in either system: their fields by language, and what they look like to one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from regulars.kit.refusal import Refusal
from regulars.templates.content import Rendered
from regulars.web.backoffice import sending_faces as faces

CHANNELS = [("sms", "SMS"), ("email", "Email")]
LOCALES = ("en", "ru")
TEXTS = ("texts", "subject_lines", "bodies")
TITLES = {"texts": "Text", "subject_lines": "Subject", "bodies": "Body, in MJML"}


class Written(Protocol):
    """A mailing, as far as its words go."""

    channel: str
    texts: Any
    subject_lines: Any
    bodies: Any


class Makes(Protocol):
    """What fills a mailing with values."""

    def render(self, locale: str, values: Mapping[str, str]) -> Rendered:
        """The mailing in a language."""


class SendingForm(forms.Form):
    """What both systems say about a mailing; each language has its own texts, named as refusals name them.

    `whom` are the fields of a system's own, which say for whom it is; they stand after the channel.
    """

    whom: ClassVar[Sequence[str]] = ()

    name = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)
    channel = forms.ChoiceField(choices=CHANNELS, widget=UnfoldAdminSelectWidget)
    sender = forms.CharField(
        required=False, max_length=100, widget=UnfoldAdminTextInputWidget, help_text="Empty: the gateway's own."
    )
    lifetime_hours = forms.IntegerField(
        label="Hours it is worth sending", min_value=1, max_value=720, widget=UnfoldAdminIntegerFieldWidget
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for locale in LOCALES:
            for field in TEXTS:
                self.fields[f"{field}.{locale}"] = _text_field(field, locale)

    def about(self) -> list[Any]:
        """The fields that are not texts, in their order."""
        return [self[name] for name in ("name", "channel", *self.whom, "sender", "lifetime_hours")]

    def languages(self) -> list[tuple[str, str, dict[str, Any], bool]]:
        """For each language: its code, its name, its fields, and whether anything is written in it."""
        return [
            (
                locale,
                faces.LANGUAGES[locale],
                {field: self[f"{field}.{locale}"] for field in TEXTS},
                locale == "en" or any(self[f"{field}.{locale}"].value() for field in TEXTS),
            )
            for locale in LOCALES
        ]

    def words(self) -> dict[str, Any]:
        """What both systems' rooms are told alike; of an SMS only the texts count."""
        said = self.cleaned_data
        is_email = said["channel"] == "email"
        return {
            **{name: said[name] for name in ("name", "channel", "sender", "lifetime_hours")},
            **{field: self._by_language(field) if is_email or field == "texts" else {} for field in TEXTS},
        }

    def _by_language(self, field: str) -> dict[str, str]:
        said = {locale: self.cleaned_data.get(f"{field}.{locale}", "") for locale in LOCALES}
        return {locale: _lines(text) for locale, text in said.items() if text}


def _lines(text: str) -> str:
    """The text as it was typed: browsers post the end of a line as two characters, and an SMS would pay for both."""
    return text.replace("\r\n", "\n")


def _text_field(field: str, locale: str) -> forms.CharField:
    rows = {"texts": 4, "bodies": 16}.get(field)
    attrs = {"lang": locale, "spellcheck": "true", "aria-label": f"{TITLES[field]}: {faces.LANGUAGES[locale]}"}
    widget = UnfoldAdminTextareaWidget(attrs={**attrs, "rows": rows}) if rows else UnfoldAdminTextInputWidget(attrs)
    return forms.CharField(required=False, label=TITLES[field], widget=widget, strip=False, max_length=100_000)


def initial_texts(mailing: Written) -> dict[str, str]:
    """The texts of a mailing under the names of their fields."""
    return {f"{field}.{locale}": text for field in TEXTS for locale, text in getattr(mailing, field).items()}


def typed(said: Mapping[str, str]) -> dict[str, Any]:
    """Channel and texts as they stand in a form that is being written."""
    is_email = said.get("channel") == "email"

    def written(field: str) -> dict[str, str]:
        return {locale: _lines(text) for locale in LOCALES if (text := said.get(f"{field}.{locale}", "")).strip()}

    texts = {field: written(field) if is_email or field == "texts" else {} for field in TEXTS}
    return {"channel": "email" if is_email else "sms", **texts}


@dataclass(frozen=True, slots=True)
class Preview:
    """One language as one person would get it; or why it cannot be made."""

    title: str
    text: str = ""
    subject_line: str = ""
    html: str = ""
    count: str = ""
    characters: str = ""
    trouble: str = ""


def preview(makes: Makes, locale: str, values: Mapping[str, str], *, channel: str) -> Preview:
    """A language filled with these values."""
    title = faces.LANGUAGES[locale]
    try:
        made = makes.render(locale, values)
    except Refusal as refusal:
        return Preview(title, trouble=refusal.message)
    count, characters = ("", "") if channel == "email" else faces.count_words(made.text)
    return Preview(title, made.text, made.subject_line, made.html, count, characters)


def written(mailing: Written) -> list[tuple[str, list[tuple[str, str]]]]:
    """The texts of a mailing as they were written, by language."""
    locales = [
        locale for locale, text in (mailing.bodies if mailing.channel == "email" else mailing.texts).items() if text
    ]
    titles = TITLES if mailing.channel == "email" else {"texts": TITLES["texts"]}
    return [
        (
            faces.LANGUAGES.get(locale, locale),
            [(title, text) for field, title in titles.items() if (text := getattr(mailing, field).get(locale))],
        )
        for locale in locales
    ]
