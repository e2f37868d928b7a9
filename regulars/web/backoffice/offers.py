"""Offers: written down here, published to the tills, stopped."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from regulars.kit import clock
from regulars.loyalty.goods import queries as goods
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers.actions import NewOffer
from regulars.loyalty.offers.models import Offer, OfferState
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Partner
from regulars.web.backoffice import amounts, columns
from regulars.web.backoffice.reading import Reading, button

VALUE = columns.percent("basis_points", "Gives")


class OfferForm(forms.ModelForm):
    """What a marketer says about an offer: percent as percent, money as money."""

    name = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)
    percent = forms.DecimalField(
        label="Percent",
        min_value=Decimal("0.01"),
        max_value=100,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    groups = forms.MultipleChoiceField(
        label="Product groups", required=False, widget=UnfoldAdminSelectMultipleWidget,
        help_text="With none chosen the offer is about the whole receipt.",
    )  # fmt: skip
    store_codes = forms.MultipleChoiceField(
        label="Stores",
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
        help_text="With none chosen: all stores.",
    )
    least = forms.DecimalField(
        label="Smallest receipt", min_value=0, required=False, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget,
        help_text="In money; empty: any receipt.",
    )  # fmt: skip
    activation_days = forms.IntegerField(
        label="Usable after days", min_value=0, max_value=3650, initial=0, widget=UnfoldAdminIntegerFieldWidget
    )
    lifetime_days = forms.IntegerField(
        label="Expire after days", min_value=1, max_value=36500, required=False, widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: never.",
    )  # fmt: skip

    class Meta:
        model = Offer
        fields = (
            "name",
            "benefit",
            "members_only",
            "priority",
            "is_cumulative",
            "starts_at",
            "ends_at",
            "activation_days",
            "lifetime_days",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_cumulative"].label = "Adds up with others"
        for field, title in (("starts_at", "From"), ("ends_at", "Until")):
            self.fields[field].label = title
            for part, name in zip(self.fields[field].widget.widgets, ("day", "time"), strict=True):
                part.attrs["aria-label"] = f"{title}: {name}"
        groups, places = self.fields["groups"], self.fields["store_codes"]
        assert isinstance(groups, forms.MultipleChoiceField)
        assert isinstance(places, forms.MultipleChoiceField)
        groups.choices = [(each.code, f"{each.name} ({each.code})") for each in goods.list_groups()]
        places.choices = [(each.code, f"{each.name} ({each.code})") for each in stores.list_stores()]

    def new_offer(self) -> offers.NewOffer:
        """The offer in the room's words: basis points, minor units."""
        said = self.cleaned_data
        exponent = programme.get().currency_exponent
        return offers.NewOffer(
            name=said["name"],
            benefit=said["benefit"],
            basis_points=int(said["percent"] * 100),
            groups=said["groups"],
            store_codes=said["store_codes"],
            members_only=said["members_only"],
            minimum_total=int((said["least"] or Decimal(0)).scaleb(exponent)),
            priority=said["priority"],
            is_cumulative=said["is_cumulative"],
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            activation_days=said["activation_days"],
            lifetime_days=said["lifetime_days"],
        )


