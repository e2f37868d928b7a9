"""Forms of gateways: the fields of a provider's settings, made from what the provider's plug says of them; and price lists."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.html import escape
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from regulars.gateways import registry
from regulars.gateways.registry import Setting, WrongGatewaySettings
from regulars.messages.gateway import Receipt
from regulars.web.backoffice import columns, price_lists
from regulars.web.backoffice.gateway_faces import spoken

PROVIDERS = {("sms", "smpp"): "SMS over SMPP 3.4", ("email", "smtp"): "Email over SMTP"}
LARGEST_FILE = 1024 * 1024


class GatewayForm(forms.Form):
    """An account at a provider: its name, whether it is used, and the provider's settings; secrets are never shown."""

    name = forms.CharField(max_length=100, widget=UnfoldAdminTextInputWidget, help_text="How employees call it.")
    is_on = forms.BooleanField(
        label="In use", required=False, initial=True, widget=UnfoldBooleanSwitchWidget,
        help_text="Senders use it within seconds.",
    )  # fmt: skip
    is_test = forms.BooleanField(
        label="A stand-in", required=False, widget=UnfoldBooleanSwitchWidget,
        help_text="What it takes reaches nobody; a banner on every page says so.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, channel: str, provider: str, stored: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.channel, self.provider, self.stored = channel, provider, dict(stored or {})
        self.described = registry.describe(channel, provider)
        if stored is not None:
            del self.fields["name"]
        for setting in self.described:
            self.fields[f"set_{setting.name}"] = _field(setting, self.stored)
            if setting.is_secret and not setting.is_needed and self.stored.get(setting.name):
                self.fields[f"forget_{setting.name}"] = forms.BooleanField(
                    label=f"Forget the stored {setting.name}", required=False, widget=UnfoldBooleanSwitchWidget
                )

    def about(self) -> list[Any]:
        """The fields that are not the provider's."""
        return [self[name] for name in ("name", "is_on", "is_test") if name in self.fields]

    def essential(self) -> list[Any]:
        """The settings that nearly everybody sets."""
        return list(self._of(is_essential=True))

    def fine(self) -> list[Any]:
        """The others."""
        return list(self._of(is_essential=False))

    def has_fine_mistakes(self) -> bool:
        """Whether one of the others is wrong, so that they must be seen."""
        return any(field.errors for field in self.fine())

    def _of(self, *, is_essential: bool) -> Iterator[Any]:
        for setting in self.described:
            if setting.is_essential is is_essential:
                yield self[f"set_{setting.name}"]
                if f"forget_{setting.name}" in self.fields:
                    yield self[f"forget_{setting.name}"]

    def clean(self) -> dict[str, Any]:
        """Put the settings together as they are stored, and let the provider's plug say what is wrong with them."""
        said = super().clean() or {}
        if not self.errors:
            said["settings"] = self._settings(said)
            try:
                registry.build(self.channel, self.provider, said["settings"], _take_nothing)
            except WrongGatewaySettings as wrong:
                named = f"set_{wrong.setting}"
                self.add_error(named if named in self.fields else None, wrong.why[:1].upper() + wrong.why[1:])
        return said

    def _settings(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What differs from what holds anyway, and what is needed; a secret left empty stays as it was."""
        settings: dict[str, Any] = {}
        for setting in self.described:
            value = said.get(f"set_{setting.name}")
            if setting.is_secret and not value:
                value = "" if said.get(f"forget_{setting.name}") else self.stored.get(setting.name, "")
            if setting.is_needed or value not in (None, "", [], {}, setting.default):
                settings[setting.name] = value
        return settings


async def _take_nothing(receipt: Receipt) -> bool:
    """Keep no receipt: the settings are only looked at."""
    return False


def _field(setting: Setting, stored: Mapping[str, Any]) -> forms.Field:
    """The field of one setting, filled with what is stored, else with what holds anyway."""
    told: dict[str, Any] = {"label": spoken(setting.name), "help_text": escape(setting.explanation)}
    kept = stored.get(setting.name)
    if setting.is_secret:
        told["help_text"] += " Leave it empty to keep the stored one." if kept else ""
        widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
        return forms.CharField(required=setting.is_needed and not kept, strip=False, widget=widget, **told)
    told |= {"initial": setting.default if kept is None else kept}
    if setting.choices:
        choices = [(choice, columns.sentence_case(choice)) for choice in setting.choices]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **told)
    if setting.kind is bool:
        return forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget, **told)
    if setting.kind is int:
        return forms.IntegerField(required=setting.is_needed, widget=UnfoldAdminIntegerFieldWidget, **told)
    if setting.kind is float:
        return forms.FloatField(required=setting.is_needed, widget=UnfoldAdminDecimalFieldWidget, **told)
    if setting.kind is str:
        return forms.CharField(required=setting.is_needed, max_length=500, widget=UnfoldAdminTextInputWidget, **told)
    return _Several(pairs=not str(setting.kind).startswith("tuple"), **told)


class _Several(forms.CharField):
    """Several values with commas between them, or pairs, one on each line."""

    def __init__(self, *, pairs: bool, initial: Any = None, **kwargs: Any) -> None:
        self._is_pairs = pairs
        if isinstance(initial, Mapping):
            initial = "\n".join(f"{name} {value}" for name, value in initial.items())
        elif not isinstance(initial, str):
            initial = ", ".join(initial or ()) if isinstance(initial, list | tuple) else ""
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 3}) if pairs else UnfoldAdminTextInputWidget()
        super().__init__(required=False, initial=initial, widget=widget, max_length=5000, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if not self._is_pairs:
            return [part.strip() for part in text.split(",") if part.strip()]
        lines = [line.split() for line in text.splitlines() if line.strip()]
        if any(len(line) != 2 for line in lines):
            raise forms.ValidationError("Write one answer and its meaning on each line, such as “0x58 slow”.")
        return dict(lines)

    def validate(self, value: Any) -> None:
        """Nothing is needed here."""

    def run_validators(self, value: Any) -> None:
        """Lists have no length of characters."""


class PricesForm(forms.Form):
    """A price list: pasted as lines, or as a CSV file, which then stands in the lines to be looked at."""

    lines = forms.CharField(
        required=False, label="Prices", widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="One on each line, such as “+7 0.025”; a price alone is for every other address. Empty: no prices.",
    )  # fmt: skip
    file = forms.FileField(
        required=False, label="Or a CSV file", widget=UnfoldAdminFileFieldWidget,
        help_text="Two columns, prefix and price, with semicolons or commas between them; at most 1 MB.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read what was pasted, or the file instead, and tell every mistake with its line."""
        said = super().clean() or {}
        text = said.get("lines", "")
        if (file := said.get("file")) is not None:
            text = self._text_of(file)
        found = price_lists.read(text)
        for mistake in found.mistakes:
            self.add_error("file" if file is not None else "lines", mistake)
        return {**said, "text": text, "prices": found.prices}

    def _text_of(self, file: Any) -> str:
        if file.size > LARGEST_FILE:
            self.add_error("file", "The file is larger than 1 MB.")
            return ""
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "The file is not in UTF-8. Save it as CSV in UTF-8.")
            return ""
        return text
