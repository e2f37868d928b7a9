"""Changes consent in Smart Communications: channel switches and categories, each change one entry of the journal."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.contract import merge
from regulars.contract.channels import BRIDGED, SMARTCOMMS_CHANNELS
from regulars.contract.merge import Version
from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, NotFound, Refusal
from regulars.kit.text import tidy
from regulars.messages import actions as messages
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions import entries, links, reasons, switches
from regulars.smartcomms.subscriptions.events import CategoryAdded, CategoryChanged, ChannelSwitched, ReasonAdded
from regulars.smartcomms.subscriptions.models import Category, CategoryStatus, UnsubscriptionReason
from regulars.smartcomms.subscriptions.switches import Key

SYSTEM = "smartcomms"
_CODE = re.compile(r"[a-z0-9_-]{1,60}")
_CATEGORIES_LOCK = 7_250_318_101
_COPY_DEFAULTS = """
insert into smartcomms_subscriptions_categorystatus (person_id, category_id, channel, is_on, changed_at)
select c.person_id, k.id, d.key, d.value = 'on', %s
  from smartcomms_customers_customer c cross join smartcomms_subscriptions_category k
       cross join jsonb_each_text(k.defaults) as d
 where not c.is_gone and (%s::text[] is null or c.person_id = any(%s::text[])) and (%s::bigint is null or k.id = %s)
on conflict (person_id, category_id, channel) do nothing
"""
_WRITE_STATUSES = """
insert into smartcomms_subscriptions_categorystatus (person_id, category_id, channel, is_on, changed_at)
select %s, category_id, channel, is_on, %s
  from unnest(%s::bigint[], %s::text[], %s::bool[]) as t (category_id, channel, is_on)
on conflict (person_id, category_id, channel) do update set is_on = excluded.is_on, changed_at = excluded.changed_at
"""


class CustomerUnknown(NotFound):
    """There is no such customer, or they have left."""

    code = "customer_unknown"


class ChannelUnknown(Refusal):
    """Smart Communications has no such channel."""

    code = "channel_unknown"


class CategoryUnknown(Refusal):
    """There is no mailing category with that code."""

    code = "category_unknown"


class CategoryTaken(Conflict):
    """There is already a mailing category with that code."""

    code = "category_taken"


class CategoryNotPossible(Refusal):
    """A mailing category cannot have that field or value."""

    code = "category_not_possible"


class CategoryHidden(Refusal):
    """Customers do not choose about a hidden category."""

    code = "category_hidden"


class ReasonUnknown(Refusal):
    """The dictionary of unsubscription reasons has no such line."""

    code = "reason_unknown"


class ReasonTaken(Conflict):
    """The dictionary has that line already."""

    code = "reason_taken"


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save has changed; nothing, when everything stood so already."""

    channels: Mapping[str, bool] = field(default_factory=dict)
    categories: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    entry_id: int | None = None
    messages_cancelled: int = 0


# --- categories and reasons


