"""What happens to runs."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """A mailing or a test was started; its audience is about to be written down."""

    system: ClassVar[str] = "runs"
    run_id: str
    mailing_id: str
    kind: str
    channel: str


@dataclass(frozen=True, slots=True)
class RunPaused(Event):
    """A run was paused, by somebody or because something about it does not work."""

    system: ClassVar[str] = "runs"
    run_id: str
    mailing_id: str
    has_trouble: bool


@dataclass(frozen=True, slots=True)
class RunReleased(Event):
    """A paused run goes on."""

    system: ClassVar[str] = "runs"
    run_id: str
    mailing_id: str


@dataclass(frozen=True, slots=True)
class RunCancelled(Event):
    """A run was broken off; what has not left by then does not leave."""

    system: ClassVar[str] = "runs"
    run_id: str
    mailing_id: str


@dataclass(frozen=True, slots=True)
class RunEnded(Event):
    """Everybody in a run's audience has been sent to or left out."""

    system: ClassVar[str] = "runs"
    run_id: str
    mailing_id: str
    audience_size: int
