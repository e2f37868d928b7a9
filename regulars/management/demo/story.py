"""The demo's story on a running installation: receipts, texts on phones, and an opt-out that holds in both systems."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from django.db import connection

from regulars import database
from regulars.journal import queries as journal
from regulars.loyalty.members import queries as members
from regulars.loyalty.points import queries as points
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.management.demo.build import Built
from regulars.management.demo.form import Form
from regulars.management.demo.progress import Progress
from regulars.management.demo.shopping import Shopping
from regulars.messages import queries as messages
from regulars.runs import queries as runs
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.subscriptions import links
from regulars.smartcomms.subscriptions import queries as switches

CHANNEL = "sms"
UNFINISHED = ("queued", "claimed", "submitting", "accepted")


class StoryBroken(Exception):
    """Something that the demo promises did not happen; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Heroine:
    """Anna: her id, and the address of her unsubscribe page."""

    person_id: str
    unsubscribe_address: str


def heroine(source: Shopping, address: str) -> Heroine:
    """Find Anna and make the link that an email to her would carry."""
    member = members.find_by_identifier("external", source.heroine())
    if member is None:
        raise StoryBroken("Anna is not among the members.")
    token = links.make(links.Link(member.public_id, CHANNEL))
    return Heroine(member.public_id, f"{address}/u/{token}")


def wait_until(what: str, is_so: Callable[[], bool], *, seconds: float, pause_s: float = 0.2) -> None:
    """Wait until something is so; raises `StoryBroken` saying what did not come."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise StoryBroken(f"{what} was not seen within {seconds:g} seconds.")
        time.sleep(pause_s)


def wait_for_customers(progress: Progress) -> None:
    """Wait until Smart Communications has heard of every member."""
    wanted = members.count_members()
    wait_until("All members in Smart Communications", lambda: customers.count() >= wanted, seconds=60)
    progress.say(f"Smart Communications knows {wanted:,} customers")


class Patience:
    """Lasts as long as what waits becomes less now and then; that it first grew, while a mailing was queued, is no stand-still."""

    def __init__(self, seconds: float, began: float) -> None:
        self.seconds, self.shrank_at, self.last = seconds, began, 0

    def is_over(self, waiting: int, now: float) -> bool:
        """Whether nothing became less for too long; asked again and again, with how much waits now."""
        if waiting < self.last:
            self.shrank_at = now
        self.last = waiting
        return now - self.shrank_at > self.seconds


def wait_for_messages(progress: Progress, *, patience_s: float = 60) -> None:
    """Wait until no message is on its way, as long as their number shrinks within the patience."""
    patience, said_at = Patience(patience_s, time.monotonic()), 0.0
    while waiting := _count_on_their_way():
        now = time.monotonic()
        if patience.is_over(waiting, now):
            raise StoryBroken(f"{waiting:,} messages did not arrive.")
        if now - said_at > 5:
            said_at = now
            progress.say(f"{waiting:,} messages still on their way")
        time.sleep(0.2)


def _count_on_their_way() -> int:
    going_on = sum(len(runs.list_going_on(system)) for system in ("loyalty", "smartcomms"))
    states = messages.count_by_state()
    moving = sum(of_channel.get(state, 0) for of_channel in states.values() for state in UNFINISHED)
    return moving + journal.count_waiting() + going_on


def opt_out(anna: Heroine) -> dict[str, str]:
    """Open Anna's link, turn SMS off, and read back from both systems what it did.

    Nothing changes by opening the page. Other mailing types are compared cell by cell.
    """
    before = _others(anna)
    with httpx2.Client(timeout=10) as browser:
        page = browser.get(anna.unsubscribe_address).raise_for_status()
        if not switches.is_channel_on(anna.person_id, CHANNEL):
            raise StoryBroken("Opening the unsubscribe page already turned something off.")
        fields = Form(page.text).without("channel", CHANNEL, act="save")
        answer = browser.post(
            anna.unsubscribe_address,
            data=fields,
            headers={"Referer": anna.unsubscribe_address},
        )
        answer.raise_for_status()
    wait_until("The opt-out in Loyalty", lambda: not _is_selected(anna, "mailings"), seconds=20, pause_s=0.05)
    return {
        "smartcomms": "on" if switches.is_channel_on(anna.person_id, CHANNEL) else "off",
        "loyalty": "active" if _is_selected(anna, "mailings") else "inactive",
        "other_types": "untouched" if _others(anna) == before else "touched",
    }


def _is_selected(anna: Heroine, mailing_type: str) -> bool:
    matrix = subscriptions.get_matrix(members.get_by_public_id(anna.person_id))
    return matrix.is_on(mailing_type, CHANNEL)


def _others(anna: Heroine) -> dict[str, Any]:
    choices = subscriptions.get_choices(members.get_by_public_id(anna.person_id))
    return {code: channels for code, channels in choices.items() if code != "mailings"}


def report(
    built: Built, unsubscribe: dict[str, str], bridge: dict[str, Any], memory_mb: float, seconds: float
) -> dict[str, Any]:
    """What `--once --json` prints, read from the database; memory is that of web, worker and sandbox together."""
    audit = points.audit()
    if not audit.holds():
        raise StoryBroken(f"The ledger does not balance: {audit}")
    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        version = str(cursor.fetchone()[0]).split()[0]
    return {
        "members": members.count_members(),
        "receipts": purchases.count_totals().count,
        "receipts_per_s": round(built.receipts / built.seconds, 1) if built.seconds else 0,
        "lines_rejected": sum(built.rejected.values()),
        "points_issued": audit.issued,
        "ledger_sum": audit.sum_of_entries,
        "messages": messages.count_by_state(),
        "unsubscribe": unsubscribe,
        "bridge": bridge,
        "databases": [
            {"system": system, "version": version, "kind": database.kind()} for system in ("loyalty", "smartcomms")
        ],
        "memory_mb": round(memory_mb, 1),
        "seconds": round(seconds, 1),
    }
