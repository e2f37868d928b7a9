"""Published offers, compiled once into bitmaps: one bit for each offer, the strongest offer first."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, compress, count
from operator import or_
from types import MappingProxyType

from regulars.loyalty.offers.engine.outcome import BARRIERS, Barrier, Outcome
from regulars.loyalty.offers.engine.receipt import Line, Receipt
from regulars.loyalty.offers.engine.rule import BadRule, OfferRule

TRUTH = bytes.maketrans(b"01", b"\0\1")


def ones(bits: int) -> Iterable[int]:
    """Return the places of the ones, in whatever order is quickest."""
    if bits.bit_count() * 24 > bits.bit_length():
        return compress(count(), bin(bits)[:1:-1].encode().translate(TRUTH))
    return _few_ones(bits)


def _few_ones(bits: int) -> list[int]:
    places = []
    while bits:
        place = bits.bit_length() - 1
        places.append(place)
        bits ^= 1 << place
    return places


@dataclass(frozen=True, slots=True)
class Timeline:
    """Which offers have a moment of theirs behind them, found by bisection."""

    moments: tuple[datetime, ...]
    passed: tuple[int, ...]  # passed[n]: once n of the moments are behind

    def at(self, moment: datetime) -> int:
        """Return the offers whose moment has come, to the microsecond."""
        return self.passed[bisect_right(self.moments, moment)]


@dataclass(frozen=True, slots=True)
class Choice[Answer: Hashable]:
    """One question of the prefilter: the offers that accept an answer, and those that do not care."""

    indifferent: int
    accepting: Mapping[Answer, int]

    def refused_by(self, answer: Answer, everything: int) -> int:
        """Return the offers that want another answer."""
        return everything ^ (self.indifferent | self.accepting.get(answer, 0))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable version of all offers; compare and keep its `version`, ask only `price` for the rest."""

    version: int
    rules: tuple[OfferRule, ...]  # the strongest first; an offer's place here is its bit
    everything: int
    discounts: int
    points: int
    cumulative: int
    member_needed: int
    whole_receipt: int
    partners: Choice[int | None]
    stores: Choice[str]
    skus: Mapping[str, int]
    groups: Mapping[str, int]
    starts: Timeline
    ends: Timeline
    barred: Mapping[Barrier, tuple[Outcome, ...]]  # ready-made: most offers fail for the same few reasons

    def targets(self, line: Line) -> int:
        """Return the offers that can act on this line."""
        mask = self.whole_receipt
        if line.is_listed:
            mask |= self.skus.get(line.sku, 0)
            for group in line.groups:
                mask |= self.groups.get(group, 0)
        return mask

    def barriers(self, receipt: Receipt, reached: int) -> tuple[list[tuple[Barrier, int]], int]:
        """Return who fails for what, each offer once, and who remains; `reached`: the offers that find goods."""
        at, everything = receipt.at.astimezone(UTC), self.everything
        failing: dict[Barrier, int] = {
            "not_yet": everything ^ self.starts.at(at),
            "over": self.ends.at(at),
            "other_partner": self.partners.refused_by(receipt.partner_id, everything),
            "other_store": self.stores.refused_by(receipt.store, everything),
            "needs_member": 0 if receipt.member else self.member_needed,
            "cannot_earn": self.points if receipt.member and not receipt.member.can_earn else 0,
            "no_goods": everything ^ reached,
        }
        open_offers, told = everything, []
        for barrier in BARRIERS:
            bits = failing[barrier] & open_offers
            open_offers ^= bits
            told.append((barrier, bits))
        return told, open_offers


def compile(rules: Iterable[OfferRule], version: int) -> Snapshot:
    """Build the snapshot that a publication of these rules is; raises BadRule when they contradict each other."""
    ranked = tuple(sorted(rules, key=lambda rule: rule.strength))
    _refuse_contradictions(ranked)
    return Snapshot(
        version=version,
        rules=ranked,
        everything=(1 << len(ranked)) - 1,
        discounts=_where(ranked, lambda rule: rule.benefit == "discount"),
        points=_where(ranked, lambda rule: rule.benefit == "points"),
        cumulative=_where(ranked, lambda rule: rule.is_cumulative),
        member_needed=_where(ranked, lambda rule: rule.needs_member),
        whole_receipt=_where(ranked, lambda rule: rule.scope == "receipt"),
        partners=Choice(
            _where(ranked, lambda rule: rule.partner_id is None),
            _postings(ranked, lambda rule: () if rule.partner_id is None else (rule.partner_id,)),
        ),
        stores=Choice(_where(ranked, lambda rule: not rule.stores), _postings(ranked, lambda rule: rule.stores)),
        skus=_postings(ranked, lambda rule: rule.skus),
        groups=_postings(ranked, lambda rule: rule.groups),
        starts=_timeline(ranked, lambda rule: rule.starts_at, _where(ranked, lambda rule: rule.starts_at is None)),
        ends=_timeline(ranked, lambda rule: rule.ends_at, 0),
        barred=MappingProxyType({each: tuple(Outcome(rule.id, each) for rule in ranked) for each in BARRIERS}),
    )


def _refuse_contradictions(rules: tuple[OfferRule, ...]) -> None:
    ids: set[int] = set()
    rates: dict[str, tuple[int, int]] = {}
    for rule in rules:
        if rule.id in ids:
            raise BadRule(f"Offer {rule.public_id or rule.id} is there twice.")
        ids.add(rule.id)
        # Offers of points compete by what they are worth, so a currency is worth one thing at a time.
        if rule.benefit == "points" and rates.setdefault(rule.currency, rule.units_per_money) != rule.units_per_money:
            raise BadRule(f"Points of {rule.currency} cannot be worth two different sums.")


def _where(rules: tuple[OfferRule, ...], is_so: Callable[[OfferRule], bool]) -> int:
    return _bits(place for place, rule in enumerate(rules) if is_so(rule))


def _bits(places: Iterable[int]) -> int:
    row = bytearray()
    for place in places:
        byte = place >> 3
        if byte >= len(row):
            row.extend(bytes(byte + 1 - len(row)))
        row[byte] |= 1 << (place & 7)
    return int.from_bytes(row, "little")


def _postings[Answer: Hashable](
    rules: tuple[OfferRule, ...], answers: Callable[[OfferRule], Iterable[Answer]]
) -> Mapping[Answer, int]:
    """Answer → the offers that accept it; answers that the same offers accept share one number."""
    places: defaultdict[Answer, list[int]] = defaultdict(list)
    for place, rule in enumerate(rules):
        for answer in answers(rule):
            places[answer].append(place)
    shared: dict[tuple[int, ...], int] = {}
    for row in map(tuple, places.values()):
        if row not in shared:
            shared[row] = _bits(row)
    return MappingProxyType({answer: shared[tuple(row)] for answer, row in places.items()})


def _timeline(rules: tuple[OfferRule, ...], moment: Callable[[OfferRule], datetime | None], always: int) -> Timeline:
    postings = _postings(rules, lambda rule: [when] if (when := moment(rule)) else [])
    moments = tuple(sorted(postings))
    return Timeline(moments, tuple(accumulate((postings[when] for when in moments), or_, initial=always)))
