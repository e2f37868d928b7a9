"""Tables of offers and of the versions that were published to the tills."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q


class OfferState(models.TextChoices):
    """Where an offer stands."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    STOPPED = "stopped", "Stopped"


class BenefitKind(models.TextChoices):
    """What an offer gives."""

    DISCOUNT = "discount", "Direct discount, percent"
    POINTS = "points", "Points, percent of what is paid"


class Scope(models.TextChoices):
    """What an offer looks at."""

    GOODS = "goods", "Certain goods"
    RECEIPT = "receipt", "The whole receipt"


class Offer(models.Model):
    """A promise of the retailer: who buys what, when, gets what."""

    public_id = models.TextField(unique=True)
    partner_id = models.BigIntegerField(null=True, blank=True, help_text="Empty: all partners.")
    name = models.TextField()
    state = models.TextField(choices=OfferState, default=OfferState.DRAFT)
    benefit = models.TextField(choices=BenefitKind)
    basis_points = models.IntegerField(help_text="Hundredths of a percent: 500 is 5 %.")
    scope = models.TextField(choices=Scope)
    groups = ArrayField(models.TextField(), default=list, blank=True, help_text="Codes of product groups.")
    skus = ArrayField(models.TextField(), default=list, blank=True)
    store_codes = ArrayField(models.TextField(), default=list, blank=True, help_text="Empty: all stores.")
    members_only = models.BooleanField(default=True)
    minimum_total = models.BigIntegerField(default=0, help_text="Smallest receipt in minor units.")
    priority = models.IntegerField(default=50, help_text="Higher wins.")
    is_cumulative = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    currency_code = models.TextField(
        blank=True, default="", help_text="Currency of points, for offers that give points."
    )
    activation_days = models.IntegerField(default=0)
    lifetime_days = models.IntegerField(null=True, blank=True)
    replaces_id = models.BigIntegerField(
        null=True, blank=True, help_text="The published offer whose place it takes when it is published."
    )
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_offers_offer"
        constraints = [
            CheckConstraint(
                condition=Q(basis_points__range=(1, 10_000)), name="a_percentage_is_above_0_and_at_most_100"
            ),
            CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=models.F("ends_at")),
                name="an_offer_starts_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Publication(models.Model):
    """All published offers at one moment, numbered; a receipt remembers the number it was priced with."""

    append_only = True

    version = models.BigAutoField(primary_key=True)
    rules = models.JSONField()
    published_at = models.DateTimeField()
    by_kind = models.TextField()
    by_id = models.TextField()

    class Meta:
        db_table = "loyalty_offers_publication"

    def __str__(self) -> str:
        return f"Version {self.version}"
