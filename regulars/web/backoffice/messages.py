"""Messages of one system and their deliveries, dead addresses, and receipts without a message; addresses are masked."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from regulars.messages.models import Delivery, Message, MessageClass
from regulars.providers.models import Gateway
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading
from regulars.web.shell import figures

PERSON = columns.link("person_id", "To whom")
GATEWAY = columns.link("gateway_id", "Gateway")
CHANNELS = [("sms", "SMS"), ("email", "Email"), ("push", "Push"), ("viber", "Viber"), ("social", "Social networks"),
            ("autocall", "Automatic calls"), ("bot", "Chat bot")]  # fmt: skip
RESULTS = [
    (state, state.capitalize())
    for state in ("submitting", "accepted", "delivered", "read", "failed", "expired", "unknown")
]
TEXT = columns.named("text_said", "Text", lambda row: text_of(row) or None)


def text_of(message: Message) -> str:
    """What the message says; a one-time code is nobody else's."""
    return "••• (a one-time code is not shown)" if message.message_class == MessageClass.CODE else message.text


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
