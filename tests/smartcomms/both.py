"""Both systems in one test, talking by the exchange and over HTTP: builders, and the reactions that the relay would run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from regulars.journal.models import Entry
from regulars.journal.reactions import Happened
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import actions as loyalty
from regulars.loyalty.sync import actions as loyalty_sync
from regulars.loyalty.sync import untold
from regulars.smartcomms.subscriptions import actions as smartcomms
from regulars.smartcomms.subscriptions import queries as choices
from regulars.smartcomms.sync import actions as smartcomms_sync
from tests import make
from tests.loyalty.sync import bridge
from tests.smartcomms import sister

REACTIONS = {
    "loyalty.MemberRegistered": loyalty_sync.publish_member,
    "loyalty.ProfileChanged": loyalty_sync.publish_member,
    "loyalty.MemberLeft": loyalty_sync.publish_member,
    "loyalty.ConsentChanged": loyalty_sync.note_own_change,
    "loyalty.MailingsSwitched": loyalty_sync.publish_mailings_switched,
    "smartcomms.ChannelSwitched": smartcomms_sync.publish_channel_switched,
}


@dataclass
class Both:
    """Loyalty and Smart Communications with one member in both."""

    member: Member
    at: datetime
    folder: Path
    told: int = 0
    seen: int = 0

    def tick(self) -> datetime:
        """A moment later."""
        self.at += timedelta(milliseconds=1)
        return self.at

    def relay(self) -> int:
        """Run every reaction that waits, and exchange, until it is quiet; answers how many facts crossed."""
        crossed = 0
        while entries := list(Entry.objects.filter(id__gt=self.seen, event__in=REACTIONS).order_by("id")):
            for entry in entries:
                happened = Happened(entry.pk, entry.event, entry.person_id, entry.recorded_at, entry.body)
                REACTIONS[entry.event](happened, self.tick())
                crossed += entry.event != "loyalty.ConsentChanged"
                self.seen = entry.pk
            if untold.is_any():
                loyalty_sync.write_exchange(self.folder, at=self.tick())
                taken = smartcomms_sync.take_in_parcels(self.folder, at=self.tick())
                assert [one.fault for one in taken] == [""]
        return crossed

    def in_loyalty(self, cells: dict[tuple[str, str], bool]) -> None:
        """An operator changes cells of the matrix."""
        loyalty.set_cells(self.member, cells, by=make.OPERATOR, at=self.tick())

    def in_smartcomms(self, channels: dict[str, bool], categories: dict[tuple[str, str], bool] | None = None) -> None:
        """An employee changes switches and categories."""
        by = Actor("employee", "1", "smartcomms")
        person_id = self.member.public_id
        smartcomms.save_choices(
            person_id, channels=channels, categories=categories or {}, cause="employee", by=by, at=self.tick()
        )

    def off_in_loyalty(self) -> set[tuple[str, str]]:
        """The cells that are off."""
        return bridge.off(self.member)

    def off_in_smartcomms(self) -> set[str]:
        """The channels that are off."""
        stand = choices.get_choices(self.member.public_id)
        return {channel for channel, is_on in stand.channels.items() if not is_on}


@contextmanager
def systems(settings: Any, folder: Path) -> Iterator[Both]:
    """Both systems, a member in Loyalty, and the news of them in Smart Communications."""
    settings.EXCHANGE_FOLDER = str(folder)
    with sister.running(settings):
        at = clock.now()
        both = Both(make.member(at=at, email="anna@example.org"), at, folder)
        both.relay()
        yield both
