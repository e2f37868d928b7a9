"""One offer as the engine reads it, and its JSON form, in which a published version is kept."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal

Benefit = Literal["discount", "points"]
Scope = Literal["goods", "receipt"]

WHOLE = 10_000
WEIGHTS: dict[str, int] = {"discount": 0, "points": 0}  # of kinds of benefit; kinds that set a price will weigh more


class BadRule(ValueError):
    """The offer contradicts itself; the engine refuses it rather than guess."""


@dataclass(frozen=True, slots=True)
class OfferRule:
    """A share of the price, given as a discount or as points, and when, where, to whom and for what it is given.

    `groups` and `skus` say what an offer on goods is about: a product that is in one of the groups, or is one of the
    skus. Empty `stores` means all. The times bound a half-open interval: [starts_at, ends_at). `minimum_total` is in
    minor units and is compared with the receipt as it stands when this kind of benefit begins: discounts look at the
    sum after the till's own discounts, points at what is paid in money. `units_per_money` says what the points are worth:
    (units of points, minor units of money) of equal value; all offers of one currency state the same.
    """

    id: int
    public_id: str
    name: str
    benefit: Benefit
    basis_points: int
    scope: Scope = "receipt"
    groups: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    partner_id: int | None = None
    members_only: bool = False
    minimum_total: int = 0
    priority: int = 0
    is_cumulative: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    currency: str = ""
    units_per_money: tuple[int, int] = (1, 1)
    activation_days: int = 0
    lifetime_days: int | None = None

    def __post_init__(self) -> None:
        """Turn times into UTC and refuse contradictions."""
        for problem in _contradictions(self):
            raise BadRule(f"Offer {self.public_id or self.id}: {problem}")
        # Times of one zone compare by the wall clock, wrongly in the hour that comes twice; times in UTC do not.
        for name in ("starts_at", "ends_at"):
            moment = getattr(self, name)
            object.__setattr__(self, name, moment and moment.astimezone(UTC))

    @property
    def strength(self) -> tuple[int, int, int]:
        """Sort key: higher priority, then the heavier kind, then the smaller id comes first."""
        return (-self.priority, -WEIGHTS[self.benefit], self.id)

    @property
    def needs_member(self) -> bool:
        """Points always need somebody to receive them."""
        return self.members_only or self.benefit == "points"


def _contradictions(rule: OfferRule) -> Iterable[str]:
    if rule.benefit not in WEIGHTS:
        yield f"there is no benefit called {rule.benefit!r}."
    if rule.scope not in ("goods", "receipt"):
        yield f"there is no scope called {rule.scope!r}."
    if rule.basis_points <= 0 or (rule.benefit == "discount" and rule.basis_points > WHOLE):
        yield "a discount is above 0 and at most 100 per cent; points are above 0."
    if (rule.scope == "goods") != bool(rule.groups or rule.skus):
        yield "an offer on goods names groups or skus, an offer on the receipt names none."
    if (rule.benefit == "points") != bool(rule.currency):
        yield "an offer of points names their currency, a discount names none."
    if min(rule.units_per_money) <= 0:
        yield "points are worth something: both parts of their rate are above zero."
    if rule.minimum_total < 0:
        yield "a least sum cannot be below zero."
    if any(moment is not None and moment.tzinfo is None for moment in (rule.starts_at, rule.ends_at)):
        yield "times need their offset from UTC."
    elif rule.starts_at and rule.ends_at and rule.starts_at >= rule.ends_at:
        yield "it ends before it starts."


def to_json(rules: Iterable[OfferRule]) -> str:
    """Write rules down; the same rules give the same text, in whatever order they come."""
    plain = [{field.name: _plain(getattr(rule, field.name)) for field in fields(rule)} for rule in rules]
    plain.sort(key=lambda each: each["id"])
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> tuple[OfferRule, ...]:
    """Read rules back; raises BadRule for a word that this engine does not know, for it may be a condition."""
    known = {field.name for field in fields(OfferRule)}
    rules = []
    for each in json.loads(text):
        if unknown := sorted(each.keys() - known):
            raise BadRule(f"Offer {each.get('public_id')}: unknown {', '.join(unknown)}.")
        rules.append(OfferRule(**{name: _rich(name, value) for name, value in each.items()}))
    return tuple(rules)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _rich(name: str, value: Any) -> Any:
    if name in ("groups", "skus", "stores"):
        return frozenset(value)
    if name in ("starts_at", "ends_at") and value is not None:
        return datetime.fromisoformat(value)
    return tuple(value) if name == "units_per_money" else value
