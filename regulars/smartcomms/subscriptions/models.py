"""Tables of consent in Smart Communications: channel switches, mailing categories, reasons and the journal."""

from django.db import models
from django.db.models import UniqueConstraint


class ChannelSwitch(models.Model):
    """Whether a customer may be written to over a channel at all, with the version both systems order changes by."""

    distributed_by = "person_id"

    person_id = models.TextField()
    channel = models.TextField()
    is_on = models.BooleanField()
    version_at = models.DateTimeField()
    origin = models.TextField(help_text="The system in which the change was made.")

    class Meta:
        db_table = "smartcomms_subscriptions_channelswitch"
        constraints = [UniqueConstraint(fields=["person_id", "channel"], name="one_switch_per_customer_and_channel")]

    def __str__(self) -> str:
        return self.channel


class Category(models.Model):
    """A kind of mass messaging, made by hand; none exist at first."""

    code = models.TextField(unique=True)
    name = models.TextField()
    description = models.TextField(blank=True, default="")
    is_visible = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    defaults = models.JSONField(default=dict, help_text="{channel: on | off}; a channel that is not named is absent.")

    class Meta:
        db_table = "smartcomms_subscriptions_category"
        verbose_name = "mailing category"
        verbose_name_plural = "mailing categories"

    def __str__(self) -> str:
        return self.name


class CategoryStatus(models.Model):
    """A category × channel of one customer; no row means absent, which is not refused."""

    distributed_by = "person_id"

    person_id = models.TextField()
    category_id = models.BigIntegerField()
    channel = models.TextField()
    is_on = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "smartcomms_subscriptions_categorystatus"
        constraints = [
            UniqueConstraint(
                fields=["person_id", "category_id", "channel"], name="one_status_per_customer_category_and_channel"
            )
        ]

    def __str__(self) -> str:
        return self.channel


class UnsubscriptionReason(models.Model):
    """A line of the dictionary of reasons that the unsubscribe page offers."""

    code = models.TextField(unique=True)
    text = models.TextField()
    position = models.SmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "smartcomms_subscriptions_unsubscriptionreason"

    def __str__(self) -> str:
        return self.text


class Entry(models.Model):
    """One change of consent in this system, for ever."""

    append_only = True
    distributed_by = "person_id"

    person_id = models.TextField()
    recorded_at = models.DateTimeField()
    cause = models.TextField(help_text="loaded, unsubscribe_page, one_click, employee, bridge, category_made")
    by_kind = models.TextField()
    by_id = models.TextField()
    door = models.TextField()
    changes = models.JSONField(help_text="{channels: {channel: bool}, categories: {code: {channel: bool}}}")
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "smartcomms_subscriptions_entry"
        verbose_name = "consent entry"
        verbose_name_plural = "consent journal"

    def __str__(self) -> str:
        return f"Entry {self.pk}"
