"""Tables of runs: one start of a mailing, and the people it was frozen for."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint


class RunKind(models.TextChoices):
    """Why it was started."""

    MAILING = "mailing", "Mailing"
    TEST = "test", "Test"


class RunState(models.TextChoices):
    """How far a run is. Messages leave in `queueing` and `sending`, unless it is held."""

    FREEZING = "freezing", "The audience is being written down"
    QUEUEING = "queueing", "Texts are being made"
    SENDING = "sending", "On its way"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class Run(models.Model):
    """One start of a mailing; a recurrence, a second start and a test are runs of their own."""

    system = models.TextField()
    public_id = models.TextField(unique=True)
    mailing_id = models.TextField(help_text="Public id of the mailing in its system.")
    kind = models.TextField(choices=RunKind)
    channel = models.TextField()
    state = models.TextField(choices=RunState, default=RunState.FREEZING)
    is_held = models.BooleanField(default=False, help_text="Paused: nothing of it leaves until it is released.")
    audience_size = models.IntegerField(null=True, blank=True, help_text="How many people were frozen.")
    trouble = models.TextField(blank=True, default="", help_text="Why it was paused by itself: somebody must look.")
    estimate = models.JSONField(null=True, blank=True, help_text="What was reckoned at its start: people, parts, cost.")
    started_by = models.TextField(help_text="Kind and id of who started it.")
    started_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "runs_run"
        constraints = [
            UniqueConstraint(
                fields=["system", "mailing_id"],
                condition=Q(kind="mailing", ended_at__isnull=True),
                name="a_mailing_runs_once_at_a_time",
            )
        ]
        indexes = [
            Index(fields=["system", "id"], condition=Q(ended_at__isnull=True), name="runs_that_go_on"),
            Index(fields=["channel", "id"], condition=Q(state__in=["queueing", "sending"]), name="runs_that_send"),
            Index(fields=["system", "mailing_id", "-id"], name="run_by_mailing"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Recipient(models.Model):
    """One person of a run's frozen audience: waits for a text, has a message, or was left out for a reason."""

    distributed_by = "person_id"

    person_id = models.TextField()
    run_id = models.BigIntegerField()
    state = models.TextField(default="waiting", help_text="waiting, queued or skipped")
    reason = models.TextField(blank=True, default="", help_text="Why nothing was queued, such as no_address.")

    class Meta:
        db_table = "runs_recipient"
        constraints = [
            UniqueConstraint(fields=["person_id", "run_id"], name="nobody_is_twice_in_a_run"),
            CheckConstraint(
                condition=Q(state__in=["waiting", "queued", "skipped"]), name="a_recipient_waits_is_queued_or_skipped"
            ),
        ]
        indexes = [
            Index(fields=["run_id", "id"], condition=Q(state="waiting"), name="recipients_that_wait"),
            Index(fields=["run_id", "state", "reason"], name="recipients_by_run"),
            Index(fields=["run_id", "id"], name="recipients_in_order"),
        ]

    def __str__(self) -> str:
        return f"Recipient {self.pk}"
