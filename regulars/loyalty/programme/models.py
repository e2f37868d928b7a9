"""Tables of the programme's settings: one row for the installation, and its currencies of points."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint


class ConsentMode(models.TextChoices):
    """What registration asks about mailings."""

    HIDDEN = "hidden", "Hidden: the step is not shown, everybody is subscribed"
    OPTIONAL = "optional", "Optional: shown, registration goes on either way"
    MANDATORY = "mandatory", "Mandatory: no registration without consent"


class RoundingMode(models.TextChoices):
    """To which multiple of a step the total of a receipt is corrected."""

    NONE = "none", "None: the total stays as it is"
    DOWN = "down", "Down: to the next smaller multiple"
    NEAREST = "nearest", "Nearest: to the nearer multiple, a half up"


class Programme(models.Model):
    """The one loyalty programme of this installation."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    public_id = models.TextField()
    name = models.TextField()
    currency = models.CharField(max_length=3, help_text="ISO 4217 code of the money that tills use.")
    currency_exponent = models.SmallIntegerField(default=2, help_text="Digits after the point, by ISO 4217.")
    region = models.CharField(max_length=2, help_text="ISO 3166 code used to read phone numbers in national form.")
    time_zone = models.TextField(help_text="IANA name of the programme's home time zone.")
    consent_mode = models.TextField(choices=ConsentMode, default=ConsentMode.HIDDEN)
    consent_modes = models.JSONField(default=dict, blank=True, help_text="{door: mode}, for doors that differ.")
    rounding_mode = models.TextField(choices=RoundingMode, default=RoundingMode.NONE)
    rounding_step = models.BigIntegerField(default=1, help_text="In minor units of money.")
    points_share_limit = models.IntegerField(
        default=10_000, help_text="How much of a receipt points may pay, in basis points."
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_programme_programme"
        verbose_name_plural = "programme"
        constraints = [
            CheckConstraint(condition=Q(id=1), name="one_programme_per_installation"),
            CheckConstraint(condition=Q(rounding_step__gt=0), name="a_step_of_rounding_is_above_zero"),
            CheckConstraint(condition=Q(points_share_limit__range=(0, 10_000)), name="points_pay_at_most_everything"),
        ]

    def __str__(self) -> str:
        return self.name


class PointsCurrency(models.Model):
    """A currency of points: how it is written, and what it is worth when somebody pays with it."""

    code = models.TextField()
    name = models.TextField()
    decimals = models.SmallIntegerField(default=0)
    worth_numerator = models.BigIntegerField(help_text="Minor units of money …")
    worth_denominator = models.BigIntegerField(help_text="… for this many smallest units of points.")
    is_default = models.BooleanField(default=False)

    class Meta:
        db_table = "loyalty_programme_pointscurrency"
        verbose_name_plural = "currencies of points"
        constraints = [
            UniqueConstraint(fields=["code"], name="currency_of_points_code_is_unique"),
            UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_currency_of_points"
            ),
            CheckConstraint(condition=Q(decimals__range=(0, 2)), name="points_have_at_most_two_decimals"),
            CheckConstraint(
                condition=Q(worth_numerator__gte=0, worth_denominator__gt=0), name="worth_of_points_is_a_fraction"
            ),
        ]

    def __str__(self) -> str:
        return self.name
