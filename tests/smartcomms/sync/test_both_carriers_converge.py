"""Both systems end alike, whatever happens to letters, parcels and requests on their way; through the real rooms.

News of Loyalty goes as letters or in parcels, whichever carrier is set at that moment. Everything may come late, twice, in
any order, or be lost and sent again. A rule that is wrong is caught by the same histories.
"""

import random
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.contract import merge, signing
from regulars.contract.changes import Batch, ConsentChange
from regulars.contract.channels import BRIDGED
from regulars.gateways.rabbitmq.receivers import Letter
from regulars.journal.models import Entry
from regulars.journal.reactions import Happened
from regulars.kit.actor import Actor
from regulars.loyalty.members import actions as members
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import actions as loyalty
from regulars.loyalty.subscriptions import queries as matrices
from regulars.loyalty.sync import actions as loyalty_sync
from regulars.loyalty.sync import carriers
from regulars.loyalty.sync.models import ChannelVersion
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.subscriptions import actions as smartcomms
from regulars.smartcomms.subscriptions.models import ChannelSwitch
from regulars.smartcomms.sync import actions as smartcomms_sync
from regulars.warehouse import reading
from tests import make
from tests.loyalty.sync import bridge
from tests.make import AT

pytestmark = pytest.mark.django_db
HISTORIES, STEPS = 8, 12
TICK = timedelta(microseconds=1)
REACTIONS = {
    "loyalty.MemberRegistered": loyalty_sync.publish_member,
    "loyalty.ProfileChanged": loyalty_sync.publish_member,
    "loyalty.MemberLeft": loyalty_sync.publish_member,
    "loyalty.ConsentChanged": loyalty_sync.note_own_change,
    "loyalty.MailingsSwitched": loyalty_sync.publish_mailings_switched,
}


@dataclass
class World:
    """Two systems with one member, and everything that is on its way between them."""

    settings: Any
    folder: Path
    chance: random.Random
    member: Member = field(default_factory=make.member)
    now: datetime = AT
    letters: list[Letter] = field(default_factory=list)
    parcels: list[Path] = field(default_factory=list)
    requests: list[ConsentChange] = field(default_factory=list)
    seen: int = 0

    def tick(self) -> datetime:
        """The next instant; often the same one again, as clocks are coarse."""
        self.now += TICK * self.chance.randrange(2)
        return self.now

    def step(self) -> None:
        self.chance.choice([self.change_here, self.change_there, self.rename, self.react, self.react, self.arrive])()

    def change_here(self) -> None:
        channel, is_on = self.chance.choice(BRIDGED), self.chance.random() < 0.5
        loyalty.set_cells(self.member, {("mailings", channel): is_on}, by=make.OPERATOR, at=self.tick())

    def change_there(self) -> None:
        if customers.find(self.member.public_id) is None:
            return
        channel, is_on = str(self.chance.choice(BRIDGED)), self.chance.random() < 0.5
        by = Actor("employee", "1", "smartcomms")
        smartcomms.switch_channel(
            self.member.public_id, channel=channel, is_on=is_on, cause="employee", by=by, at=self.tick()
        )

    def rename(self) -> None:
        name = self.chance.choice(["Anna", "Anya", "Аня"])
        members.change_profile(self.member, {"first_name": name}, by=make.BY, at=self.tick())

    def react(self) -> None:
        """Run Loyalty's reactions with one of the carriers, and note what Smart Communications wants to say."""
        self.settings.RABBITMQ_URL = self.chance.choice(["amqp://somewhere", ""])
        for entry in Entry.objects.filter(id__gt=self.seen).order_by("id"):
            self.seen = entry.pk
            if entry.event in REACTIONS:
                happened = Happened(entry.pk, entry.event, entry.person_id, entry.recorded_at, entry.body)
                REACTIONS[entry.event](happened, self.tick())
            elif entry.event == "smartcomms.ChannelSwitched":
                told = {name: entry.body[name] for name in ("channel", "is_on", "origin", "cause")}
                change = ConsentChange(person_id=entry.person_id, made_at=entry.body["version_at"], **told)
                self.requests.append(change)
        if self.chance.random() < 0.25:
            self.write_parcel()

    def write_parcel(self) -> None:
        loyalty_sync.write_exchange(self.folder, is_full=self.chance.random() < 0.3, at=self.tick())
        for path in reading.find_parcels(self.folder, "loyalty"):
            kept = self.folder / f"kept-{len(self.parcels)}"
            path.rename(kept)
            self.parcels.append(kept)

    def arrive(self, which: Any = None) -> None:
        """Something that is on its way arrives, be it for the second time."""
        ways = [*self.letters, *self.parcels, *self.requests]
        if not ways:
            return
        one = which or self.chance.choice(ways)
        if isinstance(one, Letter):
            again = f"{one.message_id}{self.chance.choice(['', ' replayed'])}"
            smartcomms_sync.receive_letter(Letter(again, one.body, one.signature), self.tick())
        elif isinstance(one, Path):
            shutil.copytree(one, self.folder / f"loyalty-{self.chance.randrange(10**8):08}-copy")
            assert [taken.fault for taken in smartcomms_sync.take_in_parcels(self.folder, at=self.tick())] == [""]
        else:
            loyalty_sync.receive_consent_changes([one], by=bridge.SISTER, at=self.tick())

    def settle(self) -> None:
        """Nothing new comes any more; what is on its way, lost or not, arrives in any order."""
        while Entry.objects.filter(id__gt=self.seen, event__in=[*REACTIONS, "smartcomms.ChannelSwitched"]).exists():
            self.react()
        self.write_parcel()
        late = [*self.letters * 2, *self.parcels, *self.requests * 2]
        self.chance.shuffle(late)
        for one in late:
            self.arrive(one)

    def sides(self) -> tuple[dict[str, bool], dict[str, bool]]:
        matrix = matrices.get_matrix(self.member)
        here = {str(channel): matrix.is_on("mailings", channel) for channel in BRIDGED}
        rows = ChannelSwitch.objects.filter(person_id=self.member.public_id, channel__in=BRIDGED)
        return here, dict(rows.values_list("channel", "is_on"))

    def versions(self) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
        here = ChannelVersion.objects.exclude(origin="").filter(member_id=self.member.id)
        there = ChannelSwitch.objects.exclude(origin="").filter(person_id=self.member.public_id)
        columns = ("channel", "is_on", "version_at", "origin")
        return set(here.values_list(*columns)), set(there.values_list(*columns))


