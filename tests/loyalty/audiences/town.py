"""A small town of members who differ in everything that filters ask about, empty answers among them, made from a number.

Rows are written as plainly as they lie in the tables; `People` keeps what was written, for `one_by_one.py` to judge.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from regulars.loyalty.members.models import Identifier, Member
from regulars.loyalty.points.models import Balance
from regulars.loyalty.programme import actions as programmes
from regulars.loyalty.programme.models import PointsCurrency
from regulars.loyalty.purchases.models import Line, Purchase
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions.bits import bits_of
from regulars.loyalty.subscriptions.models import Choice, MailingType
from regulars.messages.models import Suppression
from tests import make

CITIES = ("Oxford", "Bath", "Тверь", "York")
GROUPS = {"dairy": "", "milk": "dairy", "bread": "", "rye": "bread"}
TYPES = ("mailings", "system", "offers", "club-news")
LOCALES = ("en", "ru")
BIRTHS = (None, date(1980, 2, 29), date(1979, 11, 24), date(1990, 11, 30), date(1991, 12, 31), date(1985, 1, 1))


@dataclass
class Person:
    """One member as written down."""

    member: Member
    balance: dict[str, int] = field(default_factory=dict)
    chosen: dict[str, int] = field(default_factory=dict)
    receipts: list[tuple[datetime, set[str]]] = field(default_factory=list)
    phone: str = ""
    email: str = ""


@dataclass
class Town:
    """Everybody, and the addresses that are dead."""

    people: list[Person]
    dead: set[tuple[str, str]]


def settle(size: int = 60, seed: int = 7) -> Town:
    """Build the town."""
    chance = Random(seed)
    make.programme()
    _shelves()
    people = [_arrive(chance, number) for number in range(size)]
    dead = {("sms", person.phone) for person in people if person.phone and chance.random() < 0.2}
    dead |= {("email", person.email) for person in people if person.email and chance.random() < 0.2}
    for channel, address in sorted(dead):
        Suppression.objects.create(channel=channel, address=address, reason="dead", since_at=make.AT)
    return Town(people, dead)


def _shelves() -> None:
    for code, parent in GROUPS.items():
        make.group(code, parent=parent)
        make.product(f"sku-{code}", group=code)
    subscriptions.add_type(
        "club-news", base="offers", name="Club news", channels=["sms", "email"], by=make.BY, at=make.AT
    )
    if not PointsCurrency.objects.filter(code="stars").exists():
        programmes.add_points_currency("stars", name="Stars", decimals=2, by=make.BY, at=make.AT)


def _arrive(chance: Random, number: int) -> Person:
    state = chance.choices(["active", "blocked", "gone"], [8, 1, 1])[0]
    gone = state == "gone"
    member = Member.objects.create(
        public_id=f"mem_{number:026}",
        state=state,
        city="" if gone else chance.choice(["", *CITIES, "oxford"]),
        birth_date=None if gone else chance.choice(BIRTHS),
        locale=chance.choice(LOCALES),
        registered_at=make.AT - timedelta(hours=chance.choice([1, 8, 10, 30, 24 * 29, 24 * 30 + 8, 24 * 400])),
        registered_via="test",
        gone_at=make.AT if gone else None,
    )
    person = Person(member)
    _spend(person, chance)
    _choose(person, chance)
    if not gone:
        _give_addresses(person, chance, number)
    for currency in PointsCurrency.objects.order_by("id"):
        if chance.random() < 0.7:
            person.balance[currency.code] = chance.choice([0, 1, 50, 100, 500, 12_345])
            Balance.objects.create(
                member_id=member.pk, currency_id=currency.pk, available=person.balance[currency.code], pending=77
            )
    return person


def _give_addresses(person: Person, chance: Random, number: int) -> None:
    if chance.random() < 0.8:
        person.phone = f"+4477009{number:05}"
        Identifier.objects.create(kind="phone", value=person.phone, member_id=person.member.pk)
    if chance.random() < 0.6:
        person.email = f"m{number}@example.org"
        Identifier.objects.create(kind="email", value=person.email, member_id=person.member.pk)


def _choose(person: Person, chance: Random) -> None:
    for kind in MailingType.objects.filter(code__in=TYPES):
        if chance.random() < 0.6:
            channels = [each for each in ("sms", "email", "push", "viber") if chance.random() < 0.5]
            person.chosen[kind.code] = bits_of(channels)
            Choice.objects.create(
                member_id=person.member.pk,
                mailing_type_id=kind.pk,
                channels_on=person.chosen[kind.code],
                changed_at=make.AT,
            )


def _spend(person: Person, chance: Random) -> None:
    for _ in range(chance.choice([0, 0, 1, 2, 4])):
        sold_at = make.AT - timedelta(hours=chance.choice([0, 9, 10, 24 * 6, 24 * 7 + 9, 24 * 7 + 10, 24 * 40]))
        bought = {code for code in GROUPS if chance.random() < 0.4}
        person.receipts.append((sold_at, bought))
        _write_receipt(person.member.pk, sold_at, bought)


def _write_receipt(member_id: int, sold_at: datetime, bought: set[str]) -> None:
    number = make.number()
    zeros = dict.fromkeys(("store_id", "partner_id", "operation_id", "amount", "till_discount", "discount", "total"), 0)
    purchase = Purchase.objects.create(
        till_id=number % 3 + 1, number=f"T-{number}", public_id=f"pur_{number}", member_id=member_id, sold_at=sold_at,
        confirmed_at=sold_at, offers_version=0, **zeros,
    )  # fmt: skip
    for place, code in enumerate(sorted(bought | {"unknown"}), start=1):
        Line.objects.create(
            till_id=purchase.till_id, purchase_id=purchase.pk, number=place, sku=f"sku-{code}", name=code, is_listed=True,
            quantity=1000, unit_price=1, amount=1, till_discount=0, discount=0, total=1,
        )  # fmt: skip
