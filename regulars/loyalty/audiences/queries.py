"""Looks at audiences: the saved ones, who is in a filter, how many, and how many of them can be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.kit.refusal import NotFound
from regulars.loyalty.audiences import filters, sentences
from regulars.loyalty.audiences.days import Now
from regulars.loyalty.audiences.filters import Filter
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.audiences.names import CurrencyNamed, MailingTypeNamed, Names
from regulars.loyalty.audiences.statements import Members, Piece, predicate
from regulars.loyalty.goods import queries as goods
from regulars.loyalty.members.models import Member
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.programme.models import PointsCurrency
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.loyalty.subscriptions.bits import channels_of

CHANNELS = ("sms", "email")
_CITIES = """
select min(city) as name, count(*) as members from loyalty_members_member
 where state = 'active' and city <> '' and lower(city) like lower(%s) || '%%'
 group by lower(city) order by count(*) desc, lower(city) limit %s
"""


class UnknownAudience(NotFound):
    """No audience has that id."""

    code = "audience_unknown"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many members a filter means, and how many of them could be written to over a channel."""

    size: int
    reachable: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A filter's size, the reachable by channel, and how many members each condition alone would mean, in their order."""

    size: int
    reachable: Mapping[str, int]
    alone: Sequence[int]


@dataclass(frozen=True, slots=True)
class City:
    """A city that members told, and how many of them live there."""

    name: str
    members: int


def get(public_id: str) -> Audience:
    """The audience with this public id, archived or not; raises `UnknownAudience`."""
    found = Audience.objects.filter(public_id=public_id).first()
    if found is None:
        raise UnknownAudience("There is no such audience.")
    return found


def list_audiences(*, partner_id: int | None = None) -> list[Audience]:
    """The audiences in use, by name; with a partner, that partner's and those of everybody."""
    found = Audience.objects.filter(is_archived=False).order_by("name", "id")
    return [each for each in found if partner_id is None or each.partner_id in (None, partner_id)]


def get_filter(audience: Audience) -> Filter:
    """The audience's filter."""
    return filters.from_json(audience.filter)


def get_names() -> Names:
    """What stands behind the codes in filters; three statements."""
    return Names(
        mailing_types={
            kind.code: MailingTypeNamed(kind.name, frozenset(map(str, channels_of(kind.channels))))
            for kind in subscriptions.list_types()
        },
        groups={group.code: group.name for group in goods.list_groups()},
        currencies={
            currency.code: CurrencyNamed(currency.name, currency.decimals)
            for currency in PointsCurrency.objects.order_by("id")
        },
    )


def sentence(filter: Filter, *, names: Names | None = None) -> str:
    """Say whom a filter means; give `names` when several sentences are said."""
    return sentences.sentence(filter, names or get_names())


def compile(filter: Filter, *, at: datetime) -> tuple[str, list[Any]]:
    """The filter as one SELECT with the column `member_id` and its parameters, as of an instant.

    It names each active member at most once: who has left or is blocked is in no audience. Use it as
    `insert into … select … from (<sql>) q`.
    """
    members = _members(at)
    return members.select([Piece("m.id as member_id")], members.predicate(filter))


def count(filter: Filter, *, at: datetime) -> int:
    """How many members a filter means; one statement."""
    members = _members(at)
    statement, params = members.select([Piece("count(*) as size")], members.predicate(filter))
    return int(sql.fetch(dict, statement, params)[0]["size"])


def count_reachable(filter: Filter, *, channel: str, mailing_type: str, at: datetime) -> Sizes:
    """How many members a filter means, and how many of them could be written to; one statement.

    Reachable is whom the gate would let through now: the member has the channel's phone or mailbox, nobody called it
    dead, and the member allows this mailing type over this channel. Whether the address was verified does not matter.
    """
    measured = measure(filter, mailing_type=mailing_type, channels=[channel], at=at)
    return Sizes(measured.size, measured.reachable[channel])


def measure(
    filter: Filter, *, mailing_type: str, channels: Sequence[str] = CHANNELS, each_alone: bool = False, at: datetime
) -> Measured:
    """Size and reachable sizes of a filter in one statement; with `each_alone` each condition's own size as well."""
    members = _members(at)
    whole = members.predicate(filter)
    reach = [members.reach(channel, mailing_type) for channel in channels]
    alone = [predicate(condition, members) for condition in filter.listed()] if each_alone else []
    within = whole if alone else Piece("true")  # without the conditions alone, all others need not be looked at
    counted = [within, *(Piece.joined([within, each], " and ") for each in reach), *alone]
    columns = [
        Piece(f"count(*) filter (where {each.sql}) as c{place}", each.params) for place, each in enumerate(counted)
    ]
    statement, params = members.select(columns, Piece("true") if alone else whole)
    numbers = [int(number) for number in sql.fetch(dict, statement, params)[0].values()]
    size, *rest = numbers
    return Measured(size, dict(zip(channels, rest, strict=False)), rest[len(channels) :])


def list_sample(filter: Filter, *, limit: int = 20, at: datetime) -> list[Member]:
    """The first members of a filter, in the order in which they joined."""
    statement, params = compile(filter, at=at)
    rows = sql.fetch(dict, f"select member_id from ({statement}) q order by member_id limit %s", [*params, limit])
    return list(Member.objects.filter(id__in=[row["member_id"] for row in rows]).order_by("id"))


def list_cities(*, beginning: str = "", limit: int = 300) -> list[City]:
    """The cities that members told, those of most members first; `beginning` is how they begin."""
    escaped = beginning.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return sql.fetch(City, _CITIES, [escaped, limit])


def _members(at: datetime) -> Members:
    return Members(Now(at, programme.get().time_zone))
