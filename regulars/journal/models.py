"""Tables of what happened: entries for ever, deliveries to reactions, and personal details kept apart."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q


class Entry(models.Model):
    """Something that happened, with ids and codes only; never changed, never deleted."""

    append_only = True

    system = models.TextField()
    event = models.TextField()
    person_id = models.TextField(blank=True, default="", help_text="Public id of the person it is about, if any.")
    recorded_at = models.DateTimeField()
    by_kind = models.TextField()
    by_id = models.TextField()
    door = models.TextField()
    body = models.JSONField(default=dict)

    class Meta:
        db_table = "journal_entry"
        verbose_name_plural = "entries"
        indexes = [
            Index(fields=["person_id", "-id"], condition=~Q(person_id=""), name="entry_by_person"),
            Index(fields=["event", "-id"], condition=Q(by_kind="employee"), name="entry_by_employees"),
        ]

    def __str__(self) -> str:
        return self.event


class Delivery(models.Model):
    """An entry on its way to one reaction: the outbox. Done exactly once per (entry, reaction)."""

    distributed_by = "entry_id"

    entry_id = models.BigIntegerField()
    reaction = models.TextField()
    person_id = models.TextField(blank=True, default="")
    state = models.TextField(default="waiting", help_text="waiting, done or dead")
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "journal_delivery"
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["entry_id", "reaction"], name="a_reaction_gets_an_entry_once"),
            CheckConstraint(
                condition=Q(state__in=["waiting", "done", "dead"]), name="a_delivery_waits_is_done_or_dead"
            ),
        ]
        indexes = [
            Index(fields=["next_at", "id"], condition=Q(state="waiting"), name="deliveries_that_wait"),
            Index(fields=["reaction", "person_id", "id"], condition=Q(state="waiting"), name="waiting_by_person"),
            Index(fields=["id"], condition=Q(state="dead"), name="deliveries_that_died"),
        ]

    def __str__(self) -> str:
        return self.reaction


class Personal(models.Model):
    """Personal details of an entry, readable by right and erased when the person leaves."""

    distributed_by = "person_id"

    entry_id = models.BigIntegerField()
    person_id = models.TextField()
    field = models.TextField()
    before = models.TextField(blank=True, default="")
    after = models.TextField(blank=True, default="")
    ip = models.TextField(blank=True, default="")

    class Meta:
        db_table = "journal_personal"
        verbose_name_plural = "personal details"
        indexes = [Index(fields=["person_id"], name="personal_by_person")]
