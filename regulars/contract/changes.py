"""The two facts that cross the bridge, as both systems read and write them (JSON, UTF-8)."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from regulars.contract.channels import BridgedChannel, bridged
from regulars.contract.merge import BEGINNING, Version

MOST_FACTS = 1000


def _as_text(value: Any) -> Any:
    """Times are written, not counted: a bare number could be seconds or milliseconds."""
    if not isinstance(value, str | datetime):
        raise ValueError("must be a time such as 2026-11-24T09:00:00Z")
    return value


Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Flag = Annotated[bool, Field(strict=True)]
PersonId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z]+_[0-9a-z]+$")]
Instant = Annotated[AwareDatetime, Field(gt=BEGINNING, lt=datetime(2200, 1, 1, tzinfo=UTC)), BeforeValidator(_as_text)]
Origin = Literal["loyalty", "smartcomms"]


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ConsentChange(_Fact):
    """A whole channel was switched on or off for one person; `made_at` is the version's time, `origin` its system."""

    kind: Literal["consent_change"] = "consent_change"
    person_id: PersonId
    channel: BridgedChannel
    is_on: Flag
    made_at: Instant
    origin: Origin
    cause: Text = ""

    def columns(self) -> dict[str, Any]:
        """The change as a row keeps it, in either system."""
        return {
            "person_id": self.person_id,
            "channel": self.channel,
            "is_on": self.is_on,
            "version_at": self.made_at,
            "origin": self.origin,
        }

    def version(self) -> Version:
        """The change's place in the total order."""
        return Version(self.made_at, self.is_on, self.origin)

    @classmethod
    def from_version(cls, person_id: str, channel: str, version: Version, cause: str) -> Self:
        """Build the fact from a change and its place; raises `ValueError` for a channel of one side only."""
        return cls(
            person_id=person_id,
            channel=bridged(channel),
            is_on=version.is_on,
            made_at=version.at,
            origin=version.origin,
            cause=cause,
        )


class MemberChanged(_Fact):
    """A member's profile as the sister needs it; with `is_gone` every other field is empty and everything is erased.

    `changed_at` is when the profile was read at home: of two facts about one person the later one tells the truth.
    """

    kind: Literal["member_changed"] = "member_changed"
    person_id: PersonId
    changed_at: Instant
    first_name: Text = ""
    last_name: Text = ""
    phone: Text = ""
    phone_is_verified: Flag = False
    email: Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$")] = ""
    email_is_verified: Flag = False
    locale: Text = "en"
    time_zone: Text = ""
    is_gone: Flag = False


class ConsentChanges(_Fact):
    """What one request to Loyalty carries, taken whole or not at all; profiles have their home there and never come."""

    consent_changes: list[ConsentChange] = Field(default_factory=list, max_length=MOST_FACTS)


class Batch(ConsentChanges):
    """What one request to Smart Communications carries, taken whole or not at all: members first, then consent."""

    members: list[MemberChanged] = Field(default_factory=list, max_length=MOST_FACTS)


class Outcome(_Fact):
    """What became of the facts of one request; the numbers add up to how many were sent."""

    applied: int = 0
    unchanged: int = Field(default=0, description="Known already, older than what is known, or an echo.")
    quarantined: int = Field(default=0, description="From a clock that is more than five minutes ahead.")
    unknown: int = Field(default=0, description="About nobody here, or about somebody who has left.")
