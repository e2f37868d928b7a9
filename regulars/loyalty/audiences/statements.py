"""Filters as SQL: one statement over all active members, whatever the filter; nothing is asked per member.

Every condition becomes a predicate on the member `m` that is true or false and never null. What a condition must know from
other tables comes by a left join of a set with at most one row per member, so that conditions combine freely by and, or and
not, and PostgreSQL can hash each set once, on disk if it must.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any, Self

from regulars.contract.channels import Channel
from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences.conditions import Condition
from regulars.loyalty.audiences.days import Now
from regulars.loyalty.audiences.filters import Filter, Group
from regulars.loyalty.subscriptions.base_types import BASE_TYPES
from regulars.loyalty.subscriptions.bits import BITS

ADDRESSES: Mapping[str, str] = {"sms": "phone", "viber": "phone", "email": "email"}
_BASES = {known.code for known in BASE_TYPES}
_CHOICE = """left join loyalty_subscriptions_choice {alias} on {alias}.member_id = m.id and {alias}.mailing_type_id = (
  select id from loyalty_subscriptions_mailingtype where code = %s)"""
_BASE_CHOICE = """left join loyalty_subscriptions_choice {alias} on {alias}.member_id = m.id and {alias}.mailing_type_id = (
  select b.id from loyalty_subscriptions_mailingtype t join loyalty_subscriptions_mailingtype b on b.code = t.base
   where t.code = %s)"""
_BALANCE = """left join loyalty_points_balance {alias} on {alias}.member_id = m.id and {alias}.currency_id = (
  select id from loyalty_programme_pointscurrency where code = %s)"""
_BUYERS = """left join (
  select member_id from loyalty_purchases_purchase where member_id is not null and sold_at >= %s group by member_id
) {alias} on {alias}.member_id = m.id"""
_BUYERS_OF = """left join (
  select p.member_id from loyalty_purchases_purchase p
    join loyalty_purchases_line l on l.till_id = p.till_id and l.purchase_id = p.id
    join loyalty_goods_product g on g.sku = l.sku
   where p.member_id is not null and p.sold_at >= %s and g.groups @> array[%s]::text[]
   group by p.member_id having count(distinct p.id) >= %s
) {alias} on {alias}.member_id = m.id"""
_ADDRESSES = """left join (
  select i.member_id from loyalty_members_identifier i
   where i.kind = %s
     and not exists (select 1 from messages_suppression s where s.channel = %s and s.address = i.value)
   group by i.member_id
) {alias} on {alias}.member_id = m.id"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A bit of SQL with its parameters in the order of their places."""

    sql: str
    params: tuple[Any, ...] = ()

    @classmethod
    def joined(cls, pieces: Iterable[Self], by: str) -> Self:
        """Several bits with a word between them."""
        listed = list(pieces)
        return cls(by.join(each.sql for each in listed), tuple(param for each in listed for param in each.params))

    def negated_unless(self, is_so: bool) -> "Piece":
        """The same, or its opposite."""
        return self if is_so else Piece(f"not {self.sql}", self.params)


