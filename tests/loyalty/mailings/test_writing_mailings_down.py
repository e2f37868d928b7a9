"""A mailing is written down, changed while nothing was sent, copied and put away; what is wrong is refused by field."""

from typing import Any

import pytest

from regulars.journal.models import Entry
from regulars.kit.refusal import Refusal
from regulars.loyalty.audiences.queries import UnknownAudience
from regulars.loyalty.mailings import actions, queries
from regulars.loyalty.mailings.actions import MailingChangedMeanwhile, MailingNotEditable
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.runs.actions import RunGoesOn
from tests import make
from tests.loyalty.mailings import post

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    return list(
        Entry.objects.filter(event__startswith="loyalty.Mailing").order_by("id").values_list("event", flat=True)
    )


def test_a_mailing_may_be_unfinished() -> None:
    mailing = post.draft(texts={"en": "  "}, audience_id="")

    assert (mailing.state, mailing.texts, mailing.version) == ("draft", {}, 1)
    assert queries.get(mailing.public_id) == mailing
    assert told() == ["loyalty.MailingDrafted"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("channel", {"channel": "push"}),
        ("mailing_type", {"mailing_type": "nothing"}),
        ("sender", {"sender": "x" * 101}),
        ("lifetime_hours", {"lifetime_hours": 0}),
        ("texts", {"texts": {"de": "Hallo"}}),
        ("texts.en", {"texts": {"en": "a\x00b"}}),
        ("texts.en", {"texts": {"en": "{{ no_such_thing }}"}}),
        ("texts.en", {"texts": {"en": "{% if %}"}}),
    ],
)
def test_what_is_wrong_is_refused_and_the_field_is_named(field: str, wrong: dict[str, Any]) -> None:
    make.programme()

    with pytest.raises(Refusal) as refused:
        post.draft(audience_id="", **wrong)

    assert refused.value.field == field
    assert not Mailing.objects.exists()


def test_a_type_must_use_the_channel_and_an_audience_must_be_there() -> None:
    make.programme()
    subscriptions.add_type("mail_only", name="Letters", base="mailings", channels=["email"], by=make.BY, at=make.AT)

    with pytest.raises(Refusal) as refused:
        post.draft(mailing_type="mail_only")
    with pytest.raises(UnknownAudience):
        post.draft(audience_id="aud_0")

    assert refused.value.field == "mailing_type"


def test_a_change_says_what_differs_and_grows_the_version() -> None:
    mailing = post.draft()
    wanted = post.new(audience_id=mailing.audience_id, name="Winter", texts={"en": "Cold"})

    changed = actions.change(mailing, wanted, version=1, by=make.BY, at=make.AT)
    again = actions.change(mailing, wanted, version=2, by=make.BY, at=make.AT)

    assert (changed.name, changed.version, again.version) == ("Winter", 2, 2)
    assert Entry.objects.get(event="loyalty.MailingChanged").body["fields"] == ["name", "texts"]


def test_two_who_edit_at_once_notice_each_other() -> None:
    mailing = post.draft()
    actions.change(mailing, post.new(name="First"), version=1, by=make.BY, at=make.AT)

    with pytest.raises(MailingChangedMeanwhile):
        actions.change(mailing, post.new(name="Second"), version=1, by=make.BY, at=make.AT)

    mailing.refresh_from_db()
    assert mailing.name == "First"


def test_what_was_started_is_changed_no_more_but_can_be_copied() -> None:
    post.gateway()
    post.people(1)
    mailing = post.draft()
    post.start(mailing)

    with pytest.raises(MailingNotEditable):
        actions.change(mailing, post.new(name="Other"), version=2, by=make.BY, at=make.AT)
    twin = actions.copy(mailing, by=make.BY, at=make.AT)

    assert (twin.name, twin.state, twin.texts) == ("Autumn (copy)", "draft", mailing.texts)
    assert Entry.objects.filter(event="loyalty.MailingDrafted").last().body["copied_from"] == mailing.public_id  # type: ignore[union-attr]


def test_a_mailing_that_is_being_sent_is_not_put_away() -> None:
    post.gateway()
    post.people(1)
    mailing = post.draft()
    post.start(mailing)

    with pytest.raises(RunGoesOn):
        actions.archive(mailing, by=make.BY, at=make.AT)


def test_what_was_put_away_does_not_start() -> None:
    post.gateway()
    post.people(1)
    mailing = post.draft()
    for _ in range(2):
        actions.archive(mailing, by=make.BY, at=make.AT)

    with pytest.raises(MailingNotEditable):
        post.start(mailing)
    assert told() == ["loyalty.MailingDrafted", "loyalty.MailingArchived"]
