"""How stand-ins are told to misbehave; the SMSC's ways of it, and what certain phone numbers always do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(slots=True)
class Changeable:
    """A behaviour of named wishes, each of which can be changed alone while the stand-in runs."""

    def change(self, wishes: Mapping[str, Any]) -> None:
        """Change some of it. Raises ValueError that names what does not fit, and then changes nothing."""
        checked = {name: self._checked(name, value) for name, value in wishes.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Show all of it."""
        return asdict(self)

    def _checked(self, name: str, value: Any) -> Any:
        if name not in {one.name for one in fields(self)}:
            raise ValueError(f"There is no behaviour {name!r}.")
        present = getattr(self, name)
        if isinstance(present, tuple) and isinstance(value, list | tuple):
            return tuple(str(one) for one in value)
        if isinstance(present, float) and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if type(value) is not type(present):
            raise ValueError(f"{name} must be {type(present).__name__}, not {value!r}.")
        return value


@dataclass(slots=True)
class Behaviour(Changeable):
    """What the SMSC does to its clients; everything can be changed while it runs.

    Statuses are SMPP's numbers and 0 switches a refusal off; shares lie between 0 and 1; the two counters `drop_next`
    and `cut_after` run down to 0 and are then off.
    """

    answer_delay_ms: int = 0
    answer_jitter_ms: int = 0
    """Up to this much more, at random: answers overtake each other."""
    receipt_delay_ms: int = 50
    receipt_retry_ms: int = 1000
    throttle_per_s: int = 0
    queue_full_share: float = 0.0
    window: int = 0
    """Refuse with 0x58 what exceeds so many unanswered submits of a session."""
    refuse_binds: int = 0
    refuse_submits: int = 0
    allowed_senders: tuple[str, ...] = ()
    drop_next: int = 0
    drop_share: float = 0.0
    cut_after: int = 0
    """Take so many more submits, then close all sessions without answering the last."""
    deaf: bool = False
    """Read and say nothing, not even to enquire_link."""
    receipts_before_response: bool = False
    double_receipts: bool = False
    no_receipts: bool = False
    echo_parameters: bool = True
    """Put id, state and the client's reference into optional parameters of receipts; else text only."""
    hex_ids: bool = False
    """Give out ids in hexadecimal, but write them in decimal into receipts."""
    magic: bool = True
    """Obey the magic tails of phone numbers."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of messages to a number: refused at once so many times, and the receipts that follow."""

    stats: tuple[str, ...] = ("DELIVRD",)
    refuse_with: int = 0
    refuse_times: int = 0
    is_answered: bool = True


ORDINARY = Fate()
_ALWAYS = 1_000_000_000
# By the last two digits of the phone. SMS knows no "read", so ...07 is merely delivered.
_MAGIC = {
    "02": Fate(stats=("UNDELIV",)),
    "03": Fate(refuse_with=0x0B, refuse_times=_ALWAYS),
    "04": Fate(stats=("EXPIRED",)),
    "05": Fate(stats=()),
    "06": Fate(stats=("DELIVRD", "ENROUTE", "DELIVRD")),
    "08": Fate(refuse_with=0x08, refuse_times=2),
    "09": Fate(is_answered=False),
}


def fate_of(destination: str, behaviour: Behaviour) -> Fate:
    """Say what becomes of messages to this number."""
    return _MAGIC.get(destination[-2:], ORDINARY) if behaviour.magic else ORDINARY
