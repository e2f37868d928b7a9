"""The two facts that cross the bridge, as both systems read and write them (JSON, UTF-8)."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from regulars.contract.channels import Channel
from regulars.contract.merge import Version

Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
PersonId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z]+_[0-9a-z]+$")]


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ConsentChange(_Fact):
    """A whole channel was switched on or off for one person; `made_at` is the version's time, `origin` its system."""

    kind: Literal["consent_change"] = "consent_change"
    person_id: PersonId
    channel: Channel
    is_on: bool
    made_at: AwareDatetime
    origin: Literal["loyalty", "smartcomms"]
    cause: Text = ""

    def version(self) -> Version:
        """The change's place in the total order."""
        return Version(self.made_at, self.is_on, self.origin)

    @classmethod
    def from_version(cls, person_id: str, channel: str, version: Version, cause: str) -> Self:
        """Build the fact for a change made in this system."""
        return cls(
            person_id=person_id,
            channel=Channel(channel),
            is_on=version.is_on,
            made_at=version.at,
            origin=version.origin,  # type: ignore[arg-type]
            cause=cause,
        )


class MemberChanged(_Fact):
    """A member's profile as the sister needs it; with `is_gone` every other field is empty and everything is erased."""

    kind: Literal["member_changed"] = "member_changed"
    person_id: PersonId
    changed_at: AwareDatetime
    first_name: Text = ""
    last_name: Text = ""
    phone: Text = ""
    phone_is_verified: bool = False
    email: Text = ""
    email_is_verified: bool = False
    locale: Text = "en"
    time_zone: Text = ""
    is_gone: bool = False
    channels: dict[Channel, bool] = Field(
        default_factory=dict, description="State of Mailings per bridged channel, for a first load."
    )


class Batch(_Fact):
    """What one request carries: at most 1,000 facts, taken whole or not at all."""

    consent_changes: list[ConsentChange] = Field(default_factory=list, max_length=1000)
    members: list[MemberChanged] = Field(default_factory=list, max_length=1000)
