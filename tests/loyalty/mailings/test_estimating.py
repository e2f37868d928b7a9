"""What a mailing would reach and cost, said before it starts; afterwards it has cost exactly that."""

from typing import Any

import pytest

from regulars.loyalty.mailings import estimates
from regulars.loyalty.mailings.models import Mailing
from regulars.messages import queries as message_queries
from regulars.messages.estimates import Estimate
from regulars.messages.models import Message
from regulars.runs.models import Run
from tests import cast, make
from tests.loyalty.mailings import post

pytestmark = pytest.mark.django_db


def estimate(mailing: Mailing) -> Estimate:
    return estimates.estimate(mailing, at=make.AT)


def test_everything_that_people_ask_before_a_start_is_said() -> None:
    post.gateway(**{"": 90_000, "+44": 40_000, "+7": 25_000})
    cast.anna()
    cast.max_()
    cast.olga()
    cast.tom()
    make.member(phone="+79991234567", first_name="Дарья", locale="ru")

    said = estimate(post.draft(texts={"en": "Hello {{ first_name }}" + "!" * 160, "ru": "Привет, {{ first_name }}"}))

    assert (said.size, said.reachable, said.is_exact) == (5, 3, True)
    assert said.left_out == {"no_consent": 1, "no_address": 1}
    assert said.locales == {"ru": 2, "en": 1}
    assert said.messages_by_parts == {"1": 2, "2": 1}
    assert said.encodings == {"ucs2": 2, "gsm7": 1}
    assert (said.parts, said.cost_micros, said.unpriced_parts) == (4, 2 * 40_000 + 40_000 + 25_000, 0)
    assert said.has_prices
    assert said.costly_characters == []  # Russian cannot be written otherwise


def test_one_letter_that_makes_a_text_expensive_is_named() -> None:
    post.gateway()
    cast.anna()
    make.member(first_name="Zoë", last_name="Č")

    said = estimate(post.draft(texts={"en": "Hello {{ first_name }} {{ last_name }} “now”"}))

    assert set(said.costly_characters) == {"“", "”", "Č", "ë"}
    assert said.encodings == {"ucs2": 2}


def test_without_a_price_list_nothing_is_called_free() -> None:
    post.gateway()
    cast.anna()

    said = estimate(post.draft())

    assert (said.has_prices, said.cost_micros, said.unpriced_parts) == (False, 0, 1)


def test_numbers_that_the_price_list_does_not_name_are_counted() -> None:
    post.gateway(**{"+7": 25_000})
    cast.anna()
    make.member(phone="+79991234567")

    said = estimate(post.draft())

    assert (said.has_prices, said.cost_micros, said.unpriced_parts) == (True, 25_000, 1)


def test_an_email_costs_one_part_each() -> None:
    post.gateway("email", **{"": 300})
    cast.anna()
    cast.max_()
    cast.olga()

    said = estimate(post.email())

    assert (said.reachable, said.parts, said.cost_micros, said.messages_by_parts) == (2, 2, 600, {})
    assert said.left_out == {"no_address": 1}


def test_a_mailing_costs_exactly_what_was_said() -> None:
    gateway_id = post.gateway(**{"": 90_000, "+447700": 41_017, "+44770": 39_999})
    cast.anna()
    cast.olga()
    post.people(20)
    post.people(5, first_name="Ж" * 60)
    run = post.started(texts={"en": "Dear {{ first_name }}, come in and look around", "ru": "Здравствуйте! " * 6})

    sent = post.send(gateway_id)
    post.drive()

    run.refresh_from_db()
    said, paid = run.estimate, message_queries.cost_of_run(run.pk)
    assert said is not None
    assert (run.state, len(sent)) == ("done", said["reachable"])
    assert (paid.micros, paid.parts) == (said["cost_micros"], said["parts"])
    assert said["parts"] > said["reachable"] == 27


def test_estimating_changes_nothing() -> None:
    post.gateway()
    cast.anna()
    mailing = post.draft()

    assert estimate(mailing) == estimate(mailing)
    assert not Run.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("limit", [{"MOST_EXACT": 10}, {"MOST_WALKED": 10}])
def test_of_many_people_a_random_sample_stands_for_all(monkeypatch: pytest.MonkeyPatch, limit: dict[str, Any]) -> None:
    for name, value in limit.items():
        monkeypatch.setattr(estimates, name, value)
    monkeypatch.setattr(estimates, "SAMPLE_SIZE", 20)
    post.gateway(**{"": 1_000})
    post.people(60)
    make.programme()
    for _ in range(20):
        make.member(phone="", email=f"m{make.number()}@example.org")

    said = estimate(post.draft())

    assert (said.size, said.reachable, said.is_exact) == (80, 60, False)
    assert said.sampled == 20 * 80 // 60 + 1
    assert said.cost_micros == 60_000  # each costs the same, so the sample cannot be wrong
    assert abs(sum(said.left_out.values()) - 20) <= 20


def test_texts_that_cannot_be_made_are_counted_apart() -> None:
    post.gateway(**{"": 1_000})
    make.member(first_name="Zero")
    cast.anna()

    said = estimate(post.draft(texts={"en": "{% if first_name == 'Zero' %}{{ 1 | divided_by: 0 }}{% endif %}Hi"}))

    assert (said.reachable, said.unrenderable, said.cost_micros) == (2, 1, 1_000)
