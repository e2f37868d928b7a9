"""What is asked before an act on a mailing: where a test goes, when it starts, and that nobody presses twice."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextareaWidget


class AddressesForm(forms.Form):
    """Where a test goes."""

    addresses = forms.CharField(
        required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), help_text="One on each line, ten at most."
    )


class ScheduleForm(forms.Form):
    """When a mailing starts."""

    starts_at = forms.SplitDateTimeField(label="Start", widget=UnfoldAdminSplitDateTimeWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part, name in zip(self.fields["starts_at"].widget.widgets, ("day", "time"), strict=True):
            part.attrs["aria-label"] = f"Start: {name}"


class SendForm(forms.Form):
    """What was looked at when sending was asked for: pressing twice sends once."""

    version = forms.IntegerField(widget=forms.HiddenInput)
