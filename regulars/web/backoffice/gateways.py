"""Gateways: providers' accounts with their live state, settings, price lists and history; set up, tried and changed here."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from regulars.gateways import registry
from regulars.journal import queries as journal
from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.providers import actions as providers
from regulars.providers import queries
from regulars.providers.models import Gateway
from regulars.web.backoffice import columns, filters, gateway_faces, gateway_trial, price_lists
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.gateway_forms import PROVIDERS, GatewayForm, PricesForm
from regulars.web.backoffice.reading import Reading, button

PREVIEW = 200
HISTORY = 12
EVENTS = [f"providers.{name}" for name in ("GatewaySet", "GatewayTurned", "GatewayResumed", "PricesSet")]
LIVE = columns.named("live", "State", lambda row: gateway_faces.state(row, clock.now()))
PROVIDER = columns.named(
    "provider_name", "Provider", lambda row: PROVIDERS.get((row.channel, row.provider), row.provider)
)
TROUBLE = columns.named(
    "trouble_now",
    "Trouble",
    lambda row: gateway_faces.trouble(row) if gateway_faces.is_paused(row, clock.now()) else None,
)


class GatewayPages(Reading):
    """Providers' accounts with their price lists; passwords among the settings are not shown."""

    nothing = "No gateway yet: nothing can be sent."
    example = "Add the account that your SMS provider or mail server gave you."
    add_title = "Add a gateway"
    list_display = ("name", PROVIDER, LIVE, TROUBLE, columns.yes_no("is_test", "Stand-in"))
    list_filter = (filters.truth("is_on"),)
    fieldsets = (
        ("Gateway", {"fields": (
            "name", PROVIDER, LIVE, columns.named("last_trouble", "Last trouble", lambda row: gateway_faces.trouble(row) or None),
            columns.yes_no("is_test", "Stand-in"),
        )}),
    )  # fmt: skip
    actions_detail = ("change_settings", "set_prices", "try_out", "resume", "turn_off", "turn_on")

    def belongings(self, row: Gateway) -> Iterable[Table]:
        """What is set, what a part costs, who changed what."""
        heads = ["Setting", "Is", "What for"]
        yield Table("Settings", heads, gateway_faces.settings(row), "Nothing is set.")
        prices = queries.get_prices(row.pk)
        rows = [[prefix or "Any other address", price_lists.in_units(price)] for prefix, price in prices.items()]
        heads = ["Address begins with", "A part costs, in the programme's money"]
        title = f"Price list, the first {PREVIEW} of {len(rows)}" if len(rows) > PREVIEW else "Price list"
        yield Table(title, heads, rows[:PREVIEW], "No price list yet: costs cannot be told.", figures=frozenset({1}))
        told = [gateway_faces.change(entry) for entry in journal.list_by_employees(EVENTS, limit=1000)
                if entry.body.get("gateway_id") == row.pk]  # fmt: skip
        yield Table("History", ["When", "Who", "What"], told[:HISTORY], "No employee has changed it yet.")

    # --- who may

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may set gateways up."""
        return bool(request.user.has_perm("providers.change"))

    def has_set_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same, for a gateway that is there."""
        return self.has_add_permission(request)

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """The acts that make sense as the gateway stands."""
        row = Gateway.objects.filter(pk=object_id).first()
        if row is None:
            return []
        idle = {"turn_on" if row.is_on else "turn_off", *(() if row.paused_until or row.trouble else ("resume",))}
        offered = super().get_actions_detail(request, object_id)
        return [each for each in offered if each.method.__name__ not in idle]

    # --- setting up

    def get_urls(self) -> list[URLPattern]:
        """The admin's addresses, and the editor's."""
        view = self.admin_site.admin_view(self.edit)
        named = f"{self.opts.app_label}_{self.opts.model_name}_edit"
        return [path("<path:object_id>/edit/", view, name=named), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask which provider, then what can be set of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        channel, _, provider = request.GET.get("provider", "").partition("/")
        if (channel, provider) not in PROVIDERS:
            choices = [(f"{one}/{other}", title) for (one, other), title in PROVIDERS.items()]
            return self._page(request, "backoffice/gateway_provider.html", "Add a gateway", choices=choices)
        return self._editor(request, Gateway(channel=channel, provider=provider), is_new=True)

    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What is set of a gateway, to be changed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._editor(request, self._row(request, object_id), is_new=False)

    def _editor(self, request: HttpRequest, row: Gateway, *, is_new: bool) -> HttpResponse:
        if (row.channel, row.provider) not in registry.SETTINGS:
            raise Http404
        form = GatewayForm(
            request.POST if request.method == "POST" else None,
            channel=row.channel,
            provider=row.provider,
            stored=None if is_new else row.settings,
            initial={} if is_new else {"is_on": row.is_on, "is_test": row.is_test},
        )
        if request.method == "POST" and form.is_valid():
            try:
                self.save_model(request, row, form, change=not is_new)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            else:
                return self._back_to(request, row, f"“{row.name}” is kept. Senders follow within seconds.")
        title = f"Change {row.name}" if not is_new else f"New gateway: {PROVIDERS[row.channel, row.provider]}"
        return self._page(
            request, "backoffice/gateway_editor.html", title, row, form=form, back="../change/" if not is_new else "../"
        )

    def save_model(self, request: HttpRequest, obj: Gateway, form: Any, change: bool) -> None:
        """Set the gateway up, or change it."""
        said = form.cleaned_data
        gateway_id = providers.set_gateway(
            obj.name if change else said["name"],
            channel=obj.channel,
            provider=obj.provider,
            settings=said["settings"],
            is_test=said["is_test"],
            is_on=said["is_on"],
            is_new=not change,
            by=self.actor(request),
            at=clock.now(),
        )
        obj.__dict__.update(Gateway.objects.get(pk=gateway_id).__dict__)

    # --- acts

    @button("Change settings", icon="edit", permission="set")
    def change_settings(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the editor."""
        return HttpResponseRedirect("../edit/")

    @button("Set prices", icon="payments", permission="set")
    def set_prices(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the whole price list, show what would change, then replace it."""
        row = self._row(request, object_id)
        known = queries.get_prices(row.pk)
        is_sent = request.method == "POST"
        form = (
            PricesForm(request.POST, request.FILES)
            if is_sent
            else PricesForm(initial={"lines": price_lists.write(known)})
        )
        preview: list[Any] = []
        if is_sent and form.is_valid():
            said = form.cleaned_data
            if "look" not in request.POST:
                providers.set_prices(row.pk, said["prices"], by=self.actor(request), at=clock.now())
                return self._back_to(request, row, f"The price list of “{row.name}” has {len(said['prices'])} lines.")
            preview = price_lists.compare(known, said["prices"])
            form = PricesForm(initial={"lines": said["text"]})
        shown = {"form": form, "preview": gateway_faces.differences(preview), "back": self._address(request, row)}
        return self._page(request, "backoffice/gateway_prices.html", f"Prices of {row.name}", row, **shown)

    @button("Test connection", icon="network_check", permission="set")
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what a test does, then connect and sign in."""

        def act(row: Gateway, said: dict[str, Any]) -> HttpResponse:
            trial = gateway_trial.try_out(row.channel, row.provider, row.settings)
            (messages.success if trial.is_open else messages.error)(request, trial.words)
            return HttpResponseRedirect(self._address(request, row))

        sentence = "Connects and signs in as a sender would, and signs out again. Nothing is sent. At most ten seconds."
        return self.ask(request, object_id, act, title="Test connection", sentence=sentence)

    @button("Resume", icon="play_arrow", permission="set")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then end the pause."""
        sentence = "Sending through it begins again at once. If the provider still refuses, it is paused again."
        return self._ask_and(request, object_id, "Resume", sentence, providers.resume, "is not paused any more")

    @button("Turn on", icon="toggle_on", permission="set")
    def turn_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then turn it on."""
        sentence = "Senders use it within seconds. What waits for this channel leaves."
        return self._ask_and(request, object_id, "Turn on", sentence, providers.turn_on, "is on")

    @button("Turn off", icon="toggle_off", permission="set")
    def turn_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then turn it off."""
        sentence = (
            "Nothing more leaves through it. Without another gateway of the channel, messages wait, and expire when"
            " they are not worth sending any more. What the provider has stays with the provider."
        )
        return self._ask_and(request, object_id, "Turn off", sentence, providers.turn_off, "is off")

    def _ask_and(
        self, request: HttpRequest, object_id: str, title: str, sentence: str, verb: Callable[..., bool], words: str
    ) -> HttpResponse:
        def act(row: Gateway, said: dict[str, Any]) -> str:
            verb(row.pk, by=self.actor(request), at=clock.now())
            return f"“{row.name}” {words}."

        return self.ask(request, object_id, act, title=title, sentence=sentence)

    # --- pages

    def _row(self, request: HttpRequest, object_id: str) -> Gateway:
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return cast(Gateway, row)

    def _address(self, request: HttpRequest, row: Gateway) -> str:
        return str(self.admin_site.address_of(row, request))

    def _page(
        self, request: HttpRequest, template: str, title: str, row: Gateway | None = None, **more: Any
    ) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "original": row}
        return TemplateResponse(request, template, context | more)
