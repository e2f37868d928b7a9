"""What the offers did to the basket, in the words of the till: discounts by name, and one sentence for each offer."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import ngettext

from regulars.loyalty.programme import queries as programme
from regulars.web.shell import figures

KINDS = {"given": "given", "lost": "lost", "below_minimum": "near"}
ORDER = ("given", "near", "lost", "missing")

type Answer = dict[str, Any] | None


def names(answer: Answer) -> dict[str, str]:
    """The offers' names by id."""
    return {each["offer"]: each["name"] for each in answer["outcomes"]} if answer else {}


def discounts(answer: Answer) -> list[dict[str, Any]]:
    """What each offer took off the whole basket."""
    taken: dict[str, int] = {}
    for line in answer["lines"] if answer else ():
        for each in line["discounts"]:
            taken[each["offer"]] = taken.get(each["offer"], 0) + each["amount"]
    named = names(answer)
    return [{"offer": named.get(offer, ""), "amount": amount} for offer, amount in taken.items()]


def explained(answer: Answer) -> list[dict[str, str]]:
    """One sentence for each offer: given ones first, then those that were near."""
    found = [
        {"offer": each["name"], "kind": KINDS.get(each["code"], "missing"), "sentence": _sentence(each)}
        for each in (answer["outcomes"] if answer else ())
    ]
    return sorted(found, key=lambda each: ORDER.index(each["kind"]))


def _sentence(outcome: dict[str, Any]) -> str:
    currency = programme.get().currency
    if outcome["code"] == "below_minimum":
        return f"{figures.money(outcome['missing'], currency)} more gives it."
    if outcome["code"] != "given":
        return str(capfirst(outcome["sentence"].removeprefix(outcome["name"]).strip()))
    if outcome["benefit"] == "discount":
        return f"{figures.money(outcome['amount'], currency)} off."
    points = programme.get_currency()
    amount = figures.points(outcome["amount"], points.decimals)
    return f"{amount} {ngettext('point', 'points', outcome['amount'])}."
