"""Tables of receipts as the till told them, with what the offers gave; money in minor units, quantities in thousandths."""

from django.db import models
from django.db.models import Index, UniqueConstraint


class Purchase(models.Model):
    """A confirmed receipt; without a member it is an anonymous purchase. Distributed by the till that told it."""

    distributed_by = "till_id"

    till_id = models.BigIntegerField()
    number = models.TextField(help_text="The till's own id of the purchase.")
    public_id = models.TextField()
    store_id = models.BigIntegerField()
    partner_id = models.BigIntegerField()
    member_id = models.BigIntegerField(null=True, blank=True)
    operation_id = models.BigIntegerField()
    sold_at = models.DateTimeField(help_text="The till's time, as a fact.")
    confirmed_at = models.DateTimeField()
    amount = models.BigIntegerField(help_text="Before any discount.")
    till_discount = models.BigIntegerField()
    discount = models.BigIntegerField(help_text="Given by our offers.")
    rounding = models.BigIntegerField(
        db_default=0, help_text="Taken off by correction to the step; below zero: put on."
    )
    total = models.BigIntegerField(help_text="What is to pay.")
    paid_with_points = models.BigIntegerField(db_default=0, help_text="The part of the total that points paid.")
    points_spent = models.BigIntegerField(db_default=0)
    points_earned = models.BigIntegerField(default=0)
    offers_version = models.BigIntegerField()
    outcomes = models.JSONField(default=list, help_text="One outcome per active offer.")

    class Meta:
        db_table = "loyalty_purchases_purchase"
        indexes = [
            Index(fields=["member_id", "-sold_at"], name="purchase_by_member"),
            Index(fields=["public_id"], name="purchase_by_public_id"),
            Index(fields=["-confirmed_at"], name="purchase_by_time"),
            Index(fields=["-sold_at"], name="purchase_by_time_of_sale"),
            Index(fields=["till_id", "-confirmed_at", "-id"], name="purchase_by_till"),
        ]
        constraints = [UniqueConstraint(fields=["till_id", "number"], name="a_till_numbers_a_purchase_once")]

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """One line of a receipt."""

    distributed_by = "till_id"
    references = {"purchase_id": "loyalty_purchases_purchase"}

    till_id = models.BigIntegerField()
    purchase_id = models.BigIntegerField()
    number = models.IntegerField()
    sku = models.TextField()
    name = models.TextField()
    is_listed = models.BooleanField(help_text="Whether the product was known when it was sold.")
    quantity = models.BigIntegerField(help_text="In thousandths.")
    unit_price = models.BigIntegerField()
    amount = models.BigIntegerField()
    till_discount = models.BigIntegerField()
    discount = models.BigIntegerField()
    rounding = models.BigIntegerField(db_default=0)
    total = models.BigIntegerField()
    paid_with_points = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "loyalty_purchases_line"
        constraints = [
            UniqueConstraint(fields=["till_id", "purchase_id", "number"], name="a_receipt_numbers_a_line_once")
        ]


class Tender(models.Model):
    """One means of payment of a receipt and how much was paid with it, in the order in which the till told them."""

    distributed_by = "till_id"
    references = {"purchase_id": "loyalty_purchases_purchase"}

    till_id = models.BigIntegerField()
    purchase_id = models.BigIntegerField()
    number = models.IntegerField()
    type = models.TextField(help_text="The till's own code: cash, card, points, …")
    amount = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_purchases_tender"
        constraints = [
            UniqueConstraint(fields=["till_id", "purchase_id", "number"], name="a_receipt_numbers_a_tender_once")
        ]

    def __str__(self) -> str:
        return self.type


class Benefit(models.Model):
    """What one offer gave on one line: a discount in minor units, or points."""

    distributed_by = "till_id"
    references = {"purchase_id": "loyalty_purchases_purchase"}

    till_id = models.BigIntegerField()
    purchase_id = models.BigIntegerField()
    line_number = models.IntegerField()
    offer_id = models.BigIntegerField()
    kind = models.TextField(help_text="discount or points")
    amount = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_purchases_benefit"
        indexes = [Index(fields=["till_id", "purchase_id"], name="benefit_by_purchase")]
