"""`regulars bridge`: looks after what crosses between the two systems."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from regulars.gateways.rabbitmq import dead_letters, pipes, publisher, receivers
from regulars.gateways.rabbitmq.dead_letters import DeadLetter
from regulars.kit import clock
from regulars.loyalty.sync import actions as loyalty
from regulars.management import differences
from regulars.management.differences import Report


class Command(BaseCommand):
    """Reports differences, tells the sister of everybody, and looks at letters that could not be taken."""

    help = "Compare the two systems, tell Smart Communications of all members, or look at dead letters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what to look after."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        report = verbs.add_parser("report", help="list the differences of the two sides; fails when there are any")
        report.add_argument("--parcel", type=Path, help="compare with this full parcel of Loyalty, without taking it")
        verbs.add_parser("load", help="tell Smart Communications of all members, by RabbitMQ or with the next parcel")
        dead = verbs.add_parser("dead-letters", help="list letters that Smart Communications could not take")
        dead.add_argument("--replay", action="store_true", help="put those back that could be taken by now")
        dead.add_argument("--discard", action="store_true", help="throw those away that still could not")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb."""
        verbs = {"report": self._report, "load": self._load, "dead-letters": self._dead_letters}
        verbs[options["verb"]](options)

    def _report(self, options: dict[str, Any]) -> None:
        parcel: Path | None = options["parcel"]
        report = differences.compare_with_parcel(parcel) if parcel else differences.compare_both()
        for line in _told(report):
            self.stdout.write(line)
        if report.counts:
            raise CommandError(f"{report.counts.total():,} differences")

    def _load(self, options: dict[str, Any]) -> None:
        try:
            told = loyalty.publish_members(at=clock.now())
        finally:
            publisher.close_all()
        self.stdout.write(
            f"{told:,} members told" if settings.RABBITMQ_URL else f"{told:,} members marked for the next parcel"
        )

    def _dead_letters(self, options: dict[str, Any]) -> None:
        if not settings.RABBITMQ_URL:
            raise CommandError("There is no broker here: RABBITMQ_URL is not set.")
        found: list[DeadLetter] = []
        for system, receiver in receivers.list_all().items():
            if system in settings.SYSTEMS:
                found += dead_letters.look_at(
                    settings.RABBITMQ_URL,
                    pipes.to(system),
                    receiver.judge,
                    replay=options["replay"],
                    discard=options["discard"],
                )
        for letter in found:
            now = letter.fault or "could be taken now"
            self.stdout.write(f"{letter.died_at}  {letter.message_id}  {letter.cause}: {now}  [{letter.fate}]")
        self.stdout.write(f"{len(found)} dead letters")


def _told(report: Report) -> Iterator[str]:
    yield f"{report.people:,} people compared, {report.counts.total():,} differences"
    for kind, count in sorted(report.counts.items()):
        yield f"  {kind}: {count:,}"
    for one in report.first:
        yield f"  {one.person_id}  {one.kind}: Loyalty {one.loyalty}, Smart Communications {one.smartcomms}"
