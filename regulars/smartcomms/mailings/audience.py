"""Whom a mailing is for: a small filter that stands in the mailing, said in a sentence and asked as one SELECT."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regulars.kit.refusal import Refusal

ADDRESSES = {"sms": "phone", "email": "email"}  # channel → the customer's column that is its address
LANGUAGES = {"en": "English", "ru": "Russian"}
STATUSES = {
    "": "Everybody; who refused is left out",
    "not_refused": "Those who have not refused the category",
    "on": "Only those for whom the category is on",
}
_CUSTOMERS = "select c.person_id from smartcomms_customers_customer c where not c.is_gone"
_LANGUAGE = "split_part(c.locale, '-', 1) = any(%s::text[])"
_VERIFIED = "c.{address} <> '' and c.{address}_is_verified"
_STATUS = """{exists} (
  select 1 from smartcomms_subscriptions_categorystatus t
    join smartcomms_subscriptions_category k on k.id = t.category_id
   where t.person_id = c.person_id and k.code = %s and t.channel = %s and t.is_on = {is_on})"""


class AudienceNotPossible(Refusal):
    """Nobody can be chosen like that."""

    code = "audience_not_possible"


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody, unless more is said: their languages, how their category stands, whether their address is verified."""

    languages: tuple[str, ...] = ()
    status: str = ""
    is_verified: bool = False

    def stored(self) -> dict[str, Any]:
        """The audience as a mailing keeps it; what was not said is not there."""
        said = {"languages": list(self.languages), "status": self.status, "is_verified": self.is_verified}
        return {name: value for name, value in said.items() if value}

    def check(self, *, category: str) -> None:
        """Refuse what nobody could be chosen by; `category` is the mailing's. Raises `AudienceNotPossible`."""
        if unknown := set(self.languages) - set(LANGUAGES):
            raise AudienceNotPossible(f"Nobody reads “{min(unknown)[:20]}”.", field="audience.languages")
        if self.status not in STATUSES:
            raise AudienceNotPossible("A category is on, or not refused.", field="audience.status")
        if self.status and not category:
            raise AudienceNotPossible(
                "Choose a category first: without one nobody refused it.", field="audience.status"
            )


def read(stored: Mapping[str, Any]) -> Audience:
    """The audience that a mailing keeps."""
    languages = tuple(stored.get("languages", ()))
    return Audience(languages, stored.get("status", ""), bool(stored.get("is_verified", False)))


def sentence(audience: Audience, *, category: str, channel: str) -> str:
    """Say whom it means; `category` is the category's name."""
    named = " or ".join(LANGUAGES.get(each, each) for each in audience.languages)
    parts = [f"who read {named}"] if named else []
    if audience.status:
        parts.append(
            f"for whom “{category}” is on" if audience.status == "on" else f"who have not refused “{category}”"
        )
    if audience.is_verified:
        parts.append("whose phone is verified" if channel == "sms" else "whose mailbox is verified")
    return f"Customers {', '.join(parts)}." if parts else "All customers."


def compile(audience: Audience, *, channel: str, category: str) -> tuple[str, list[Any]]:
    """The audience as one SELECT with the column `person_id`, which names everybody once, and its parameters."""
    conditions: list[str] = [_CUSTOMERS]
    params: list[Any] = []
    if audience.languages:
        conditions.append(_LANGUAGE)
        params.append(list(audience.languages))
    if audience.is_verified:
        conditions.append(_VERIFIED.format(address=ADDRESSES[channel]))
    if audience.status:
        exists, is_on = ("exists", "true") if audience.status == "on" else ("not exists", "false")
        conditions.append(_STATUS.format(exists=exists, is_on=is_on))
        params += [category, channel]
    return " and ".join(conditions), params
