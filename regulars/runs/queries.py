"""Looks at runs: how far they are, and what became of their people."""

from collections import Counter
from dataclasses import dataclass

from regulars.kit import sql
from regulars.kit.refusal import NotFound
from regulars.runs.models import Run, RunState

_COUNT = "select state, reason, count(*)::bigint as people from runs_recipient where run_id = %s group by state, reason"


class UnknownRun(NotFound):
    """No run has that id."""

    code = "run_unknown"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many people of a run wait for their text, have a message, and were left out, by reason."""

    waiting: int
    queued: int
    skipped: dict[str, int]

    @property
    def people(self) -> int:
        """How many people were frozen."""
        return self.waiting + self.queued + sum(self.skipped.values())


def get(system: str, public_id: str) -> Run:
    """The run of a system with this public id; raises `UnknownRun`."""
    run = Run.objects.filter(system=system, public_id=public_id).first()
    if run is None:
        raise UnknownRun("There is no such run.")
    return run


def list_of_mailing(system: str, mailing_id: str) -> list[Run]:
    """All runs of a mailing, tests among them, newest first."""
    return list(Run.objects.filter(system=system, mailing_id=mailing_id).order_by("-id"))


def list_going_on(system: str) -> list[Run]:
    """The runs of a system that are not over, oldest first; cancelled ones whose messages are being taken back are too."""
    return list(Run.objects.filter(system=system, ended_at__isnull=True).order_by("id"))


def find_going_on(system: str, mailing_id: str) -> Run | None:
    """The run of this mailing that is not over, tests apart, or None."""
    return Run.objects.filter(system=system, mailing_id=mailing_id, kind="mailing", ended_at__isnull=True).first()


def is_over(run: Run) -> bool:
    """Whether nothing of the run leaves any more."""
    return run.state in (RunState.DONE, RunState.CANCELLED)


def progress(run: Run) -> Progress:
    """Count the run's people by what became of them; one look into an index."""
    counted: Counter[tuple[str, str]] = Counter()
    for row in sql.fetch(dict, _COUNT, [run.pk]):
        counted[row["state"], row["reason"]] = row["people"]
    skipped = {reason: people for (state, reason), people in counted.items() if state == "skipped"}
    waiting, queued = (sum(n for (of, _), n in counted.items() if of == state) for state in ("waiting", "queued"))
    return Progress(waiting, queued, dict(sorted(skipped.items())))
