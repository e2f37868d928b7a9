"""What somebody says about themselves, and how it is brought into one form before it is kept; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from regulars.kit import phone as phones
from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable, tidy
from regulars.loyalty.programme import zones

LOCALES = ("en", "ru")
LONGEST_NAME = 100
OLDEST_BIRTH = date(1900, 1, 1)
_MAILBOX = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")


class ProfileNotPossible(Refusal):
    """A field of a profile cannot be what was given."""

    code = "profile_not_possible"


@dataclass(frozen=True, slots=True)
class Profile:
    """A person's details; `external_number` is their number in another system, from which imports know them."""

    phone: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    locale: str = "en"
    time_zone: str = ""
    external_number: str = ""
    city: str = ""

    def identifiers(self) -> dict[str, str]:
        """By what the person is recognised: kind to value, only those that are given."""
        named = {"phone": self.phone, "email": self.email, "external": self.external_number}
        return {kind: value for kind, value in named.items() if value}


FIELDS = tuple(field.name for field in fields(Profile))


def read(profile: Profile, *, region: str, today: date) -> Profile:
    """Bring a profile into the form that is kept; raises `BadPhone` or `ProfileNotPossible`, naming the field.

    `region` (ISO 3166) reads phone numbers in national form; nobody is born after `today`.
    """
    for field in fields(profile):
        value = getattr(profile, field.name)
        if isinstance(value, str) and not is_storable(value):
            raise ProfileNotPossible("The text holds a character that cannot be stored.", field=field.name)
    return replace(
        profile,
        phone=phones.normalise(profile.phone, region) if profile.phone.strip() else "",
        email=_mailbox(profile.email),
        first_name=_name(profile.first_name, "first_name"),
        last_name=_name(profile.last_name, "last_name"),
        birth_date=_birth_date(profile.birth_date, today),
        locale=_locale(profile.locale),
        time_zone=zones.checked(profile.time_zone) if profile.time_zone else "",
        external_number=_name(profile.external_number, "external_number"),
        city=_name(profile.city, "city"),
    )


def changed(profile: Profile, changes: Mapping[str, Any]) -> Profile:
    """The profile with some fields replaced; raises `ProfileNotPossible` for a field that profiles do not have."""
    if unknown := set(changes) - set(FIELDS):
        raise ProfileNotPossible("A profile has no such field.", field=min(unknown))
    return replace(profile, **changes)


def _name(raw: str, field: str) -> str:
    name = tidy(raw)
    if len(name) > LONGEST_NAME:
        raise ProfileNotPossible(f"This is longer than {LONGEST_NAME} characters.", field=field)
    return name


def _mailbox(raw: str) -> str:
    mailbox = raw.strip().lower()
    if mailbox and (len(mailbox) > 254 or not _MAILBOX.fullmatch(mailbox)):
        raise ProfileNotPossible(f"“{raw[:60]}” does not look like an email address.", field="email")
    return mailbox


def _birth_date(born: date | None, today: date) -> date | None:
    if born is not None and not OLDEST_BIRTH <= born <= today:
        raise ProfileNotPossible("The date of birth is after 1900 and not in the future.", field="birth_date")
    return born


def _locale(raw: str) -> str:
    if raw not in LOCALES:
        raise ProfileNotPossible("Members' pages and texts exist in English (en) and Russian (ru).", field="locale")
    return raw
