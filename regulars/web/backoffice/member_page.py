"""A member as one page: who, points with what ends when, cards and contacts, consent, purchases, messages, history."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.journal import queries as journal
from regulars.loyalty.cards.models import Card
from regulars.loyalty.members.models import Identifier, Member
from regulars.loyalty.points import queries as points
from regulars.loyalty.points.models import Balance
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.programme.models import PointsCurrency
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores.models import Store
from regulars.messages.models import Message, MessageState
from regulars.web.account import subscriptions as account
from regulars.web.backoffice import amounts, columns
from regulars.web.backoffice.faces import Table
from regulars.web.shell import figures, sentences
from regulars.web.shell.channels import look

LATELY = 10
HISTORY = 15
EXPIRIES = 6

type May = Callable[[str], bool]
type Link = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Purse:
    """What a member has in one currency of points."""

    currency: str
    available: str
    worth: str
    rest: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Ending:
    """Points that end on a day; `part` of the most, in hundredths, for the bar."""

    day: str
    amount: str
    part: int


@dataclass(frozen=True, slots=True)
class Consent:
    """The matrix as marks: a row per mailing type, a column per channel; and what it says in a sentence."""

    sentence: str
    channels: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


def purses(member: Member) -> list[Purse]:
    """What there is in each currency; the default one also as money."""
    known = PointsCurrency.objects.in_bulk()
    found = []
    for each in Balance.objects.filter(member_id=member.pk).order_by("currency_id"):
        currency = known.get(each.currency_id)
        rest = [
            (title, amounts.in_points(units, currency))
            for title, units in (
                ("not yet usable", each.pending),
                ("held for a purchase", each.held),
                ("debt", each.debt),
            )
            if units
        ]
        worth = _worth(each.available, currency) if currency else ""
        found.append(Purse(str(currency or "Points"), amounts.in_points(each.available, currency), worth, rest))
    return found


def _worth(units: int, currency: PointsCurrency) -> str:
    return amounts.in_money(units * currency.worth_numerator // currency.worth_denominator)


def endings(member: Member, at: datetime) -> list[Ending]:
    """The next days on which points end."""
    if programme.find_kept() is None:
        return []
    found = points.list_expiries(member.pk, at)[:EXPIRIES]
    most = max((each.amount for each in found), default=1) or 1
    return [Ending(figures.day(each.on), amounts.in_points(each.amount), 100 * each.amount // most) for each in found]


def consent(member: Member) -> Consent:
    """What the member hears, in a sentence and as a table to look at."""
    mailings = account.mailings(member)
    channels = list(dict.fromkeys(cell.channel for mailing in mailings for cell in mailing.cells))
    rows = []
    for mailing in mailings:
        by_channel = {cell.channel: cell for cell in mailing.cells}
        rows.append((mailing.name, [_mark(by_channel.get(channel)) for channel in channels]))
    return Consent(sentences.hears(mailings), [str(look(channel).name) for channel in channels], rows)


def _mark(cell: Any) -> str:
    if cell is None:
        return "not used"
    return "always" if cell.locked else "on" if cell.on else "off"


def belongings(member: Member, may: May, link: Link) -> Iterator[Table]:
    """Contacts and cards, those that the employee may see."""
    yield _contacts(member)
    if may("cards"):
        yield _cards(member, link)


def tables(member: Member, may: May, link: Link, partner_id: int | None) -> Iterator[Table]:
    """Purchases, messages and history, those that the employee may see."""
    if may("purchases"):
        yield _receipts(member, link, partner_id)
    if may("messages"):
        yield _messages(member, link)
    if may("journal"):
        yield _history(member, link)


def _contacts(member: Member) -> Table:
    found = Identifier.objects.filter(member_id=member.pk).order_by("kind", "id")
    rows = [
        [each.get_kind_display(), columns.masked(each.value), "Yes" if each.verified_at else "No"] for each in found
    ]
    return Table("Contacts", ["Kind", "Masked", "Confirmed"], rows, "No phone, no mailbox.")


def _cards(member: Member, link: Link) -> Table:
    found = Card.objects.filter(member_id=member.pk).order_by("-id")
    rows = [
        [
            columns.linked(str(each), link(each)),
            columns.dotted(each.get_state_display(), columns.TONES.get(each.state, "")),
            figures.moment(each.issued_at),
        ]
        for each in found
    ]
    return Table("Cards", ["Number", "State", "Issued"], rows, "No card yet.")


def _receipts(member: Member, link: Link, partner_id: int | None) -> Table:
    found = Purchase.objects.filter(member_id=member.pk)
    last = list((found if partner_id is None else found.filter(partner_id=partner_id)).order_by("-sold_at")[:LATELY])
    stores = Store.objects.in_bulk({each.store_id for each in last})
    rows = [
        [
            columns.linked(each.number, link(each)), figures.moment(each.sold_at), str(stores.get(each.store_id, columns.NOTHING)),
            amounts.in_money(each.total), amounts.in_points(each.points_earned, signed=True),
        ]
        for each in last
    ]  # fmt: skip
    heads = ["Receipt", "Sold", "Store", "Paid", "Points"]
    return Table("Last purchases", heads, rows, "Nothing bought yet.", figures=frozenset({3, 4}))


def _messages(member: Member, link: Link) -> Table:
    found = Message.objects.filter(person_id=member.public_id, system="loyalty").order_by("-id")[:LATELY]
    rows = [
        [
            columns.linked(figures.moment(each.queued_at), link(each)), str(look(each.channel).name),
            columns.dotted(MessageState(each.state).label, columns.TONES.get(each.state, "")),
            columns.sentence_case(each.reason) if each.reason else columns.sentence_case(each.subject),
        ]
        for each in found
    ]  # fmt: skip
    heads = ["Queued", "Channel", "State", "About"]
    return Table("Last messages", heads, rows, "Nothing was sent yet.")


def _history(member: Member, link: Link) -> Table:
    rows = [
        [
            columns.linked(figures.moment(each.recorded_at), link(each)),
            columns.event_in_words(each.event),
            columns.sentence_case(each.by_kind) + (f" {each.by_id}" if each.by_kind == "employee" else ""),
            columns.sentence_case(each.door),
        ]
        for each in journal.list_entries(member.public_id)[:HISTORY]
    ]
    return Table("History", ["When", "What", "Who", "Where"], rows, "Nothing happened yet.")
