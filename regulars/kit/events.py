"""What happened, as frozen dataclasses in the past tense that carry ids and codes, never names or phone numbers."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in one system; subclasses name it and add ids and codes."""

    system: ClassVar[str] = ""

    @classmethod
    def event_name(cls) -> str:
        """The name under which the journal keeps it, such as `loyalty.PointsAccrued`."""
        return f"{cls.system}.{cls.__name__}"

    def body(self) -> dict[str, Any]:
        """The event's facts as the journal stores them."""
        return asdict(self)
