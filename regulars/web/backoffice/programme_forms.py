"""What the acts on settings of the programme ask for."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from regulars.loyalty.programme.models import RoundingMode
from regulars.web.backoffice.settings_story import DOORS, MODES


class NameForm(forms.Form):
    """What something is called."""

    name = forms.CharField(label="Name", max_length=80, widget=UnfoldAdminTextInputWidget)


class ConsentForm(forms.Form):
    """At which door, and what is asked there."""

    door = forms.ChoiceField(
        label="Where", required=False, widget=UnfoldAdminSelectWidget,
        choices=[("", "Everywhere that has no choice of its own"), *DOORS.items()],
    )  # fmt: skip
    mode = forms.ChoiceField(
        label="What is asked about mailings", required=False, widget=UnfoldAdminRadioSelectWidget,
        choices=[*((str(mode), words) for mode, words in MODES.items()), ("", "As everywhere, for one door only")],
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Everywhere needs a mode."""
        said = super().clean() or {}
        if not said.get("door") and not said.get("mode"):
            self.add_error("mode", "Choose what is asked everywhere.")
        return said


class ReceiptForm(forms.Form):
    """To what totals are rounded, in money, and how much of them points may pay, in percent."""

    rounding_mode = forms.ChoiceField(
        label="Round totals", choices=RoundingMode.choices, widget=UnfoldAdminSelectWidget
    )
    rounding_step = forms.DecimalField(
        label="To multiples of", min_value=0, decimal_places=4, widget=UnfoldAdminDecimalFieldWidget,
        help_text="In money, such as 0.10 or 1.",
    )  # fmt: skip
    points_share_limit = forms.DecimalField(
        label="Points pay at most", min_value=0, max_value=100, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget,
        help_text="In percent of the receipt.",
    )  # fmt: skip


class ZoneForm(forms.Form):
    """A time zone by its IANA name."""

    time_zone = forms.ChoiceField(label="Time zone", widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = self.fields["time_zone"]
        assert isinstance(zones, forms.ChoiceField)
        zones.choices = [(zone, zone) for zone in sorted(available_timezones())]


class WorthForm(forms.Form):
    """So much money for so many points."""

    points = forms.DecimalField(
        label="So many points",
        min_value=0,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Such as 100.",
    )
    money = forms.DecimalField(
        label="are so much money", min_value=0, decimal_places=4, widget=UnfoldAdminDecimalFieldWidget,
        help_text="Such as 1.00; 0 when points cannot pay.",
    )  # fmt: skip
