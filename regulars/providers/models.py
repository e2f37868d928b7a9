"""Tables of gateways (a provider's account for one channel), of their price lists, and of holds on all sending."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint, Value


class Gateway(models.Model):
    """A provider's account through which a channel is sent."""

    channel = models.TextField()
    provider = models.TextField()
    name = models.TextField(unique=True)
    settings = models.JSONField(default=dict)
    is_test = models.BooleanField(default=False, help_text="A stand-in; a banner on every page says so.")
    is_on = models.BooleanField(default=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, default="", help_text="Why it was paused: somebody must look.")

    class Meta:
        db_table = "providers_gateway"

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """What one part to addresses with this beginning costs; the longest beginning that fits counts."""

    gateway_id = models.BigIntegerField()
    prefix = models.TextField(
        blank=True, help_text="The beginning of a number in E.164, such as +7; empty: any address."
    )
    price_micros = models.BigIntegerField(help_text="Per part, in millionths of the programme's unit of money.")

    class Meta:
        db_table = "providers_price"
        constraints = [
            UniqueConstraint(fields=["gateway_id", "prefix"], name="a_gateway_has_one_price_per_prefix"),
            CheckConstraint(condition=Q(price_micros__gte=0), name="a_price_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.prefix


class Hold(models.Model):
    """All sending is held, from `held_at` until it is released: nothing is handed over to any provider."""

    reason = models.TextField(help_text="Why, for people.")
    held_by = models.TextField(help_text="Kind and id of who held it.")
    held_at = models.DateTimeField()
    put_aside = models.JSONField(
        null=True, blank=True, help_text="After a restore: how many messages, runs and mailings wait for a decision."
    )
    released_by = models.TextField(blank=True, default="", db_default="")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "providers_hold"
        constraints = [
            UniqueConstraint(Value(1), condition=Q(released_at__isnull=True), name="sending_is_held_once_at_a_time")
        ]

    def __str__(self) -> str:
        return self.reason
