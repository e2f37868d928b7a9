"""Says which event sends what, and queues those messages; also the message with a one-time code."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from regulars.contract.channels import LOYALTY_CHANNELS, Channel
from regulars.journal import actions as journal
from regulars.journal.reactions import Happened
from regulars.kit import ids
from regulars.kit import phone as phones
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.members import floods, sign_in
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member, MemberState
from regulars.loyalty.members.queries import Contacts
from regulars.loyalty.notifications import queries, variables
from regulars.loyalty.notifications.events import RuleSet
from regulars.loyalty.notifications.models import Rule
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.loyalty.subscriptions.base_types import SYSTEM as SYSTEM_TYPE
from regulars.messages import actions as messages
from regulars.templates import liquid

SYSTEM = "loyalty"
CODE_LIVES = sign_in.CODE_LIVES


class RuleNotPossible(Refusal):
    """A rule cannot be as described."""

    code = "notification_not_possible"


@transaction.atomic
def set_rule(
    event: str,
    *,
    channel: str,
    mailing_type: str,
    texts: Mapping[str, str],
    sender: str = "",
    lifetime_hours: int = 48,
    is_on: bool = True,
    by: Actor,
    at: datetime,
) -> Rule:
    """Say what is sent over a channel when an event happens; replaces the rule of this event and channel.

    `texts` are Liquid by language and may name the variables of `variables.SAMPLE`; they are tried here. Raises
    `RuleNotPossible`, `TemplateRefused`.
    """
    if channel not in LOYALTY_CHANNELS:
        raise RuleNotPossible(f"There is no channel “{channel[:40]}” for members.", field="channel")
    if mailing_type not in {kind.code for kind in subscriptions.list_types()}:
        raise RuleNotPossible(f"There is no mailing type “{mailing_type[:40]}”.", field="mailing_type")
    if not texts:
        raise RuleNotPossible("A notification needs a text.", field="texts")
    for locale, text in texts.items():
        liquid.render(text, variables.SAMPLE, field=f"texts.{locale}")
    wanted = {
        "mailing_type": mailing_type,
        "texts": dict(texts),
        "sender": sender,
        "lifetime_hours": lifetime_hours,
        "is_on": is_on,
    }
    rule, _ = Rule.objects.update_or_create(event=event, channel=channel, defaults=wanted)
    journal.record(RuleSet(event, channel, mailing_type, is_on), by=by, at=at)
    return rule


def notify_points_accrued(happened: Happened, at: datetime) -> None:
    """Tell a member about points that were credited, over the channels that have a rule; in the relay's transaction.

    Without an address for a channel nothing is queued there; consent is asked when the message is sent. Run twice for
    one entry, it queues once.
    """
    member = members.find_held(happened.person_id)
    rules = queries.list_for(happened.event)
    if member is None or member.state != MemberState.ACTIVE or not rules:
        return
    contacts = members.get_contacts(member)
    currency = programme.get_currency(str(happened.body["currency_code"]))
    values = {
        "points": variables.written(int(happened.body["amount"]), currency.decimals),
        "balance": variables.written(int(happened.body["available"]), currency.decimals),
        "currency": currency.name,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "programme": programme.get().name,
    }
    for rule in rules:
        if address := _address(contacts, rule.channel):
            _queue(member, rule, address, values, origin=f"event:{happened.entry_id}", at=at)


@transaction.atomic
def send_sign_in_code(phone: str, *, locale: str = "en", by: Actor, at: datetime) -> str:
    """Send a one-time code for signing in or joining to this phone by SMS; answers the phone in E.164.

    The answer and the work are the same when nobody has that phone: the code then goes to a guest, in the language
    `locale`. To a blocked member it is written and taken back. Five codes in five minutes for a phone at most; more are
    silently not sent. Raises `BadPhone`, `TooManyCodes`.
    """
    phones.normalise(phone, programme.get().region)  # what is no phone is not counted
    floods.count_code(by.ip, at=at)
    asked = sign_in.ask_code(phone, locale=locale, at=at)
    text = liquid.render(
        variables.text_for(variables.CODE_TEXTS, asked.locale),
        {"code": asked.code or "0" * sign_in.DIGITS, "programme": programme.get().name},
    )
    with transaction.atomic():
        held = members.find_held(asked.person_id)
        messages.queue(
            system=SYSTEM,
            person_id=asked.person_id or ids.new(sign_in.GUEST),
            channel=Channel.SMS,
            message_class="code",
            subject=SYSTEM_TYPE,
            origin=f"key:{ids.new('cod')}",
            template="sign_in_code",
            address=asked.phone,
            sender="",
            text=text,
            lifetime=CODE_LIVES,
            by=by,
            at=at,
        )
        if asked.code is None or (held is not None and held.state == MemberState.GONE):
            transaction.set_rollback(True)
    return asked.phone


def _queue(
    member: Member, rule: Rule, address: str, values: Mapping[str, str], *, origin: str, at: datetime
) -> int | None:
    return messages.queue(
        system=SYSTEM,
        person_id=member.public_id,
        channel=rule.channel,
        message_class="event",
        subject=rule.mailing_type,
        origin=origin,
        template=f"rule:{rule.id}",
        address=address,
        sender=rule.sender,
        text=liquid.render(variables.text_for(rule.texts, member.locale), values),
        lifetime=timedelta(hours=rule.lifetime_hours),
        by=Actor.system("reactions"),
        at=at,
    )


def _address(contacts: Contacts, channel: str) -> str:
    return {Channel.SMS: contacts.phone, Channel.VIBER: contacts.phone, Channel.EMAIL: contacts.email}.get(
        Channel(channel), ""
    )
