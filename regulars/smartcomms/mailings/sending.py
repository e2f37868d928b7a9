"""What is due about mailings: start those whose time came, freeze audiences, make texts, take back, end; piece by piece."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.messages import actions as messages
from regulars.messages import queries as message_queries
from regulars.messages.intents import Intent
from regulars.runs import actions as runs
from regulars.runs import queries as run_queries
from regulars.runs.models import Run, RunState
from regulars.smartcomms.mailings import actions, queries, rendering
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.mailings.queries import SYSTEM, Person
from regulars.smartcomms.mailings.rendering import Renderer
from regulars.templates.liquid import TemplateRefused

log = logging.getLogger(__name__)

AT_ONCE = 500
TAKEN_BACK_AT_ONCE = 5_000
TOLERATED = 10  # one text in ten may fail for its own person; more, and the mailing itself is wrong
BY = Actor.system("scheduler")


class TooManyFail(Refusal):
    """So many texts cannot be rendered that the mailing must be looked at."""

    code = "mailing_cannot_be_rendered"


def send_due(at: datetime) -> int:
    """Do one piece of what is due for each mailing; answers how many pieces there were, 0 when nothing is left.

    Every piece is a transaction: killed anywhere, it is done again and nobody is missed or written to twice. A run that
    fails in a way nobody foresaw does not keep the others waiting.
    """
    pieces = 1 if actions.start_next_due(by=BY, at=at) else 0
    failure: Exception | None = None
    for run in run_queries.list_going_on(SYSTEM):
        try:
            pieces += _advance(run, at)
        except Exception as error:
            log.warning("run %s: %s", run.public_id, type(error).__name__)
            failure = failure or error
    if failure is not None:
        raise failure
    return pieces


def _advance(run: Run, at: datetime) -> int:
    """Do a run's next piece."""
    if run.state == RunState.CANCELLED and messages.cancel_run(run.pk, most=TAKEN_BACK_AT_ONCE, at=at):
        return 1
    if run.state in (RunState.FREEZING, RunState.QUEUEING) and not run.is_held:
        try:
            if _freeze(run, at) if run.state == RunState.FREEZING else _queue_some(run, at):
                return 1
        except Refusal as refusal:
            runs.hold(run, trouble=refusal.message, by=BY, at=at)
            return 1
    return int(runs.finish(run, has_messages=message_queries.has_left_of_run(run.pk), by=BY, at=at))


def _freeze(run: Run, at: datetime) -> bool:
    people, params = queries.compile_audience(queries.get(run.mailing_id))
    return runs.freeze(run, people, params, at=at) is not None


@transaction.atomic
def _queue_some(run: Run, at: datetime) -> int:
    """Queue the messages of some people, or write down why they get none; answers how many people there were."""
    taken = runs.take(run, AT_ONCE)
    if not taken:
        return 0
    mailing = queries.get(run.mailing_id)
    people = {one.person_id: one for one in queries.list_people(run.channel, taken)}
    skipped = {person_id: "unknown_person" for person_id in taken if person_id not in people}
    skipped |= queries.left_out(list(people.values()), channel=run.channel, category=mailing.category, at=at)
    wanted, failed = _rendered(run, mailing, [one for one in people.values() if one.person_id not in skipped])
    messages.queue_many(wanted, by=BY, at=at)
    runs.record(run, queued=[one.person_id for one in wanted], skipped=skipped | dict.fromkeys(failed, "render_failed"))
    return len(taken)


def _rendered(run: Run, mailing: Mailing, people: Sequence[Person]) -> tuple[list[Intent], dict[str, str]]:
    """The messages of these people, and whose text cannot be rendered. Raises `TooManyFail`."""
    renderer = Renderer(mailing)
    wanted: list[Intent] = []
    failed: dict[str, str] = {}
    for person in people:
        url = renderer.unsubscribe_url(person.person_id)
        try:
            rendered = renderer.render(person.locale, renderer.values(person, unsubscribe_url=url))
        except TemplateRefused as refusal:
            failed[person.person_id] = refusal.message
        else:
            wanted.append(rendering.intent(run, renderer, person.person_id, person.address, rendered, url))
    # One of the last few is one of all, not one of a few: a whole run does not wait for that.
    if failed and (len(failed) == run.audience_size or len(failed) * TOLERATED > max(len(people), TOLERATED)):
        raise TooManyFail(f"{len(failed)} of {len(people)} texts cannot be made: {next(iter(failed.values()))}")
    return wanted, failed
