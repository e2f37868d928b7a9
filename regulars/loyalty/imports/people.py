"""Reads a row of members.csv by the rules that every door has for a person; pure."""

from collections.abc import Sequence
from datetime import date

from regulars.kit.refusal import Refusal
from regulars.loyalty.imports.files import MEMBERS
from regulars.loyalty.imports.values import Context, Wrong
from regulars.loyalty.members import profiles
from regulars.loyalty.members.profiles import Profile

_PLACES = {column.name: place for place, column in enumerate(MEMBERS.columns)}
_TOLD = ("phone", "email", "first_name", "last_name", "time_zone", "city")
_LOCALE = _PLACES["locale"]
_EXPECTED = {
    "phone": "a phone number with the country's code, or in the form of the programme's country",
    "email": "an email address",
    "birth_date": "a date of birth after 1900 and not in the future",
    "locale": f"{' or '.join(profiles.LOCALES)}",
    "time_zone": "a time zone such as Europe/London",
    "first_name": f"at most {profiles.LONGEST_NAME} characters",
    "last_name": f"at most {profiles.LONGEST_NAME} characters",
    "city": f"at most {profiles.LONGEST_NAME} characters",
}


def read(cells: Sequence[str | None], context: Context) -> list[str | None]:
    """The row with phone, mailbox and names in the form that is kept; raises `Wrong`, naming the column."""
    born = cells[_PLACES["birth_date"]]
    told = {name: cells[_PLACES[name]] or "" for name in _TOLD}
    try:
        person = profiles.read(
            Profile(
                birth_date=date.fromisoformat(born) if born else None,
                locale=cells[_LOCALE] or profiles.LOCALES[0],
                **told,
            ),
            region=context.region,
            today=context.at.date(),
        )
    except Refusal as refusal:
        raise Wrong(_EXPECTED.get(refusal.field, refusal.message), refusal.field) from refusal
    read = list(cells)
    for name in _TOLD:
        read[_PLACES[name]] = getattr(person, name)
    return read
