"""Commands that set a programme and a till's key up for scripts: they add what is missing, and say in words what cannot be."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from regulars.access.models import TillKey
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Partner, Store, Till
from tests import make

pytestmark = pytest.mark.django_db
HOME = {"currency": "GBP", "country": "GB", "time_zone": "Europe/London"}


def key(**options: str) -> str:
    out = StringIO()
    call_command("key", stdout=out, stderr=StringIO(), **options)
    return out.getvalue().strip()


def test_a_programme_is_made_once() -> None:
    said = StringIO()
    call_command("programme", "Corner Club", stdout=said, **HOME)

    assert "is open" in said.getvalue()
    assert programme.get().region == "GB"
    with pytest.raises(CommandError):
        call_command("programme", "Another", **HOME)


def test_what_a_programme_cannot_be_is_told() -> None:
    with pytest.raises(CommandError, match="not a time zone"):
        call_command("programme", "Corner Club", **{**HOME, "time_zone": "Mars"})


def test_a_key_is_printed_alone_and_everything_before_it_is_added() -> None:
    make.programme()

    made = key(store="17", till="3")

    assert made.startswith("till_test_")
    held = stores.find_by_key(made)
    assert held is not None
    assert (held.store_code, held.time_zone, held.is_for_tests) == ("17", "Europe/London", True)


def test_a_second_key_goes_to_the_same_till() -> None:
    make.programme()

    made = [key(store="17", till="3", kind="live") for _ in range(2)]

    assert len({stores.find_by_key(each) for each in made}) == 1
    assert (Partner.objects.count(), Store.objects.count(), Till.objects.count()) == (1, 1, 1)
    assert TillKey.objects.count() == 2


def test_among_several_companies_one_is_named() -> None:
    make.partner("corner")
    make.partner("other")

    with pytest.raises(CommandError, match="which company"):
        key()
    assert stores.find_by_key(key(partner="other", kind="live")) is not None
    with pytest.raises(CommandError, match="which company"):
        key(partner="nobody")


def test_without_a_programme_there_is_no_key() -> None:
    with pytest.raises(CommandError):
        key()
