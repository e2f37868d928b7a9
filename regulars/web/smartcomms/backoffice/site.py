"""Smart Communications' own desk: which pages show which table, and which tables have no page and why."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern

from regulars.access.models import Employee, Remembered, SetUpLink
from regulars.journal.models import Delivery as JournalDelivery
from regulars.journal.models import Entry as JournalEntry
from regulars.journal.models import Personal
from regulars.messages.models import Delivery, Message, Receipt, Suppression, Tally
from regulars.providers.models import Gateway, Price
from regulars.providers.models import Hold as SendingHold
from regulars.runs.models import Recipient, Run
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions.models import (
    Category,
    CategoryStatus,
    ChannelSwitch,
    Entry,
    UnsubscriptionReason,
)
from regulars.smartcomms.sync.models import Inbox, Parcel, Quarantined
from regulars.web.backoffice import access, gateways, hold, journal, messages, quarantine
from regulars.web.backoffice.desk import Desk
from regulars.web.smartcomms.backoffice import customers, mailings, subscriptions, today


class Entries(journal.EntryPages):
    """This system's journal."""

    sister = "loyalty"


class Outbox(journal.DeliveryPages):
    """This system's outbox."""

    sister = "loyalty"


class Messages(messages.MessagePages):
    """This system's messages."""

    system = "smartcomms"


class Deliveries(messages.DeliveryPages):
    """Deliveries of this system's messages."""

    system = "smartcomms"


class SmartCommsDesk(Desk):
    """The sister system's desk."""

    door = "smartcomms"
    settings_name = "UNFOLD_SMARTCOMMS"
    person = (Customer, "person_id")
    findable = (Customer, Mailing)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Today's page: people, refusals, messages, the last changes of consent."""
        return super().index(request, {**today.fill(request), **(extra_context or {})})

    def extra_urls(self) -> list[URLPattern]:
        """Addresses beside those of tables."""
        return [hold.address(self)]


PAGES: dict[type[Model], Any] = {
    Customer: customers.CustomerPages,
    ChannelSwitch: subscriptions.SwitchPages,
    CategoryStatus: subscriptions.StatusPages,
    Category: subscriptions.CategoryPages,
    UnsubscriptionReason: subscriptions.ReasonPages,
    Entry: subscriptions.ConsentPages,
    Mailing: mailings.MailingPages,
    Quarantined: quarantine.QuarantinedPages,
    Message: Messages,
    Delivery: Deliveries,
    Gateway: gateways.GatewayPages,
    Suppression: messages.SuppressionPages,
    Receipt: messages.ReceiptPages,
    Employee: access.EmployeePages,
    JournalEntry: Entries,
    JournalDelivery: Outbox,
}
HIDDEN: dict[type[Model], str] = {
    Run: "stands on its mailing's page as progress",
    Recipient: "stands on its run as the list of people",
    Price: "stands on its gateway as the price list",
    SendingHold: "stands on the page about holding all sending",
    Remembered: "tries to sign in, kept for minutes to slow guessing down",
    SetUpLink: "stands on the employee's page",
    Parcel: "parcels are counted and told by `regulars exchange`",
    Inbox: "ids of letters, kept against doubles; says nothing to people",
    Tally: "stands in the figures of /metrics",
    Personal: "personal details of the journal need a right of their own, which the contact centre asks for",
}

desk = SmartCommsDesk(name="smartcomms_desk")
for model, pages in PAGES.items():
    desk.register(model, pages)
