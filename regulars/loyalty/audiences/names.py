"""What the codes in filters mean: names of groups, mailing types and currencies, and which codes there are; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from regulars.contract.channels import LABELS, Channel
from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences.conditions import Condition, FilterNotPossible
from regulars.loyalty.audiences.filters import Filter, Group

GAP = "\u00a0"


@dataclass(frozen=True, slots=True)
class MailingTypeNamed:
    """A mailing type: its name and the channels it may use."""

    name: str
    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class CurrencyNamed:
    """A currency of points: its name and how many decimals its smallest units are written with."""

    name: str
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """What is behind the codes, each by its code."""

    mailing_types: Mapping[str, MailingTypeNamed] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    currencies: Mapping[str, CurrencyNamed] = field(default_factory=dict)

    def mailing_type(self, code: str) -> str:
        """The name of a mailing type, or its bare code."""
        known = self.mailing_types.get(code)
        return known.name if known else code

    def group(self, code: str) -> str:
        """The name of a product group, or its bare code."""
        return self.groups.get(code, code)

    def currency(self, code: str) -> str:
        """What a currency is called in a sentence: only where there are several it must be told apart."""
        return self.currencies[code].name if code in self.currencies and len(self.currencies) > 1 else "points"

    def amount(self, units: int, code: str) -> str:
        """Smallest units of a currency as people write them: 1 500, 12.50."""
        known = self.currencies.get(code)
        decimals = known.decimals if known else 0
        return f"{Decimal(units).scaleb(-decimals):,.{decimals}f}".replace(",", GAP)

    def check(self, condition: Condition, place: str = "") -> None:
        """Raise `FilterNotPossible` for a code that nothing stands behind; `place` is where the condition stands."""
        prefix = f"{place}." if place else ""
        if isinstance(condition, asked.BoughtCategory) and condition.group not in self.groups:
            raise FilterNotPossible(f"There is no product group “{condition.group}”.", field=f"{prefix}group")
        if isinstance(condition, asked.PointsBalance) and condition.currency not in self.currencies:
            raise FilterNotPossible(
                f"There is no currency of points “{condition.currency}”.", field=f"{prefix}currency"
            )
        if isinstance(condition, asked.Consent):
            self._check_consent(condition, prefix)

    def _check_consent(self, condition: asked.Consent, prefix: str) -> None:
        known = self.mailing_types.get(condition.mailing_type)
        if known is None:
            raise FilterNotPossible(
                f"There is no mailing type “{condition.mailing_type}”.", field=f"{prefix}mailing_type"
            )
        if condition.channel not in known.channels:
            label = LABELS[Channel(condition.channel)]
            raise FilterNotPossible(f"“{known.name}” does not use {label}.", field=f"{prefix}channel")

    def check_all(self, filter: Filter, place: str = "") -> None:
        """Raise `FilterNotPossible` for the first unknown code of a filter."""
        for number, each in enumerate(filter.conditions):
            at = f"{place}conditions.{number}"
            if isinstance(each, Group):
                self.check_all(each, f"{at}.")
            else:
                self.check(each, at)
