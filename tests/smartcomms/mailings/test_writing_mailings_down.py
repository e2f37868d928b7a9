"""A mailing is written down, changed while nothing was sent, copied and put away; what is wrong is refused by field."""

from typing import Any

import pytest

from regulars.journal.models import Entry
from regulars.kit.refusal import Refusal
from regulars.smartcomms.mailings import actions, queries
from regulars.smartcomms.mailings.actions import MailingChangedMeanwhile, MailingNotEditable
from regulars.smartcomms.mailings.audience import Audience
from regulars.smartcomms.mailings.models import Mailing
from tests.smartcomms import people
from tests.smartcomms.mailings import post
from tests.smartcomms.people import AT, EMPLOYEE

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    entries = Entry.objects.filter(event__startswith="smartcomms.Mailing").order_by("id")
    return list(entries.values_list("event", flat=True))


def test_a_mailing_may_be_unfinished() -> None:
    mailing = post.draft(texts={"en": "  "})

    assert (mailing.state, mailing.texts, mailing.version) == ("draft", {}, 1)
    assert (mailing.category, mailing.audience) == ("", {})
    assert queries.get(mailing.public_id) == mailing
    assert told() == ["smartcomms.MailingDrafted"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("channel", {"channel": "push"}),
        ("category", {"category": "nothing"}),
        ("audience.languages", {"audience": Audience(languages=("de",))}),
        ("audience.status", {"audience": Audience(status="maybe")}),
        ("audience.status", {"audience": Audience(status="on")}),
        ("sender", {"sender": "x" * 101}),
        ("lifetime_hours", {"lifetime_hours": 0}),
        ("texts", {"texts": {"de": "Hallo"}}),
        ("texts.en", {"texts": {"en": "a\x00b"}}),
        ("texts.en", {"texts": {"en": "{{ programme }}"}}),
        ("texts.en", {"texts": {"en": "{% if %}"}}),
    ],
)
def test_what_is_wrong_is_refused_and_the_field_is_named(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        post.draft(**wrong)

    assert refused.value.field == field
    assert not Mailing.objects.exists()


def test_the_page_that_a_new_email_begins_with_can_be_sent_as_it_is() -> None:
    from regulars.smartcomms.mailings import rendering

    for locale in ("en", "ru"):
        begun = rendering.starter_of(locale)
        mailing = post.email(subject_lines=begun.subject_lines, bodies=begun.bodies, sender="Corner Shop")
        renderer = rendering.Renderer(mailing)
        rendered = renderer.render(locale, renderer.sample())

        assert "Corner Shop" in rendered.subject_line
        assert rendering.SAMPLE_URL in rendered.html
        assert "programme }}" not in rendered.html


def test_a_change_says_what_differs_and_grows_the_version() -> None:
    people.category("news")
    mailing = post.draft()
    wanted = post.new(category="news", audience=Audience(status="on"))

    changed = actions.change(mailing, wanted, version=1, by=EMPLOYEE, at=AT)
    again = actions.change(mailing, wanted, version=2, by=EMPLOYEE, at=AT)

    assert (changed.category, changed.audience, changed.version, again.version) == ("news", {"status": "on"}, 2, 2)
    assert Entry.objects.get(event="smartcomms.MailingChanged").body["fields"] == ["category", "audience"]


def test_two_who_edit_at_once_notice_each_other() -> None:
    mailing = post.draft()
    actions.change(mailing, post.new(name="First"), version=1, by=EMPLOYEE, at=AT)

    with pytest.raises(MailingChangedMeanwhile):
        actions.change(mailing, post.new(name="Second"), version=1, by=EMPLOYEE, at=AT)

    mailing.refresh_from_db()
    assert mailing.name == "First"


def test_what_was_started_is_changed_no_more_but_can_be_copied_with_its_audience() -> None:
    post.gateway()
    post.customers(1)
    mailing = post.draft(audience=Audience(languages=("en",)))
    post.start(mailing)

    with pytest.raises(MailingNotEditable):
        actions.change(mailing, post.new(name="Other"), version=2, by=EMPLOYEE, at=AT)
    twin = actions.copy(mailing, by=EMPLOYEE, at=AT)

    assert (twin.name, twin.state, twin.audience) == ("Autumn (copy)", "draft", {"languages": ["en"]})


def test_what_was_put_away_does_not_start_and_what_is_being_sent_is_not_put_away() -> None:
    post.gateway()
    post.customers(1)
    mailing, busy = post.draft(), post.draft()
    post.start(busy)
    for _ in range(2):
        actions.archive(mailing, by=EMPLOYEE, at=AT)

    with pytest.raises(MailingNotEditable):
        post.start(mailing)
    with pytest.raises(Refusal):
        actions.archive(busy, by=EMPLOYEE, at=AT)
    assert told().count("smartcomms.MailingArchived") == 1
