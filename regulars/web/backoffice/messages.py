"""Messages of one system, their deliveries, and the gateways that both systems send through; addresses are masked."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminTextareaWidget

from regulars.kit import clock
from regulars.messages.models import Delivery, Message, MessageClass
from regulars.providers import actions as providers
from regulars.providers.models import Gateway, Price
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading, button
from regulars.web.shell import figures

MOST_MICROS = 10**12
_PRICE = re.compile(r"[0-9]{1,12}(\.[0-9]{0,6})?|\.[0-9]{1,6}", re.ASCII)
PERSON = columns.link("person_id", "To whom")
GATEWAY = columns.link("gateway_id", "Gateway")
CHANNELS = [("sms", "SMS"), ("email", "Email"), ("push", "Push"), ("viber", "Viber"), ("social", "Social networks"),
            ("autocall", "Automatic calls"), ("bot", "Chat bot")]  # fmt: skip
RESULTS = [
    (state, state.capitalize())
    for state in ("submitting", "accepted", "delivered", "read", "failed", "expired", "unknown")
]
PAUSED = columns.named("paused", "Paused", lambda row: paused(row) or None)
TEXT = columns.named("text_said", "Text", lambda row: text_of(row) or None)


def text_of(message: Message) -> str:
    """What the message says; a one-time code is nobody else's."""
    return "••• (a one-time code is not shown)" if message.message_class == MessageClass.CODE else message.text


def paused(gateway: Gateway) -> str:
    """Until when nothing is sent through it, and why; nothing when it is not paused now."""
    if gateway.paused_until is None or gateway.paused_until <= clock.now():
        return ""
    until = f"until {figures.moment(gateway.paused_until)}"
    return f"{until}: {gateway.trouble}" if gateway.trouble else until


