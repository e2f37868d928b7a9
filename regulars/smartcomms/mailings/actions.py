"""Writes mailings down, and starts them: now, at a time, or as a test for a few addresses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, phone
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import tidy
from regulars.messages import actions as messages
from regulars.messages.intents import Intent
from regulars.runs import actions as runs
from regulars.runs import queries as run_queries
from regulars.runs.models import Run
from regulars.smartcomms.mailings import checks, estimates, queries, rendering
from regulars.smartcomms.mailings.audience import Audience
from regulars.smartcomms.mailings.checks import MailingNotPossible
from regulars.smartcomms.mailings.events import (
    MailingArchived,
    MailingChanged,
    MailingDrafted,
    MailingNotStarted,
    MailingScheduled,
    MailingTested,
    MailingUnscheduled,
)
from regulars.smartcomms.mailings.models import Mailing, MailingState
from regulars.smartcomms.mailings.queries import SYSTEM, Person

MOST_TESTS = 10
LATEST = timedelta(days=366)
LONGEST_MAILBOX = 254
_MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
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
    category: str = ""
    audience: Audience = field(default_factory=Audience)
    sender: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    subject_lines: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)
    lifetime_hours: int = 48


# --- writing down


@transaction.atomic
def draft(new: NewMailing, *, by: Actor, at: datetime) -> Mailing:
    """Write a mailing down; nothing is sent. It may be unfinished, but not wrong.

    Raises `MailingNotPossible` and `AudienceNotPossible` with the field, and `TemplateRefused`.
    """
    mailing = Mailing(public_id=ids.new("mlg"), created_at=at)
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
        checks.can_start(held)
    _save(held)
    journal.record(MailingChanged(held.public_id, differing), by=by, at=at)
    return held


@transaction.atomic
def copy(mailing: Mailing, *, by: Actor, at: datetime) -> Mailing:
    """Write the same mailing down once more, as a draft of its own, whatever became of the first."""
    kept = {each.name: getattr(mailing, each.name) for each in fields(NewMailing)}
    kept["name"] = f"{mailing.name[: checks.LONGEST_NAME - 7]} (copy)"
    fresh = Mailing(public_id=ids.new("mlg"), created_at=at, **kept)
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
    checks.can_start(held)
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
    checks.can_start(mailing)
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
def send_test(mailing: Mailing, *, addresses: Sequence[str], as_customer: str = "", by: Actor, at: datetime) -> Run:
    """Send the mailing as it is now to a few addresses, ten at most; phones with the code of their country.

    It says what it would say to the customer `as_customer`, else to whom it goes, else to somebody made up. Consent is
    not asked, since an employee names each address; the journal says who. An address that is a customer's goes out in
    that customer's name, so that leaving takes it back. Raises `TestNotPossible`, `MailingNotPossible`, `TemplateRefused`.
    """
    checks.can_be_sent(mailing)
    targets = _targets(mailing, addresses, by)
    if not targets or len(targets) > MOST_TESTS:
        raise TestNotPossible(f"Give one to {MOST_TESTS} addresses.", field="addresses")
    run = runs.open_run(SYSTEM, mailing_id=mailing.public_id, kind="test", channel=mailing.channel, by=by, at=at)
    people = {
        one.person_id: one for one in queries.list_people(mailing.channel, [*targets, *filter(None, [as_customer])])
    }
    if as_customer and (as_customer not in people or people[as_customer].is_gone):
        raise TestNotPossible("There is no such customer.", field="as_customer")

    renderer = rendering.Renderer(mailing)
    wanted = [
        _test(run, renderer, person_id, address, people.get(as_customer) or people.get(person_id))
        for person_id, address in targets.items()
    ]
    messages.queue_many(wanted, by=by, at=at)
    runs.freeze(run, "select unnest(%s::text[])", [list(targets)], at=at)
    runs.record(run, queued=list(targets))
    run.refresh_from_db()
    known = [person_id for person_id in targets if person_id in people]
    journal.record(MailingTested(mailing.public_id, run.public_id, len(targets), known), by=by, at=at)
    return run


def _targets(mailing: Mailing, addresses: Sequence[str], by: Actor) -> dict[str, str]:
    """Who gets what was typed: the customer whose address it is, else nobody but the employee's own numbered name."""
    typed = list(dict.fromkeys(_normalised(mailing.channel, raw) for raw in addresses if raw.strip()))
    owners = queries.list_owners(mailing.channel, typed)
    return {
        owners.get(address) or f"{by.kind}:{by.id}:{place}": address for place, address in enumerate(typed, start=1)
    }


def _normalised(channel: str, raw: str) -> str:
    if channel == "sms":
        try:
            return phone.normalise(raw, "ZZ")
        except Refusal as refusal:
            raise TestNotPossible(refusal.message, field="addresses") from refusal
    mailbox = raw.strip().lower()
    if len(mailbox) > LONGEST_MAILBOX or not _MAILBOX.fullmatch(mailbox):
        raise TestNotPossible(f"“{raw.strip()[:60]}” does not look like an email address.", field="addresses")
    return mailbox


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
        setattr(mailing, each.name, _kept(each.name, getattr(new, each.name)))
    mailing.changed_by, mailing.changed_at = f"{by.kind}:{by.id}", at
    checks.can_be_written(mailing)


def _kept(name: str, value: Any) -> Any:
    """What was said as its column keeps it: names tidy, languages without a text left out."""
    if isinstance(value, Audience):
        return value.stored()
    if isinstance(value, Mapping):
        return {locale: text for locale, text in value.items() if text.strip()}
    return tidy(value) if name in ("name", "sender") else value


def _add(mailing: Mailing, copied_from: str, by: Actor, at: datetime) -> Mailing:
    mailing.save(force_insert=True)
    journal.record(MailingDrafted(mailing.public_id, mailing.channel, copied_from), by=by, at=at)
    return mailing


def _save(mailing: Mailing) -> None:
    mailing.version += 1
    mailing.save()
