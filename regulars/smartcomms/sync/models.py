"""Table of Smart Communications' half of the bridge: changes that were not applied."""

from django.db import models


class Quarantined(models.Model):
    """A change from Loyalty that was not applied, and why."""

    person_id = models.TextField()
    received_at = models.DateTimeField()
    reason = models.TextField()
    body = models.JSONField()

    class Meta:
        db_table = "smartcomms_sync_quarantined"
        verbose_name_plural = "quarantined changes"
