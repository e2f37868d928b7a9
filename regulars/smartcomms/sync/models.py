"""Tables of Smart Communications' half of the bridge: changes put aside, letters received and parcels taken."""

from django.db import models
from django.db.models import UniqueConstraint


class Quarantined(models.Model):
    """A change from Loyalty whose clock was too far ahead; looked at by people, never applied by itself."""

    distributed_by = "person_id"

    person_id = models.TextField()
    channel = models.TextField()
    is_on = models.BooleanField()
    version_at = models.DateTimeField()
    origin = models.TextField()
    reason = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "smartcomms_sync_quarantined"
        verbose_name = "quarantined change"
        verbose_name_plural = "quarantined changes"
        constraints = [
            UniqueConstraint(
                fields=["person_id", "channel", "version_at", "is_on", "origin"],
                name="smartcomms_quarantines_a_change_once",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Inbox(models.Model):
    """A letter from the broker that was taken; written with its effect, so that its double does nothing."""

    message_id = models.TextField(unique=True)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "smartcomms_sync_inbox"
        verbose_name = "inbox"

    def __str__(self) -> str:
        return self.message_id


class Parcel(models.Model):
    """A parcel of the exchange that was taken, known by its content."""

    digest = models.TextField(unique=True)
    sequence = models.BigIntegerField()
    is_full = models.BooleanField()
    written_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    members = models.BigIntegerField()
    consent_changes = models.BigIntegerField()

    class Meta:
        db_table = "smartcomms_sync_parcel"

    def __str__(self) -> str:
        return f"parcel {self.sequence}"
