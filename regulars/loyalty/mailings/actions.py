"""Writes mailings down, and starts them: now, at a time, or as a test for a few addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, phone
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import tidy
from regulars.loyalty.mailings import checks, estimates, queries, rendering
from regulars.loyalty.mailings.checks import MailingNotPossible
from regulars.loyalty.mailings.events import (
    MailingArchived,
    MailingChanged,
    MailingDrafted,
    MailingNotStarted,
    MailingScheduled,
    MailingTested,
    MailingUnscheduled,
)
from regulars.loyalty.mailings.models import Mailing, MailingState
from regulars.loyalty.mailings.queries import KINDS, SYSTEM, Person
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.profiles import Profile, read
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions.base_types import MAILINGS
from regulars.messages import actions as messages
from regulars.messages.intents import Intent
from regulars.runs import actions as runs
from regulars.runs import queries as run_queries
from regulars.runs.models import Run

MOST_TESTS = 10
LATEST = timedelta(days=366)
_EDITABLE = (MailingState.DRAFT, MailingState.SCHEDULED)


class MailingChangedMeanwhile(Conflict):
    """Somebody else changed or started the mailing since it was looked at."""

    code = "mailing_changed_meanwhile"


class MailingNotEditable(Conflict):
    """The mailing's state does not allow this."""

    code = "mailing_not_editable"


class TestNotPossible(Refusal):
    """A test cannot go where it was asked to."""

    code = "mailing_test_not_possible"


@dataclass(frozen=True, slots=True)
class NewMailing:
    """What a marketer says about a mailing; texts by language, in Liquid, bodies of emails in MJML."""

    name: str
    channel: str
    mailing_type: str = MAILINGS
    audience_id: str = ""
    sender: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    subject_lines: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)
    lifetime_hours: int = 48


# --- writing down


@transaction.atomic
def draft(new: NewMailing, *, partner_id: int | None = None, by: Actor, at: datetime) -> Mailing:
    """Write a mailing down; nothing is sent. It may be unfinished, but not wrong.

    Raises `MailingNotPossible` with the field, `TemplateRefused`, and what the audience's room raises.
    """
    mailing = Mailing(public_id=ids.new("mlg"), partner_id=partner_id, created_at=at)
    _take_over(mailing, new, by, at)
    return _add(mailing, "", by, at)


@transaction.atomic
def change(mailing: Mailing, new: NewMailing, *, version: int, by: Actor, at: datetime) -> Mailing:
    """Change a mailing that has not started; a scheduled one keeps its time and must stay ready for it.

    `version` is the one that was looked at. Raises `MailingChangedMeanwhile`, `MailingNotEditable`, and what `draft` raises.
    """
    held = _held(mailing, version, *_EDITABLE)
    before = {each.name: getattr(held, each.name) for each in fields(new)}
    _take_over(held, new, by, at)
    differing = [name for name, value in before.items() if getattr(held, name) != value]
    if not differing:
        return held
    if held.state == MailingState.SCHEDULED:
        checks.can_start(held, at=at)
    _save(held)
    journal.record(MailingChanged(held.public_id, differing), by=by, at=at)
    return held


@transaction.atomic
def copy(mailing: Mailing, *, by: Actor, at: datetime) -> Mailing:
    """Write the same mailing down once more, as a draft of its own, whatever became of the first."""
    kept = {each.name: getattr(mailing, each.name) for each in fields(NewMailing)}
    kept["name"] = f"{mailing.name[: checks.LONGEST_NAME - 7]} (copy)"
    fresh = Mailing(public_id=ids.new("mlg"), partner_id=mailing.partner_id, created_at=at, **kept)
    fresh.changed_by, fresh.changed_at = f"{by.kind}:{by.id}", at
    return _add(fresh, mailing.public_id, by, at)


@transaction.atomic
def archive(mailing: Mailing, *, by: Actor, at: datetime) -> None:
    """Put a mailing away: it cannot start any more. Said twice, once. Raises `RunGoesOn` while it is being sent."""
    held = _held(mailing, None)
    if held.state == MailingState.ARCHIVED:
        return
    if run_queries.find_going_on(SYSTEM, held.public_id):
        raise runs.RunGoesOn("This mailing is being sent. Wait until it is done, or cancel it.")
    held.state, held.scheduled_at = MailingState.ARCHIVED, None
    _save(held)
    journal.record(MailingArchived(held.public_id), by=by, at=at)


# --- starting


