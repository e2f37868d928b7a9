"""Table of Smart Communications' half of the bridge: changes that were not applied."""

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
