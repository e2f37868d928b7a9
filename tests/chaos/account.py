"""The account after a battle: message by message, what our tables say beside the records of the SMSC and the mail server."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psycopg

from regulars.sandbox.mail.record import beside, read_mails
from regulars.sandbox.record import read_lines

_ROWS = """
select m.id, m.address, m.state, m.reason = 'sender_lost' or m.repeats > 0, m.repeats, d.id, coalesce(d.provider_id, '')
  from messages_message m left join messages_delivery d on d.message_id = m.id
 where m.channel = %s order by m.id
"""


class Row(NamedTuple):
    """A message as the queue knows it, with its one delivery."""

    id: int
    address: str
    state: str
    is_blurred: bool
    """It was on its way when its sender died; a late receipt may have told its fate since."""
    repeats: int
    delivery_id: int | None
    provider_id: str


class Copy(NamedTuple):
    """A message as a stand-in took it: under which id it is known there, and with which number of ours it came."""

    provider_id: str
    reference: int | None


@dataclass
class Tally:
    """One channel: the queue's rows beside the copies that its stand-in took."""

    arrived: str
    """The state of a message that the stand-in has."""
    is_every_copy_reported: bool
    """Whether receipts come for all that was taken, so that nothing which was taken stays unknown."""
    states: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    ok: int = 0
    blurred: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    recovered: list[int] = field(default_factory=list)
    """Blurred, and known to have arrived since."""
    unanswered: list[int] = field(default_factory=list)
    """Unknown although their sender lived: the other side said nothing."""
    contradicted: list[int] = field(default_factory=list)

    def add(self, row: Row, copies: Sequence[Copy], reference: int | None, our_id: str | None = None) -> None:
        """Compare one message with its copies; `our_id` is what they are called there if that is ours to say."""
        self.states[row.state] += 1
        self.acknowledged += len(copies)
        if row.is_blurred:
            self.blurred.append(row.id)
        elif row.state == "unknown":
            self.unanswered.append(row.id)
        if row.repeats:
            self.repeated.append(row.id)
        if len(copies) > 1:
            self.twice.append(row.id)
        has_arrived = row.state == self.arrived
        if has_arrived and row.is_blurred:
            self.recovered.append(row.id)
        if (has_arrived and not copies) or not (has_arrived or row.state == "unknown"):
            self.lost.append(row.id)
        elif not self._agree(row, copies, reference, our_id):
            self.contradicted.append(row.id)
        elif has_arrived and len(copies) == 1:
            self.ok += 1

    def _agree(self, row: Row, copies: Sequence[Copy], reference: int | None, our_id: str | None) -> bool:
        if any(copy.reference != reference or our_id not in (None, copy.provider_id) for copy in copies):
            return False
        if row.state == self.arrived:
            return row.provider_id in [copy.provider_id for copy in copies]
        return not (copies and self.is_every_copy_reported)

    def __str__(self) -> str:
        return (
            f"attempted={self.states.total()} acknowledged={self.acknowledged} ok={self.ok} lost={len(self.lost)}"
            f" duplicated={len(self.twice)} unexpected={len(self.contradicted)} blurred={len(self.blurred)}"
            f" recovered={len(self.recovered)} unanswered={len(self.unanswered)} unknown={self.states['unknown']}"
            f" repeated={len(self.repeated)}"
        )


@dataclass
class Account:
    """Both channels, when everything is quiet."""

    sms: Tally
    mail: Tally
    kills: int = 0
    seconds: float = 0
    drained_s: float = 0

    @property
    def total(self) -> int:
        """How many messages there are."""
        return self.sms.states.total() + self.mail.states.total()

    @property
    def faults(self) -> tuple[list[int], list[int], list[int]]:
        """What must be empty for mailings: lost, twice, and of which both sides tell different things."""
        return (
            self.sms.lost + self.mail.lost,
            self.sms.twice + self.mail.twice,
            self.sms.contradicted + self.mail.contradicted,
        )

    def __str__(self) -> str:
        lines = [f"{name}: {tally}" for name, tally in (("sms", self.sms), ("email", self.mail)) if tally.states]
        return "\n".join([*lines, f"kills={self.kills} in {self.seconds:.0f} s, drained in {self.drained_s:.0f} s"])


def read_account(url: str, record: Path, *, domain: str, keeps_mailboxes: bool) -> Account:
    """Read the tables and both records. Copies are found by their address, which nobody else has."""
    account = Account(Tally("delivered", True), Tally("delivered" if keeps_mailboxes else "accepted", False))
    texts, mails = _texts(record), _mails(beside(record))
    with psycopg.connect(url) as there:
        for row in map(Row._make, there.execute(_ROWS, ["sms"])):
            reference = None if row.delivery_id is None else row.delivery_id % 65_536
            account.sms.add(row, texts.pop(row.address, []), reference)
        for row in map(Row._make, there.execute(_ROWS, ["email"])):
            our_id = f"{row.delivery_id}.{row.id}@{domain}"
            account.mail.add(row, mails.pop(row.address, []), row.delivery_id, our_id)
    assert not texts, "the SMSC has messages that nobody queued"
    assert not mails, "the mail server has mails that nobody queued"
    return account


def _texts(record: Path) -> dict[str, list[Copy]]:
    found: defaultdict[str, list[Copy]] = defaultdict(list)
    for line in read_lines(record):
        if line["kind"] == "message":
            found["+" + line["destination"]].append(Copy(line["id"], line["reference"]))
    return dict(found)


def _mails(record: Path) -> dict[str, list[Copy]]:
    """Read the mails: the Message-ID is ours, and begins with the number of the delivery."""
    found: defaultdict[str, list[Copy]] = defaultdict(list)
    for mail in read_mails(record):
        (address,) = mail.recipients
        message_id = mail.message_id.removeprefix("<").removesuffix(">")
        found[address].append(Copy(message_id, int(message_id.partition(".")[0])))
    return dict(found)


def are_quiet(counts: Mapping[tuple[str, str], int], *, keeps_mailboxes: bool) -> bool:
    """Whether no message moves any more by itself; a repeatable one of unknown fate is counted as `repeatable`."""
    moving = {"queued", "claimed", "submitting", "repeatable"}
    still = {
        channel: moving | ({"accepted"} if channel == "sms" or keeps_mailboxes else set()) for channel, _ in counts
    }
    return not any(count for (channel, state), count in counts.items() if state in still[channel])
