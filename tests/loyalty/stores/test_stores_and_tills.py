"""Partners have stores, stores have tills, and a till knows where it stands."""

from datetime import datetime

import pytest

from regulars.loyalty.programme.zones import UnknownTimeZone
from regulars.loyalty.stores import actions, queries
from regulars.loyalty.stores.rows import StoreRow
from tests import make

pytestmark = pytest.mark.django_db


def test_a_till_knows_where_it_stands() -> None:
    store = make.store("31", time_zone="Europe/Berlin")
    till = make.till("2", at_store=store)

    found = queries.get_till(till.id)

    assert (found.store_code, found.time_zone, found.partner_id) == ("31", "Europe/Berlin", store.partner_id)
    assert queries.find_till(till.public_id) == found


def test_a_till_is_asked_for_once_a_minute(django_assert_num_queries: object) -> None:
    till = make.till()
    queries.get_till(till.id)

    with django_assert_num_queries(0):  # type: ignore[operator]
        queries.get_till(till.id)


def test_a_till_that_does_not_exist_is_refused() -> None:
    with pytest.raises(queries.UnknownTill):
        queries.get_till(-1)


def test_a_code_names_one_store_of_a_partner() -> None:
    partner = make.partner()
    make.store("31", of=partner)

    with pytest.raises(actions.CodeTaken) as refused:
        make.store("31", of=partner)

    assert refused.value.field == "code"
    assert make.store("31").partner_id != partner.id


def test_adding_the_same_stores_twice_adds_nothing(at: datetime) -> None:
    partner = make.partner()
    rows = [StoreRow(str(number), f"Store {number}", "Europe/London") for number in range(500)]

    first = actions.add_stores(partner, rows, by=make.BY, at=at)
    again = actions.add_stores(partner, rows, by=make.BY, at=at)

    assert (len(first), again, len(queries.list_stores(partner))) == (500, [], 500)


def test_a_store_needs_a_real_time_zone() -> None:
    with pytest.raises(UnknownTimeZone):
        make.store(time_zone="Mars/Olympus")


def test_closing_a_till_twice_is_said_once(at: datetime) -> None:
    till = make.till()
    queries.get_till(till.id)

    assert actions.close_till(till, by=make.BY, at=at)
    assert not actions.close_till(till, by=make.BY, at=at)

    assert not queries.get_till(till.id).is_open
