"""Loyalty's back office: which pages show which table, and which tables have no page and why."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from regulars.access.models import Employee, Remembered, SetUpLink, TeamContact, TillKey
from regulars.journal.models import Delivery as JournalDelivery
from regulars.journal.models import Entry as JournalEntry
from regulars.journal.models import Personal
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.cards.models import Card, Series
from regulars.loyalty.checkout.models import Reservation
from regulars.loyalty.goods.models import Product, ProductGroup
from regulars.loyalty.imports.models import Arrival, Import, ImportedFile
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.members.models import CodeTally, Identifier, Member, OneTimeCode, Session
from regulars.loyalty.notifications.models import Rule
from regulars.loyalty.offers.models import Offer, Publication
from regulars.loyalty.points.models import Balance, Draw, Entry, Hold, Lot, Operation
from regulars.loyalty.programme import queries as programmes
from regulars.loyalty.programme.models import PointsCurrency, Programme
from regulars.loyalty.purchases.models import Benefit, Line, Purchase, Tender
from regulars.loyalty.stores.models import Partner, Store, Till
from regulars.loyalty.subscriptions.models import Choice, MailingType
from regulars.loyalty.subscriptions.models import Entry as ConsentEntry
from regulars.loyalty.sync.models import ChannelVersion, Exchange, Quarantined, Untold
from regulars.messages.models import Delivery, Message, Receipt, Suppression, Tally
from regulars.providers.models import Gateway, Price
from regulars.providers.models import Hold as SendingHold
from regulars.runs.models import Recipient, Run
from regulars.web.backoffice import (
    access,
    audiences,
    cards,
    first_steps,
    gateways,
    goods,
    hold,
    journal,
    mailings,
    members,
    messages,
    notifications,
    offers,
    opening,
    points,
    programme,
    purchases,
    quarantine,
    scopes,
    stores,
    subscriptions,
    sync,
    till_keys,
)
from regulars.web.backoffice.desk import Desk


class LoyaltyDesk(Desk):
    """The back office, in the programme's zone."""

    door = "backoffice"
    settings_name = "UNFOLD"
    person = (Member, "public_id")
    findable = (Member, Card, Purchase, Offer, Mailing, Store, Product)

    def zone(self) -> str:
        """The programme's home zone."""
        known = programmes.find()
        return known.time_zone if known else "UTC"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Today's page; while there is no programme, the page that makes it."""
        return opening.show(self, request) if programmes.find() is None else super().index(request, extra_context)

    def extra_urls(self) -> list[URLPattern]:
        """Addresses beside those of tables."""
        return [
            path("first-steps/", self.admin_view(first_steps.put_away), name="first_steps"),
            hold.address(self),
        ]


class Entries(journal.EntryPages):
    """Loyalty's journal."""

    sister = "smartcomms"


class Outbox(journal.DeliveryPages):
    """Loyalty's outbox."""

    sister = "smartcomms"


class Messages(messages.MessagePages):
    """Loyalty's messages."""

    system = "loyalty"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without those of other partners' mailings."""
        return scopes.own_messages(request, super().get_queryset(request))


class Deliveries(messages.DeliveryPages):
    """Deliveries of Loyalty's messages."""

    system = "loyalty"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without those of other partners' mailings."""
        rows: QuerySet[Any] = super().get_queryset(request)
        if getattr(request.user, "partner_id", None) is None:
            return rows
        return rows.filter(message_id__in=scopes.own_messages(request, Message.objects.all()).values("pk"))


class Employees(access.EmployeePages):
    """Employees, some of whom belong to a partner."""

    def partners(self) -> list[tuple[int, str]]:
        """All partners by name."""
        return list(Partner.objects.order_by("name").values_list("pk", "name"))


PAGES: dict[type[Model], Any] = {
    Member: members.MemberPages,
    Card: cards.CardPages,
    Series: cards.SeriesPages,
    ConsentEntry: subscriptions.ConsentPages,
    MailingType: subscriptions.MailingTypePages,
    Purchase: purchases.PurchasePages,
    Partner: stores.PartnerPages,
    Store: stores.StorePages,
    Till: stores.TillPages,
    TillKey: till_keys.TillKeyPages,
    TeamContact: till_keys.TeamContactPages,
    Product: goods.ProductPages,
    ProductGroup: goods.GroupPages,
    Audience: audiences.AudiencePages,
    Mailing: mailings.MailingPages,
    Offer: offers.OfferPages,
    Publication: offers.PublicationPages,
    Balance: points.BalancePages,
    Lot: points.LotPages,
    Operation: points.OperationPages,
    Entry: points.EntryPages,
    Message: Messages,
    Delivery: Deliveries,
    Gateway: gateways.GatewayPages,
    Suppression: messages.SuppressionPages,
    Receipt: messages.ReceiptPages,
    Rule: notifications.RulePages,
    Programme: programme.ProgrammePages,
    PointsCurrency: programme.CurrencyPages,
    ChannelVersion: sync.VersionPages,
    Quarantined: quarantine.QuarantinedPages,
    Employee: Employees,
    JournalEntry: Entries,
    JournalDelivery: Outbox,
}
HIDDEN: dict[type[Model], str] = {
    Run: "stands on its mailing's page as progress",
    Recipient: "stands on its run as the list of people",
    Price: "stands on its gateway as the price list",
    SendingHold: "stands on the page about holding all sending",
    Identifier: "stands masked on the member's page",
    OneTimeCode: "one-time codes are nobody's to look at",
    Remembered: "tries to sign in, kept for minutes to slow guessing down",
    SetUpLink: "stands on the employee's page",
    Session: "a member's devices are the member's own, on the account page",
    Choice: "stands on the member's page as the consent table",
    Line: "stands on its receipt",
    Tender: "stands on its receipt",
    Reservation: "lasts from reserving points until the receipt; the points are on the member's account as held",
    Benefit: "stands on its receipt",
    Draw: "stands on its operation",
    Hold: "stands on its operation",
    Exchange: "parcels are counted and told by `regulars exchange`",
    Untold: "a member waits here until the next parcel; `regulars bridge report` tells what differs",
    Tally: "stands in the figures of /metrics",
    CodeTally: "how many codes were asked for in an hour, kept to stop floods",
    Import: "what was imported is told by `regulars import`",
    ImportedFile: "what was imported is told by `regulars import`",
    Arrival: "sealed numbers of those who moved in, so that nobody who left comes back",
    Personal: "personal details of the journal need a right of their own, which the contact centre asks for",
}

desk = LoyaltyDesk(name="admin")
for model, pages in PAGES.items():
    desk.register(model, pages)
