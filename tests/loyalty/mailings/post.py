"""A shop that sends mailings: gateways with price lists, an audience of everybody, and short words for driving a run."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from regulars.kit.clock import now
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences.filters import EVERYBODY
from regulars.loyalty.mailings import actions, sending
from regulars.loyalty.mailings.actions import NewMailing
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.members.models import Member
from regulars.messages import actions as messages
from regulars.messages.gateway import Outcome, PartResult, Receipt, ReceiptState
from regulars.messages.intents import Claimed, Result
from regulars.messages.models import Message
from regulars.providers import actions as providers
from regulars.runs.models import Recipient, Run
from tests import make

WORKER = "sender-1"
MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ first_name }},"
    ' <a href="{{ unsubscribe_url }}">no more of these</a></mj-text></mj-column></mj-section></mj-body></mjml>'
)


def gateway(channel: str = "sms", **prices: int) -> int:
    provider = "smpp" if channel == "sms" else "smtp"
    gateway_id = providers.set_gateway(
        f"{channel}-{provider}", channel=channel, provider=provider, settings={}, by=make.BY, at=make.AT
    )
    providers.set_prices(gateway_id, prices, by=make.BY, at=make.AT)
    return gateway_id


def audience(filter: Any = EVERYBODY) -> str:
    make.programme()
    return audiences.save(f"Audience {make.number()}", filter=filter, by=make.BY, at=make.AT).public_id


def new(**fields: Any) -> NewMailing:
    said: dict[str, Any] = {"name": "Autumn", "channel": "sms", "texts": {"en": "Hello {{ first_name }}"}, **fields}
    said.setdefault("audience_id", audience())
    return NewMailing(**said)


def draft(**fields: Any) -> Mailing:
    wanted = new(**fields)
    return actions.draft(wanted, by=make.BY, at=make.AT)


def email(**fields: Any) -> Mailing:
    said = {"channel": "email", "texts": {}, "subject_lines": {"en": "For {{ first_name }}"}, "bodies": {"en": MJML}}
    return draft(**{**said, **fields})


def start(mailing: Mailing, *, at: datetime | None = None) -> Run:
    return actions.start(mailing, by=make.BY, at=at or now())


def drive(most: int = 1000) -> int:
    """Let the scheduler do everything that is due; answers how many pieces there were.

    Five minutes ago, since the database's clock stands still within a test's transaction.
    """
    pieces = 0
    while pieces < most and sending.send_due(now() - timedelta(minutes=5)):
        pieces += 1
    return pieces


def started(**fields: Any) -> Run:
    """A mailing that was started and whose texts are made."""
    run = start(draft(**fields))
    drive()
    run.refresh_from_db()
    return run


def claim(gateway_id: int, limit: int = 100, channel: str = "sms") -> list[Claimed]:
    limits: Sequence[int] = (limit, limit, limit)
    found = messages.claim(channel, gateway_id=gateway_id, limits=limits, worker=WORKER, lease_s=60, at=now())
    return list(found.messages)


def send(gateway_id: int, *, channel: str = "sms") -> list[Claimed]:
    """Hand everything over that may go; the provider takes and delivers all of it."""
    sent: list[Claimed] = []
    while claimed := claim(gateway_id, channel=channel):
        left = {one.message_id for one in hand_over(claimed, gateway_id)}
        results = [_taken(one) for one in claimed if one.id in left]
        messages.settle(results, gateway_id=gateway_id, worker=WORKER, by=make.BY, at=now())
        receipts = [
            Receipt(part.provider_id, None, ReceiptState.DELIVERED) for result in results for part in result.parts
        ]
        messages.record_receipts(gateway_id, receipts, by=make.BY, at=now())
        sent += [one for one in claimed if one.id in left]
    return sent


def hand_over(claimed: Sequence[Claimed], gateway_id: int) -> list[Any]:
    return messages.mark_submitting(claimed, gateway_id=gateway_id, worker=WORKER, timeout_s=20, lease_s=60)


def _taken(one: Claimed) -> Result:
    taken = [PartResult(n, Outcome.ACCEPTED, f"{one.id}-{n}") for n in range(1, one.parts + 1)]
    return Result(one.id, one.person_id, one.attempt, taken)


def reasons() -> dict[str, str]:
    """Who was left out when the texts were made, by person, and why."""
    return dict(Recipient.objects.filter(state="skipped").values_list("person_id", "reason"))


def queued() -> dict[str, str]:
    """Who has a message, by person, and what it says."""
    return dict(Message.objects.order_by("id").values_list("person_id", "text"))


def people(count: int, **fields: Any) -> list[Member]:
    return [make.member(**fields) for _ in range(count)]


def soon(hours: float = 1) -> datetime:
    return now() + timedelta(hours=hours)
