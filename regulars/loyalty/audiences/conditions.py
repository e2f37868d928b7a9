"""The words of filters: one frozen dataclass per condition, each with the form that its parts must have; pure.

A part is read from JSON and written back by its own name. Units: days are whole days in the programme's zone, points are
smallest units, months are 1 to 12.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date
from typing import Any, ClassVar

from regulars.contract.channels import LOYALTY_CHANNELS
from regulars.kit.money import MAX_MONEY
from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable, tidy
from regulars.loyalty.members.profiles import LOCALES

LONGEST_LIST = 200
LONGEST_WORD = 100
MOST_DAYS = 3650
MOST_TIMES = 1000

type Reader = Callable[[str, Any], Any]


class FilterNotPossible(Refusal):
    """A filter cannot be what was given; the field is the place, such as `conditions.2.days`."""

    code = "filter_not_possible"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is true of a member or not; subclasses name it and its parts."""

    kind: ClassVar[str] = ""

    def check(self, place: str) -> None:
        """Raise `FilterNotPossible` when the parts do not fit together."""


def part(read: Reader, **options: Any) -> Any:
    """A part of a condition: how it is read from JSON."""
    return field(metadata={"read": read}, **options)


def whole(least: int, most: int) -> Reader:
    """A whole number between two others."""

    def read(place: str, raw: Any) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
            raise FilterNotPossible(f"Give a whole number from {least:,} to {most:,}.", field=place)
        return raw

    return read


def optional(read: Reader) -> Reader:
    """The same, or nothing."""
    return lambda place, raw: None if raw is None else read(place, raw)


def truth(place: str, raw: Any) -> bool:
    """Yes or no."""
    if not isinstance(raw, bool):
        raise FilterNotPossible("Say true or false.", field=place)
    return raw


def word(place: str, raw: Any) -> str:
    """A short text, brought into one form."""
    if not isinstance(raw, str) or not is_storable(raw) or not (said := tidy(raw)):
        raise FilterNotPossible("Choose something.", field=place)
    if len(said) > LONGEST_WORD:
        raise FilterNotPossible(f"This is longer than {LONGEST_WORD} characters.", field=place)
    return said


def among(*known: str) -> Reader:
    """One of these words."""

    def read(place: str, raw: Any) -> str:
        if raw not in known:
            raise FilterNotPossible(f"Choose one of: {', '.join(known)}.", field=place)
        return str(raw)

    return read


def several(read_one: Reader) -> Reader:
    """A list of different things, at least one; the order says nothing, so it is sorted."""

    def read(place: str, raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list | tuple) or not raw:
            raise FilterNotPossible("Choose at least one.", field=place)
        if len(raw) > LONGEST_LIST:
            raise FilterNotPossible(f"Choose at most {LONGEST_LIST}.", field=place)
        return tuple(sorted({read_one(place, each) for each in raw}))

    return read


def day(place: str, raw: Any) -> date:
    """A day, written 2026-11-24 in JSON."""
    try:
        said = date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise FilterNotPossible("Give a day, written like 2026-11-24.", field=place) from None
    if not 1900 <= said.year <= 2999:
        raise FilterNotPossible("Give a day of this time, written like 2026-11-24.", field=place)
    return said


@dataclass(frozen=True, slots=True)
class Consent(Condition):
    """The member allows, or does not allow, one mailing type over one channel."""

    kind: ClassVar[str] = "consent"
    mailing_type: str = part(word)
    channel: str = part(among(*map(str, LOYALTY_CHANNELS)))
    is_on: bool = part(truth, default=True)


@dataclass(frozen=True, slots=True)
class City(Condition):
    """The member lives in one of these cities, or in none of them; capital letters do not matter.

    Who told no city lives in none of them.
    """

    kind: ClassVar[str] = "city"
    cities: tuple[str, ...] = part(several(word))
    is_in: bool = part(truth, default=True)


@dataclass(frozen=True, slots=True)
class BirthdayMonth(Condition):
    """The member was born in one of these months."""

    kind: ClassVar[str] = "birthday_month"
    months: tuple[int, ...] = part(several(whole(1, 12)))


