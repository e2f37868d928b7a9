"""Tables of Loyalty's half of the bridge: the winning version of Mailings × channel, and changes put aside."""

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
    applied_at = models.DateTimeField(help_text="When it began to hold here, by our own clock.")

    class Meta:
        db_table = "loyalty_sync_channelversion"
        constraints = [UniqueConstraint(fields=["member_id", "channel"], name="one_version_per_member_and_channel")]

    def __str__(self) -> str:
        return self.channel


class Quarantined(models.Model):
    """A change from the sister whose clock was too far ahead; looked at by people, never applied by itself."""

    distributed_by = "person_id"

    person_id = models.TextField()
    channel = models.TextField()
    is_on = models.BooleanField()
    version_at = models.DateTimeField()
    origin = models.TextField()
    reason = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_sync_quarantined"
        verbose_name = "quarantined change"
        verbose_name_plural = "quarantined changes"
        constraints = [
            UniqueConstraint(
                fields=["person_id", "channel", "version_at", "is_on", "origin"],
                name="loyalty_quarantines_a_change_once",
            )
        ]

    def __str__(self) -> str:
        return self.reason
