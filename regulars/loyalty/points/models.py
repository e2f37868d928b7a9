"""Tables of the points ledger: operations, entries, lots, draws, holds and balances, all in the smallest unit of points."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint


class OperationKind(models.TextChoices):
    """What moved points, or could have; also what a till does once under a key of its own."""

    PURCHASE = "purchase", "Purchase"
    REGISTRATION = "registration", "Registration"
    GRANT = "grant", "Given by hand"
    REDEMPTION = "redemption", "Spent"
    HOLD = "hold", "Held for a purchase"
    RELEASE = "release", "No longer held"
    ACTIVATION = "activation", "Became usable"
    EXPIRY = "expiry", "Expired"
    FORFEITURE = "forfeiture", "Forfeited on leaving"
    ADJUSTMENT = "adjustment", "Adjusted"
    MOVED_IN = "moved_in", "Brought along from another system"


class Operation(models.Model):
    """One thing done once: its key, the hash of what was asked and the answer that repeats get."""

    distributed_by = "source"

    source = models.TextField(help_text="Who numbers the keys: a till, an import, the product itself.")
    external_key = models.TextField()
    body_hash = models.BinaryField()
    kind = models.TextField(choices=OperationKind)
    member_id = models.BigIntegerField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    by_kind = models.TextField()
    by_id = models.TextField()
    door = models.TextField()

    class Meta:
        db_table = "loyalty_points_operation"
        constraints = [UniqueConstraint(fields=["source", "external_key"], name="an_operation_is_done_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.external_key}"


class Account(models.TextChoices):
    """The accounts of the book; the first four are a member's, the others the programme's."""

    AVAILABLE = "available", "Available"
    PENDING = "pending", "Not yet usable"
    HELD = "held", "Held for a purchase"
    DEBT = "debt", "Debt"
    ISSUED = "issued", "Issued"
    REDEEMED = "redeemed", "Redeemed"
    EXPIRED = "expired", "Expired"
    FORFEITED = "forfeited", "Forfeited"
    ADJUSTED = "adjusted", "Adjusted"


class Lot(models.Model):
    """Points that came together: from when and until when they can be spent, how many are left, and how many of those are held."""

    distributed_by = "member_id"

    member_id = models.BigIntegerField()
    currency_id = models.BigIntegerField()
    operation_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    held = models.BigIntegerField(default=0, help_text="How many of those that remain wait for a purchase.")
    activates_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(help_text="Whether the activation was posted.")
    source_kind = models.TextField(choices=OperationKind)
    purchase_id = models.BigIntegerField(null=True, blank=True)
    offer_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "loyalty_points_lot"
        indexes = [
            Index(
                fields=["member_id", "currency_id", "expires_at", "activates_at", "id"],
                condition=Q(remaining__gt=0),
                name="open_lots_in_draw_order",
            ),
            Index(fields=["activates_at"], condition=Q(is_active=False, remaining__gt=0), name="lots_to_activate"),
            Index(
                fields=["expires_at"],
                condition=Q(remaining__gt=F("held"), expires_at__isnull=False),
                name="lots_to_expire",
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("amount")), name="a_lot_is_between_empty_and_full"
            ),
            CheckConstraint(condition=Q(held__gte=0, held__lte=F("remaining")), name="a_lot_holds_what_it_has"),
            CheckConstraint(condition=Q(amount__gt=0), name="a_lot_has_points"),
        ]

    def __str__(self) -> str:
        return f"Lot {self.pk}"

    @property
    def free(self) -> int:
        """How many are left and not held."""
        return self.remaining - self.held


class Entry(models.Model):
    """One line of the book; the entries of an operation sum to zero per currency.

    The programme's side is written under the member too, so that an operation's entries stay on one machine.
    """

    append_only = True
    distributed_by = "member_id"

    member_id = models.BigIntegerField()
    operation_id = models.BigIntegerField()
    currency_id = models.BigIntegerField()
    account = models.TextField(choices=Account)
    amount = models.BigIntegerField()
    lot_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_points_entry"
        verbose_name_plural = "entries"
        indexes = [Index(fields=["member_id", "operation_id"], name="entry_by_operation")]
        constraints = [CheckConstraint(condition=~Q(amount=0), name="an_entry_moves_points")]

    def __str__(self) -> str:
        return f"Entry {self.pk}"


class Draw(models.Model):
    """Which lots a spend, an expiry or a forfeiture was taken from."""

    append_only = True
    distributed_by = "member_id"
    references = {"lot_id": "loyalty_points_lot"}

    member_id = models.BigIntegerField()
    operation_id = models.BigIntegerField()
    lot_id = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_points_draw"
        constraints = [CheckConstraint(condition=Q(amount__gt=0), name="a_draw_takes_points")]


class HoldState(models.TextChoices):
    """What became of held points."""

    HELD = "held", "Held"
    REDEEMED = "redeemed", "Spent"
    RELEASED = "released", "Given back"


class Hold(models.Model):
    """The share of one lot that a hold keeps for a purchase, until it is spent, given back or overdue."""

    distributed_by = "member_id"
    references = {"lot_id": "loyalty_points_lot"}

    member_id = models.BigIntegerField()
    operation_id = models.BigIntegerField(help_text="The operation that holds.")
    currency_id = models.BigIntegerField()
    lot_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    state = models.TextField(choices=HoldState, default=HoldState.HELD)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_points_hold"
        indexes = [Index(fields=["expires_at"], condition=Q(state="held"), name="holds_to_release")]
        constraints = [
            UniqueConstraint(fields=["member_id", "operation_id", "lot_id"], name="a_hold_takes_from_a_lot_once"),
            CheckConstraint(condition=Q(amount__gt=0), name="a_hold_has_points"),
        ]

    def __str__(self) -> str:
        return f"Hold {self.pk}"


class Balance(models.Model):
    """What a member has in one currency: the fold of the entries, kept in the same transaction."""

    distributed_by = "member_id"

    member_id = models.BigIntegerField()
    currency_id = models.BigIntegerField()
    available = models.BigIntegerField(default=0)
    pending = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0)

    class Meta:
        db_table = "loyalty_points_balance"
        constraints = [
            UniqueConstraint(fields=["member_id", "currency_id"], name="one_balance_per_member_and_currency"),
            CheckConstraint(
                condition=Q(available__gte=0, held__gte=0, pending__gte=0, debt__gte=0),
                name="a_balance_is_never_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"Balance {self.pk}"
