"""Tables of Loyalty's half of the bridge: winning versions of Mailings × channel, changes put aside, and the exchange."""

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


class Untold(models.Model):
    """A member of whom the sister hears with the next parcel; somebody who changes twice has two rows."""

    distributed_by = "person_id"

    person_id = models.TextField()
    sequence = models.BigIntegerField(null=True, help_text="The parcel that is being written with them.")

    class Meta:
        db_table = "loyalty_sync_untold"
        verbose_name = "untold member"

    def __str__(self) -> str:
        return self.person_id


class Exchange(models.Model):
    """A parcel that was written for the sister."""

    sequence = models.BigIntegerField(unique=True)
    written_at = models.DateTimeField()
    is_full = models.BooleanField(help_text="With everything; else with what changed since the parcel before.")
    members = models.BigIntegerField()
    consent_changes = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_sync_exchange"

    def __str__(self) -> str:
        return f"parcel {self.sequence}"
