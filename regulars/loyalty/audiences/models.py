"""Tables of audiences: saved filters with a name."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Lower


class Audience(models.Model):
    """A saved filter with a name; who is in it is asked anew each time."""

    public_id = models.TextField(unique=True)
    partner_id = models.BigIntegerField(null=True, blank=True, help_text="Empty: all partners.")
    name = models.TextField()
    filter = models.JSONField(help_text="A group of conditions, as written by filters.to_json.")
    version = models.IntegerField(default=1, help_text="Counts the changes; a change names the one it was made from.")
    is_archived = models.BooleanField(default=False)
    created_by = models.TextField(help_text="The login of the employee, or the kind of actor.")
    created_at = models.DateTimeField()
    changed_by = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_audiences_audience"
        indexes = [Index(fields=["is_archived", "name"], name="audiences_in_use_first")]
        constraints = [
            UniqueConstraint(
                Lower("name"), condition=Q(is_archived=False), name="audiences_in_use_have_different_names"
            ),
            CheckConstraint(condition=~Q(name=""), name="an_audience_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
