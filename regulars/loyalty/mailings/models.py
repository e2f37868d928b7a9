"""Table of mailings: a definition; each start of it is a run."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q


class MailingState(models.TextChoices):
    """Where a mailing stands; how far it has been sent stands in its runs."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    STARTED = "started", "Started"
    ARCHIVED = "archived", "Archived"


class Mailing(models.Model):
    """What is told to which audience over which channel, in each language."""

    public_id = models.TextField(unique=True)
    partner_id = models.BigIntegerField(null=True, blank=True, help_text="Empty: all partners.")
    name = models.TextField()
    channel = models.TextField()
    mailing_type = models.TextField(help_text="Code of the mailing type whose consent it needs.")
    audience_id = models.TextField(blank=True, default="", help_text="Public id of the audience.")
    sender = models.TextField(blank=True, default="", help_text="Empty: the gateway's own.")
    texts = models.JSONField(
        default=dict, help_text="{locale: text in Liquid}; of an email the plain part, may be empty."
    )
    subject_lines = models.JSONField(default=dict, help_text="{locale: subject of the email in Liquid}")
    bodies = models.JSONField(default=dict, help_text="{locale: body of the email in MJML with Liquid}")
    lifetime_hours = models.IntegerField(default=48)
    state = models.TextField(choices=MailingState, default=MailingState.DRAFT)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, default="", help_text="Why it did not start when it should have.")
    version = models.IntegerField(
        default=1, help_text="Grows with every change, so that two editors notice each other."
    )
    changed_by = models.TextField()
    changed_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_mailings_mailing"
        constraints = [
            CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_at__isnull=False), name="a_scheduled_mailing_has_a_time"
            )
        ]
        indexes = [Index(fields=["scheduled_at"], condition=Q(state="scheduled"), name="mailings_that_wait_for_time")]

    def __str__(self) -> str:
        return self.name
