"""Saves audiences, changes them, copies them and puts them away."""

from datetime import datetime

from django.db import IntegrityError, transaction

from regulars.journal import actions as journal
from regulars.kit import ids
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import is_storable, tidy
from regulars.loyalty.audiences import filters, queries
from regulars.loyalty.audiences.events import AudienceArchived, AudienceChanged, AudienceSaved
from regulars.loyalty.audiences.filters import Filter
from regulars.loyalty.audiences.models import Audience

LONGEST_NAME = 100
_COPY = " (copy)"


class NameNotPossible(Refusal):
    """An audience cannot be called so."""

    code = "audience_name_not_possible"


class NameTaken(Conflict):
    """Another audience in use has that name."""

    code = "audience_name_taken"


class ChangedMeanwhile(Conflict):
    """Somebody else changed the audience since it was opened."""

    code = "audience_changed_meanwhile"


class IsArchived(Conflict):
    """The audience was put away."""

    code = "audience_archived"


@transaction.atomic
def save(name: str, *, filter: Filter, partner_id: int | None = None, by: Actor, at: datetime) -> Audience:
    """Save a filter as a new audience; without a partner it is everybody's.

    Raises `NameNotPossible`, `NameTaken`, and `FilterNotPossible` for codes that nothing stands behind.
    """
    queries.get_names().check_all(filter)
    return _add(_named(name), filter=filter, partner_id=partner_id, copied_from=None, by=by, at=at)


@transaction.atomic
def change(audience: Audience, *, name: str, filter: Filter, version: int, by: Actor, at: datetime) -> bool:
    """Give an audience another name or filter; said once: without a difference it answers False.

    `version` is the one that was looked at: when somebody else changed it since, `ChangedMeanwhile` is raised and nothing
    is lost. Raises as `save` does, and `IsArchived`.
    """
    queries.get_names().check_all(filter)
    locked = _locked(audience)
    if locked.version != version:
        raise ChangedMeanwhile(f"{locked.changed_by} changed this audience meanwhile. Open it again to see how.")
    said = _named(name)
    if (locked.name, locked.filter) == (said, filters.to_json(filter)):
        return False
    locked.name, locked.filter, locked.version = said, filters.to_json(filter), version + 1
    locked.changed_by, locked.changed_at = _who(by), at
    _write(locked)
    journal.record(AudienceChanged(locked.pk, locked.version), by=by, at=at)
    return True


@transaction.atomic
def archive(audience: Audience, *, by: Actor, at: datetime) -> bool:
    """Put an audience away: nothing new can use it, and its name is free. Said once; its copy is a way back."""
    put_away = Audience.objects.filter(pk=audience.pk, is_archived=False).update(
        is_archived=True, changed_by=_who(by), changed_at=at
    )
    if not put_away:
        return False
    journal.record(AudienceArchived(audience.pk), by=by, at=at)
    return True


@transaction.atomic
def copy(audience: Audience, *, name: str = "", partner_id: int | None = None, by: Actor, at: datetime) -> Audience:
    """Save the filter of an audience, archived or not, as a new one; without a name it is called a copy of the old."""
    return _add(
        _named(name) if name else _free_name(audience.name),
        filter=queries.get_filter(audience),
        partner_id=partner_id if partner_id is not None else audience.partner_id,
        copied_from=audience.pk,
        by=by,
        at=at,
    )


def _add(
    name: str, *, filter: Filter, partner_id: int | None, copied_from: int | None, by: Actor, at: datetime
) -> Audience:
    audience = Audience(
        public_id=ids.new("aud"),
        partner_id=partner_id,
        name=name,
        filter=filters.to_json(filter),
        created_by=_who(by),
        created_at=at,
        changed_by=_who(by),
        changed_at=at,
    )
    _write(audience)
    journal.record(AudienceSaved(audience.pk, copied_from), by=by, at=at)
    return audience


def _write(audience: Audience) -> None:
    """Write the row; the unique key decides between two who take one name at once."""
    try:
        with transaction.atomic():
            audience.save()
    except IntegrityError as error:
        raise NameTaken(f"Another audience is called “{audience.name}”.", field="name") from error


def _locked(audience: Audience) -> Audience:
    locked = Audience.objects.select_for_update().get(pk=audience.pk)
    if locked.is_archived:
        raise IsArchived("This audience was archived. Copy it to go on with it.")
    return locked


def _named(raw: str) -> str:
    name = tidy(raw) if is_storable(raw) else ""
    if not name:
        raise NameNotPossible("Give the audience a name.", field="name")
    if len(name) > LONGEST_NAME:
        raise NameNotPossible(f"A name has at most {LONGEST_NAME} characters.", field="name")
    return name


def _free_name(name: str) -> str:
    taken = {each.name.lower() for each in queries.list_audiences()}
    stem = name[: LONGEST_NAME - len(_COPY) - 4]
    return next(
        called
        for number in range(1, len(taken) + 2)
        if (called := f"{stem}{_COPY}{f' {number}' if number > 1 else ''}").lower() not in taken
    )


def _who(by: Actor) -> str:
    return by.id or by.kind