@pytest.fixture
def worlds(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes worlds; letters are caught where they would leave for the broker."""
    settings.EXCHANGE_FOLDER = str(tmp_path)
    current: list[World] = []

    def catch(batch: Batch, *, message_id: str, at: datetime) -> None:
        body = batch.model_dump_json().encode()
        signature = signing.sign(settings.SISTER_KEY, body, int(at.timestamp()))
        current[-1].letters.append(Letter(message_id, body, signature))

    def begin(seed: int) -> World:
        folder = tmp_path / str(seed)
        folder.mkdir()
        last = Entry.objects.order_by("-id").first()
        current.append(World(settings, folder, random.Random(seed), seen=last.pk if last else 0))
        return current[-1]

    monkeypatch.setattr(carriers, "publish", catch)
    return begin


def play(world: World) -> World:
    for _ in range(STEPS):
        world.step()
    world.settle()
    return world


def test_whatever_the_order_both_sides_end_alike_and_nothing_goes_on_for_ever(worlds: Any) -> None:
    for seed in range(HISTORIES):
        world = play(worlds(seed))

        here, there = world.sides()
        assert here == there, f"history {seed}"
        assert len(set.union(*world.versions())) == len({row[0] for row in set.union(*world.versions())}), f"{seed}"
        known = customers.find(world.member.public_id)
        assert known is not None
        world.member.refresh_from_db()
        assert known.first_name == world.member.first_name, f"history {seed}"
        quiet = Entry.objects.filter(
            id__gt=world.seen, event__in=["loyalty.MailingsSwitched", "smartcomms.ChannelSwitched"]
        )
        assert not quiet.exists(), f"history {seed}: an echo"


def test_who_left_stays_gone_whatever_comes_late(worlds: Any) -> None:
    for seed in range(100, 103):
        world = worlds(seed)
        for _ in range(STEPS):
            world.step()
        members.leave(world.member, by=make.BY, at=world.tick())
        world.settle()

        assert customers.find(world.member.public_id) is None
        assert not ChannelSwitch.objects.filter(person_id=world.member.public_id).exists()


def at_the_same_instant(world: World) -> tuple[dict[str, bool], dict[str, bool]]:
    """Both sides change the same channel at once, to and fro, before either has heard of the other."""
    world.tick = lambda: AT  # type: ignore[method-assign]
    world.settle()
    by, person_id = Actor("employee", "1", "smartcomms"), world.member.public_id
    for is_on in (False, True):
        loyalty.set_cells(world.member, {("mailings", "sms"): not is_on}, by=make.OPERATOR, at=AT)
        loyalty.set_cells(world.member, {("mailings", "sms"): is_on}, by=make.OPERATOR, at=AT)
        smartcomms.switch_channel(person_id, channel="sms", is_on=is_on, cause="employee", by=by, at=AT)
    loyalty.set_cells(world.member, {("mailings", "sms"): False}, by=make.OPERATOR, at=AT)
    world.settle()
    return world.sides()


def test_a_rule_that_compares_times_only_is_caught(worlds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = at_the_same_instant(worlds(200))
    assert here == there
    monkeypatch.setattr(merge, "wins", lambda new, known: known is None or new.at >= known.at)
    monkeypatch.setattr(merge, "next_at", lambda at, known: at)

    ends = [at_the_same_instant(worlds(seed)) for seed in range(201, 203)]

    assert any(here != there for here, there in ends)