@dataclass(frozen=True, slots=True)
class BirthdaySoon(Condition):
    """The member's birthday is today or within the next days.

    Who was born on 29 February has their birthday on the 28th in years without one: a wish comes early, never late.
    """

    kind: ClassVar[str] = "birthday_soon"
    days: int = part(whole(0, 366))


@dataclass(frozen=True, slots=True)
class BoughtCategory(Condition):
    """The member bought something of a product group or of a group below it, on so many receipts, or did not."""

    kind: ClassVar[str] = "bought_category"
    group: str = part(word)
    days: int = part(whole(1, MOST_DAYS))
    times: int = part(whole(1, MOST_TIMES), default=1)
    has_bought: bool = part(truth, default=True)


@dataclass(frozen=True, slots=True)
class PointsBalance(Condition):
    """The member has so many usable points of a currency: at least, at most, or between. Who has none has 0."""

    kind: ClassVar[str] = "points_balance"
    currency: str = part(word)
    least: int | None = part(optional(whole(0, MAX_MONEY)), default=None)
    most: int | None = part(optional(whole(0, MAX_MONEY)), default=None)

    def check(self, place: str) -> None:
        """At least one end, and the lower one first."""
        if self.least is None and self.most is None:
            raise FilterNotPossible("Say how many points.", field=f"{place}least")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise FilterNotPossible("The second number is smaller than the first.", field=f"{place}most")


@dataclass(frozen=True, slots=True)
class Registered(Condition):
    """The member joined within the last days, or before a day."""

    kind: ClassVar[str] = "registered"
    days: int | None = part(optional(whole(1, MOST_DAYS)), default=None)
    before: date | None = part(optional(day), default=None)  # noqa: RUF009  (a field, as the others)

    def check(self, place: str) -> None:
        """One of both."""
        if (self.days is None) == (self.before is None):
            raise FilterNotPossible("Say within how many days, or before which day.", field=f"{place}days")


@dataclass(frozen=True, slots=True)
class LastPurchase(Condition):
    """The member bought something within the last days, or did not; who never bought did not."""

    kind: ClassVar[str] = "last_purchase"
    days: int = part(whole(1, MOST_DAYS))
    is_within: bool = part(truth, default=True)


@dataclass(frozen=True, slots=True)
class Language(Condition):
    """The member reads one of these languages."""

    kind: ClassVar[str] = "language"
    locales: tuple[str, ...] = part(several(among(*LOCALES)))


KINDS: Mapping[str, type[Condition]] = {
    known.kind: known
    for known in (
        Consent, City, BirthdayMonth, BirthdaySoon, BoughtCategory, PointsBalance, Registered, LastPurchase, Language
    )
}  # fmt: skip


def read(raw: Mapping[str, Any], place: str = "") -> Condition:
    """Read one condition from JSON; raises `FilterNotPossible`, naming the place below `place`."""
    prefix = f"{place}." if place else ""
    kind = raw.get("kind")
    known = KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise FilterNotPossible("There is no such condition.", field=f"{prefix}kind")
    parts: dict[str, Field[Any]] = {each.name: each for each in fields(known)}
    if unknown := sorted(set(map(str, raw)) - parts.keys() - {"kind"}):
        raise FilterNotPossible("This condition has no such part.", field=f"{prefix}{unknown[0][:LONGEST_WORD]}")
    given = {name: parts[name].metadata["read"](f"{prefix}{name}", raw[name]) for name in parts if name in raw}
    for name, each in parts.items():
        if name not in given and each.default is MISSING:
            raise FilterNotPossible("This is missing.", field=f"{prefix}{name}")
    condition = known(**given)
    condition.check(prefix)
    return condition


def to_json(condition: Condition) -> dict[str, Any]:
    """Write a condition as JSON: its kind, then its parts in their order; what is not said is left out."""
    said = {each.name: getattr(condition, each.name) for each in fields(condition)}
    return {"kind": condition.kind, **{name: _plain(value) for name, value in said.items() if value is not None}}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value