class OfferPages(Reading):
    """Offers: who buys what, when, gets what."""

    partner_field = "partner_id"

    list_display = (
        "name", columns.state(), columns.words("benefit"), VALUE, columns.words("scope", "About"),
        columns.number("priority"), columns.moment("starts_at", "From"), columns.moment("ends_at", "Until"),
    )  # fmt: skip
    list_filter = (("state", ChoicesDropdownFilter), ("benefit", ChoicesDropdownFilter))
    search_fields = ("name", "=public_id")
    knows = {"partner_id": Partner}
    actions = ("publish_chosen", "stop_chosen")
    actions_detail = ("publish", "stop")
    fieldsets = (
        ("Offer", {"fields": (
            "name", columns.state(), columns.words("benefit"), VALUE, columns.link("partner_id", "Partner"),
            "public_id",
        )}),
        ("For what and whom", {"fields": (
            columns.words("scope", "About"), columns.codes("groups", "Product groups"),
            columns.codes("skus", "Products"),
            columns.codes("store_codes", "Stores", nothing="All stores"),
            columns.yes_no("members_only", "Members only"),
            amounts.money("minimum_total", "Smallest receipt"),
        )}),
        ("Among other offers", {"fields": (
            columns.number("priority"), columns.yes_no("is_cumulative", "Adds up with others"),
        )}),
        ("When", {"fields": (
            columns.moment("starts_at", "From"), columns.moment("ends_at", "Until"),
            columns.moment("changed_at", "Last changed"),
        )}),
        ("Points", {"fields": (
            "currency_code", columns.number("activation_days", "Usable after days"),
            columns.number("lifetime_days", "Expire after days"),
        )}),
    )  # fmt: skip
    add_fieldsets = (
        ("Offer", {"fields": ("name", "benefit", "percent")}),
        ("For what and whom", {"fields": ("groups", "store_codes", "members_only", "least")}),
        ("Among other offers", {"fields": ("priority", "is_cumulative")}),
        ("When", {"fields": ("starts_at", "ends_at")}),
        ("Points", {"fields": ("activation_days", "lifetime_days")}),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for a new offer in a marketer's words; an offer that exists is looked at."""
        return super().get_form(request, obj, change, **({"form": OfferForm} if obj is None else {}), **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may publish may write drafts."""
        return bool(request.user.has_perm("offers.publish"))

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may publish and stop offers."""
        return bool(request.user.has_perm("offers.publish"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of an offer that exists, none of a new one."""
        return super().get_readonly_fields(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Offer, form: OfferForm, change: bool) -> None:
        """Write the offer down as a draft."""
        drafted = offers.draft(_for_partner_of(request, form.new_offer()), by=self.actor(request), at=clock.now())
        obj.__dict__.update(drafted.__dict__)

    @button("Publish offer", icon="publish", permission="publish")
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then publish the offer together with those that are out."""

        def act(offer: Offer, said: dict[str, Any]) -> str:
            version = offers.publish(offer, by=self.actor(request), at=clock.now())
            return f"“{offer.name}” is published in version {version}. Tills see it within a minute."

        return self.ask(
            request,
            object_id,
            act,
            title="Publish offer",
            sentence="Tills give this offer from the next minute on, within its dates.",
        )

    @button("Stop offer", icon="stop_circle", permission="publish")
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then take the offer back."""

        def act(offer: Offer, said: dict[str, Any]) -> str:
            version = offers.stop(offer, by=self.actor(request), at=clock.now())
            return f"“{offer.name}” is stopped; version {version} is without it."

        return self.ask(
            request, object_id, act, title="Stop offer",
            sentence="Tills stop giving this offer within a minute. Receipts that were quoted with it keep it.",
        )  # fmt: skip

    @button("Publish chosen offers", permission="publish")
    def publish_chosen(self, request: HttpRequest, queryset: QuerySet[Offer]) -> None:
        """Publish several offers as one version."""
        chosen = list(queryset)
        version = offers.publish(*chosen, by=self.actor(request), at=clock.now())
        messages.success(
            request, f"Published as version {version}: {len(chosen)} offers. Tills see it within a minute."
        )

    @button("Stop chosen offers", permission="publish")
    def stop_chosen(self, request: HttpRequest, queryset: QuerySet[Offer]) -> None:
        """Take several offers back, those that are out."""
        out = list(queryset.filter(state=OfferState.PUBLISHED))
        for offer in out:
            offers.stop(offer, by=self.actor(request), at=clock.now())
        messages.success(request, f"Stopped: {len(out)} offers.")


def _for_partner_of(request: HttpRequest, new: NewOffer) -> NewOffer:
    """An employee of one partner makes that partner's offers, whatever the form says."""
    partner_id = getattr(request.user, "partner_id", None)
    return new if partner_id is None else replace(new, partner_id=partner_id)


class PublicationPages(Reading):
    """Versions of the published offers; a receipt remembers which one priced it."""

    ordering = ("-version",)
    list_display = (
        columns.number("version"), columns.moment("published_at", "Published"),
        columns.named("offers_in_it", "Offers", lambda row: len(row.rules), is_figure=True), "by_id",
    )  # fmt: skip
    fields = (
        columns.number("version"),
        columns.moment("published_at", "Published"),
        "by_kind",
        "by_id",
        columns.pairs("rules", "Offers in it"),
    )
