"""Filters judged slowly and plainly, one member after the other; what the compiled SQL is compared with."""

from calendar import isleap
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences.filters import Filter, Group
from regulars.loyalty.subscriptions.matrix import draw
from regulars.loyalty.subscriptions.queries import list_types
from tests.loyalty.audiences.town import GROUPS, Person, Town

LONDON = ZoneInfo("Europe/London")


def who(town: Town, filter: Filter, at: datetime) -> set[int]:
    """The ids of the members in a filter."""
    return {person.member.pk for person in town.people if person.member.state == "active" and is_in(person, filter, at)}


def reachable(town: Town, channel: str, mailing_type: str) -> set[int]:
    """The ids of active members who could be written to."""
    return {
        person.member.pk
        for person in town.people
        if (address := person.phone if channel == "sms" else person.email)
        and (channel, address) not in town.dead
        and person.member.state == "active"
        and allows(person, mailing_type, channel)
    }


def is_in(person: Person, filter: Filter, at: datetime) -> bool:
    """Whether a filter is true of a member."""
    found = [
        is_in(person, each, at) if isinstance(each, Group) else JUDGES[type(each)](person, each, at)
        for each in filter.conditions
    ]
    if not found:
        return True
    return {"all": all(found), "any": any(found), "none": not any(found)}[filter.match]


def allows(person: Person, mailing_type: str, channel: str) -> bool:
    """The cell, as the member's own page shows it."""
    return draw(list_types(), person.chosen).is_on(mailing_type, channel)


def midnight_before(at: datetime, days: int) -> datetime:
    """The beginning of the day so many days ago in London."""
    day = at.astimezone(LONDON).date() - timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


def next_birthday(born: date, today: date) -> date:
    """The day on which the next birthday is celebrated."""
    for year in (today.year, today.year + 1, today.year + 2):
        is_moved = (born.month, born.day) == (2, 29) and not isleap(year)
        celebrated = date(year, 2, 28) if is_moved else date(year, born.month, born.day)
        if celebrated >= today:
            return celebrated
    raise AssertionError("everybody has a birthday")


def above(code: str) -> set[str]:
    """A group and all groups above it."""
    return {code} | (above(GROUPS[code]) if GROUPS[code] else set())


def _city(person: Person, said: Any, at: datetime) -> bool:
    return (person.member.city.lower() in {city.lower() for city in said.cities}) == said.is_in


def _birthday_soon(person: Person, said: Any, at: datetime) -> bool:
    born, today = person.member.birth_date, at.astimezone(LONDON).date()
    return born is not None and (next_birthday(born, today) - today).days <= said.days


def _bought(person: Person, said: Any, at: datetime) -> bool:
    since = midnight_before(at, said.days)
    times = sum(
        1 for sold_at, codes in person.receipts if sold_at >= since and any(said.group in above(code) for code in codes)
    )
    return (times >= said.times) == said.has_bought


def _points(person: Person, said: Any, at: datetime) -> bool:
    has = person.balance.get(said.currency, 0)
    return (said.least is None or has >= said.least) and (said.most is None or has <= said.most)


def _registered(person: Person, said: Any, at: datetime) -> bool:
    joined = person.member.registered_at
    if said.before is not None:
        return joined.astimezone(LONDON).date() < said.before
    return joined >= midnight_before(at, said.days)


def _last_purchase(person: Person, said: Any, at: datetime) -> bool:
    return any(sold_at >= midnight_before(at, said.days) for sold_at, _ in person.receipts) == said.is_within


def _birthday_month(person: Person, said: Any, at: datetime) -> bool:
    return person.member.birth_date is not None and person.member.birth_date.month in said.months


JUDGES: dict[type, Callable[[Person, Any, datetime], bool]] = {
    asked.Consent: lambda person, said, at: allows(person, said.mailing_type, said.channel) == said.is_on,
    asked.City: _city,
    asked.BirthdayMonth: _birthday_month,
    asked.BirthdaySoon: _birthday_soon,
    asked.BoughtCategory: _bought,
    asked.PointsBalance: _points,
    asked.Registered: _registered,
    asked.LastPurchase: _last_purchase,
    asked.Language: lambda person, said, at: person.member.locale in said.locales,
}
