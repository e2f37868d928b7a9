"""A crowd of members in both systems, four mailings that wait for them, and the whole house as real processes around them."""

import asyncio
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import psycopg
from django.conf import settings

from regulars.kit import clock
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences.filters import EVERYBODY
from regulars.loyalty.mailings import actions as loyalty_mailings
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.registration import actions as registration
from regulars.management import processes
from regulars.messages.models import Message
from regulars.providers import actions as providers
from regulars.sandbox import control
from regulars.sandbox.mail.letter import Letter, open_letter
from regulars.sandbox.mail.record import beside, find_mail, read_mails
from regulars.sandbox.record import read_lines
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.mailings import actions as smartcomms_mailings
from regulars.smartcomms.subscriptions import actions as categories
from regulars.web.account import session
from tests import make
from tests.chaos.battlefield import _url
from tests.chaos.stand_ins import ACCOUNT
from tests.conftest import ROOT, _server, _template_name, _use
from tests.stories.conftest import until

SYSTEMS, CHANNELS = ("loyalty", "smartcomms"), ("sms", "email")
TYPES = {"email": "mailings", "sms": "offers"}  # of Loyalty's two mailings; only `mailings` crosses the bridge
CATEGORY = "weekly"
ON_THE_WAY = ("queued", "claimed", "submitting")
_MJML = '<mjml><mj-body><mj-section><mj-column><mj-text><a href="{{ unsubscribe_url }}">no more</a></mj-text></mj-column></mj-section></mj-body></mjml>'  # noqa: E501
_SUBMITTED = """
select m.system, m.channel, m.person_id, extract(epoch from d.submitted_at)::float8
  from messages_delivery d join messages_message m on m.person_id = d.person_id and m.id = d.message_id
"""


class Kind(NamedTuple):
    """A kind of message that everybody in the crowd has one of."""

    system: str
    channel: str


KINDS = frozenset(Kind(system, channel) for system in SYSTEMS for channel in CHANNELS)


class Person(NamedTuple):
    """Somebody of the crowd."""

    person_id: str
    phone: str
    email: str


class Left(NamedTuple):
    """A message that was handed over, according to our tables or to a stand-in."""

    person_id: str
    kind: Kind
    at: float
    told_by: str


@dataclass
class Town:
    """A running house, its stand-ins, and the crowd."""

    address: str
    url: str
    record: Path
    smpp_port: int
    smtp_port: int
    control_port: int
    people: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser = httpx2.Client(base_url=self.address, timeout=30, trust_env=False)

    # --- setting up

    def fill(self, count: int) -> None:
        """Let so many people join, and wait until the other system knows them."""
        known = [
            Profile(
                phone=f"+44770{n:07}", email=f"member{n}@example.org", first_name=f"M{n}", external_number=f"crowd-{n}"
            )
            for n in range(1, count + 1)
        ]
        made = registration.import_members(known, source="crowd", by=make.BY, at=clock.now())
        numbers = {one.external_number: one.public_id for one in made.added}
        self.people = [Person(numbers[one.external_number], one.phone, one.email) for one in known]
        until(lambda: Customer.objects.filter(is_gone=False).count() == count)

    def write_to_everybody(self) -> None:
        """Start a mailing of each kind, and wait until all messages wait; the gateways are shut meanwhile."""
        for gateway_id in self.set_gateways():
            providers.pause(gateway_id, code="story", seconds=600, by=make.BY, at=clock.now())
        everybody = audiences.save("Everybody", filter=EVERYBODY, by=make.BY, at=clock.now()).public_id
        for channel in CHANNELS:
            _start_in_loyalty(channel, everybody)
            _start_in_smartcomms(channel)
        expected = len(self.people) * len(KINDS)
        until(lambda: Message.objects.filter(state="queued").count() == expected, seconds=60)

    def set_gateways(self) -> list[int]:
        """Set both gateways up; one that was paused goes on."""
        both = {"host": "127.0.0.1"}
        smpp = {**both, **ACCOUNT, "port": self.smpp_port, "sender": "Corner"}
        smtp = {**both, "port": self.smtp_port, "security": "none", "sender": "Corner <shop@example.org>"}
        smtp |= {"login": ACCOUNT["system_id"], "password": ACCOUNT["password"], "keeps_mailboxes": True}
        return [
            providers.set_gateway(
                name, channel=channel, provider=provider, settings=settings, is_test=True, by=make.BY, at=clock.now()
            )
            for name, channel, provider, settings in (("SMSC", "sms", "smpp", smpp), ("Mail", "email", "smtp", smtp))
        ]

    def throttle(self, per_second: int) -> None:
        """Let the stand-ins take so many messages a second, and obey no magic addresses."""
        for one in ("sms", "mail"):
            behaviour = {"throttle_per_s": per_second, "magic": False}
            asyncio.run(control.ask(self.control_port, "set", of=one, behaviour=behaviour))

    # --- as a browser

    def get(self, path: str, **headers: str) -> str:
        """Look at a page."""
        return str(self.browser.get(path, headers=headers).raise_for_status().text)

    def post(self, path: str, fields: Mapping[str, Any], **headers: str) -> None:
        """Send a form; the answer is a page or a way to one."""
        answer = self.browser.post(path, data=fields, headers=headers)
        assert answer.status_code in (200, 302), (path, answer.status_code)

    def cookie_of(self, who: Person) -> str:
        """The cookies of a browser in which this member is signed in."""
        at = clock.now()
        code = sign_in.ask_code(who.phone, at=at).code
        assert code is not None
        token = sign_in.sign_in(who.phone, code, device="Browser", by=make.BY, at=at).token
        self.get("/account/sign-in/")
        return f"csrftoken={self.browser.cookies['csrftoken']}; {session.COOKIE}={token}"

    def link_in_waiting(self, system: str, who: Person) -> str:
        """The path of the link in the email that waits for somebody."""
        waiting = Message.objects.get(system=system, person_id=who.person_id, channel="email")
        return waiting.unsubscribe_url.removeprefix(self.address)

    # --- looking

    def states(self) -> dict[tuple[str, Kind], str]:
        """How everybody's messages stand."""
        rows = Message.objects.values_list("person_id", "system", "channel", "state")
        return {(person_id, Kind(system, channel)): state for person_id, system, channel, state in rows}

    def is_quiet(self) -> bool:
        """Whether nothing is on its way any more, and receipts have come."""
        return not Message.objects.filter(state__in=[*ON_THE_WAY, "accepted"]).exists()

    def left(self) -> list[Left]:
        """Everything that was handed over, as our tables say and as the stand-ins say."""
        with psycopg.connect(self.url) as there:
            ours = [
                Left(person_id, Kind(system, channel), at, "deliveries")
                for system, channel, person_id, at in there.execute(_SUBMITTED)
            ]
        return ours + self.taken()

    def taken(self) -> list[Left]:
        """Everything that the stand-ins took, by their own records."""
        by_phone = {one.phone: one.person_id for one in self.people}
        by_email = {one.email: one.person_id for one in self.people}
        texts = [
            Left(by_phone["+" + line["destination"]], _kind(line["text"], "sms"), line["at"], "SMSC")
            for line in read_lines(self.record)
            if line["kind"] == "message"
        ]
        mails = [
            Left(by_email[mail.recipients[0]], _kind(mail.subject, "email"), mail.at, "mail server")
            for mail in read_mails(beside(self.record))
        ]
        return texts + mails

    def mail_to(self, who: Person, system: str) -> Letter:
        """The mail of a system that somebody has got, opened."""
        record = beside(self.record)
        (mail,) = (
            one for one in read_mails(record) if one.recipients == (who.email,) and one.subject.startswith(system)
        )
        found = find_mail(record, mail.id)
        assert found is not None
        return open_letter(found[1])

    def rates(self) -> dict[str, float]:
        """How many messages a second each stand-in took, from its first to its last."""
        times: defaultdict[str, list[float]] = defaultdict(list)
        for one in self.taken():
            times[one.told_by].append(one.at)
        return {name: len(its) / max(max(its) - min(its), 0.001) for name, its in times.items()}


