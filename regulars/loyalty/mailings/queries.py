"""Looks at mailings, at the people that one would reach, and at who would be left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.kit import sql
from regulars.kit.refusal import NotFound
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import gate
from regulars.messages import queries as messages
from regulars.messages.gate import Candidate

SYSTEM = "loyalty"
KINDS = {"sms": "phone", "email": "email"}  # channel → the identifier that is its address
_PEOPLE = """
select m.public_id as person_id, m.state, m.first_name, m.last_name, m.locale,
       coalesce((select min(i.value) from loyalty_members_identifier i
                  where i.member_id = m.id and i.kind = %s), '') as address,
       coalesce(b.available, 0)::bigint as balance
  from loyalty_members_member m
  left join loyalty_points_balance b on b.member_id = m.id and b.currency_id = %s
 where m.{key} = any(%s)
"""


class UnknownMailing(NotFound):
    """No mailing has that id."""

    code = "mailing_unknown"


@dataclass(frozen=True, slots=True)
class Person:
    """What a mailing says about one member, and where it reaches them; `balance` is in smallest units of points."""

    person_id: str
    state: str
    first_name: str
    last_name: str
    locale: str
    address: str
    balance: int


def get(public_id: str) -> Mailing:
    """The mailing with this public id; raises `UnknownMailing`."""
    mailing = Mailing.objects.filter(public_id=public_id).first()
    if mailing is None:
        raise UnknownMailing("There is no such mailing.")
    return mailing


def list_people(channel: str, person_ids: Sequence[str]) -> list[Person]:
    """These members as a mailing over this channel sees them; one statement, whatever their number."""
    return _people("public_id", channel, person_ids)


def list_people_by_number(channel: str, member_ids: Sequence[int]) -> list[Person]:
    """The same, by inner ids."""
    return _people("id", channel, member_ids)


def _people(key: str, channel: str, wanted: Sequence[str] | Sequence[int]) -> list[Person]:
    params = [KINDS[channel], programme.get_currency().pk, list(wanted)]
    return sql.fetch(Person, _PEOPLE.format(key=key), params)


def left_out(people: Sequence[Person], *, channel: str, mailing_type: str, at: datetime) -> dict[str, str]:
    """Who of these gets nothing, and why: person id → `gone`, `blocked`, `no_address`, `suppressed` or `no_consent`.

    Two statements, whatever their number: it asks the same gate that is asked again before each message leaves.
    """
    asked = [
        Candidate(place, SYSTEM, one.person_id, channel, "marketing", mailing_type, "", one.address)
        for place, one in enumerate(people)
    ]
    refused = gate.refusals(asked, at)
    dead = messages.list_suppressed(channel, [one.address for one in people if one.address])
    reasons: dict[str, str] = {}
    for place, one in enumerate(people):
        if one.state in ("gone", "blocked"):
            reasons[one.person_id] = one.state
        elif not one.address:
            reasons[one.person_id] = "no_address"
        elif one.address in dead:
            reasons[one.person_id] = "suppressed"
        elif reason := refused.get(place):
            reasons[one.person_id] = reason
    return reasons
