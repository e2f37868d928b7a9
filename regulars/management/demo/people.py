"""Invents a person for every household, from a seed: nobody's name together with nobody's phone and nobody's mailbox.

Phones are North American numbers 555-0100 to 555-0199. The numbering plan keeps them for fiction in every area code, a
hundred in each, so 26 area codes are enough for 2,600 households. They are possible and valid for `phonenumbers` and
ring nowhere. The heroine has an area code of her own. Mailboxes are at example.org (RFC 2606), which takes no mail.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from regulars.management.demo.names import CYRILLIC, LATIN
from regulars.management.demo.shopping import Household

SEED = "regulars"
BORN_AS_OF = date(2026, 1, 1)
CYRILLIC_PERCENT = 15

NEW_YORK, CHICAGO = "America/New_York", "America/Chicago"
DENVER, LOS_ANGELES = "America/Denver", "America/Los_Angeles"
EASTERN = {
    201: "Jersey City", 202: "Washington", 203: "Bridgeport", 215: "Philadelphia", 301: "Frederick", 302: "Wilmington",
    305: "Miami", 401: "Providence", 404: "Atlanta", 410: "Baltimore", 412: "Pittsburgh", 413: "Springfield",
    513: "Cincinnati", 518: "Albany", 603: "Manchester", 609: "Trenton", 614: "Columbus", 617: "Boston",
    703: "Arlington", 704: "Charlotte", 716: "Buffalo",
}  # fmt: skip
AREA_CODES: tuple[tuple[int, str, str], ...] = (
    *((code, NEW_YORK, city) for code, city in EASTERN.items()),
    (312, CHICAGO, "Chicago"),
    (314, CHICAGO, "St. Louis"),
    (303, DENVER, "Denver"),
    (213, LOS_ANGELES, "Los Angeles"),
    (415, LOS_ANGELES, "San Francisco"),
)
NUMBERS_PER_CODE = 100
ROOM = len(AREA_CODES) * NUMBERS_PER_CODE
SCATTER = 1103

YOUNGEST_AND_OLDEST = {
    "19-24": (19, 24),
    "25-34": (25, 34),
    "35-44": (35, 44),
    "45-54": (45, 54),
    "55-64": (55, 64),
    "65+": (65, 84),
}
ANY_AGE = (19, 79)

LATIN_OF = dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True))
LATIN_OF |= {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}


@dataclass(frozen=True, slots=True)
class Person:
    """A member to be: the household's one card holder."""

    household: str
    first_name: str
    last_name: str
    phone: str
    email: str
    birth_date: date
    locale: str
    time_zone: str
    city: str

    @property
    def full_name(self) -> str:
        """First name, then last name."""
        return f"{self.first_name} {self.last_name}"


def people(households: Iterable[Household], heroine: str, *, seed: str = SEED) -> Iterator[Person]:
    """Yield Anna first, then a person for every other household, in the order given."""
    yield anna(heroine)
    yield from (person(household, seed=seed) for household in households if household.number != heroine)


def anna(household: str) -> Person:
    """Give the demo's heroine, who shops for `household`; she is the same with every seed."""
    born = date(1979, 5, 14)
    return Person(household, "Anna", "Morgan", "+12125550100", "anna@example.org", born, "en", NEW_YORK, "New York")


def person(household: Household, *, seed: str = SEED) -> Person:
    """Invent the person of a household; the same household and seed always give the same person.

    The phone follows from the household's number alone (1 to 2,600), so two households never share one. About one in
    seven reads Russian and has a name in Cyrillic, so that messages in both alphabets are seen.
    """
    chance = Random(f"{seed}:{household.number}")
    is_cyrillic = chance.randrange(100) < CYRILLIC_PERCENT
    first_names, last_names = chance.choice(CYRILLIC if is_cyrillic else LATIN)
    first, last = chance.choice(first_names), chance.choice(last_names)
    phone, time_zone, city = phone_of(int(household.number))
    mailbox = f"{_ascii(first)}.{_ascii(last)}.{household.number}@example.org"
    locale = "ru" if is_cyrillic else "en"
    born = _birth_date(household.age, chance)
    return Person(household.number, first, last, phone, mailbox, born, locale, time_zone, city)


def phone_of(number: int) -> tuple[str, str, str]:
    """Give the fictional phone of a household's number, and the time zone and the largest city of its area code.

    Raises `ValueError` when there are more households than numbers kept for fiction.
    """
    if not 0 < number <= ROOM:
        raise ValueError(f"Only households 1 to {ROOM} have a phone number kept for fiction.")
    place = number * SCATTER % ROOM
    code, time_zone, city = AREA_CODES[place // NUMBERS_PER_CODE]
    return f"+1{code}55501{place % NUMBERS_PER_CODE:02}", time_zone, city


def _birth_date(band: str, chance: Random) -> date:
    youngest, oldest = YOUNGEST_AND_OLDEST.get(band, ANY_AGE)
    years = chance.randint(youngest, oldest)
    first_day = date(BORN_AS_OF.year - years - 1, 1, 2)
    return first_day + timedelta(days=chance.randrange(365))


def _ascii(name: str) -> str:
    spelled = (LATIN_OF.get(letter, letter) for letter in name.lower())
    return "".join(letter for letter in "".join(spelled) if letter.isascii() and letter.isalpha())