@transaction.atomic
def add_category(
    code: str,
    *,
    name: str,
    description: str = "",
    is_visible: bool = True,
    defaults: Mapping[str, bool],
    by: Actor,
    at: datetime,
) -> Category:
    """Make a mailing category and copy its defaults to every customer there is, in one statement.

    `defaults` says for channels whether customers begin subscribed; on a channel not named the category is absent,
    which is not refused. Raises `CategoryTaken`, `CategoryNotPossible`, `ChannelUnknown`.
    """
    if not _CODE.fullmatch(code):
        raise CategoryNotPossible("A code has small Latin letters, digits, - and _, at most 60.", field="code")
    sql.run("select pg_advisory_xact_lock(%s)", [_CATEGORIES_LOCK])
    if Category.objects.filter(code=code).exists():
        raise CategoryTaken(f"There is already a category “{code}”.", field="code")
    category = Category.objects.create(
        code=code, name=tidy(name), description=tidy(description), is_visible=is_visible, defaults=_defaults(defaults)
    )
    copied = sql.run(_COPY_DEFAULTS, [at, None, None, category.pk, category.pk]) if defaults else 0
    changes = entries.changes_of({}, {(code, channel): is_on for channel, is_on in defaults.items()})
    entries.write({"": changes}, cause="category_made", reason="", by=by, at=at)
    journal.record(CategoryAdded(category=code, customers=copied // max(len(defaults), 1)), by=by, at=at)
    return category


@transaction.atomic
def change_category(code: str, changes: Mapping[str, Any], *, by: Actor, at: datetime) -> list[str]:
    """Change name, description, visibility, activity or defaults of a category; answers the fields that changed.

    New defaults concern only customers still to come; nobody's status is touched. Raises `CategoryUnknown`,
    `CategoryNotPossible`, `ChannelUnknown`.
    """
    category = Category.objects.select_for_update().filter(code=code).first()
    if category is None:
        raise CategoryUnknown(f"There is no category “{code[:60]}”.", field="code")
    if unknown := set(changes) - {"name", "description", "is_visible", "is_active", "defaults"}:
        raise CategoryNotPossible("A category has no such field that could change.", field=min(unknown))
    wanted = {name: _defaults(value) if name == "defaults" else value for name, value in changes.items()}
    changed = sorted(name for name, value in wanted.items() if getattr(category, name) != value)
    for name in changed:
        setattr(category, name, wanted[name])
    if changed:
        category.save()
        journal.record(CategoryChanged(category=code, fields=changed), by=by, at=at)
    return changed


@transaction.atomic
def add_reason(code: str, *, text: str, position: int = 100, by: Actor, at: datetime) -> UnsubscriptionReason:
    """Add a line to the dictionary of unsubscription reasons. Raises `ReasonTaken`."""
    made, is_new = UnsubscriptionReason.objects.get_or_create(
        code=code, defaults={"text": tidy(text), "position": position}
    )
    if not is_new:
        raise ReasonTaken(f"There is already a reason “{code}”.", field="code")
    journal.record(ReasonAdded(reason=code), by=by, at=at)
    return made


def add_shipped_reasons() -> int:
    """Add the reasons that the dictionary has from the start, where they are missing; answers how many were."""
    known = set(UnsubscriptionReason.objects.values_list("code", flat=True))
    missing = [
        UnsubscriptionReason(code=code, text=text, position=position)
        for position, (code, text) in enumerate(reasons.SHIPPED)
        if code not in known
    ]
    return len(UnsubscriptionReason.objects.bulk_create(missing, ignore_conflicts=True))


# --- customers who come and go


@transaction.atomic
def begin(person_ids: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Give new customers their five switches, all on, and the defaults of every category; a set at a time.

    A switch that came over the bridge before its customer did keeps what it says. Repeating it changes nothing but adds
    entries; it is called once, when the customers are new.
    """
    if not person_ids:
        return
    sql.run("select pg_advisory_xact_lock_shared(%s)", [_CATEGORIES_LOCK])
    people = list(person_ids)
    switches.begin(people)
    sql.run(_COPY_DEFAULTS, [at, people, people, None, None])
    categories = {
        (category.code, channel): word == "on"
        for category in Category.objects.all()
        for channel, word in category.defaults.items()
    }
    changes = entries.changes_of(dict.fromkeys(SMARTCOMMS_CHANNELS, True), categories)
    entries.write(dict.fromkeys(people, changes), cause="loaded", reason="", by=by, at=at)


def end(person_ids: Sequence[str]) -> None:
    """Take switches and statuses of customers who have left away; the journal keeps its entries under the random id."""
    people = list(person_ids)
    if people:
        sql.run("delete from smartcomms_subscriptions_channelswitch where person_id = any(%s)", [people])
        sql.run("delete from smartcomms_subscriptions_categorystatus where person_id = any(%s)", [people])


# --- choices


def switch_channel(
    person_id: str, *, channel: str, is_on: bool, cause: str, reason: str = "", by: Actor, at: datetime
) -> Saved:
    """Switch a whole channel of a customer; a channel that Loyalty knows too is announced to it.

    Raises `CustomerUnknown`, `ChannelUnknown`, `ReasonUnknown`.
    """
    return save_choices(person_id, channels={channel: is_on}, categories={}, cause=cause, reason=reason, by=by, at=at)


@transaction.atomic
def save_choices(
    person_id: str,
    *,
    channels: Mapping[str, bool],
    categories: Mapping[tuple[str, str], bool],
    cause: str = "unsubscribe_page",
    reason: str = "",
    by: Actor,
    at: datetime,
) -> Saved:
    """Save what a customer or an employee chose: whole channels, and categories named by (code, channel).

    Everything saved at once is one entry of the consent journal; what stood so already is not written again. Messages
    that wait on what goes off are cancelled in the same transaction. Only whole channels that both systems know are
    announced; categories never are. `reason` is a code of the dictionary. Saves of one customer wait for each other.
    Raises `CustomerUnknown`, `ChannelUnknown`, `CategoryUnknown`, `CategoryHidden` (to members), `ReasonUnknown`.
    """
    known = _known_categories(categories)
    if by.kind == "member" and (hidden := [code for code, category in known.items() if not category.is_visible]):
        raise CategoryHidden("This category is not for customers to choose about.", field=f"categories.{hidden[0]}")
    _check_channels([*channels, *(channel for _, channel in categories)])
    _check_reason(reason)
    if not _lock([person_id]).get(person_id):
        raise CustomerUnknown("There is no such customer, or they have left.")
    return _save(person_id, channels, categories, known, cause=cause, reason=reason, by=by, at=at)


@transaction.atomic
def one_click(link: links.Link, *, by: Actor, at: datetime) -> Saved:
    """Turn off exactly what a message was about: its category on its channel, or the channel when it had none.

    Needs nothing but the link (RFC 8058), and the category need not be visible. Repeating it changes nothing, nor does
    it for somebody who has left. A category that is no more stands for its channel. Raises `ChannelUnknown`.
    """
    _check_channels([link.channel])
    if not _lock([link.person_id]).get(link.person_id):
        return Saved()
    known = {category.code: category for category in Category.objects.filter(code=link.category)}
    if known:
        categories = {(link.category, link.channel): False}
        return _save(link.person_id, {}, categories, known, cause="one_click", reason="", by=by, at=at)
    return _save(link.person_id, {link.channel: False}, {}, {}, cause="one_click", reason="", by=by, at=at)


@transaction.atomic
def merge_switches(changes: Mapping[Key, Version], *, cause: str, by: Actor, at: datetime) -> int:
    """Apply whole-channel changes made in the other system by the rule of the bridge; answers how many won.

    Categories stay as they were, and nothing is announced: a change never goes back to where it came from. A switch
    that comes before its customer waits for them; for somebody who has left nothing happens.
    """
    alive = _lock(person_id for person_id, _ in changes)
    known = switches.lock(key for key in changes if alive.get(key[0], True))
    won = {key: changes[key] for key in known if merge.wins(changes[key], known[key])}
    if won:
        switches.write(won)
        flipped = {key: new.is_on for key, new in won.items() if new.is_on is not known[key].is_on}
        entries.write(entries.by_person(flipped), cause=cause, reason="", by=by, at=at)
        off = [(person_id, str(channel)) for (person_id, channel), is_on in flipped.items() if not is_on]
        messages.cancel_many(SYSTEM, off, reason="channel_off", at=at)
    return len(won)


def _save(
    person_id: str,
    channels: Mapping[str, bool],
    categories: Mapping[tuple[str, str], bool],
    known: Mapping[str, Category],
    *,
    cause: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> Saved:
    wanted = {(person_id, channel): is_on for channel, is_on in channels.items()}
    versions = switches.made_here(wanted, switches.lock(wanted), at=at) if wanted else {}
    statuses = _differing(person_id, categories, known)
    if not versions and not statuses:
        return Saved()
    switched = {channel: version.is_on for (_, channel), version in versions.items()}
    switches.write(versions)
    _write_statuses(person_id, statuses, known, at=at)
    entry = {person_id: entries.changes_of(switched, statuses)}
    entry_id = entries.write(entry, cause=cause, reason=reason, by=by, at=at)[0]
    _announce(person_id, versions, cause=cause, by=by, at=at)
    return Saved(switched, statuses, entry_id, _cancel_messages(person_id, switched, statuses, at=at))


def _lock(person_ids: Iterable[str]) -> dict[str, bool]:
    """Lock the customers of these ids in one order; answers whether each is still there. Unknown ids are left out."""
    people = Customer.objects.select_for_update().filter(person_id__in=set(person_ids)).order_by("person_id")
    return {person_id: not is_gone for person_id, is_gone in people.values_list("person_id", "is_gone")}


def _known_categories(categories: Iterable[tuple[str, str]]) -> dict[str, Category]:
    codes = {code for code, _ in categories}
    known = {category.code: category for category in Category.objects.filter(code__in=codes)} if codes else {}
    if unknown := codes - set(known):
        raise CategoryUnknown(f"There is no category “{min(unknown)[:60]}”.", field="categories")
    return known


def _check_channels(channels: Iterable[str]) -> None:
    for channel in channels:
        if channel not in SMARTCOMMS_CHANNELS:
            raise ChannelUnknown(f"Smart Communications has no channel “{channel[:60]}”.", field="channel")


def _check_reason(reason: str) -> None:
    if reason and not UnsubscriptionReason.objects.filter(code=reason, is_active=True).exists():
        raise ReasonUnknown(f"The dictionary has no reason “{reason[:60]}”.", field="reason")


def _defaults(defaults: Mapping[str, bool]) -> dict[str, str]:
    _check_channels(defaults)
    return {str(channel): "on" if is_on else "off" for channel, is_on in defaults.items()}


def _differing(
    person_id: str, wanted: Mapping[tuple[str, str], bool], known: Mapping[str, Category]
) -> dict[tuple[str, str], bool]:
    if not wanted:
        return {}
    codes = {category.pk: code for code, category in known.items()}
    rows = CategoryStatus.objects.filter(person_id=person_id, category_id__in=codes)
    stands = {(codes[row.category_id], row.channel): row.is_on for row in rows}
    return {cell: is_on for cell, is_on in wanted.items() if stands.get(cell) is not is_on}


def _write_statuses(
    person_id: str, statuses: Mapping[tuple[str, str], bool], known: Mapping[str, Category], *, at: datetime
) -> None:
    if statuses:
        ids, channels = [known[code].pk for code, _ in statuses], [channel for _, channel in statuses]
        sql.run(_WRITE_STATUSES, [person_id, at, ids, channels, list(statuses.values())])


def _announce(person_id: str, versions: Mapping[Key, Version], *, cause: str, by: Actor, at: datetime) -> None:
    events = [
        ChannelSwitched(str(channel), version.is_on, version.at, version.origin, cause)
        for (_, channel), version in versions.items()
        if channel in BRIDGED
    ]
    if events:
        journal.record(*events, person_id=person_id, by=by, at=at)


def _cancel_messages(
    person_id: str, channels: Mapping[str, bool], statuses: Mapping[tuple[str, str], bool], *, at: datetime
) -> int:
    off = [channel for channel, is_on in channels.items() if not is_on]
    cancelled = messages.cancel(SYSTEM, person_id, channels=off, reason="channel_off", at=at) if off else 0
    for (code, channel), is_on in statuses.items():
        if not is_on and channel not in off:
            cancelled += messages.cancel(
                SYSTEM, person_id, subjects=[code], channels=[channel], reason="category_off", at=at
            )
    return cancelled
