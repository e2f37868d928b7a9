"""A database, an SMSC, a mail server and workers as real processes; killing some of them; and the account afterwards."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings

from regulars.sandbox.control import ask
from tests.chaos.account import Account, are_quiet, read_account
from tests.chaos.nest import Hatched, Nest
from tests.chaos.sender import CONNECTIONS, DOMAIN, WINDOW
from tests.conftest import ROOT, _server, _template_name

_COUNTS = """
select channel, case when state = 'unknown' and message_class = 'event' and repeats = 0 then 'repeatable' else state end,
       count(*)
  from messages_message group by 1, 2
"""
_AT_WORK = """
select bool_or(channel = %s and state = any(%s) and claimed_by like %s) or not bool_or(channel = %s and state in
       ('queued', 'claimed', 'submitting')) from messages_message
"""
_SLOW = {"answer_delay_ms": 700, "answer_jitter_ms": 400}
# Nothing the mail server was told before outlasts the next mood.
_CALM = {"throttle_per_s": 0, "temporary_share": 0.0, "mails_per_link": 0, "drop_next": 0, "cut_after": 0}


@dataclass
class Battlefield:
    """One queue, one SMSC, one mail server and the workers that are alive."""

    url: str
    nest: Nest
    record: Path
    smpp_port: int
    smtp_port: int
    control: int
    twin: str = ""
    keeps_mailboxes: bool = False
    workers: list[Hatched] = field(default_factory=list)
    kills: int = 0

    def start_worker(self, **environment: str) -> Hatched:
        worker = self.nest.hatch("work", *filter(None, [self.twin]), **environment)
        self.workers.append(worker)
        return worker

    def kill_one(self, channel: str) -> None:
        """Kill one that has messages of this channel on their way, unless none are left, at a random moment."""
        victim = self.workers.pop(random.randrange(len(self.workers)))
        self.until(lambda: self.is_at_work(victim, channel))
        time.sleep(random.uniform(0.0, 0.7))
        victim.kill()
        victim.wait()
        self.kills += 1

    def queue(self, message_class: str, *, sms: int = 0, mails: int = 0, keeps_mailboxes: bool = False) -> None:
        self.keeps_mailboxes = keeps_mailboxes
        words = [message_class, sms, mails, self.smpp_port, self.smtp_port, int(keeps_mailboxes)]
        assert self.nest.hatch("queue", *map(str, words)).wait() == 0

    def tell(self, command: str, **wish: Any) -> dict[str, Any]:
        return asyncio.run(ask(self.control, command, **wish))

    def behave(self, *, of: str = "sms", **behaviour: Any) -> None:
        self.tell("set", of=of, behaviour=behaviour)

    def answer_after(self, delay_ms: int, jitter_ms: int = 0) -> None:
        for one in ("sms", "mail"):
            self.behave(of=one, answer_delay_ms=delay_ms, answer_jitter_ms=jitter_ms)

    def stats(self, of: str = "sms") -> Counter[str]:
        return Counter(self.tell("stats", of=of)["stats"])

    def taken(self) -> tuple[int, int]:
        return self.stats()["taken_ever"], self.stats("mail")["taken_ever"]

    def until(self, condition: Any, *, within_s: float = 120) -> float:
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < within_s, (self.stats(), self.stats("mail"), self.count())
            time.sleep(0.05)
        return time.monotonic() - began

    def count(self) -> dict[tuple[str, str], int]:
        with psycopg.connect(self.url) as there:
            return {(channel, state): count for channel, state, count in there.execute(_COUNTS)}

    def is_at_work(self, worker: Hatched, channel: str) -> bool:
        """Whether this worker has messages on their way, or there is nothing left to send."""
        on_their_way = ["submitting", "claimed"] if self.twin == "marks_late" else ["submitting"]
        with psycopg.connect(self.url) as there:
            row = there.execute(_AT_WORK, [channel, on_their_way, f"%:{worker.pid}:%", channel]).fetchone()
        return row is not None and bool(row[0])

    def is_quiet(self) -> bool:
        is_still = are_quiet(self.count(), keeps_mailboxes=self.keeps_mailboxes)
        return is_still and not self.stats()["receipts_waiting"]

    def account(self, *, seconds: float = 0, drained_s: float = 0) -> Account:
        """Compare message by message, and print the figures."""
        account = read_account(self.url, self.record, domain=DOMAIN, keeps_mailboxes=self.keeps_mailboxes)
        account.kills, account.seconds, account.drained_s = self.kills, seconds, drained_s
        print(account)
        return account


def env(url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "regulars.settings",
        "REGULARS_LOG_LEVEL": "ERROR",
    }


@contextmanager
def battlefield(tmp_path: Path, *, twin: str = "") -> Iterator[Battlefield]:
    """Everything fresh: a copy of the migrated database, stand-ins with empty records, no worker yet."""
    name, record = f"regulars_chaos_{os.getpid()}", tmp_path / "record.jsonl"
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    stand_ins = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.stand_ins", str(record)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert stand_ins.stdout is not None
    smpp_port, smtp_port, control = map(int, stand_ins.stdout.readline().split())
    nest = Nest(env(_url(name)))
    field_ = Battlefield(_url(name), nest, record, smpp_port, smtp_port, control, twin)
    try:
        field_.behave(magic=False, receipt_delay_ms=20)
        field_.behave(of="mail", magic=False)
        yield field_
    finally:
        for worker in field_.workers:
            worker.kill()
            worker.wait()
        nest.close()
        stand_ins.kill()
        stand_ins.wait()
        with _server() as server:
            server.execute(f"drop database if exists {name} with (force)")


def fight(
    field: Battlefield,
    message_class: str,
    *,
    sms: int,
    mails: int,
    kills: int,
    workers: int = 2,
    channels: Sequence[str] = ("sms", "email"),
    moods: Sequence[Mapping[str, Any]] = ({},),
) -> Account:
    """Kill workers at random moments of their work, each replaced at once; then let the rest drain.

    They die in turn with messages of these channels on their way. Before each kill the mail server is put into the next
    of the moods.
    """
    began = time.monotonic()
    field.behave(receipt_delay_ms=12_000, **_SLOW)
    field.queue(message_class, sms=sms, mails=mails)
    for _ in range(workers):
        field.start_worker()
    while field.kills < kills:
        field.behave(of="mail", **{**_CALM, **_SLOW, **moods[field.kills % len(moods)]})
        field.kill_one(channels[field.kills % len(channels)])
        field.start_worker()

    field.behave(receipt_delay_ms=20)
    field.behave(of="mail", **_CALM)
    field.answer_after(5, 5)
    drained_s = field.until(field.is_quiet, within_s=240)
    return field.account(seconds=time.monotonic() - began, drained_s=drained_s)


def _url(name: str) -> str:
    database = settings.DATABASES["default"]
    user, password = quote(database["USER"] or ""), quote(database["PASSWORD"] or "")
    return f"postgresql://{user}:{password}@/{name}?host={quote(database['HOST'], safe='')}&port={database['PORT']}"


__all__ = ["CONNECTIONS", "WINDOW", "Account", "Battlefield", "battlefield", "fight"]
