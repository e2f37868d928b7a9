"""What happens to members; the entry's person is the member's public id, the body holds ids and codes only."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class MemberRegistered(Event):
    """Somebody joined the programme."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    via: str
    store_id: int | None


@dataclass(frozen=True, slots=True)
class MembersImported(Event):
    """Members came from another system, at most a thousand per event; all their public ids."""

    system: ClassVar[str] = "loyalty"
    source: str
    person_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileChanged(Event):
    """Fields of a member's profile were changed; what stood there is kept apart."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhoneVerified(Event):
    """A member proved by a code that the phone is in their hands."""

    system: ClassVar[str] = "loyalty"
    member_id: int


@dataclass(frozen=True, slots=True)
class MemberBlocked(Event):
    """A member's account was blocked."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class MemberUnblocked(Event):
    """A blocked account was opened again."""

    system: ClassVar[str] = "loyalty"
    member_id: int


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    """A member left; nothing personal is there any more."""

    system: ClassVar[str] = "loyalty"
    member_id: int


@dataclass(frozen=True, slots=True)
class ProfileOpened(Event):
    """An employee looked at a member's page; `page` is its code, such as `profile` or `subscriptions`."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    page: str


@dataclass(frozen=True, slots=True)
class ContactsRevealed(Event):
    """An employee saw a member's phone and mailbox in the clear."""

    system: ClassVar[str] = "loyalty"
    member_id: int


@dataclass(frozen=True, slots=True)
class MemberSignedIn(Event):
    """A member signed in on a device."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    session_id: int


@dataclass(frozen=True, slots=True)
class MemberSignedOut(Event):
    """A member signed out on one device or on several."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    sessions: int