@dataclass(slots=True)
class Members:
    """All active members as `m`, without those for tests, with the sets that predicates on them ask for.

    A set that is asked for twice is joined once.
    """

    now: Now
    joins: dict[tuple[str, tuple[Any, ...]], str] = field(default_factory=dict)

    def join(self, sql: str, *params: Any) -> str:
        """Join a set; answers its alias."""
        return self.joins.setdefault((sql, params), f"j{len(self.joins) + 1}")

    def predicate(self, filter: Filter) -> Piece:
        """The whole filter as one predicate."""
        if not filter.conditions:
            return Piece("true")
        parts = [
            self.predicate(each) if isinstance(each, Group) else predicate(each, self) for each in filter.conditions
        ]
        together = Piece.joined(parts, " and " if filter.match == "all" else " or ")
        return Piece(f"({together.sql})", together.params).negated_unless(filter.match != "none")

    def reach(self, channel: str, mailing_type: str) -> Piece:
        """Whether a member could be written to: an address that is not dead, and consent."""
        kind = ADDRESSES.get(channel)
        if kind is None:
            return Piece("false")
        alias = self.join(_ADDRESSES, kind, channel)
        allowed = predicate(asked.Consent(mailing_type, channel), self)
        return Piece(f"({alias}.member_id is not null and {allowed.sql})", allowed.params)

    def select(self, columns: Sequence[Piece], where: Piece) -> tuple[str, list[Any]]:
        """The statement with its parameters."""
        joins = [Piece(sql.format(alias=alias), params) for (sql, params), alias in self.joins.items()]
        whole = Piece.joined(
            [
                Piece.joined([Piece("select"), Piece.joined(columns, ", ")], " "),
                Piece("  from loyalty_members_member m"),
                *joins,
                Piece(f" where m.state = 'active' and m.registered_via <> 'test_key' and {where.sql}", where.params),
            ],
            "\n",
        )
        return whole.sql, list(whole.params)


@singledispatch
def predicate(condition: Condition, members: Members) -> Piece:
    """One condition as a predicate on `m`."""
    raise NotImplementedError(condition.kind)


@predicate.register
def _(condition: asked.Consent, members: Members) -> Piece:
    known = [members.join(_CHOICE, condition.mailing_type)]
    if condition.mailing_type not in _BASES:
        known.append(members.join(_BASE_CHOICE, condition.mailing_type))
    chosen = ", ".join(f"{alias}.channels_on" for alias in known)
    return Piece(
        """coalesce((select case when not %s = any(t.channels) then false when t.is_read_only then true end
  from loyalty_subscriptions_mailingtype t where t.code = %s), """
        f"coalesce({chosen}, 0) & %s <> 0)",
        (condition.channel, condition.mailing_type, BITS[Channel(condition.channel)]),
    ).negated_unless(condition.is_on)


@predicate.register
def _(condition: asked.City, members: Members) -> Piece:
    return Piece(
        "(lower(m.city) = any(array(select lower(given) from unnest(%s::text[]) as given)))", (list(condition.cities),)
    ).negated_unless(condition.is_in)


@predicate.register
def _(condition: asked.BirthdayMonth, members: Members) -> Piece:
    return Piece("coalesce(extract(month from m.birth_date)::int = any(%s::int[]), false)", (list(condition.months),))


@predicate.register
def _(condition: asked.BirthdaySoon, members: Members) -> Piece:
    return Piece(
        "coalesce((extract(month from m.birth_date) * 100 + extract(day from m.birth_date))::int = any(%s::int[]), false)",
        (members.now.birthdays(condition.days),),
    )


@predicate.register
def _(condition: asked.BoughtCategory, members: Members) -> Piece:
    since = members.now.since(condition.days)
    alias = members.join(_BUYERS_OF, since, condition.group, condition.times)
    return Piece(f"({alias}.member_id is not null)").negated_unless(condition.has_bought)


@predicate.register
def _(condition: asked.PointsBalance, members: Members) -> Piece:
    has = f"coalesce({members.join(_BALANCE, condition.currency)}.available, 0)"
    ends = [(">=", condition.least), ("<=", condition.most)]
    within = Piece.joined([Piece(f"{has} {sign} %s", (end,)) for sign, end in ends if end is not None], " and ")
    return Piece(f"({within.sql})", within.params)


@predicate.register
def _(condition: asked.Registered, members: Members) -> Piece:
    if condition.before is not None:
        return Piece("(m.registered_at < %s)", (members.now.midnight(condition.before),))
    return Piece("(m.registered_at >= %s)", (members.now.since(condition.days or 0),))


@predicate.register
def _(condition: asked.LastPurchase, members: Members) -> Piece:
    alias = members.join(_BUYERS, members.now.since(condition.days))
    return Piece(f"({alias}.member_id is not null)").negated_unless(condition.is_within)


@predicate.register
def _(condition: asked.Language, members: Members) -> Piece:
    return Piece("(m.locale = any(%s))", (list(condition.locales),))
