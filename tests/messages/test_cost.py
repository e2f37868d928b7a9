"""What messages cost: the longest beginning of a number counts, every part is paid, and the sum is exact."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.clock import now
from regulars.messages import queries
from regulars.messages.cost import Cost, cost_of, price_of
from regulars.messages.gateway import Outcome
from regulars.messages.models import Suppression
from regulars.providers import actions as providers
from regulars.runs import actions as runs
from tests import make
from tests.messages.post_office import SYSTEM, add_gateway, claim, mark, queue, settle

PRICES = {"": 90_000, "+7": 2_500, "+7999": 1, "+44": 40_000}
numbers = st.text("+0123456789", max_size=12)


@pytest.mark.parametrize(
    ("address", "price"),
    [("+79990000001", 1), ("+79180000001", 2_500), ("+447700900001", 40_000), ("+15550001", 90_000), ("", 90_000)],
)
def test_the_longest_beginning_that_fits_counts(address: str, price: int) -> None:
    assert price_of(address, PRICES) == price


@given(numbers, st.dictionaries(numbers, st.integers(0, 10**12), max_size=8))
def test_the_price_is_that_of_a_plain_search(address: str, prices: dict[str, int]) -> None:
    fitting = sorted((prefix for prefix in prices if address.startswith(prefix)), key=len)

    assert price_of(address, prices) == (prices[fitting[-1]] if fitting else None)


def test_parts_without_a_price_are_counted_and_not_called_free() -> None:
    assert cost_of([("+7999", 2), ("+1", 3)], {"+7": 2_500}) == Cost(micros=5_000, parts=5, unpriced_parts=3)
    assert cost_of([("+7999", 2)], {}) == Cost(micros=0, parts=2, unpriced_parts=2)


@given(st.lists(st.tuples(st.just("+7999"), st.integers(0, 255))), st.integers(0, 10**15))
def test_the_sum_is_exact_however_large(messages: list[tuple[str, int]], price: int) -> None:
    assert cost_of(messages, {"+7": price}).micros == sum(parts for _, parts in messages) * price


@pytest.mark.django_db
@pytest.mark.usefixtures("refused")
def test_what_a_provider_took_is_paid_and_what_it_refused_is_not() -> None:
    gateway_id = add_gateway()
    providers.set_prices(gateway_id, {"": 100, "+7999": 7}, by=make.BY, at=now())
    run = runs.open_run(SYSTEM, mailing_id="mlg_1", kind="mailing", channel="sms", by=make.BY, at=now())
    type(run).objects.update(state="sending")
    for person, text in [("mem_1", "x" * 161), ("mem_2", "x"), ("mem_3", "x")]:
        address = "+79990000001" if person == "mem_1" else "+15550001"
        queue(person, run_id=run.pk, text=text, address=address, lifetime=timedelta(hours=1))

    by_person = {one.person_id: one for one in claim(gateway_id, limits=(10, 10, 30))}
    mark(list(by_person.values()), gateway_id)
    settle(by_person["mem_1"], gateway_id, (Outcome.ACCEPTED, "p1"), (Outcome.ACCEPTED, "p2"))
    settle(by_person["mem_2"], gateway_id, Outcome.FAILED)

    assert queries.cost_of_run(run.pk) == Cost(micros=14, parts=2, unpriced_parts=0)
    assert queries.has_left_of_run(run.pk)
    settle(by_person["mem_3"], gateway_id, (Outcome.ACCEPTED, "p3"))
    assert queries.cost_of_run(run.pk) == Cost(micros=114, parts=3, unpriced_parts=0)
    assert not queries.has_left_of_run(run.pk)
    assert queries.count_by_run(run.pk) == {("accepted", ""): 2, ("failed", "failed"): 1}
    providers.set_prices(gateway_id, {"+7999000": 9, "+799": 5}, by=make.BY, at=now())
    assert queries.cost_of_run(run.pk) == Cost(micros=18, parts=3, unpriced_parts=1)
    providers.set_prices(gateway_id, {}, by=make.BY, at=now())
    assert queries.cost_of_run(run.pk) == Cost(micros=0, parts=3, unpriced_parts=3)


@pytest.mark.django_db
def test_dead_addresses_are_found_by_sets() -> None:
    Suppression.objects.create(channel="sms", address="+1", reason="dead", since_at=make.AT)

    assert queries.list_suppressed("sms", ["+1", "+2"]) == {"+1"}
    assert queries.list_suppressed("email", ["+1"]) == set()