@transaction.atomic
def schedule(mailing: Mailing, starts_at: datetime, *, by: Actor, at: datetime) -> None:
    """Let a draft start by itself at a time; a scheduled one gets another time.

    Everything but the size of the audience is checked now, and all of it again when the time comes. Raises
    `MailingNotPossible`, `MailingNotEditable`.
    """
    held = _held(mailing, None, *_EDITABLE)
    if not at < starts_at <= at + LATEST:
        raise MailingNotPossible("Choose a time in the future, within a year.", field="starts_at")
    checks.can_start(held, at=at)
    held.state, held.scheduled_at, held.trouble = MailingState.SCHEDULED, starts_at, ""
    _save(held)
    journal.record(MailingScheduled(held.public_id, starts_at.isoformat()), by=by, at=at)


@transaction.atomic
def unschedule(mailing: Mailing, *, by: Actor, at: datetime) -> None:
    """Take the time away: the mailing is a draft again. Raises `MailingNotEditable` when it has no time."""
    held = _held(mailing, None, MailingState.SCHEDULED)
    held.state, held.scheduled_at = MailingState.DRAFT, None
    _save(held)
    journal.record(MailingUnscheduled(held.public_id), by=by, at=at)


@transaction.atomic
def unschedule_due(trouble: str, *, by: Actor, at: datetime) -> int:
    """Make drafts of all scheduled mailings whose time has come, and say why; answers how many.

    For a restored database: they may have been sent after the backup, so that only people can start them again.
    """
    due = list(Mailing.objects.select_for_update().filter(state=MailingState.SCHEDULED, scheduled_at__lte=at))
    for mailing in due:
        mailing.state, mailing.scheduled_at, mailing.trouble = MailingState.DRAFT, None, trouble
        _save(mailing)
        journal.record(MailingUnscheduled(mailing.public_id), by=by, at=at)
    return len(due)


@transaction.atomic
def start(mailing: Mailing, *, version: int | None = None, by: Actor, at: datetime) -> Run:
    """Start a mailing now; one that has been sent may be started again. Answers the run, whose audience is frozen next.

    With `version`, asking twice with the same one starts once. What it will cost is reckoned and kept with the run.
    Raises `MailingNotPossible` with the field, `MailingChangedMeanwhile`, `MailingNotEditable`, `RunGoesOn`.
    """
    held = _held(mailing, version, *_EDITABLE, MailingState.STARTED)
    run = _start(held, by, at)
    mailing.refresh_from_db()
    return run


@transaction.atomic
def start_next_due(*, by: Actor, at: datetime) -> Mailing | None:
    """Start the scheduled mailing whose time came first, or make it a draft again and say why; None when none is due."""
    waiting = Mailing.objects.select_for_update(skip_locked=True).filter(
        state=MailingState.SCHEDULED, scheduled_at__lte=at
    )
    mailing = waiting.order_by("scheduled_at", "id").first()
    if mailing is None:
        return None
    try:
        with transaction.atomic():
            _start(mailing, by, at)
    except Refusal as refusal:
        mailing.refresh_from_db()
        mailing.state, mailing.scheduled_at, mailing.trouble = MailingState.DRAFT, None, refusal.message
        _save(mailing)
        journal.record(MailingNotStarted(mailing.public_id, refusal.code), by=by, at=at)
    return mailing


def _start(mailing: Mailing, by: Actor, at: datetime) -> Run:
    checks.can_start(mailing, at=at)
    estimate = estimates.estimate(mailing, at=at)
    checks.reaches_somebody(estimate)
    run = runs.open_run(
        SYSTEM,
        mailing_id=mailing.public_id,
        kind="mailing",
        channel=mailing.channel,
        estimate=estimate.stored(),
        by=by,
        at=at,
    )
    mailing.state, mailing.scheduled_at, mailing.trouble = MailingState.STARTED, None, ""
    _save(mailing)
    return run


def pause(mailing: Mailing, *, by: Actor, at: datetime) -> None:
    """Pause the run of a mailing: from the commit on nothing of it leaves. Raises `RunIsOver`."""
    runs.hold(_going_on(mailing), by=by, at=at)


def resume(mailing: Mailing, *, by: Actor, at: datetime) -> None:
    """Let the paused run of a mailing go on. Raises `RunIsOver`."""
    runs.release(_going_on(mailing), by=by, at=at)


def cancel(mailing: Mailing, *, by: Actor, at: datetime) -> None:
    """Break the run of a mailing off: what has not left yet does not leave. Raises `RunIsOver`."""
    runs.cancel(_going_on(mailing), by=by, at=at)


def _going_on(mailing: Mailing) -> Run:
    run = run_queries.find_going_on(SYSTEM, mailing.public_id)
    if run is None:
        raise runs.RunIsOver("This mailing is not being sent now.")
    return run


# --- testing


