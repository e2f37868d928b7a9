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


@dataclass(frozen=True, slots=True)
class ProgrammeRenamed(Event):
    """The programme is called otherwise from now on."""

    system: ClassVar[str] = "loyalty"
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HomeZoneChanged(Event):
    """The programme lives by another time zone."""

    system: ClassVar[str] = "loyalty"
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PointsWorthChanged(Event):
    """Points of a currency are worth something else: so many minor units of money for so many smallest units."""

    system: ClassVar[str] = "loyalty"
    code: str
    money_before: int
    units_before: int
    money: int
    units: int


@dataclass(frozen=True, slots=True)
class PointsCurrencyRenamed(Event):
    """A currency of points is called otherwise."""

    system: ClassVar[str] = "loyalty"
    code: str
    before: str
    after: str