def _kind(text: str, channel: str) -> Kind:
    return Kind(text.partition(" ")[0], channel)


def _start_in_loyalty(channel: str, audience_id: str) -> None:
    said = loyalty_mailings.NewMailing(
        "Crowd", channel, mailing_type=TYPES[channel], audience_id=audience_id, **_words("loyalty", channel)
    )
    mailing = loyalty_mailings.draft(said, by=make.OPERATOR, at=clock.now())
    loyalty_mailings.start(mailing, by=make.OPERATOR, at=clock.now())


def _start_in_smartcomms(channel: str) -> None:
    said = smartcomms_mailings.NewMailing("Crowd", channel, category=CATEGORY, **_words("smartcomms", channel))
    mailing = smartcomms_mailings.draft(said, by=make.OPERATOR, at=clock.now())
    smartcomms_mailings.start(mailing, by=make.OPERATOR, at=clock.now())


def _words(system: str, channel: str) -> dict[str, dict[str, str]]:
    words = f"{system} says hello"
    return {"subject_lines": {"en": words}, "bodies": {"en": _MJML}} if channel == "email" else {"texts": {"en": words}}


@contextmanager
def town(blocker: Any, folder: Path, carrier: Mapping[str, str], *, twin: str = "") -> Iterator[Town]:
    """Web, worker, SMSC and mail server on a fresh database; `twin` is a module that runs web and worker with a defect."""
    mine, name = settings.DATABASES["default"]["NAME"], f"regulars_crowd_{os.getpid()}"
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    record, running = folder / "record.jsonl", []
    stand_ins = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.stand_ins", str(record)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert stand_ins.stdout is not None
    running.append(stand_ins)
    ports = map(int, stand_ins.stdout.readline().split())
    with blocker.unblock():
        _use(name)
        try:
            _furnish()
            port = processes.free_port()
            address = f"http://127.0.0.1:{port}"
            running += _start_house(port, _env(address, _url(name), carrier), twin)
            processes.wait_until_answers(f"{address}/healthz")
            yield Town(address, _url(name), record, *ports)
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                process.wait(30)
            _use(mine)
            with _server() as server:
                server.execute(f"drop database if exists {name} with (force)")


def _furnish() -> None:
    make.programme()
    categories.add_category(CATEGORY, name="Weekly", defaults={"sms": True, "email": True}, by=make.BY, at=clock.now())


def _env(address: str, url: str, carrier: Mapping[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "regulars.settings",
        "REGULARS_PUBLIC_ADDRESS": address,
        "REGULARS_SISTER_ADDRESS": address,
        "PYTHONPATH": str(ROOT),
        **carrier,
    }


def _start_house(port: int, env: dict[str, str], twin: str) -> list[subprocess.Popen[str]]:
    web, worker = processes.web(port, {}).command, processes.worker({}).command
    if twin:
        web = [*web[:-1], f"{twin}:application"]
        worker = [sys.executable, "-m", twin]
    return [
        subprocess.Popen(command, env=env, cwd=ROOT, start_new_session=True, text=True) for command in (web, worker)
    ]
