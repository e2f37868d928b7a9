"""Begins and changes consent: every change is one entry of the consent journal, and cancels what it forbids."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import transaction

from regulars.contract.channels import LABELS, LOYALTY_CHANNELS, Channel
from regulars.journal import actions as journal
from regulars.journal.reactions import Happened
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import tidy
from regulars.loyalty.members import reasons
from regulars.loyalty.members.models import Member, MemberState
from regulars.loyalty.subscriptions import matrix, queries
from regulars.loyalty.subscriptions.base_types import BASE_TYPES, MAILINGS
from regulars.loyalty.subscriptions.bits import BITS, bits_of, channels_of
from regulars.loyalty.subscriptions.events import ConsentChanged, MailingTypeAdded
from regulars.loyalty.subscriptions.matrix import Kind
from regulars.loyalty.subscriptions.models import MailingType
from regulars.messages import actions as messages

SYSTEM = "loyalty"
_WRITE_CHOICES = """
insert into loyalty_subscriptions_choice (member_id, mailing_type_id, channels_on, changed_at)
select member_id, t.id, chosen.value::int, %s
  from unnest(%s::bigint[]) as member_id cross join jsonb_each_text(%s::jsonb) as chosen
  join loyalty_subscriptions_mailingtype t on t.code = chosen.key
on conflict (member_id, mailing_type_id)
   do update set channels_on = excluded.channels_on, changed_at = excluded.changed_at
"""
_WRITE_ENTRIES = """
insert into loyalty_subscriptions_entry
       (member_id, recorded_at, cause, by_kind, by_id, door, cells, wording, reason)
select member_id, %s, %s, %s, %s, %s, %s::jsonb, %s, %s from unnest(%s::bigint[]) as member_id
returning id
"""


class UnknownMailingType(Refusal):
    """No mailing type has that code."""

    code = "mailing_type_unknown"


class UnknownChannel(Refusal):
    """No channel has that code, or the mailing type does not use it."""

    code = "channel_unknown"


class CellIsReadOnly(Conflict):
    """The cell cannot be refused."""

    code = "cell_read_only"


class ConsentChangedMeanwhile(Conflict):
    """Somebody else has changed the matrix since it was looked at.

    `extra` has the number of the newest entry (`version`) and the cells that differ from what was seen, as they are now.
    """

    code = "consent_changed_meanwhile"


class ConsentNeeded(Refusal):
    """Nobody registers without consent while the programme asks for it."""

    code = "consent_needed"


class TypeTaken(Conflict):
    """There is already a mailing type with that code."""

    code = "mailing_type_taken"


type Consent = bool | Mapping[str, Collection[str]] | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A cell that was changed, and what it is now."""

    mailing_type: str
    channel: Channel
    is_on: bool


def add_base_types() -> int:
    """Make the mailing types that exist from the start, where they are missing; answers how many were."""
    known = set(MailingType.objects.values_list("code", flat=True))
    missing = [
        MailingType(
            code=base.code,
            base=base.code,
            name=base.name,
            channels=[str(channel) for channel in LOYALTY_CHANNELS],
            is_read_only=base.is_read_only,
            position=place,
        )
        for place, base in enumerate(BASE_TYPES)
        if base.code not in known
    ]
    return len(MailingType.objects.bulk_create(missing, ignore_conflicts=True))


@transaction.atomic
def add_type(
    code: str,
    *,
    name: str,
    base: str,
    channels: Iterable[str] = LOYALTY_CHANNELS,
    is_visible: bool = True,
    partner_id: int | None = None,
    by: Actor,
    at: datetime,
) -> MailingType:
    """Make a mailing type of one's own from a base type, for some channels.

    Members who exist start with the cells of the base and keep them when the base changes later; no row per member is
    written. Raises `UnknownMailingType` for the base, `UnknownChannel`, `TypeTaken`.
    """
    original = MailingType.objects.filter(code=base, base=base).first()
    if original is None:
        raise UnknownMailingType(f"There is no base type “{base[:40]}”.", field="base")
    made, is_new = MailingType.objects.get_or_create(
        code=code,
        defaults={
            "base": base,
            "name": tidy(name),
            "channels": [str(_channel(channel)) for channel in channels],
            "is_read_only": original.is_read_only,
            "is_visible": is_visible,
            "position": 100,
            "partner_id": partner_id,
        },
    )
    if not is_new:
        raise TypeTaken(f"There is already a mailing type “{code}”.", field="code")
    journal.record(MailingTypeAdded(code, base), by=by, at=at)
    return made


