"""Looks at mailings, at the people that one would reach, and at who would be left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.kit.refusal import NotFound
from regulars.messages import queries as messages
from regulars.messages.gate import Candidate
from regulars.smartcomms.mailings import audience
from regulars.smartcomms.mailings.audience import ADDRESSES
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions import gate
from regulars.smartcomms.subscriptions.models import Category

SYSTEM = "smartcomms"
_PEOPLE = """
select person_id, is_gone, first_name, last_name, locale, {address} as address
  from smartcomms_customers_customer where person_id = any(%s)
"""
_OWNERS = """
select {address} as address, min(person_id) as person_id
  from smartcomms_customers_customer where {address} = any(%s) and not is_gone group by {address}
"""
# Whom the gate would let through now, counted without looking at each.
_SIZES = """
select count(*)::bigint as size, count(*) filter (
         where c.{address} <> '' and s.is_on and t.is_on is not false and not exists (
           select 1 from messages_suppression x where x.channel = %s and x.address = c.{address}))::bigint as reachable
  from ({people}) q (person_id)
  join smartcomms_customers_customer c on c.person_id = q.person_id
  left join smartcomms_subscriptions_channelswitch s on s.person_id = c.person_id and s.channel = %s
  left join smartcomms_subscriptions_category k on k.code = %s
  left join smartcomms_subscriptions_categorystatus t
         on t.person_id = c.person_id and t.category_id = k.id and t.channel = %s
"""


class UnknownMailing(NotFound):
    """No mailing has that id."""

    code = "mailing_unknown"


@dataclass(frozen=True, slots=True)
class Person:
    """What a mailing says about one customer, and where it reaches them."""

    person_id: str
    is_gone: bool
    first_name: str
    last_name: str
    locale: str
    address: str


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many customers an audience means, and how many of them could be written to."""

    size: int
    reachable: int


def get(public_id: str) -> Mailing:
    """The mailing with this public id; raises `UnknownMailing`."""
    mailing = Mailing.objects.filter(public_id=public_id).first()
    if mailing is None:
        raise UnknownMailing("There is no such mailing.")
    return mailing


def find_category(code: str) -> Category | None:
    """The mailing category with this code, in use or not, or None."""
    return Category.objects.filter(code=code).first()


def sentence(mailing: Mailing) -> str:
    """Whom the mailing is for, in one sentence."""
    category = str(find_category(mailing.category) or mailing.category)
    return audience.sentence(audience.read(mailing.audience), category=category, channel=mailing.channel)


def compile_audience(mailing: Mailing) -> tuple[str, list[Any]]:
    """The mailing's audience as one SELECT of person ids, and its parameters."""
    chosen = audience.read(mailing.audience)
    return audience.compile(chosen, channel=mailing.channel, category=mailing.category)


def list_people(channel: str, person_ids: Sequence[str]) -> list[Person]:
    """These customers as a mailing over this channel sees them; one statement, whatever their number."""
    return sql.fetch(Person, _PEOPLE.format(address=ADDRESSES[channel]), [list(person_ids)])


def find_first(mailing: Mailing) -> Person | None:
    """Somebody of the mailing's audience, always the same one, or None when nobody is in it."""
    people, params = compile_audience(mailing)
    first = sql.fetch(dict, f"select person_id from ({people}) q order by person_id limit 1", params)
    found = list_people(mailing.channel, [each["person_id"] for each in first])
    return found[0] if found else None


def list_owners(channel: str, addresses: Sequence[str]) -> dict[str, str]:
    """The customers whose addresses these are: address → person id; of several with one address the first."""
    rows = sql.fetch(dict, _OWNERS.format(address=ADDRESSES[channel]), [list(addresses)])
    return {row["address"]: row["person_id"] for row in rows}


def count_reachable(mailing: Mailing) -> Sizes:
    """How many customers the mailing's audience means, and how many of them could be written to; one statement."""
    people, params = compile_audience(mailing)
    statement = _SIZES.format(address=ADDRESSES[mailing.channel], people=people)
    asked = [mailing.channel, *params, mailing.channel, mailing.category, mailing.channel]
    return sql.fetch(Sizes, statement, asked)[0]


def left_out(people: Sequence[Person], *, channel: str, category: str, at: datetime) -> dict[str, str]:
    """Who of these gets nothing, and why: person id → `gone`, `no_address`, `suppressed`, `channel_off`, `category_off`.

    Two statements, whatever their number: it asks the same gate that is asked again before each message leaves.
    """
    asked = [
        Candidate(place, SYSTEM, one.person_id, channel, "marketing", category, "", one.address)
        for place, one in enumerate(people)
    ]
    refused = gate.refusals(asked, at)
    dead = messages.list_suppressed(channel, [one.address for one in people if one.address])
    reasons: dict[str, str] = {}
    for place, one in enumerate(people):
        if one.is_gone:
            reasons[one.person_id] = "gone"
        elif not one.address:
            reasons[one.person_id] = "no_address"
        elif one.address in dead:
            reasons[one.person_id] = "suppressed"
        elif reason := refused.get(place):
            reasons[one.person_id] = reason
    return reasons
