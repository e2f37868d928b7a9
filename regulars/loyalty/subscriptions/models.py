"""Tables of consent: mailing types, what each member chose, and the journal that proves it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint


class MailingType(models.Model):
    """A kind of messages that a member can allow or refuse; own types are made from one of the base types."""

    code = models.TextField(unique=True)
    base = models.TextField(help_text="The base type; equals the code for the types that exist from the start.")
    name = models.TextField()
    channels = ArrayField(models.TextField(), help_text="Channels it may use.")
    is_read_only = models.BooleanField(default=False)
    is_visible = models.BooleanField(default=True)
    position = models.SmallIntegerField(default=0)
    partner_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "loyalty_subscriptions_mailingtype"

    def __str__(self) -> str:
        return self.name


class Choice(models.Model):
    """What one member chose for one mailing type: the channels that are on, as bits.

    No row: the member has the cells of the base type; no row there either: nothing was ever chosen, all is off.
    """

    distributed_by = "member_id"

    member_id = models.BigIntegerField()
    mailing_type_id = models.BigIntegerField()
    channels_on = models.IntegerField(help_text="Bits by channel: SMS 1, email 2, push 4, Viber 8, social 16.")
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_subscriptions_choice"
        constraints = [
            UniqueConstraint(fields=["member_id", "mailing_type_id"], name="one_choice_per_member_and_mailing_type"),
            CheckConstraint(condition=Q(channels_on__range=(0, 31)), name="channels_are_five_bits"),
        ]


class Entry(models.Model):
    """One change of consent, for ever: who, when, from where, which cells, which wording, why."""

    append_only = True
    distributed_by = "member_id"

    member_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    cause = models.TextField(help_text="registered, changed, unsubscribed, preference_link, bridge, left")
    by_kind = models.TextField()
    by_id = models.TextField()
    door = models.TextField()
    cells = models.JSONField(help_text="{mailing type code: channels on after the change, as bits}")
    wording = models.TextField(blank=True, default="", help_text="Version of the wording shown; empty: none was shown.")
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "loyalty_subscriptions_entry"
        indexes = [Index(fields=["member_id", "-id"], name="consent_entry_by_member")]
        verbose_name = "consent entry"
        verbose_name_plural = "consent journal"

    def __str__(self) -> str:
        return f"Entry {self.pk}"
