"""Offers: written down here, changed while they are drafts, copied, published to the tills, stopped."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers import queries
from regulars.loyalty.offers.models import Offer, OfferState
from regulars.loyalty.offers.rules import rule_of
from regulars.loyalty.stores.models import Partner
from regulars.web.backoffice import amounts, columns, offer_editor, offer_words
from regulars.web.backoffice.offer_editor import OfferForm
from regulars.web.backoffice.reading import Reading, button

VALUE = columns.percent("basis_points", "Gives")
NO_EDIT = (
    "An offer that was published is not changed any more: receipts remember what was promised. Instead a draft is made that"
    " says the same. Change that; when it is published, it takes this one's place in the same moment."
)


def _sentence(row: Offer) -> str:
    try:
        rule = rule_of(row)
    except Refusal as refusal:
        return refusal.message
    return offer_words.sentence(rule, offer_words.Names.of([rule]))


SENTENCE = columns.named("in_a_sentence", "In a sentence", _sentence)


class OfferPages(Reading):
    """Offers: who buys what, when, gets what."""

    class Media:
        css = {"all": ("backoffice/offers.css",)}

    partner_field = "partner_id"
    nothing = "No offer has been written yet."
    example = "For a start: members get 1 % of what they pay as points."

    list_display = (
        "name", columns.state(), columns.words("benefit"), VALUE, columns.words("scope", "About"),
        columns.number("priority"), columns.moment("starts_at", "From"), columns.moment("ends_at", "Until"),
    )  # fmt: skip
    list_filter = (("state", ChoicesDropdownFilter), ("benefit", ChoicesDropdownFilter))
    search_fields = ("name", "=public_id")
    knows = {"partner_id": Partner, "replaces_id": Offer}
    actions = ("publish_chosen", "stop_chosen")
    actions_detail = ("publish", "revise", "duplicate", "stop")
    fieldsets = (
        ("Offer", {"fields": (
            "name", columns.state(), SENTENCE, columns.words("benefit"), VALUE,
            columns.link("partner_id", "Partner"), columns.link("replaces_id", "Takes the place of"), "public_id",
        )}),
        ("For what and whom", {"fields": (
            columns.words("scope", "About"), columns.codes("groups", "Product groups"),
            columns.codes("skus", "Products"),
            columns.codes("store_codes", "Stores", nothing="All stores"),
            columns.yes_no("members_only", "Members only"),
            amounts.money("minimum_total", "Smallest receipt"),
        )}),
        ("Among other offers", {"fields": (
            columns.number("priority"), columns.yes_no("is_cumulative", "Adds to other offers"),
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

    # --- addresses and rights

    def get_urls(self) -> list[URLPattern]:
        """The admin's addresses, the editor's, and those of its parts."""
        own: list[tuple[str, str, Callable[..., HttpResponse]]] = [
            ("sentence/", "sentence", self.sentence),
            ("goods/", "goods", self.goods),
            ("<path:object_id>/edit/", "edit", self.edit),
        ]
        named = [path(address, self.admin_site.admin_view(view), name=self._named(name)) for address, name, view in own]
        return [*named, *super().get_urls()]

    def _named(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may write offers."""
        return bool(request.user.has_perm("offers.change"))

    def has_write_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same, for acts on an offer that is there."""
        return self.has_add_permission(request)

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may publish and stop offers."""
        return bool(request.user.has_perm("offers.publish"))

    # --- writing

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The editor of a new offer."""
        return self._editor(request, None)

    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The editor of a draft; an offer that was published leads to the page that makes a draft of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        row: Any = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if row.state != OfferState.DRAFT:
            return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{self._named('revise')}", args=[row.pk]))
        return self._editor(request, row)

    def sentence(self, request: HttpRequest) -> HttpResponse:
        """The offer as it is being typed, in one sentence."""
        form = self._form(request, request.POST)
        return TemplateResponse(request, "backoffice/_offer_sentence.html", {"sentence": form.sentence()})

    def goods(self, request: HttpRequest) -> HttpResponse:
        """The goods that are chosen, and those that a search finds."""
        return TemplateResponse(
            request, "backoffice/_offer_goods.html", self._picked(self._form(request, request.POST))
        )

    def _form(self, request: HttpRequest, given: Any, row: Offer | None = None) -> OfferForm:
        if not self.has_add_permission(request):
            raise PermissionDenied
        partner_id = getattr(request.user, "partner_id", None)
        return OfferForm(given, initial=offer_editor.initial_of(row), partner_id=partner_id)

    def _picked(self, form: OfferForm) -> Any:
        query = str(form.data.get("goods_query", ""))[:100]
        return offer_editor.picked(form.chosen("groups"), form.chosen("skus"), query)

    def _editor(self, request: HttpRequest, row: Offer | None) -> HttpResponse:
        given = request.POST if request.method == "POST" else None
        form = self._form(request, given, row)
        is_search = given is not None and "find" in given
        if given is not None and not is_search and form.is_valid():
            try:
                kept = self._keep(request, form, row)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return self._back_to(request, kept, f"“{kept.name}” is kept as a draft. Tills do not know it yet.")
        address = f"{self.admin_site.name}:{self._named('')}"
        context = {
            **self.admin_site.each_context(request),
            "title": f"Change {row.name}" if row else "New offer",
            "opts": self.opts,
            "original": row,
            "media": self.media,
            "form": form,
            "is_told": given is not None and not is_search,
            "sentence": form.sentence() if given is not None else _sentence(row) if row else "",
            "sentence_address": reverse(f"{address}sentence"),
            "goods_address": reverse(f"{address}goods"),
            "back": self.admin_site.address_of(row, request) if row else self.list_address(),
            **self._picked(form),
        }
        return TemplateResponse(request, "backoffice/offer_editor.html", context)

    def _keep(self, request: HttpRequest, form: OfferForm, row: Offer | None) -> Offer:
        by, at, new = self.actor(request), clock.now(), form.new_offer()
        if row is None:
            return offers.draft(new, by=by, at=at)
        seen = form.cleaned_data["seen_at"]
        offers.change(row, new, seen_at=datetime.fromisoformat(seen) if seen else None, by=by, at=at)
        return Offer.objects.get(pk=row.pk)

    @button("Change offer", icon="edit", permission="write")
    def revise(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open a draft in the editor; of an offer that was published, ask and make a draft that takes its place."""
        row: Any = self.get_object(request, object_id)
        if row is not None and row.state == OfferState.DRAFT:
            return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{self._named('edit')}", args=[row.pk]))

        def act(offer: Offer, said: dict[str, Any]) -> HttpResponse:
            made = offers.copy(offer, replaces=True, by=self.actor(request), at=clock.now())
            return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{self._named('edit')}", args=[made.pk]))

        return self.ask(request, object_id, act, title="Make a draft of it", sentence=NO_EDIT)

    @button("Copy offer", icon="content_copy", permission="write")
    def duplicate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then make a draft that says the same."""

        def act(offer: Offer, said: dict[str, Any]) -> HttpResponse:
            made = offers.copy(offer, by=self.actor(request), at=clock.now())
            return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{self._named('edit')}", args=[made.pk]))

        return self.ask(
            request, object_id, act, title="Copy offer",
            sentence="A draft is made that says the same. Both offers stand beside each other then.",
        )  # fmt: skip

    # --- to the tills

    @button("Publish offer", icon="publish", permission="publish")
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what changes for the tills, then publish the offer together with those that are out."""
        row: Any = self.get_object(request, object_id)
        if row is None:
            raise Http404
        try:
            if request.method == "POST":
                version = offers.publish(row, by=self.actor(request), at=clock.now())
                return self._back_to(
                    request, row, f"“{row.name}” is published in version {version}. Tills see it within a minute."
                )
            found, problem = queries.what_changes(row), ""
        except Refusal as refusal:
            found, problem = None, refusal.message
        context = {
            **self.admin_site.each_context(request),
            "title": "Publish offer",
            "subtitle": row.name,
            "opts": self.opts,
            "original": row,
            "media": self.media,
            "problem": problem,
            "changes": offer_words.changes(found, _names_of(found)) if found else [],
            "back": self.admin_site.address_of(row, request),
        }
        return TemplateResponse(request, "backoffice/offer_publish.html", context)

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


def _names_of(found: Any) -> offer_words.Names:
    return offer_words.Names.of([*found.begun, *found.ended, *(rule for pair in found.altered for rule in pair)])


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
