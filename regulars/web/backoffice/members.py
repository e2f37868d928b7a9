"""People in the programme, as the back office sees them: found by any contact or card, shown with masked contacts."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from regulars.kit import phone
from regulars.loyalty.cards.models import Card
from regulars.loyalty.members.models import Identifier, Member
from regulars.loyalty.points.models import Balance
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.programme.models import PointsCurrency
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.stores.models import Store
from regulars.loyalty.subscriptions.models import Choice, MailingType
from regulars.web.backoffice import amounts, columns, filters
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading
from regulars.web.shell import figures

CHANNELS = ("SMS", "email", "push", "Viber", "social")


def find_ids(text: str) -> set[int]:
    """The members to whom a phone in any form, a mailbox, a foreign number, a card or a public id belongs."""
    values = {text, text.lower(), _as_phone(text)}
    digits = "".join(filter(str.isdigit, text))
    found = set(Identifier.objects.filter(value__in=values).values_list("member_id", flat=True))
    holders = Card.objects.filter(number=digits).values_list("member_id", flat=True) if digits else []
    found |= {holder for holder in holders if holder is not None}
    return found | set(Member.objects.filter(public_id=text).values_list("pk", flat=True))


def _as_phone(text: str) -> str:
    known = programme.find()
    try:
        return phone.normalise(text, known.region if known else "")
    except phone.BadPhone:
        return text


class MemberPages(Reading):
    """Members with what belongs to them; contacts stay masked, the contact centre opens them by right."""

    search_help_text = "Phone, mailbox, card, public id, or the beginning of a surname"
    search_fields = ("last_name",)
    list_display = (
        "__str__", columns.state(), columns.link("store_id", "Store"), columns.moment("registered_at", "Registered"),
        columns.text("registered_via", "Through"), columns.text("locale", "Language"),
    )  # fmt: skip
    list_filter = (filters.choice("state"), filters.span("registered_at"))
    knows = {"store_id": Store}
    fieldsets = (
        ("Who", {"fields": (
            "__str__", columns.state(), columns.day("birth_date", "Born"), columns.text("city", "City"),
            columns.text("locale", "Language"), "public_id",
        )}),
        ("In the programme", {"fields": (
            columns.moment("registered_at", "Registered"), columns.text("registered_via", "Through"),
            columns.link("store_id", "Store"), columns.moment("gone_at", "Left"),
        )}),
    )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find exactly by what identifies, else by the beginning of the surname."""
        text = search_term.strip()
        if not text:
            return queryset, False
        found = find_ids(text)
        return queryset.filter(pk__in=found) if found else queryset.filter(last_name__istartswith=text), False

    def belongings(self, row: Member) -> Iterable[Table]:
        """Contacts, cards, points, consent, last receipts."""
        yield _contacts(row)
        yield _cards(row)
        yield _points(row)
        yield _consent(row)
        yield _receipts(row)


def _contacts(member: Member) -> Table:
    found = Identifier.objects.filter(member_id=member.pk).order_by("kind", "id")
    rows = [
        [each.get_kind_display(), columns.masked(each.value), "Yes" if each.verified_at else "No"] for each in found
    ]
    return Table("Contacts", ["Kind", "Masked", "Confirmed"], rows, "No phone, no mailbox.", room="members")


def _cards(member: Member) -> Table:
    found = Card.objects.filter(member_id=member.pk).order_by("-id")
    rows = [[str(each), each.get_state_display(), figures.moment(each.issued_at)] for each in found]
    return Table("Cards", ["Number", "State", "Issued"], rows, "No card yet.", room="cards")


def _points(member: Member) -> Table:
    currencies = PointsCurrency.objects.in_bulk()
    rows = []
    for each in Balance.objects.filter(member_id=member.pk).order_by("currency_id"):
        currency = currencies.get(each.currency_id)
        amounts_of = [
            amounts.in_points(units, currency) for units in (each.available, each.pending, each.held, each.debt)
        ]
        rows.append([str(currency or each.currency_id), *amounts_of])
    heads = ["Currency", "Available", "Not yet usable", "Held", "Debt"]
    return Table("Points", heads, rows, "No points yet.", figures=frozenset({1, 2, 3, 4}), room="points")


def _consent(member: Member) -> Table:
    types = {each.pk: each for each in MailingType.objects.all()}
    rows = []
    for each in Choice.objects.filter(member_id=member.pk).order_by("mailing_type_id"):
        kind = types.get(each.mailing_type_id)
        rows.append([str(kind or each.mailing_type_id), channels_on(each.channels_on), figures.moment(each.changed_at)])
    return Table(
        "Consent",
        ["Mailing type", "Allowed by", "Changed"],
        rows,
        "Nothing was ever chosen: nothing is sent.",
        room="subscriptions",
    )


def channels_on(bits: int) -> str:
    """The channels that are on, in words."""
    return ", ".join(name for place, name in enumerate(CHANNELS) if bits >> place & 1) or "nothing"


def _receipts(member: Member) -> Table:
    rows = [
        [each.number, figures.moment(each.sold_at), amounts.in_money(each.total), amounts.in_points(each.points_earned)]
        for each in purchases.list_for_member(member.pk, limit=10)
    ]
    heads = ["Receipt", "Sold", "Paid", "Points"]
    return Table("Last receipts", heads, rows, "Nothing bought yet.", figures=frozenset({2, 3}), room="purchases")