@transaction.atomic
def begin(
    member_ids: Sequence[int], *, mode: str, consent: Consent = None, wording: str = "", by: Actor, at: datetime
) -> None:
    """Write down the consent with which members start: one entry for each, all the same, with three statements.

    Hidden: everything is on, whatever `consent` says. Optional and mandatory: what was chosen: True for everything, a
    mapping of mailing type to channels, None for nothing. Not repeatable: called once, at registration. Raises
    `ConsentNeeded` when the mode is mandatory and no mailings were agreed to.
    """
    kinds = [kind for kind in queries.list_types() if not kind.is_read_only]
    cells = {kind.code: _started(kind, True if mode == "hidden" else consent) for kind in kinds}
    if mode == "mandatory" and not cells.get(MAILINGS):
        raise ConsentNeeded("Registration needs the agreement to receive mailings.", field="consent")
    words = wording if mode != "hidden" else ""
    _write(member_ids, cells, cause="registered", reason=mode, wording=words, by=by, at=at)


@transaction.atomic
def set_cells(
    member: Member,
    cells: Mapping[tuple[str, str], bool],
    *,
    seen: int | None = None,
    cause: str = "changed",
    reason: str = "",
    wording: str = "",
    by: Actor,
    at: datetime,
) -> list[Changed]:
    """Set cells of the matrix, named by (mailing type, channel); answers those that changed.

    One entry of the consent journal, whatever the number of cells; said twice, nothing is written. Queued messages of
    the cells turned off are cancelled in the same transaction. Changes of one member wait for each other. For a member
    who has left nothing happens. A `reason` that is no code is kept apart, where leaving erases it. `seen` is the
    version on which the change was decided (`queries.get_version`): if there is a newer one, nothing is changed. Raises
    `UnknownMailingType`, `UnknownChannel`, `CellIsReadOnly`, `ConsentChangedMeanwhile`.
    """
    if not _lock(member):
        return []
    if seen is not None:
        _check_seen(member, seen)
    kinds, choices = queries.list_types(), queries.get_choices(member)
    stored = matrix.after(kinds, choices, _checked(kinds, cells))
    changed = _differences(kinds, choices, stored)
    if not changed:
        return []
    is_code = reasons.is_code(reason)
    entry_ids = _write(
        [member.id],
        stored,
        cause=cause,
        reason=reason if is_code else "told",
        wording=wording,
        by=by,
        at=at,
    )
    _cancel_messages(member, changed, at=at)
    event = ConsentChanged(member.id, entry_ids[0], _by_type(changed), cause)
    recorded = journal.record(event, person_id=member.public_id, by=by, at=at)
    if by.ip or not is_code:
        journal.keep_personal(recorded[0], member.public_id, {"reason": ("", "" if is_code else reason)}, by=by)
    return changed


def subscribe(
    member: Member,
    *,
    mailing_type: str | None = None,
    channel: str | None = None,
    cause: str = "changed",
    reason: str = "",
    wording: str = "",
    by: Actor,
    at: datetime,
) -> list[Changed]:
    """Turn on one cell, a whole mailing type, a whole channel, or everything; answers the cells that changed."""
    cells = _cells(mailing_type, channel, is_on=True)
    return set_cells(member, cells, cause=cause, reason=reason, wording=wording, by=by, at=at)


def unsubscribe(
    member: Member,
    *,
    mailing_type: str | None = None,
    channel: str | None = None,
    cause: str = "unsubscribed",
    reason: str = "",
    by: Actor,
    at: datetime,
) -> list[Changed]:
    """Turn off one cell, a whole mailing type, a whole channel, or everything that can be refused.

    Answers the cells that changed. Raises `CellIsReadOnly` when a mailing type is named that cannot be refused.
    """
    return set_cells(member, _cells(mailing_type, channel, is_on=False), cause=cause, reason=reason, by=by, at=at)


def select_all(member: Member, *, cause: str = "changed", reason: str = "", by: Actor, at: datetime) -> list[Changed]:
    """Turn on every cell."""
    return subscribe(member, cause=cause, reason=reason, by=by, at=at)


def disable_all(member: Member, *, cause: str = "changed", reason: str = "", by: Actor, at: datetime) -> list[Changed]:
    """Turn off every cell that can be refused."""
    return unsubscribe(member, cause=cause, reason=reason, by=by, at=at)


@transaction.atomic
def end_consent(happened: Happened, at: datetime) -> None:
    """Close the consent of a member who left: everything off, one last entry; the journal stays as evidence."""
    member = Member.objects.select_for_update().filter(id=happened.body["member_id"]).first()
    choices = queries.get_choices(member) if member is not None else {}
    if member is not None and any(choices.values()):
        nothing = dict.fromkeys(choices, 0)
        by = Actor.system("reactions")
        _write([member.id], nothing, cause="left", reason="", wording="", by=by, at=at)


