"""The table of purchases that a till has begun: points that wait for the payment, and purchases that were cancelled."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint


class ReservationState(models.TextChoices):
    """What a till has said last about a purchase that it began by reserving or ended by cancelling."""

    RESERVED = "reserved", "Reserved"
    CONFIRMED = "confirmed", "Confirmed"
    CANCELLED = "cancelled", "Cancelled"


class Reservation(models.Model):
    """What is reserved for one purchase of one till, or the tombstone of a cancelled one; a confirmed one needs none.

    `points` are those that wait for the payment, that paid, or that cancelling gave back. What holds them in the ledger is the
    operation.
    """

    distributed_by = "till_id"

    till_id = models.BigIntegerField()
    number = models.TextField(help_text="The till's own id of the purchase.")
    state = models.TextField(choices=ReservationState)
    member_id = models.BigIntegerField(null=True, blank=True)
    hold_operation_id = models.BigIntegerField(null=True, blank=True)
    points = models.BigIntegerField(default=0)
    worth = models.BigIntegerField(default=0, help_text="In minor units of money.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When the points are free again by themselves.")
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_checkout_reservation"
        constraints = [
            UniqueConstraint(fields=["till_id", "number"], name="a_till_begins_a_purchase_once"),
            CheckConstraint(condition=Q(points__gte=0, worth__gte=0), name="reserved_points_are_worth_something"),
        ]

    def __str__(self) -> str:
        return self.number
