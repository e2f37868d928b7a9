"""Table of the rules that say which event sends which text over which channel."""

from django.db import models
from django.db.models import UniqueConstraint


class Rule(models.Model):
    """When this event happens, send this text on this channel under this mailing type."""

    event = models.TextField(help_text="Name of the event, such as loyalty.PointsAccrued.")
    channel = models.TextField()
    mailing_type = models.TextField(help_text="Code of the mailing type whose consent it needs.")
    sender = models.TextField(blank=True, default="")
    texts = models.JSONField(help_text="{locale: text in Liquid}; plain values only.")
    lifetime_hours = models.IntegerField(default=48)
    is_on = models.BooleanField(default=True)

    class Meta:
        db_table = "loyalty_notifications_rule"
        constraints = [UniqueConstraint(fields=["event", "channel"], name="one_rule_per_event_and_channel")]

    def __str__(self) -> str:
        return f"{self.event} over {self.channel}"