def _lock(member: Member) -> bool:
    state = Member.objects.select_for_update().filter(id=member.id).values_list("state", flat=True).first()
    return state is not None and state != MemberState.GONE


def _check_seen(member: Member, seen: int) -> None:
    """Refuse a change that was decided on a matrix of yesterday; the member is locked, so nothing comes in between."""
    version = queries.get_version(member)
    if version == seen:
        return
    then, now = queries.get_matrix_at(member, seen), queries.get_matrix(member)
    differing = [
        Changed(row.code, channel, cell.selected)
        for row in now.rows
        for channel, cell in row.cells.items()
        if cell.selected != then.is_on(row.code, channel)
    ]
    raise ConsentChangedMeanwhile(
        "Somebody else has changed these subscriptions since you opened them. Nothing was saved.",
        field="seen",
        extra={"version": version, "cells": _by_type(differing)},
    )


def _cells(mailing_type: str | None, channel: str | None, *, is_on: bool) -> dict[tuple[str, str], bool]:
    """Name a group of cells: a whole type, a whole channel or everything leaves out what is read-only or not used."""
    kinds = queries.list_types()
    if mailing_type is not None and channel is not None:
        return {(mailing_type, channel): is_on}
    if mailing_type is not None:
        kind = _kind({kind.code: kind for kind in kinds}, mailing_type)
        return {(kind.code, named): is_on for named in channels_of(kind.channels)}
    wanted = LOYALTY_CHANNELS if channel is None else (_channel(channel),)
    free = (kind for kind in kinds if not kind.is_read_only)
    return {(kind.code, named): is_on for kind in free for named in wanted if kind.channels & BITS[named]}


def _checked(kinds: Iterable[Kind], cells: Mapping[tuple[str, str], bool]) -> dict[tuple[str, str], bool]:
    known = {kind.code: kind for kind in kinds}
    for (code, named), is_on in cells.items():
        kind, channel = _kind(known, code), _channel(named)
        if not kind.channels & BITS[channel]:
            raise UnknownChannel(f"“{kind.name}” is not sent over {LABELS[channel]}.", field="channel")
        if kind.is_read_only and not is_on:
            raise CellIsReadOnly(f"“{kind.name}” over {LABELS[channel]} cannot be turned off.", field="mailing_type")
    return dict(cells)


def _kind(known: Mapping[str, Kind], code: str) -> Kind:
    if code not in known:
        raise UnknownMailingType(f"There is no mailing type “{code[:40]}”.", field="mailing_type")
    return known[code]


def _channel(code: str) -> Channel:
    if code not in BITS:
        raise UnknownChannel(f"There is no channel “{code[:40]}” for members.", field="channel")
    return Channel(code)


def _started(kind: Kind, consent: Consent) -> int:
    if isinstance(consent, Mapping):
        return bits_of(_channel(named) for named in consent.get(kind.code, ())) & kind.channels
    return kind.channels if consent else 0


def _differences(kinds: Iterable[Kind], choices: Mapping[str, int], stored: Mapping[str, int]) -> list[Changed]:
    known = {kind.code: kind for kind in kinds}
    return [
        Changed(code, channel, bool(then & BITS[channel]))
        for code, then in stored.items()
        for channel in channels_of(matrix.bits_on(known[code], choices) ^ then)
    ]


def _write(
    member_ids: Sequence[int],
    cells: Mapping[str, int],
    *,
    cause: str,
    reason: str,
    wording: str,
    by: Actor,
    at: datetime,
) -> list[int]:
    """Write choices and their entries together, so that the one stays the fold of the other."""
    body, people = orjson.dumps(cells).decode(), list(member_ids)
    entry = [at, cause, by.kind, by.id, by.door, body, wording, reason, people]
    entry_ids = [int(row["id"]) for row in sql.fetch(dict, _WRITE_ENTRIES, entry)]
    sql.run(_WRITE_CHOICES, [at, people, body])
    return entry_ids


def _cancel_messages(member: Member, changed: Iterable[Changed], *, at: datetime) -> None:
    off: dict[Channel, list[str]] = {}
    for cell in changed:
        if not cell.is_on:
            off.setdefault(cell.channel, []).append(cell.mailing_type)
    for channel, subjects in off.items():
        messages.cancel(SYSTEM, member.public_id, subjects=subjects, channels=[channel], reason="no_consent", at=at)


def _by_type(changed: Iterable[Changed]) -> dict[str, dict[str, bool]]:
    cells: dict[str, dict[str, bool]] = {}
    for cell in changed:
        cells.setdefault(cell.mailing_type, {})[str(cell.channel)] = cell.is_on
    return cells
