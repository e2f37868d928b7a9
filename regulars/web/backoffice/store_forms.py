"""What is asked for about a new partner, store or till."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores.actions import LONGEST_CODE, LONGEST_NAME
from regulars.loyalty.stores.models import Partner, Store

MOST_STORES = 2_000


def _name(label: str, example: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST_NAME, widget=UnfoldAdminTextInputWidget, help_text=example)


def _code(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Code", max_length=LONGEST_CODE, widget=UnfoldAdminTextInputWidget, help_text=help_text
    )


class PartnerForm(forms.Form):
    """A company of the programme."""

    name = _name("Name", "As employees know it, such as Corner Market.")
    code = _code("A short word of yours, such as corner. It cannot be changed.")


class StoreForm(forms.Form):
    """A store; while there is no company yet, its name is asked for, too."""

    company = _name("Company", "Who runs the store, such as Corner Market. Further ones are added under Partners.")
    partner = forms.ModelChoiceField(
        label="Partner", queryset=Partner.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget,
        help_text="Whose store it is.",
    )  # fmt: skip
    name = _name("Name", "As it stands on receipts, such as High Street 17.")
    code = _code("Your own number of the store, such as 17. It cannot be changed.")
    time_zone = forms.ChoiceField(
        label="Time zone", widget=UnfoldAdminSelectWidget,
        help_text="Offers and happy hours go by the clock on the store's wall.",
    )  # fmt: skip

    def __init__(self, given: Any, *, partner_id: int | None, chosen: str) -> None:
        known = programme.find()
        super().__init__(given, initial={"partner": chosen, "time_zone": known.time_zone if known else "UTC"})
        partners = Partner.objects.order_by("name")
        offered = partners if partner_id is None else partners.filter(pk=partner_id)
        del self.fields["company" if offered.exists() else "partner"]
        if isinstance(field := self.fields.get("partner"), forms.ModelChoiceField):
            field.queryset = offered
        zones = self.fields["time_zone"]
        assert isinstance(zones, forms.ChoiceField)
        zones.choices = [(zone, zone) for zone in sorted(available_timezones())]


class TillForm(forms.Form):
    """A till in a store."""

    store = forms.ModelChoiceField(
        label="Store", queryset=Store.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget,
        help_text="Where it stands.",
    )  # fmt: skip
    name = _name("Name", "As colleagues call it, such as Till 3.")
    code = _code("Your own number of the till within the store, such as 3. It cannot be changed.")

    def __init__(self, given: Any, *, partner_id: int | None, chosen: str) -> None:
        super().__init__(given, initial={"store": chosen})
        stores = Store.objects.order_by("code")
        field = self.fields["store"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = stores if partner_id is None else stores.filter(partner_id=partner_id)
