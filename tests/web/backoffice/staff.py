"""Employees at the two desks, and a shop in which every table has a row."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from regulars.access import actions as access
from regulars.access import team
from regulars.journal.models import Delivery as JournalDelivery
from regulars.journal.models import Entry as JournalEntry
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences.conditions import BoughtCategory
from regulars.loyalty.audiences.filters import Group
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.mailings import actions as mailings
from regulars.loyalty.mailings.actions import NewMailing
from regulars.loyalty.members.models import Member
from regulars.loyalty.notifications.models import Rule
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers.models import Offer
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.sync.models import ChannelVersion, Quarantined
from regulars.messages.models import Delivery, Message, Receipt, Suppression
from regulars.providers.models import Gateway
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.mailings import actions as sister_mailings
from regulars.smartcomms.mailings.actions import NewMailing as SisterMailing
from regulars.smartcomms.subscriptions import models as consent
from regulars.smartcomms.sync.models import Quarantined as SisterQuarantined
from regulars.web.backoffice.site import desk as backoffice
from regulars.web.smartcomms.backoffice.site import desk as smartcomms
from tests import cast, make

DESKS = {"backoffice": backoffice, "smartcomms": smartcomms}
LATER = make.AT + timedelta(days=2)


def signed_in(*roles: str) -> Client:
    """A browser in which an employee with these roles is signed in."""
    employee = access.add_employee(
        f"employee-{make.number()}", name="Olga Berg", roles=roles, password=None, by=make.BY, at=make.AT
    )
    client = Client(headers={"accept-language": "ru"})
    client.force_login(employee)
    return client


def pages_of(system: str) -> dict[type[Model], ModelAdmin]:
    """The pages of one desk by model."""
    return dict(DESKS[system]._registry)


def list_of(system: str, model: type[Model]) -> str:
    """The address of a model's list."""
    return reverse(f"{DESKS[system].name}:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(system: str, row: Model) -> str:
    """The address of a row's page."""
    return reverse(f"{DESKS[system].name}:{row._meta.app_label}_{row._meta.model_name}_change", args=[quote(row.pk)])


def offer(name: str = "5 % in points", **fields: Any) -> Offer:
    """A draft."""
    make.programme()
    new = offers.NewOffer(name=name, benefit=fields.pop("benefit", "points"), basis_points=500, **fields)
    return offers.draft(new, by=make.BY, at=make.AT)


def message(system: str, person_id: str, **fields: Any) -> Message:
    """A message that waits."""
    return Message.objects.create(
        **{
            "system": system, "person_id": person_id, "channel": "sms", "message_class": "event", "lane": 1, "subject": "accrual",
            "origin": f"event:{make.number()}", "address": "+447700900001", "text": "48 points for you.", "state": "queued",
            "queued_at": make.AT, "next_at": make.AT, "expires_at": LATER, "state_at": make.AT, **fields,
        }
    )  # fmt: skip


def shop() -> Member:
    """A shop with a row in every table of both systems; answers Anna, who bought something."""
    anna = cast.anna()
    make.product("4006", name="Whole milk", unit_price=199, group=make.group("milk"))
    offers.publish(offer(), by=make.BY, at=make.AT)
    till = make.till()
    access.issue_till_key(till.pk, by=make.BY, at=make.AT)
    team.add_contact("+447700900009", note="The test phone", by=make.BY, at=make.AT)
    basket = Basket(
        (BasketLine(1, "4006", "Whole milk", 2000, 199),), make.AT, "GBP", Identifier("card", anna.card.number)
    )
    checkout.confirm("R-1", basket, key="k-1", till=stores.get_till(till.pk), by=make.till_actor(till), at=make.AT)
    audiences.save("Milk drinkers", filter=Group("all", (BoughtCategory("milk", 30),)), by=make.BY, at=make.AT)
    mailings.draft(NewMailing("Milk week", "sms", texts={"en": "Milk week"}), by=make.BY, at=make.AT)
    _sent(anna.member.public_id)
    _at_the_sister(anna.member.public_id)
    Rule.objects.get_or_create(
        event="loyalty.Tested",
        channel="sms",
        defaults={"mailing_type": "accrual", "texts": {"en": "{{ points }} points"}},
    )
    ChannelVersion.objects.create(
        member_id=anna.member.pk, channel="viber", is_on=True, version_at=make.AT, origin="loyalty", applied_at=make.AT
    )
    Quarantined.objects.create(**put_aside(anna.member.public_id, "smartcomms"))
    return anna.member


def _sent(person_id: str) -> None:
    gateway = Gateway.objects.create(
        channel="sms",
        provider="smpp",
        name="Test SMSC",
        settings={"host": "127.0.0.1", "password": "hush-hush"},
        is_test=True,
    )
    for system in DESKS:
        name = "loyalty" if system == "backoffice" else system
        sent = message(name, person_id)
        Delivery.objects.create(
            person_id=person_id, message_id=sent.pk, attempt=1, part=1, parts=1, gateway_id=gateway.pk, provider_id="p-1",
            submitted_at=make.AT, state_at=make.AT,
        )  # fmt: skip
        written = JournalEntry.objects.create(
            system=name,
            event=f"{name}.Tested",
            person_id=person_id,
            recorded_at=make.AT,
            by_kind="system",
            by_id="",
            door="test",
        )
        JournalDelivery.objects.create(
            entry_id=written.pk, reaction=f"{name}.notify_tested", person_id=person_id, next_at=make.AT
        )
    Receipt.objects.create(gateway_id=gateway.pk, provider_id="p-9", state="delivered", received_at=make.AT)
    Suppression.objects.create(channel="sms", address="+447700900009", reason="dead", since_at=make.AT)


def _at_the_sister(person_id: str) -> None:
    Customer.objects.create(
        person_id=person_id, first_name="Anna", last_name="Morgan", phone="+447700900001", email="anna@example.org",
        version_at=make.AT,
    )  # fmt: skip
    category = consent.Category.objects.create(code="promo", name="Promotions", defaults={"sms": "on"})
    belongs = {"person_id": person_id, "channel": "sms"}
    consent.ChannelSwitch.objects.create(**belongs, is_on=False, version_at=make.AT, origin="smartcomms")
    consent.CategoryStatus.objects.create(**belongs, category_id=category.pk, is_on=True, changed_at=make.AT)
    consent.UnsubscriptionReason.objects.get_or_create(code="too_often", defaults={"text": "Too many messages"})
    consent.Entry.objects.create(
        person_id=person_id, recorded_at=make.AT, cause="unsubscribe_page", by_kind="member", by_id=person_id, door="u",
        changes={"channels": {"sms": False}},
    )  # fmt: skip
    SisterQuarantined.objects.create(**put_aside(person_id, "loyalty"))
    sister_mailings.draft(
        SisterMailing("Weekly", "sms", category="promo", texts={"en": "This week"}), by=make.BY, at=make.AT
    )


def put_aside(person_id: str, origin: str) -> dict[str, Any]:
    """A change that was not applied."""
    told = {"person_id": person_id, "channel": "sms", "is_on": True, "origin": origin, "reason": "clock ahead"}
    return {**told, "version_at": LATER, "received_at": make.AT}
