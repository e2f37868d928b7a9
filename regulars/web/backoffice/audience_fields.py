"""The fields of each condition: how its parts are written into a row of the builder, and read back from what was typed."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import singledispatch
from typing import Any

from regulars.contract.channels import LABELS, LOYALTY_CHANNELS
from regulars.kit.text import is_storable, tidy
from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences.conditions import Condition, FilterNotPossible
from regulars.loyalty.audiences.names import Names
from regulars.loyalty.audiences.sentences import LANGUAGES, MONTHS
from regulars.loyalty.subscriptions import base_types

type Said = Mapping[str, list[str]]
_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{0,4})?")
LONGEST = 200  # characters of one field that are looked at
# What stands in the fields of a condition that was just chosen.
FIRST: Mapping[str, Said] = {
    "bought_category": {"days": ["30"], "times": ["1"]},
    "last_purchase": {"days": ["30"]},
    "birthday_soon": {"days": ["7"]},
    "registered": {"days": ["30"]},
    "points_balance": {"least": ["100"]},
    "consent": {"mailing_type": [base_types.MAILINGS]},
}


def choices(names: Names) -> dict[str, Any]:
    """What the selects offer."""
    return {
        "mailing_types": [(code, known.name) for code, known in names.mailing_types.items()],
        "channels": [(str(channel), LABELS[channel]) for channel in LOYALTY_CHANNELS],
        "groups": [group_label(code, names) for code in names.groups],
        "currencies": [(code, known.name) for code, known in names.currencies.items()],
        "months": [(str(place), name) for place, name in enumerate(MONTHS, start=1)],
        "languages": list(LANGUAGES.items()),
    }


def group_label(code: str, names: Names) -> str:
    """A product group as it is typed and shown: its name, with the code where the name alone would not tell."""
    name = names.group(code)
    is_alone = sum(1 for other in names.groups.values() if other == name) <= 1
    return name if is_alone and name else f"{name} ({code})"


def gathered(said: Said, spelled: Mapping[str, str]) -> dict[str, list[str]]:
    """What was typed, in short storable pieces; a city that was typed joins those that are ticked, well spelled."""
    kept = {name: [value[:LONGEST] for value in values if is_storable(value)] for name, values in said.items()}
    added = [spelled.get(city.lower(), city) for value in kept.pop("city", []) if (city := tidy(value))]
    if added or "cities" in kept:
        listed = [*kept.get("cities", []), *added]
        kept["cities"] = list({value.lower(): value for value in reversed(listed) if value}.values())[::-1]
    return kept


@singledispatch
def _write(condition: Condition, names: Names) -> dict[str, Any]:
    raise NotImplementedError(condition.kind)


def write(condition: Condition, names: Names) -> dict[str, list[str]]:
    """The parts of a condition as the fields of a row."""
    said = _write(condition, names)
    return {name: value if isinstance(value, list) else [str(value)] for name, value in said.items()}


@_write.register
def _(condition: asked.Consent, names: Names) -> dict[str, Any]:
    return {"mailing_type": condition.mailing_type, "channel": condition.channel, "so": _yes(condition.is_on)}


@_write.register
def _(condition: asked.City, names: Names) -> dict[str, Any]:
    return {"cities": list(condition.cities), "so": _yes(condition.is_in)}


@_write.register
def _(condition: asked.BirthdayMonth, names: Names) -> dict[str, Any]:
    return {"months": [str(month) for month in condition.months]}


@_write.register
def _(condition: asked.BirthdaySoon, names: Names) -> dict[str, Any]:
    return {"days": condition.days}


@_write.register
def _(condition: asked.BoughtCategory, names: Names) -> dict[str, Any]:
    label = group_label(condition.group, names)
    return {"group": label, "days": condition.days, "times": condition.times, "so": _yes(condition.has_bought)}


@_write.register
def _(condition: asked.PointsBalance, names: Names) -> dict[str, Any]:
    least, most = (
        "" if units is None else names.amount(units, condition.currency).replace("\u00a0", "")
        for units in (condition.least, condition.most)
    )
    compare = "between" if least and most else "least" if least else "most"
    return {"currency": condition.currency, "compare": compare, "least": least, "most": most}


@_write.register
def _(condition: asked.Registered, names: Names) -> dict[str, Any]:
    if condition.before is not None:
        return {"when": "before", "before": condition.before.isoformat()}
    return {"when": "days", "days": condition.days}


@_write.register
def _(condition: asked.LastPurchase, names: Names) -> dict[str, Any]:
    return {"days": condition.days, "so": _yes(condition.is_within)}


@_write.register
def _(condition: asked.Language, names: Names) -> dict[str, Any]:
    return {"locales": list(condition.locales)}


def read(kind: str, said: Said, names: Names) -> dict[str, Any]:
    """The parts that were typed, as JSON; raises `FilterNotPossible` with the field that is wrong."""
    reader = _READERS.get(kind)
    if reader is None:
        raise FilterNotPossible("Choose what must be true.", field="kind")
    return reader(said, names)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _first(said: Said, name: str) -> str:
    return said.get(name, [""])[-1].strip() if said.get(name) else ""


def _is_so(said: Said) -> bool:
    return _first(said, "so") != "no"


def _number(said: Said, name: str) -> int | str:
    """A whole number as typed, spaces between thousands allowed; what is none is refused where it is read."""
    return _whole("".join(_first(said, name).split()))


def _whole(typed: str) -> int | str:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else typed


def _group(said: Said, names: Names) -> str:
    typed = tidy(_first(said, "group"))
    if not typed:
        raise FilterNotPossible("Choose a product group.", field="group")
    if typed in names.groups:
        return typed
    found = [code for code in names.groups if group_label(code, names).lower() == typed.lower()]
    if len(found) != 1:
        raise FilterNotPossible(f"There is no product group “{typed[:60]}”. Choose one of the list.", field="group")
    return found[0]


def _units(said: Said, name: str, decimals: int) -> int:
    typed = "".join(_first(said, name).split()).replace(",", ".")
    if not _AMOUNT.fullmatch(typed):
        raise FilterNotPossible("Give a number of points.", field=name)
    amount = Decimal(typed).scaleb(decimals)
    if amount != amount.to_integral_value():
        worded = f"at most {decimals} digits after the point" if decimals else "whole points"
        raise FilterNotPossible(f"Give a number of points with {worded}.", field=name)
    return int(amount)


def _balance(said: Said, names: Names) -> dict[str, Any]:
    currency = _first(said, "currency") or next(iter(names.currencies), "")
    known = names.currencies.get(currency)
    decimals, compare = known.decimals if known else 0, _first(said, "compare") or "least"
    ends = ("least", "most") if compare == "between" else (compare,)
    return {"currency": currency, **{end: _units(said, end, decimals) for end in ends if end in ("least", "most")}}


def _registered(said: Said, names: Names) -> dict[str, Any]:
    return {"before": _first(said, "before")} if _first(said, "when") == "before" else {"days": _number(said, "days")}


_READERS: Mapping[str, Callable[[Said, Names], dict[str, Any]]] = {
    "consent": lambda said, names: {
        "mailing_type": _first(said, "mailing_type"), "channel": _first(said, "channel"), "is_on": _is_so(said)
    },
    "city": lambda said, names: {"cities": list(said.get("cities", [])), "is_in": _is_so(said)},
    "birthday_month": lambda said, names: {"months": [_whole(month) for month in said.get("months", [])]},
    "birthday_soon": lambda said, names: {"days": _number(said, "days")},
    "bought_category": lambda said, names: {
        "group": _group(said, names), "days": _number(said, "days"),
        "times": _number(said, "times") if _first(said, "times") else 1,
        "has_bought": _is_so(said),
    },
    "points_balance": _balance,
    "registered": _registered,
    "last_purchase": lambda said, names: {"days": _number(said, "days"), "is_within": _is_so(said)},
    "language": lambda said, names: {"locales": list(said.get("locales", []))},
}  # fmt: skip
