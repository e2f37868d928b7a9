"""What happens to the programme's settings."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class ProgrammeCreated(Event):
    """The installation got its programme."""

    system: ClassVar[str] = "loyalty"
    programme_id: str
    currency: str
    consent_mode: str


@dataclass(frozen=True, slots=True)
class PointsCurrencyAdded(Event):
    """A currency of points was added."""

    system: ClassVar[str] = "loyalty"
    code: str


@dataclass(frozen=True, slots=True)
class RoundingChanged(Event):
    """Totals are corrected to multiples of another step, or in another direction; steps in minor units."""

    system: ClassVar[str] = "loyalty"
    mode_before: str
    step_before: int
    mode: str
    step: int


@dataclass(frozen=True, slots=True)
class PointsShareLimitChanged(Event):
    """Points may pay another share of a receipt, in basis points."""

    system: ClassVar[str] = "loyalty"
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ConsentModeChanged(Event):
    """What registration asks about mailings was changed; an empty door means all doors without a mode of their own."""

    system: ClassVar[str] = "loyalty"
    door: str
    before: str
    after: str
