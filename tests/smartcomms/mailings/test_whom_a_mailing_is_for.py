"""Whom a mailing is for: everybody, some languages, how the category stands, verified addresses; and what that costs."""

import pytest

from regulars.messages.models import Message, Suppression
from regulars.runs.models import Run
from regulars.smartcomms.mailings import estimates, queries
from regulars.smartcomms.mailings.audience import Audience
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions import actions as subscriptions
from tests.smartcomms import people
from tests.smartcomms.mailings import post
from tests.smartcomms.people import AT, EMPLOYEE

pytestmark = pytest.mark.django_db


def save(person_id: str, *, channel: bool = True, category: bool | None = None) -> None:
    cells = {} if category is None else {("news", "sms"): category}
    subscriptions.save_choices(
        person_id, channels={"sms": channel}, categories=cells, cause="employee", by=EMPLOYEE, at=AT
    )


def reached(audience: Audience, **fields: object) -> set[str]:
    people_, params = queries.compile_audience(post.draft(audience=audience, **fields))
    from regulars.kit import sql

    found = [row["person_id"] for row in sql.fetch(dict, people_, params)]
    assert len(found) == len(set(found))
    return set(found)


def test_everybody_but_those_who_left() -> None:
    anna, olga = post.customers(2)
    people.receive(people.gone(olga))

    assert reached(Audience()) == {anna}


def test_languages_are_those_that_customers_read() -> None:
    anna, olga = post.customers(1)[0], post.customers(1, locale="ru")[0]

    assert reached(Audience(languages=("ru",))) == {olga}
    assert reached(Audience(languages=("ru", "en"))) == {anna, olga}


def test_absent_is_not_refused_and_on_means_on() -> None:
    people.category("news")
    absent, keen, refused = post.customers(3)
    save(keen, category=True)
    save(refused, category=False)

    assert reached(Audience(status="on"), category="news") == {keen}
    assert reached(Audience(status="not_refused"), category="news") == {absent, keen}
    assert reached(Audience(), category="news") == {absent, keen, refused}


def test_a_status_on_another_channel_does_not_count() -> None:
    people.category("news", email=False)
    (anna,) = post.customers(1)

    assert reached(Audience(status="not_refused"), category="news") == {anna}


def test_verified_is_the_address_of_the_channel() -> None:
    phone, mailbox = post.customers(1, phone_is_verified=True)[0], post.customers(1, email_is_verified=True)[0]
    wanted = Audience(is_verified=True)

    assert reached(wanted) == {phone}
    assert reached(wanted, channel="email", texts={}) == {mailbox}


def test_it_is_said_in_a_sentence() -> None:
    people.category("news")
    wanted = Audience(languages=("en", "ru"), status="on", is_verified=True)

    assert queries.sentence(post.draft()) == "All customers."
    assert queries.sentence(post.draft(audience=wanted, category="news")) == (
        "Customers who read English or Russian, for whom “News” is on, whose phone is verified."
    )


# --- what it reaches and costs


def variety() -> Mailing:
    """Customers of every kind, and a mailing of a category to all of them."""
    people.category("news")
    _well, off, refused, dead = post.customers(4)
    post.customers(1, phone="")
    post.customers(2, locale="ru", phone="+79991234567")
    save(off, channel=False)
    save(refused, category=False)
    phone = queries.list_people("sms", [dead])[0].address
    Suppression.objects.create(channel="sms", address=phone, reason="dead", since_at=AT)
    return post.draft(
        category="news", texts={"en": "Hello {{ first_name }}" + "!" * 160, "ru": "Привет, {{ first_name }}"}
    )


def test_everything_that_people_ask_before_a_start_is_said_and_nothing_is_changed() -> None:
    post.gateway(**{"": 90_000, "+44": 40_000, "+7": 25_000})
    mailing = variety()

    said = estimates.estimate(mailing, at=AT)

    assert (said.size, said.reachable, said.is_exact) == (7, 3, True)
    assert said.left_out == {"channel_off": 1, "category_off": 1, "suppressed": 1, "no_address": 1}
    assert said.locales == {"ru": 2, "en": 1}
    assert (said.messages_by_parts, said.encodings) == ({"1": 2, "2": 1}, {"ucs2": 2, "gsm7": 1})
    assert (said.parts, said.cost_micros, said.unpriced_parts) == (4, 2 * 40_000 + 2 * 25_000, 0)
    assert not Run.objects.exists()
    assert not Message.objects.exists()


def test_counting_and_looking_at_each_one_say_the_same() -> None:
    post.gateway()
    mailing = variety()

    said, sizes = estimates.estimate(mailing, at=AT), queries.count_reachable(mailing)

    assert (said.size, said.reachable) == (sizes.size, sizes.reachable) == (7, 3)


@pytest.mark.parametrize("limit", ["MOST_EXACT", "MOST_WALKED"])
def test_of_many_people_a_random_sample_stands_for_all(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(estimates, limit, 10)
    monkeypatch.setattr(estimates, "SAMPLE_SIZE", 20)
    post.gateway(**{"": 1_000})
    post.customers(60)
    post.customers(20, phone="")

    said = estimates.estimate(post.draft(), at=AT)

    assert (said.size, said.reachable, said.is_exact, said.sampled) == (80, 60, False, 20 * 80 // 60 + 1)
    assert said.cost_micros == 60_000  # each costs the same, so the sample cannot be wrong


def test_a_mailing_costs_exactly_what_was_said() -> None:
    from regulars.messages import queries as messages

    gateway_id = post.gateway(**{"": 90_000, "+44770": 39_999})
    post.customers(8)
    post.customers(2, first_name="Ж" * 60)
    run = post.started(texts={"en": "Dear {{ first_name }}, come in and look around"})

    sent = post.send(gateway_id)
    post.drive()

    run.refresh_from_db()
    said, paid = run.estimate, messages.cost_of_run(run.pk)
    assert said is not None
    assert (run.state, len(sent)) == ("done", said["reachable"])
    assert (paid.micros, paid.parts) == (said["cost_micros"], said["parts"]) == (12 * 39_999, 12)


def test_texts_that_cannot_be_made_are_counted_apart() -> None:
    post.gateway(**{"": 1_000})
    post.customers(1, first_name="Zero")
    post.customers(1)

    said = estimates.estimate(
        post.draft(texts={"en": "{% if first_name == 'Zero' %}{{ 1 | divided_by: 0 }}{% endif %}Hi"}), at=AT
    )

    assert (said.reachable, said.unrenderable, said.cost_micros) == (2, 1, 1_000)
