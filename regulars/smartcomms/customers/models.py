"""Table of people as Smart Communications knows them."""

from django.db import models
from django.db.models import CheckConstraint, Q


class Customer(models.Model):
    """A person whom the sister system may write to; `person_id` is the id that both systems use on the wire.

    Somebody who has left keeps the row as a tombstone, so that whatever comes late for them does nothing.
    """

    person_id = models.TextField(primary_key=True)
    first_name = models.TextField(blank=True, default="")
    last_name = models.TextField(blank=True, default="")
    phone = models.TextField(blank=True, default="")
    phone_is_verified = models.BooleanField(default=False)
    email = models.TextField(blank=True, default="")
    email_is_verified = models.BooleanField(default=False)
    locale = models.TextField(default="en")
    time_zone = models.TextField(blank=True, default="")
    is_gone = models.BooleanField(default=False)
    version_at = models.DateTimeField(help_text="When the profile was read in its home system.")

    class Meta:
        db_table = "smartcomms_customers_customer"
        constraints = [
            CheckConstraint(
                condition=Q(is_gone=False) | Q(first_name="", last_name="", phone="", email=""),
                name="a_customer_who_is_gone_has_no_name",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.person_id
