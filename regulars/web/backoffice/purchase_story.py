"""A receipt as a story: what was sold, what each line got and by which offer, which points moved, what was told, why not more."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from regulars.journal.models import Entry as JournalEntry
from regulars.loyalty.members.models import Member
from regulars.loyalty.offers.models import Offer, Publication
from regulars.loyalty.points.models import Draw, Entry, Lot
from regulars.loyalty.purchases.models import Benefit, Line, Purchase, Tender
from regulars.messages.models import Message, MessageState
from regulars.web.backoffice import amounts, columns
from regulars.web.shell import figures
from regulars.web.shell.channels import look

WHY = {
    "given": "Given", "lost": "Gave way", "below_minimum": "Receipt too small", "nothing_left": "Nothing left to give",
    "other_store": "Other stores", "needs_member": "No card", "cannot_earn": "Cannot earn", "no_goods": "Other goods",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One moment of the story: when, what, and more about it line by line."""

    at: str
    title: str
    lines: Sequence[str] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of the receipt with what it got and from which offer."""

    number: int
    name: str
    sku: str
    times: str
    total: str
    got: Sequence[str]
    points: Sequence[str]


@dataclass(frozen=True, slots=True)
class Why:
    """What became of one offer."""

    offer: str
    word: str
    sentence: str
    tone: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that the page shows."""

    sold: Sequence[Sold]
    sums: Sequence[tuple[str, str, str]]
    told: Sequence[Told]
    offers: Sequence[Why]


def of(row: Purchase, called: Mapping[str, str], may: Callable[[str], bool]) -> Story:
    """Read the story of a receipt.

    `called` are the names of what the row points at, as the employee may read them; `may` tells which rooms open.
    """
    belongs = {"till_id": row.till_id, "purchase_id": row.pk}
    given = list(Benefit.objects.filter(**belongs).order_by("line_number", "offer_id"))
    names = dict(Offer.objects.filter(pk__in={each.offer_id for each in given}).values_list("pk", "name"))
    lines = Line.objects.filter(**belongs).order_by("number")
    sold = [_sold(line, [each for each in given if each.line_number == line.number], names) for line in lines]
    tenders = [
        (f"Paid: {each.type}", amounts.in_money(each.amount), "")
        for each in Tender.objects.filter(**belongs).order_by("number")
    ]
    told = list(_told(row, called, may))
    return Story(sold, [*_sums(row), *tenders], told, [_why(each) for each in row.outcomes if isinstance(each, dict)])


def _sold(line: Line, benefits: list[Benefit], names: dict[int, str]) -> Sold:
    got = [f"{amounts.in_money(-line.till_discount)} by the till"] if line.till_discount else []
    got += [
        f"{amounts.in_money(-each.amount)} from {names.get(each.offer_id, 'an offer')}"
        for each in benefits
        if each.kind == "discount"
    ]
    got += [f"{amounts.in_money(-line.rounding)} by rounding"] if line.rounding else []
    got += [f"{amounts.in_money(line.paid_with_points)} of it paid with points"] if line.paid_with_points else []
    points = [
        f"{amounts.in_points(each.amount, signed=True)} from {names.get(each.offer_id, 'an offer')}"
        for each in benefits
        if each.kind == "points"
    ]
    times = f"{figures.quantity(line.quantity)} × {amounts.in_money(line.unit_price)}"
    name = line.name or line.sku
    return Sold(
        line.number, name if line.is_listed else f"{name} (not in our list of goods)", line.sku, times,
        amounts.in_money(line.total), got, points,
    )  # fmt: skip


def _sums(row: Purchase) -> Iterator[tuple[str, str, str]]:
    """Name, amount and tone of each sum that says something."""
    yield "Before any discount", amounts.in_money(row.amount), ""
    if row.till_discount:
        yield "Discount by the till", amounts.in_money(-row.till_discount), ""
    if row.discount:
        yield "Discount by our offers", amounts.in_money(-row.discount), "leaf"
    if row.rounding:
        yield "Rounding", amounts.in_money(-row.rounding), ""
    yield "To pay", amounts.in_money(row.total), "total"


