"""Credited points are announced by the channels that have a rule, once, in the member's language."""

from datetime import datetime
from typing import Any

import pytest

from regulars.journal.reactions import Happened
from regulars.loyalty.members import actions as members
from regulars.loyalty.members.models import Member
from regulars.loyalty.notifications import actions
from regulars.loyalty.programme import actions as programme
from regulars.messages.models import Message
from regulars.templates.liquid import TemplateRefused
from tests import cast, make

pytestmark = pytest.mark.django_db
EVENT = "loyalty.PointsAccrued"
TEXTS = {
    "en": "+{{ points }} for {{ first_name }}. You have {{ balance }} now.",
    "ru": "+{{ points }}, {{ first_name }}. Сейчас у вас {{ balance }}.",
}


def rule(at: datetime, **changes: Any) -> None:
    wanted: dict[str, Any] = {
        "channel": "sms",
        "mailing_type": "accrual",
        "texts": TEXTS,
        "sender": "Corner",
        **changes,
    }
    actions.set_rule(EVENT, **wanted, by=make.BY, at=at)


def accrued(member: Member, at: datetime, entry_id: int = 1) -> Happened:
    body = {
        "member_id": member.id,
        "amount": 12,
        "available": 840,
        "currency_code": "points",
        "purchase_id": "pur_1",
    }
    return Happened(entry_id, EVENT, member.public_id, at, body)


def test_credited_points_are_announced_by_sms(at: datetime) -> None:
    anna = cast.anna().member
    rule(at)

    actions.notify_points_accrued(accrued(anna, at), at)

    message = Message.objects.get()
    assert message.text == "+12 for Anna. You have 840 now."
    assert (message.address, message.channel, message.subject) == (cast.ANNA.phone, "sms", "accrual")
    assert (message.system, message.person_id, message.origin) == ("loyalty", anna.public_id, "event:1")
    assert (message.message_class, message.sender) == ("event", "Corner")


def test_one_entry_is_announced_once(at: datetime) -> None:
    anna = cast.anna().member
    rule(at)

    actions.notify_points_accrued(accrued(anna, at), at)
    actions.notify_points_accrued(accrued(anna, at), at)
    actions.notify_points_accrued(accrued(anna, at, entry_id=2), at)

    assert Message.objects.count() == 2


def test_every_channel_with_a_rule_is_used(at: datetime) -> None:
    rule(at)
    rule(at, channel="email")

    actions.notify_points_accrued(accrued(cast.anna().member, at), at)

    assert set(Message.objects.values_list("channel", "address")) == {
        ("sms", cast.ANNA.phone),
        ("email", cast.ANNA.email),
    }


def test_the_text_is_in_the_members_language(at: datetime) -> None:
    rule(at)

    actions.notify_points_accrued(accrued(cast.olga().member, at), at)

    assert Message.objects.get().text == "+12, Ольга. Сейчас у вас 840."


def test_without_a_phone_nothing_is_queued(at: datetime) -> None:
    rule(at)

    actions.notify_points_accrued(accrued(cast.tom().member, at), at)

    assert not Message.objects.exists()


def test_without_a_rule_that_is_on_nothing_is_queued(at: datetime) -> None:
    anna = cast.anna().member
    actions.notify_points_accrued(accrued(anna, at), at)
    rule(at, is_on=False)
    actions.notify_points_accrued(accrued(anna, at), at)

    assert not Message.objects.exists()


def test_who_left_hears_nothing(at: datetime) -> None:
    anna = cast.anna().member
    rule(at)
    members.leave(anna, by=make.BY, at=at)

    actions.notify_points_accrued(accrued(anna, at), at)

    assert not Message.objects.exists()


def test_a_name_that_looks_like_a_template_is_printed(at: datetime) -> None:
    member = make.member(first_name="{{ balance }}{% if %}")
    rule(at)

    actions.notify_points_accrued(accrued(member, at), at)

    assert Message.objects.get().text == "+12 for {{ balance }}{% if %}. You have 840 now."


def test_a_text_with_an_unknown_variable_is_refused_when_it_is_written(at: datetime) -> None:
    make.programme()

    with pytest.raises(TemplateRefused, match="pionts") as refused:
        rule(at, texts={"en": "+{{ pionts }}"})

    assert refused.value.field == "texts.en"


@pytest.mark.parametrize(
    ("field", "changes"),
    [("channel", {"channel": "pigeon"}), ("mailing_type", {"mailing_type": "gossip"}), ("texts", {"texts": {}})],
)
def test_a_rule_that_cannot_be_is_refused_by_name(at: datetime, field: str, changes: dict[str, Any]) -> None:
    make.programme()

    with pytest.raises(actions.RuleNotPossible) as refused:
        rule(at, **changes)

    assert refused.value.field == field


def test_points_are_written_with_their_decimals(at: datetime) -> None:
    anna = make.member()
    programme.add_points_currency("stars", name="Stars", decimals=2, by=make.BY, at=at)
    rule(at, texts={"en": "+{{ points }} {{ currency }}"})
    happened = accrued(anna, at)

    actions.notify_points_accrued(
        Happened(5, EVENT, anna.public_id, at, {**happened.body, "amount": 1250, "currency_code": "stars"}), at
    )

    assert Message.objects.get().text == "+12.50 Stars"
