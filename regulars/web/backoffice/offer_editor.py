"""The editor of an offer: its form in a marketer's words, goods found by searching, and the sentence that follows the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import DecimalValidator
from django.http import QueryDict
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable
from regulars.loyalty.goods import queries as goods
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers.actions import NewOffer
from regulars.loyalty.offers.models import BenefitKind, Offer
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Partner
from regulars.web.backoffice import amounts, offer_words

FOUND = 12
GOODS = ("groups", "skus")
# Where the room names a field otherwise than the form does.
FIELDS = {"basis_points": "percent", "minimum_total": "least"}


def _moment(title: str, help_text: str) -> forms.SplitDateTimeField:
    attrs = {"class": "offer-moment"}
    widget = forms.SplitDateTimeWidget(
        date_format="%Y-%m-%d",
        time_format="%H:%M",
        date_attrs={**attrs, "type": "date", "aria-label": f"{title}: day"},
        time_attrs={**attrs, "type": "time", "aria-label": f"{title}: time"},
    )
    return forms.SplitDateTimeField(label=title, required=False, widget=widget, help_text=help_text)


class OfferForm(forms.Form):
    """What a marketer says about an offer: percent as percent, money as money, times in the programme's zone."""

    name = forms.CharField(
        max_length=offers.LONGEST_NAME,
        widget=UnfoldAdminTextInputWidget,
        help_text="Stands on receipts and on the till.",
    )
    benefit = forms.ChoiceField(label="What it gives", choices=BenefitKind.choices, widget=UnfoldAdminSelectWidget)
    percent = forms.DecimalField(
        min_value=Decimal("0.01"), max_value=100, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )
    groups = forms.MultipleChoiceField(required=False)
    skus = forms.MultipleChoiceField(required=False)
    members_only = forms.BooleanField(
        label="For members only", required=False, initial=True, widget=UnfoldBooleanSwitchWidget,
        help_text="Points need a member in any case.",
    )  # fmt: skip
    partner = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    store_codes = forms.MultipleChoiceField(
        label="Stores",
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
        help_text="With none chosen: all stores.",
    )
    least = forms.DecimalField(
        label="Smallest receipt", min_value=0, max_value=10**9, required=False, widget=UnfoldAdminDecimalFieldWidget,
        help_text="In money; empty: any receipt.",
    )  # fmt: skip
    priority = forms.IntegerField(
        min_value=0, max_value=1000, initial=50, widget=UnfoldAdminIntegerFieldWidget,
        help_text="Where several offers compete for a line, the higher number wins.",
    )  # fmt: skip
    is_cumulative = forms.BooleanField(
        label="Adds to other offers", required=False, widget=UnfoldBooleanSwitchWidget,
        help_text="It does not compete: it is given on top of whatever has won.",
    )  # fmt: skip
    starts_at = _moment("From", "Empty: as soon as it is published.")
    ends_at = _moment("Until", "Empty: until it is stopped. At this time it is over.")
    activation_days = forms.IntegerField(
        label="Points can be used after days", min_value=0, max_value=3650, initial=0, widget=UnfoldAdminIntegerFieldWidget,
        help_text="0: at once.",
    )  # fmt: skip
    lifetime_days = forms.IntegerField(
        label="Points expire after days", min_value=1, max_value=36500, required=False,
        widget=UnfoldAdminIntegerFieldWidget, help_text="Empty: never.",
    )  # fmt: skip
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, partner_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner_id = partner_id
        if partner_id is not None:
            del self.fields["partner"]
        else:
            named = Partner.objects.order_by("name").values_list("pk", "name")
            self._offer("partner", [("", "All partners"), *named])
        places = [each for each in stores.list_stores() if partner_id in (None, each.partner_id)]
        self._offer("store_codes", [(each.code, f"{each.name} ({each.code})") for each in places])
        self._offer("groups", [(each.code, each.name) for each in goods.list_groups()])
        known = goods.find_by_sku(self.chosen("skus"))
        self._offer("skus", [(sku, each.name) for sku, each in known.items()])
        exponent = programme.get().currency_exponent
        self.fields["least"].validators.append(DecimalValidator(None, exponent))

    def _offer(self, field: str, choices: Sequence[tuple[Any, str]]) -> None:
        choice = self.fields[field]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = choices

    def chosen(self, field: str) -> list[str]:
        """The codes of goods that are ticked at the moment."""
        said = self.data.getlist(field) if isinstance(self.data, QueryDict) else self.initial.get(field, [])
        return [str(code) for code in said if is_storable(str(code))]

    def parts(self) -> list[tuple[str, list[Any]]]:
        """The fields in the order in which one thinks of them, goods apart."""
        partner = ["partner"] if "partner" in self.fields else []
        named = (
            ("Where and for whom", ["members_only", *partner, "store_codes", "least"]),
            ("When", ["starts_at", "ends_at"]),
            ("Points", ["activation_days", "lifetime_days"]),
            ("Among other offers", ["is_cumulative", "priority"]),
        )
        return [(title, [self[name] for name in names]) for title, names in named]

    def new_offer(self) -> NewOffer:
        """The offer in the room's words: basis points, minor units."""
        said = self.cleaned_data
        plain = (
            "name benefit groups skus store_codes members_only priority is_cumulative starts_at ends_at activation_days"
        )
        return NewOffer(
            basis_points=int(said["percent"] * 100),
            minimum_total=int((said["least"] or Decimal(0)).scaleb(programme.get().currency_exponent)),
            lifetime_days=said["lifetime_days"],
            partner_id=self.partner_id or int(said.get("partner") or 0) or None,
            **{name: said[name] for name in plain.split()},
        )

    def refuse(self, refusal: Refusal) -> None:
        """Put what the room refuses to its field."""
        field = FIELDS.get(refusal.field, refusal.field)
        self.add_error(field if field in self.fields else None, refusal.message)

    def sentence(self) -> str:
        """The offer as one sentence, or what is missing until there is one."""
        if not self.is_valid():
            names = [str(self.fields[name].label or name).lower() for name in self.errors if name in self.fields]
            return f"Not a whole offer yet. Look at: {', '.join(names)}."
        try:
            rule = offers.preview(self.new_offer())
        except Refusal as refusal:
            return refusal.message
        return offer_words.sentence(rule, offer_words.Names.of([rule]))