@transaction.atomic
def send_test(
    mailing: Mailing,
    *,
    addresses: Sequence[str] = (),
    members_too: Sequence[str] = (),
    as_member: str = "",
    by: Actor,
    at: datetime,
) -> Run:
    """Send the mailing as it is now to a few addresses, and to members by their public ids; ten at most.

    It says what it would say to the member `as_member`, else to whom it goes, else to somebody made up. Consent is not
    asked, since an employee names each address; the journal says who. An address that is a member's goes out in that
    member's name, so that leaving takes it back. Raises `TestNotPossible`, `MailingNotPossible`, `TemplateRefused`.
    """
    checks.can_be_sent(mailing)
    typed = [raw for raw in addresses if raw.strip()]
    if len(typed) + len(members_too) > MOST_TESTS:
        raise TestNotPossible(f"Give one to {MOST_TESTS} addresses.", field="addresses")
    targets = dict([*_typed(mailing, typed, by), *_chosen(mailing, members_too)])
    if not targets:
        raise TestNotPossible(f"Give one to {MOST_TESTS} addresses.", field="addresses")
    run = runs.open_run(SYSTEM, mailing_id=mailing.public_id, kind="test", channel=mailing.channel, by=by, at=at)
    people = {
        one.person_id: one for one in queries.list_people(mailing.channel, [*targets, *filter(None, [as_member])])
    }
    if as_member and (as_member not in people or people[as_member].state == "gone"):
        raise TestNotPossible("There is no such member.", field="as_member")

    renderer = rendering.Renderer(mailing)
    wanted = [
        _test(run, renderer, person_id, address, people.get(as_member) or people.get(person_id))
        for person_id, address in targets.items()
    ]
    messages.queue_many(wanted, by=by, at=at)
    runs.freeze(run, "select unnest(%s::text[])", [list(targets)], at=at)
    runs.record(run, queued=list(targets))
    run.refresh_from_db()
    known = [person_id for person_id in targets if person_id in people]
    journal.record(MailingTested(mailing.public_id, run.public_id, len(targets), known), by=by, at=at)
    return run


def _typed(mailing: Mailing, addresses: Sequence[str], by: Actor) -> list[tuple[str, str]]:
    """Who gets what was typed: the member whose address it is, else nobody but the employee's own numbered name."""
    typed = dict.fromkeys(_normalised(mailing.channel, raw) for raw in addresses)
    owners = {address: members.find_by_identifier(KINDS[mailing.channel], address) for address in typed}
    return [
        (owner.public_id if (owner := owners[address]) else f"{by.kind}:{by.id}:{place}", address)
        for place, address in enumerate(typed, start=1)
    ]


def _chosen(mailing: Mailing, person_ids: Sequence[str]) -> list[tuple[str, str]]:
    people = {one.person_id: one for one in queries.list_people(mailing.channel, person_ids)}
    for person_id in person_ids:
        if person_id not in people or people[person_id].state == "gone":
            raise TestNotPossible("There is no such member.", field="members")
        if not people[person_id].address:
            raise TestNotPossible(f"Member {person_id} has no address for this channel.", field="members")
    return [(person_id, people[person_id].address) for person_id in person_ids]


def _normalised(channel: str, raw: str) -> str:
    home = programme.get()
    try:
        if channel == "sms":
            return phone.normalise(raw, home.region)
        return read(Profile(email=raw), region=home.region, today=home.created_at.date()).email
    except Refusal as refusal:
        raise TestNotPossible(refusal.message, field="addresses") from refusal


def _test(run: Run, renderer: rendering.Renderer, person_id: str, address: str, person: Person | None) -> Intent:
    url = renderer.unsubscribe_url(person_id)
    values = renderer.values(person, unsubscribe_url=url) if person else renderer.sample(unsubscribe_url=url)
    locale = person.locale if person else rendering.locale_for(renderer.mailing, "en")
    return rendering.intent(run, renderer, person_id, address, renderer.render(locale, values), url)


# --- rows


def _held(mailing: Mailing, version: int | None, *states: str) -> Mailing:
    held = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if version is not None and held.version != version:
        raise MailingChangedMeanwhile("Somebody changed or started this mailing meanwhile. Look at it again.")
    if states and held.state not in states:
        raise MailingNotEditable(f"This mailing is {held.get_state_display().lower()}. Copy it to make another.")
    return held


def _take_over(mailing: Mailing, new: NewMailing, by: Actor, at: datetime) -> None:
    for each in fields(new):
        value = getattr(new, each.name)
        if isinstance(value, Mapping):
            value = {locale: text for locale, text in value.items() if text.strip()}
        setattr(mailing, each.name, tidy(value) if each.name in ("name", "sender") else value)
    mailing.changed_by, mailing.changed_at = f"{by.kind}:{by.id}", at
    checks.can_be_written(mailing)


def _add(mailing: Mailing, copied_from: str, by: Actor, at: datetime) -> Mailing:
    mailing.save(force_insert=True)
    journal.record(MailingDrafted(mailing.public_id, mailing.channel, copied_from), by=by, at=at)
    return mailing


def _save(mailing: Mailing) -> None:
    mailing.version += 1
    mailing.save()