class MessagePages(Reading):
    """The queue and what became of it; each message with the story of its deliveries."""

    system: ClassVar[str]

    search_fields = ("=person_id",)
    search_help_text = "The public id of a person"
    list_display = (
        columns.moment("queued_at", "Queued"), PERSON, "channel", columns.contact("address"), columns.state(),
        columns.text("reason", longest=40), columns.text("subject", "Under"),
        columns.named("text_start", "Text", lambda row: text_of(row)[:50] or None),
    )  # fmt: skip
    list_filter = (
        filters.choice("state"),
        filters.among("channel", "channel", CHANNELS),
        filters.choice("message_class"),
    )
    person_field = "person_id"
    knows = {"gateway_id": Gateway}
    fieldsets = (
        ("Message", {"fields": (
            PERSON, "channel", columns.contact("address"), columns.text("sender"), TEXT,
            columns.text("subject", "Under"), columns.words("message_class", "What for"),
            columns.text("origin", "Asked for by"),
        )}),
        ("Where it stands", {"fields": (
            columns.state(), columns.text("reason"), columns.moment("queued_at", "Queued"),
            columns.moment("state_at", "Last changed"),
            columns.moment("next_at", "Next try"), columns.moment("expires_at", "Worth sending until"),
            columns.number("attempt", "Tries"), GATEWAY,
        )}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """This system's messages."""
        rows: QuerySet[Any] = super().get_queryset(request).filter(system=self.system)
        return rows

    def belongings(self, row: Message) -> Iterable[Table]:
        """Each part in each try."""
        rows = [
            [each.attempt, f"{each.part} of {each.parts}", each.state.capitalize(), each.code or columns.NOTHING,
             figures.moment(each.submitted_at), figures.moment(each.state_at)]
            for each in Delivery.objects.filter(person_id=row.person_id, message_id=row.pk).order_by("attempt", "part")
        ]  # fmt: skip
        heads = ["Try", "Part", "State", "Answer", "Handed over", "Last changed"]
        yield Table("Deliveries", heads, rows, "Not handed to a gateway yet.", figures=frozenset({0}))


class DeliveryPages(Reading):
    """One part of a message in one try."""

    system: ClassVar[str]

    list_display = (
        columns.moment("submitted_at", "Handed over"), PERSON, GATEWAY, columns.state(), columns.text("code", "Answer"),
        columns.number("attempt", "Try"), columns.text("provider_id", "Id at the provider", longest=30),
    )  # fmt: skip
    list_filter = (filters.among("state", "state", RESULTS), filters.span("submitted_at"))
    search_fields = ("=provider_id", "=person_id")
    search_help_text = "The id at the provider, or the public id of a person"
    person_field = "person_id"
    knows = {"gateway_id": Gateway, "message_id": Message}
    fields = (
        columns.moment("submitted_at", "Handed over"), PERSON, GATEWAY, columns.number("message_id", "Message"),
        columns.state(),
        columns.text("code", "Answer"), columns.number("attempt", "Try"), columns.number("part"),
        columns.number("parts"),
        columns.text("provider_id", "Id at the provider"), columns.moment("state_at", "Last changed"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Deliveries of this system's messages."""
        mine = Message.objects.filter(system=self.system)
        rows: QuerySet[Any] = super().get_queryset(request).filter(message_id__in=mine.values("pk"))
        return rows


class PricesForm(forms.Form):
    """A price list as lines: the beginning of a number, and what a part costs."""

    lines = forms.CharField(
        required=False, label="Prices", widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text="One on each line, such as “+7 0.025”; a price alone is for every other address. Empty: no prices.",
    )  # fmt: skip

    def clean_lines(self) -> dict[str, int]:
        """The beginning of a number → millionths of the unit of money."""
        prices: dict[str, int] = {}
        for place, line in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            *prefix, price = line.replace(",", ".").split() or ["", ""]
            if not price:
                continue
            micros = Decimal(price).scaleb(6) if _PRICE.fullmatch(price) else Decimal(-1)
            if len(prefix) > 1 or not 0 <= micros < MOST_MICROS:
                raise forms.ValidationError(f"Line {place} is not a beginning and a price, such as “+7 0.025”.")
            if (beginning := "".join(prefix)) in prices:
                raise forms.ValidationError(f"Line {place} says the same beginning again.")
            prices[beginning] = int(micros)
        return prices


class GatewayPages(Reading):
    """Providers' accounts with their price lists; passwords among the settings are not shown."""

    list_display = (
        "name", "channel", "provider", columns.yes_no("is_on", "State", yes="On", no="Off"),
        columns.yes_no("is_test", "Stand-in"), PAUSED,
    )  # fmt: skip
    list_filter = (filters.truth("is_on"),)
    fieldsets = (
        ("Gateway", {"fields": (
            "name", "channel", "provider", columns.yes_no("is_on", "State", yes="On", no="Off"),
            columns.yes_no("is_test", "Stand-in"),
        )}),
        ("Health", {"fields": (PAUSED, columns.text("trouble", "Last trouble"))}),
        ("Settings", {"fields": (columns.pairs("settings"),)}),
    )  # fmt: skip
    actions_detail = ("set_prices",)

    def belongings(self, row: Gateway) -> Iterable[Table]:
        """What a part costs."""
        found = Price.objects.filter(gateway_id=row.pk).order_by("prefix")
        rows = [[each.prefix or "Any other address", in_units(each.price_micros)] for each in found]
        heads = ["Address begins with", "A part costs, in the programme's money"]
        yield Table("Price list", heads, rows, "No price list yet: costs cannot be told.", figures=frozenset({1}))

    def has_prices_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may say what a provider charges."""
        return bool(request.user.has_perm("providers.change"))

    @button("Set prices", permission="prices")
    def set_prices(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the whole price list, then replace it."""

        def act(gateway: Gateway, said: dict[str, Any]) -> str:
            providers.set_prices(gateway.pk, said["lines"])
            return f"The price list of “{gateway.name}” has {len(said['lines'])} lines."

        known = Price.objects.filter(gateway_id=object_id if object_id.isdecimal() else 0).order_by("prefix")
        lines = "\n".join(f"{each.prefix} {in_units(each.price_micros)}".strip() for each in known)
        form: Any = partial(PricesForm, initial={"lines": lines})
        return self.ask(
            request, object_id, act, title="Set prices", form=form,
            sentence="What one part costs, in the programme's money. The longest beginning of a number that fits counts.",
        )  # fmt: skip


def in_units(micros: int) -> str:
    """Millionths of the unit of money as people type them: 0.025."""
    return f"{Decimal(micros).scaleb(-6).normalize():f}"


class SuppressionPages(Reading):
    """Addresses that a provider called dead; nothing is sent there."""

    list_display = (columns.moment("since_at", "Since"), "channel", columns.contact("address"), columns.text("reason"))
    list_filter = (filters.among("channel", "channel", CHANNELS),)
    search_fields = ("=address",)
    search_help_text = "The whole address"
    fields = (*list_display, columns.text("person_id", "Person"))


class ReceiptPages(Reading):
    """Providers' receipts that matched no message yet."""

    list_display = (
        columns.moment("received_at", "Received"), GATEWAY, columns.text("provider_id", "Id at the provider"),
        columns.state(), columns.text("code", "Answer"),
    )  # fmt: skip
    search_fields = ("=provider_id",)
    knows = {"gateway_id": Gateway}
    fields = (*list_display, columns.contact("address"))
