"""The demo's people are invented from a seed: always the same, each reachable at an address that is nobody's."""

import re
from datetime import date

import phonenumbers
import pytest
from phonenumbers import timezone

from regulars.management.demo.people import AREA_CODES, ROOM, Person, people, person, phone_of
from regulars.management.demo.shopping import Household

HOUSEHOLDS = [Household(str(number), age="35-44" if number % 3 else "") for number in range(1, 2501)]


@pytest.fixture(scope="module")
def everybody() -> list[Person]:
    return list(people(HOUSEHOLDS, "1453"))


def test_anna_comes_first_and_only_once(everybody: list[Person]) -> None:
    assert (everybody[0].first_name, everybody[0].household) == ("Anna", "1453")
    assert len(everybody) == len(HOUSEHOLDS)
    assert len({one.household for one in everybody}) == len(HOUSEHOLDS)


def test_phones_are_of_the_range_kept_for_fiction_and_nobodys_twice(everybody: list[Person]) -> None:
    phones = [phonenumbers.parse(one.phone) for one in everybody]

    assert len({one.phone for one in everybody}) == len(everybody)
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", one.phone) for one in everybody)
    assert all(phonenumbers.is_possible_number(phone) and phonenumbers.is_valid_number(phone) for phone in phones)


def test_mailboxes_are_at_example_org_and_nobodys_twice(everybody: list[Person]) -> None:
    assert len({one.email for one in everybody}) == len(everybody)
    assert all(re.fullmatch(r"[a-z]+(\.[a-z]+\.\d+)?@example\.org", one.email) for one in everybody)


def test_the_same_seed_gives_the_same_person_whoever_else_comes() -> None:
    alone = person(Household("77"))

    assert alone in list(people(HOUSEHOLDS[60:90], "1453"))
    assert person(Household("77"), seed="another") != alone
    assert person(Household("77"), seed="another").phone == alone.phone


def test_some_read_russian_and_their_names_are_cyrillic(everybody: list[Person]) -> None:
    russian = [one for one in everybody if one.locale == "ru"]

    assert 0.1 < len(russian) / len(everybody) < 0.2
    assert all(re.fullmatch(r"[А-ЯЁа-яё ]+", one.full_name) for one in russian)
    assert all(one.full_name.isascii() for one in everybody if one.locale == "en")


def test_a_birthday_fits_the_age_that_the_household_told() -> None:
    born = [person(household).birth_date for household in HOUSEHOLDS if household.age == "35-44"]

    assert date(1981, 1, 1) <= min(born)
    assert max(born) <= date(1991, 1, 1)


@pytest.mark.parametrize(("code", "zone", "city"), AREA_CODES)
def test_the_time_zone_is_that_of_the_area_code(code: int, zone: str, city: str) -> None:
    phone = phonenumbers.parse(f"+1{code}5550100")

    assert city

    assert zone in timezone.time_zones_for_geographical_number(phone)


@pytest.mark.parametrize("number", [0, ROOM + 1])
def test_more_households_than_fictional_phones_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="kept for fiction"):
        phone_of(number)
