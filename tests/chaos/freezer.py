"""A shop with a started mailing, and a scheduler to be killed: `python -m tests.chaos.freezer start COUNT | work [TWIN]`.

Every fifth member has no phone, every seventh refused. The twins have a planted defect each, to show that the checks of
the chaos test can fail.
"""

# ruff: noqa: E402
import os
import sys
import time
from dataclasses import replace
from datetime import datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

import django

django.setup()

from django.db import transaction

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences.filters import EVERYBODY
from regulars.loyalty.mailings import actions, queries, sending
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.programme import actions as programmes
from regulars.loyalty.registration import actions as registration
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.messages import actions as messages
from regulars.providers import actions as providers
from regulars.runs import actions as runs
from regulars.runs.models import Run

BY = Actor.system("tests")
AT_ONCE = 20


def start(count: int) -> None:
    at = now()
    subscriptions.add_base_types()
    programmes.create("Corner Club", currency="GBP", region="GB", time_zone="Europe/London", by=BY, at=at)
    rows = [
        Profile(
            external_number=f"crm-{n}",
            first_name=f"Member {n}",
            phone="" if n % 5 == 0 else f"+44770{n:07}",
            locale="ru" if n % 3 == 0 else "en",
        )
        for n in range(count)
    ]
    registration.import_members(rows, source="tests", by=BY, at=at)
    for number, person_id in members.list_external_numbers().items():
        if int(number.removeprefix("crm-")) % 7 == 0:
            subscriptions.unsubscribe(members.get_by_public_id(person_id), channel="sms", by=BY, at=at)
    providers.set_gateway("smsc", channel="sms", provider="smpp", settings={}, by=BY, at=at)
    everybody = audiences.save("Everybody", filter=EVERYBODY, by=BY, at=at).public_id
    texts = {"en": "Hello {{ first_name }} {{ unsubscribe_url }}", "ru": "Привет, {{ first_name }}"}
    new = actions.NewMailing(name="Autumn", channel="sms", audience_id=everybody, texts=texts)
    actions.start(actions.draft(new, by=BY, at=at), by=BY, at=at)


def records_first(run: Run, at: datetime) -> int:
    """Writes down that people have a message before they have one."""
    with transaction.atomic():
        taken = runs.take(run, AT_ONCE)
        runs.record(run, queued=taken)
    time.sleep(0.05)
    mailing = queries.get(run.mailing_id)
    people = queries.list_people(run.channel, taken)
    out = queries.left_out(people, channel=run.channel, mailing_type=mailing.mailing_type, at=at)
    wanted, _ = sending._rendered(run, mailing, [one for one in people if one.person_id not in out])
    messages.queue_many(wanted, by=BY, at=at)
    return len(taken)


def queues_by_batch(run: Run, at: datetime) -> int:
    """Gives each message an origin of its own, and writes down afterwards that people have one."""
    with transaction.atomic():
        taken = runs.take(run, AT_ONCE)
    mailing = queries.get(run.mailing_id)
    people = queries.list_people(run.channel, taken)
    out = queries.left_out(people, channel=run.channel, mailing_type=mailing.mailing_type, at=at)
    wanted, _ = sending._rendered(run, mailing, [one for one in people if one.person_id not in out])
    messages.queue_many([replace(one, origin=f"{one.origin}:{at.timestamp()}") for one in wanted], by=BY, at=at)
    time.sleep(0.05)
    runs.record(run, queued=[one.person_id for one in wanted], skipped=out)
    return len(taken)


def work(twin: str = "") -> None:
    sending.AT_ONCE = AT_ONCE
    if twin:
        sending._queue_some = {"records_first": records_first, "queues_by_batch": queues_by_batch}[twin]
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        if not sending.send_due(now()):
            time.sleep(0.01)


def main(verb: str, *words: str) -> None:
    if verb == "start":
        start(int(words[0]))
    else:
        work(*words)


if __name__ == "__main__":
    main(*sys.argv[1:])
