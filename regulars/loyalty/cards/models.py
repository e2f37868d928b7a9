"""Tables of loyalty cards and the series they are numbered in."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint


class Series(models.Model):
    """A run of card numbers: prefix, running number, check digit (Luhn, ISO/IEC 7812-1 annex B)."""

    code = models.TextField(unique=True)
    name = models.TextField()
    prefix = models.TextField()
    length = models.SmallIntegerField(default=13, help_text="Digits in all, the check digit included.")
    is_virtual = models.BooleanField(default=False)
    next_number = models.BigIntegerField(default=1)

    class Meta:
        db_table = "loyalty_cards_series"
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.name


class CardState(models.TextChoices):
    """Where a card stands: an issued card earns and does not spend, a blocked one is refused."""

    ISSUED = "issued", "Issued, not activated"
    ACTIVE = "active", "Active"
    BLOCKED = "blocked", "Blocked"


class Card(models.Model):
    """A card; its number is how a till knows a member."""

    distributed_by = "number"

    number = models.TextField()
    series_id = models.BigIntegerField()
    member_id = models.BigIntegerField(null=True, blank=True)
    state = models.TextField(choices=CardState, default=CardState.ISSUED)
    issued_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    block_reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "loyalty_cards_card"
        indexes = [Index(fields=["member_id"], name="card_by_member")]
        constraints = [
            UniqueConstraint(fields=["number"], name="card_number_is_unique"),
            CheckConstraint(
                condition=~Q(state="active") | Q(member_id__isnull=False), name="an_active_card_has_a_member"
            ),
        ]

    def __str__(self) -> str:
        return f"•••• {self.number[-4:]}"