def initial_of(offer: Offer | None) -> dict[str, Any]:
    """What the form shows at first."""
    if offer is None:
        return {"benefit": "points"}
    plain = (
        "name benefit groups skus store_codes members_only priority is_cumulative starts_at ends_at activation_days"
        " lifetime_days"
    )
    local = {
        name: value and timezone.localtime(value)
        for name in ("starts_at", "ends_at")
        if (value := getattr(offer, name))
    }
    return {
        **{name: getattr(offer, name) for name in plain.split()},
        **local,
        "percent": Decimal(offer.basis_points) / 100,
        "least": amounts.major(offer.minimum_total) if offer.minimum_total else None,
        "partner": offer.partner_id or "",
        "seen_at": offer.changed_at.isoformat(),
    }


@dataclass(frozen=True, slots=True)
class Good:
    """A group or product beside its box."""

    field: str
    code: str
    name: str
    is_chosen: bool


def picked(groups: Sequence[str], skus: Sequence[str], query: str) -> Mapping[str, Any]:
    """The goods that are chosen, and those that a search finds, groups first."""
    titles = {each.code: each.name for each in goods.list_groups()}
    products = goods.find_by_sku(skus)
    chosen = [Good("groups", code, titles[code], True) for code in groups if code in titles]
    chosen += [Good("skus", sku, products[sku].name, True) for sku in skus if sku in products]
    words = query.casefold().split() if is_storable(query) else []
    found = [
        Good("groups", code, name, False)
        for code, name in titles.items()
        if words and code not in groups and all(word in f"{name} {code}".casefold() for word in words)
    ]
    if words:
        found += [
            Good("skus", each.sku, each.name, False)
            for each in goods.search(query, limit=FOUND + len(skus))
            if each.sku not in skus
        ]
    return {"chosen": chosen, "found": found[:FOUND], "is_more": len(found) > FOUND, "query": query}
