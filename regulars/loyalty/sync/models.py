"""Table of Loyalty's half of the bridge: the last version of Mailings × channel that either side made."""

from django.db import models
from django.db.models import UniqueConstraint


class ChannelVersion(models.Model):
    """The winning change of Mailings × channel of one member, with its place in the total order."""

    distributed_by = "member_id"

    member_id = models.BigIntegerField()
    channel = models.TextField()
    is_on = models.BooleanField()
    version_at = models.DateTimeField()
    origin = models.TextField(help_text="The system in which the change was made.")
    cause = models.TextField(blank=True, default="")

    class Meta:
        db_table = "loyalty_sync_channelversion"
        constraints = [UniqueConstraint(fields=["member_id", "channel"], name="one_version_per_member_and_channel")]


class Quarantined(models.Model):
    """A change from the sister that was not applied, and why; looked at by people, never applied by itself."""

    person_id = models.TextField()
    received_at = models.DateTimeField()
    reason = models.TextField()
    body = models.JSONField()

    class Meta:
        db_table = "loyalty_sync_quarantined"
        verbose_name_plural = "quarantined changes"
