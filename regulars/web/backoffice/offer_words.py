"""An offer as one sentence, and what a publication changes for the tills in words; the same words wherever offers are shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.loyalty.goods import queries as goods
from regulars.loyalty.offers.engine.rule import OfferRule
from regulars.loyalty.offers.rules import Difference
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Partner
from regulars.web.backoffice import amounts
from regulars.web.shell import figures, sentences

MOST = 4


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called; a code that nobody knows stands for itself."""

    groups: Mapping[str, str]
    products: Mapping[str, str]
    stores: Mapping[str, str]
    partners: Mapping[int, str]

    @classmethod
    def of(cls, rules: Iterable[OfferRule]) -> "Names":
        """Look up the names that some offers need, with four statements."""
        skus = sorted({sku for rule in rules for sku in rule.skus})
        return cls(
            {each.code: each.name for each in goods.list_groups()},
            {sku: each.name for sku, each in goods.find_by_sku(skus).items()} if skus else {},
            {each.code: each.name for each in stores.list_stores()},
            dict(Partner.objects.values_list("pk", "name")),
        )


def sentence(rule: OfferRule, names: Names) -> str:
    """Who gets what on which goods, where and when; and how it stands to other offers."""
    who = "Members" if rule.needs_member else "Everybody"
    told = [f"{who} get {_gain(rule, names)}", _where(rule, names), _least(rule), _when(rule)]
    return " ".join([f"{' '.join(filter(None, told))}.", *_afterwards(rule)])


def changes(found: Difference, names: Names) -> list[tuple[str, str, list[str]]]:
    """What tills will do otherwise: a word, the offer's name, and the sentences about it."""
    return [
        *(("Begins", rule.name, [sentence(rule, names)]) for rule in found.begun),
        *(("Changes", after.name, _alterations(before, after, names)) for before, after in found.altered),
        *(("Ends", rule.name, [sentence(rule, names)]) for rule in found.ended),
    ]


def _gain(rule: OfferRule, names: Names) -> str:
    percent = figures.percent(rule.basis_points)
    on = _goods(rule, names)
    if rule.benefit == "points":
        return f"{percent} of what they pay{f' for {on}' if on else ''} as points"
    return f"{percent} off {on or 'the whole receipt'}"


def _goods(rule: OfferRule, names: Names) -> str:
    called = [names.groups.get(code, code) for code in sorted(rule.groups)]
    called += [names.products.get(sku, sku) for sku in sorted(rule.skus)]
    return _few([f"“{each}”" for each in called])


def _where(rule: OfferRule, names: Names) -> str:
    if rule.stores:
        return f"in {_few([names.stores.get(code, code) for code in sorted(rule.stores)])}"
    return f"in the stores of {names.partners.get(rule.partner_id, 'its partner')}" if rule.partner_id else ""


def _least(rule: OfferRule) -> str:
    return f"when the receipt is at least {amounts.in_money(rule.minimum_total)}" if rule.minimum_total else ""


def _when(rule: OfferRule) -> str:
    begins = f"from {figures.moment(rule.starts_at)}" if rule.starts_at else ""
    ends = f"until {figures.moment(rule.ends_at)}" if rule.ends_at else ""
    return " ".join(filter(None, [begins, ends]))


def _afterwards(rule: OfferRule) -> list[str]:
    said = []
    if rule.benefit == "points":
        usable = f"after {_days(rule.activation_days)}" if rule.activation_days else "at once"
        expire = f"expire after {_days(rule.lifetime_days)}" if rule.lifetime_days else "never expire"
        said.append(f"The points can be used {usable} and {expire}.")
    if rule.is_cumulative:
        return [*said, "It adds to what other offers give."]
    return [*said, f"Where several offers compete, the highest priority wins; this one has {rule.priority}."]


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"


def _few(called: Sequence[str]) -> str:
    shown = list(called[:MOST])
    if more := len(called) - len(shown):
        shown.append(f"{more} more")
    return sentences.joined(shown, "%(first)s and %(last)s")


type Writer = Callable[[Any], str]


def _moment(value: datetime | None) -> str:
    return figures.moment(value) if value else "open"


def _yes_no(value: object) -> str:
    return "yes" if value else "no"


def _alterations(before: OfferRule, after: OfferRule, names: Names) -> list[str]:
    """Each part that differs: what it was, and what it will be."""
    parts: tuple[tuple[str, str, Writer], ...] = (
        ("name", "Name", str),
        ("benefit", "Gives", str),
        ("basis_points", "Percent", figures.percent),
        ("stores", "Stores", lambda codes: _few([names.stores.get(code, code) for code in sorted(codes)]) or "all"),
        ("partner_id", "Partner", lambda value: names.partners.get(value, "all partners")),
        ("members_only", "Members only", _yes_no),
        ("minimum_total", "Smallest receipt", amounts.in_money),
        ("priority", "Priority", str),
        ("is_cumulative", "Adds to other offers", _yes_no),
        ("starts_at", "From", _moment),
        ("ends_at", "Until", _moment),
        ("activation_days", "Usable after days", str),
        ("lifetime_days", "Expire after days", lambda value: str(value) if value else "never"),
        ("units_per_money", "Worth of points", lambda worth: f"{worth[1]} for {worth[0]}"),
    )
    told = [
        f"{title}: {write(getattr(before, field))} → {write(getattr(after, field))}"
        for field, title, write in parts
        if getattr(before, field) != getattr(after, field)
    ]
    goods_of = [_goods(rule, names) or "the whole receipt" for rule in (before, after)]
    if (before.groups, before.skus) != (after.groups, after.skus):
        told.append(f"Goods: {goods_of[0]} → {goods_of[1]}")
    return told
