"""A filter as one plain English sentence, and each condition as a phrase; pure.

“None of” is told by the opposites of its conditions, so that nobody has to turn a sentence around in the head.
"""

from collections.abc import Sequence
from functools import singledispatch

from regulars.contract.channels import LABELS, Channel
from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences.conditions import Condition
from regulars.loyalty.audiences.filters import Filter, Group
from regulars.loyalty.audiences.names import Names

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
LANGUAGES = {"en": "English", "ru": "Russian"}


def sentence(filter: Filter, names: Names) -> str:
    """Say whom a filter means: “Members in Tver who bought Dairy in the last 30 days and have at least 500 points”."""
    if not filter.conditions:
        return "All members"
    where, rest = _lead(filter)
    whom = f"Members in {_listed(where.cities, 'or')}" if where else "Members"
    return f"{whom} who {_phrases(rest, names, is_so=True)[0]}" if rest.conditions else whom


def phrase(condition: Condition, names: Names, *, is_so: bool = True) -> str:
    """Say one condition, or its opposite, so that it follows “members who”."""
    return _say(condition, names, is_so)


def _lead(filter: Filter) -> tuple[asked.City | None, Filter]:
    """The one city condition that may stand in front of the others, and the others."""
    cities = [each for each in filter.conditions if isinstance(each, asked.City) and each.is_in]
    if len(cities) != 1 or (filter.match != "all" and len(filter.conditions) > 1) or filter.match == "none":
        return None, filter
    return cities[0], Group("all", tuple(each for each in filter.conditions if each is not cities[0]))


def _phrases(group: Group, names: Names, *, is_so: bool) -> tuple[str, str]:
    """The words of a group or of its opposite, and the word that joins them; empty when there is only one."""
    each_is_so = is_so == (group.match != "none")
    joiner = "and" if (group.match == "any") != is_so else "or"
    said: list[str] = []
    for each in group.conditions:
        if isinstance(each, Group):
            words, inner = _phrases(each, names, is_so=each_is_so)
            said.append(f"({words})" if inner else words)
        else:
            said.append(_say(each, names, each_is_so))
    return _listed(said, joiner), joiner if len(said) > 1 else ""


def _listed(words: Sequence[str], joiner: str) -> str:
    *first, last = words
    return f"{', '.join(first)} {joiner} {last}" if first else last


def _within(days: int) -> str:
    return "in the last day" if days == 1 else f"in the last {days:,} days".replace(",", "\u00a0")


def _turned(verb: str, rest: str, is_so: bool) -> str:
    return f"{verb} {rest}" if is_so else f"do not {verb} {rest}"


@singledispatch
def _say(condition: Condition, names: Names, is_so: bool) -> str:
    raise NotImplementedError(condition.kind)


@_say.register
def _(condition: asked.Consent, names: Names, is_so: bool) -> str:
    what = f"{names.mailing_type(condition.mailing_type)} by {LABELS[Channel(condition.channel)]}"
    return _turned("allow", what, is_so == condition.is_on)


@_say.register
def _(condition: asked.City, names: Names, is_so: bool) -> str:
    return _turned("live", f"in {_listed(condition.cities, 'or')}", is_so == condition.is_in)


@_say.register
def _(condition: asked.BirthdayMonth, names: Names, is_so: bool) -> str:
    months = _listed([MONTHS[month - 1] for month in condition.months], "or")
    return _turned("have", f"their birthday in {months}", is_so)


@_say.register
def _(condition: asked.BirthdaySoon, names: Names, is_so: bool) -> str:
    when = {0: "today", 1: "today or tomorrow"}.get(condition.days, f"within the next {condition.days} days")
    return _turned("have", f"their birthday {when}", is_so)


@_say.register
def _(condition: asked.BoughtCategory, names: Names, is_so: bool) -> str:
    verb = "bought" if is_so == condition.has_bought else "did not buy"
    often = f" at least {condition.times} times" if condition.times > 1 else ""
    return f"{verb} {names.group(condition.group)}{often} {_within(condition.days)}"


@_say.register
def _(condition: asked.PointsBalance, names: Names, is_so: bool) -> str:
    least, most = condition.least, condition.most
    if least is None:
        amount = f"at most {names.amount(most or 0, condition.currency)}"
    elif most is None:
        amount = f"at least {names.amount(least, condition.currency)}"
    elif least == most:
        amount = f"exactly {names.amount(least, condition.currency)}"
    else:
        amount = f"between {names.amount(least, condition.currency)} and {names.amount(most, condition.currency)}"
    return _turned("have", f"{amount} {names.currency(condition.currency)}", is_so)


@_say.register
def _(condition: asked.Registered, names: Names, is_so: bool) -> str:
    verb = "joined" if is_so else "did not join"
    if condition.before is None:
        return f"{verb} {_within(condition.days or 0)}"
    day = condition.before
    return f"{verb} before {day.day} {MONTHS[day.month - 1]} {day.year}"


@_say.register
def _(condition: asked.LastPurchase, names: Names, is_so: bool) -> str:
    return f"bought {'something' if is_so == condition.is_within else 'nothing'} {_within(condition.days)}"


@_say.register
def _(condition: asked.Language, names: Names, is_so: bool) -> str:
    languages = _listed([LANGUAGES.get(each, each) for each in condition.locales], "or")
    return f"are {'' if is_so else 'not '}written to in {languages}"