def _told(row: Purchase, called: Mapping[str, str], may: Callable[[str], bool]) -> Iterator[Told]:
    where = f"{called.get('till_id', 'A till that is gone')}, receipt {row.number}"
    yield Told(figures.moment(row.sold_at), f"Sold at {called.get('store_id', 'a store that is gone')}", [where])
    if row.member_id is None:
        yield Told(
            "", "Nobody was recognised", ["Without a card, phone or code a receipt is anonymous and earns nothing."]
        )
    else:
        yield Told("", f"The customer: {called.get('member_id', 'a person')}")
    yield _priced(row)
    if may("points") and row.member_id is not None:
        yield from _points(row, row.member_id)
    elif row.points_spent or row.points_earned:
        yield Told(
            "", f"{amounts.in_points(row.points_spent)} points spent, {amounts.in_points(row.points_earned)} earned"
        )
    late = row.confirmed_at - row.sold_at
    lines = ["It came later than it was sold: the till had no connection."] if late.total_seconds() > 120 else []
    yield Told(figures.moment(row.confirmed_at), "Confirmed and written down", lines, "leaf")
    if may("messages") and row.member_id is not None:
        yield from _messages(row, row.member_id)


def _priced(row: Purchase) -> Told:
    if not row.offers_version:
        return Told("", "Priced without offers", ["None were published then."])
    out = Publication.objects.filter(version=row.offers_version).values_list("published_at", flat=True).first()
    since = [f"Published {figures.moment(out)}."] if out else []
    given = sum(1 for each in row.outcomes if isinstance(each, dict) and each.get("code") == "given")
    active = columns.counted(len(row.outcomes), "offer")
    return Told(
        "", f"Priced with version {row.offers_version} of the offers", [*since, f"{given} of {active} gave something."]
    )


def _points(row: Purchase, member_id: int) -> Iterator[Told]:
    """Which lots points were taken from, and which the receipt made."""
    draws = Draw.objects.filter(member_id=member_id, operation_id=row.operation_id).order_by("id")
    if row.points_spent:
        taken = [f"{amounts.in_points(each.amount)} from lot {each.lot_id}" for each in draws[:20]]
        title = f"{amounts.in_points(row.points_spent)} points paid {amounts.in_money(row.paid_with_points)}"
        yield Told("", title, taken, "honey")
    if row.points_earned:
        yield Told(
            "", f"{amounts.in_points(row.points_earned, signed=True)} points earned",
            [_lot(lot) for lot in _lots(member_id, row.operation_id)], "honey",
        )  # fmt: skip


def _lots(member_id: int, operation_id: int) -> list[Lot]:
    mine = Entry.objects.filter(member_id=member_id, operation_id=operation_id, lot_id__isnull=False)
    made = Lot.objects.filter(pk__in=set(mine.values_list("lot_id", flat=True)), operation_id=operation_id)
    return list(made.order_by("id"))


def _lot(lot: Lot) -> str:
    offer = Offer.objects.filter(pk=lot.offer_id).values_list("name", flat=True).first() if lot.offer_id else None
    usable = f"usable from {figures.moment(lot.activates_at)}"
    ends = f"until {figures.moment(lot.expires_at)}" if lot.expires_at else "for ever"
    source = f" by “{offer}”" if offer else ""
    return f"Lot {lot.pk}: {amounts.in_points(lot.amount)}{source}, {usable} {ends}; {amounts.in_points(lot.remaining)} left."


def _messages(row: Purchase, member_id: int) -> Iterator[Told]:
    """Messages that this receipt caused, by the entries of the journal written with it."""
    person_id = Member.objects.filter(pk=member_id).values_list("public_id", flat=True).first()
    entries = JournalEntry.objects.filter(person_id=person_id, recorded_at=row.confirmed_at).values_list("id", "body")
    origins = [f"event:{key}" for key, body in entries if body.get("purchase_id") in (None, row.public_id)]
    found = Message.objects.filter(person_id=person_id, system="loyalty", origin__in=origins).order_by("id")
    for each in found:
        state = MessageState(each.state)
        yield Told(
            figures.moment(each.state_at), f"{look(each.channel).name} to {columns.masked(each.address)}: {state.label.lower()}",
            [f"“{each.text}”", *([columns.sentence_case(each.reason)] if each.reason else [])],
            columns.TONES.get(each.state, ""),
        )  # fmt: skip


def _why(outcome: dict[str, str]) -> Why:
    code = outcome.get("code", "")
    tone = "leaf" if code == "given" else ""
    return Why(outcome.get("name", ""), WHY.get(code, columns.sentence_case(code)), outcome.get("sentence", ""), tone)
