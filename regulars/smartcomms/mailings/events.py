"""What happens to mailings; their runs tell the rest."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class MailingDrafted(Event):
    """A mailing was written down; `copied_from` names the one it was copied from."""

    system: ClassVar[str] = "smartcomms"
    mailing_id: str
    channel: str
    copied_from: str = ""


@dataclass(frozen=True, slots=True)
class MailingChanged(Event):
    """A mailing that had not started was changed; `fields` are the names of what differs."""

    system: ClassVar[str] = "smartcomms"
    mailing_id: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class MailingScheduled(Event):
    """A mailing will start by itself at a time, written in UTC."""

    system: ClassVar[str] = "smartcomms"
    mailing_id: str
    starts_at: str


@dataclass(frozen=True, slots=True)
class MailingUnscheduled(Event):
    """A scheduled mailing will not start by itself after all."""

    system: ClassVar[str] = "smartcomms"
    mailing_id: str


@dataclass(frozen=True, slots=True)
class MailingNotStarted(Event):
    """The time of a mailing came and it could not start; it is a draft again, and `code` says why."""

    system: ClassVar[str] = "smartcomms"
    mailing_id: str
    code: str


@dataclass(frozen=True, slots=True)
class MailingTested(Event):
    """Somebody asked for a test of a mailing; `customer_ids` are the customers among those it goes to."""

    system: ClassVar[str] = "smartcomms"
    mailing_id: str
    run_id: str
    addresses: int
    customer_ids: list[str]


@dataclass(frozen=True, slots=True)
class MailingArchived(Event):
    """A mailing was put away; it cannot be started any more."""

    system: ClassVar[str] = "smartcomms"
    mailing_id: str
