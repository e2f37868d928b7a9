"""Tables of messages: runs, messages, their deliveries, receipts that found nobody, and addresses never to use."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint


class MessageState(models.TextChoices):
    """Where a message stands; which moves are legal is held by a trigger."""

    QUEUED = "queued", "Queued"
    CLAIMED = "claimed", "Claimed by a sender"
    SUBMITTING = "submitting", "Being handed over"
    ACCEPTED = "accepted", "Accepted by the gateway"
    DELIVERED = "delivered", "Delivered"
    READ = "read", "Read"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
    UNKNOWN = "unknown", "Unknown"


class MessageClass(models.TextChoices):
    """What a message is for: decides its lane and what happens when its fate is unknown."""

    CODE = "code", "One-time code"
    EVENT = "event", "Event message"
    MARKETING = "marketing", "Marketing"


class DeliveryState(models.TextChoices):
    """Where a part stands. The order is the order of knowledge: a later word wins, whatever comes first."""

    SUBMITTING = "submitting", "Being handed over"
    WAITING = "waiting", "Not taken; may be tried again"
    UNANSWERED = "unanswered", "Left the house; nobody answered"
    ACCEPTED = "accepted", "Accepted by the gateway"
    UNKNOWN = "unknown", "The provider could not find out"
    DELIVERED = "delivered", "Delivered"
    READ = "read", "Read"
    FAILED = "failed", "Failed"


class Message(models.Model):
    """One intent to tell one person one thing over one channel."""

    distributed_by = "person_id"

    system = models.TextField()
    person_id = models.TextField()
    channel = models.TextField()
    message_class = models.TextField(choices=MessageClass)
    lane = models.SmallIntegerField(help_text="0 codes, 1 events, 2 mailings.")
    subject = models.TextField(
        help_text="The mailing type (Loyalty) or category (Smart Communications) it falls under."
    )
    origin = models.TextField(help_text="run:…, event:… or key:… — what asked for it, once.")
    template = models.TextField(blank=True, default="")
    address = models.TextField(blank=True, default="")
    sender = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    subject_line = models.TextField(blank=True, default="", help_text="The subject of an email.")
    html = models.TextField(blank=True, default="", help_text="An email as HTML; `text` is its plain part.")
    unsubscribe_url = models.TextField(blank=True, default="", help_text="Where one click ends what it falls under.")
    run_id = models.BigIntegerField(null=True, blank=True, help_text="The run of a mailing that made it.")
    reach = models.TextField(
        blank=True, default="", db_default="", help_text="Empty: everybody; team: its contacts only; test: nobody."
    )
    state = models.TextField(choices=MessageState, default=MessageState.QUEUED)
    reason = models.TextField(blank=True, default="")
    attempt = models.IntegerField(
        default=0, help_text="How often it was claimed; a sender settles only its own attempt."
    )
    refusals = models.SmallIntegerField(default=0, help_text="How often the gateway said: later.")
    repeats = models.SmallIntegerField(default=0, help_text="How often an unknown fate led to another try.")
    claimed_by = models.TextField(blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    gateway_id = models.BigIntegerField(null=True, blank=True)
    queued_by = models.TextField(blank=True, default="", help_text="Kind and id of who asked for it.")
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        db_table = "messages_message"
        constraints = [
            UniqueConstraint(
                fields=["person_id", "system", "origin", "template", "channel"], name="a_message_is_one_intent"
            ),
            CheckConstraint(condition=Q(lane__range=(0, 2)), name="there_are_three_lanes"),
        ]
        indexes = [
            Index(
                fields=["channel", "lane", "next_at", "id"],
                condition=Q(state="queued", run_id__isnull=True),
                name="messages_that_wait",
            ),
            Index(fields=["lease_until"], condition=Q(state__in=["claimed", "submitting"]), name="messages_on_a_lease"),
            Index(
                fields=["state_at"], condition=Q(state="unknown", message_class="event"), name="events_of_unknown_fate"
            ),
            Index(fields=["person_id", "-id"], name="message_by_person"),
            Index(
                fields=["run_id", "next_at", "id"],
                condition=Q(state="queued", run_id__isnull=False),
                name="messages_that_wait_by_run",
            ),
            Index(fields=["run_id", "state", "reason"], condition=Q(run_id__isnull=False), name="messages_by_run"),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"


class Delivery(models.Model):
    """One part of a message on its way to one address; its id is our reference at the provider, in every attempt."""

    distributed_by = "person_id"
    references = {"message_id": "messages_message"}

    person_id = models.TextField()
    message_id = models.BigIntegerField()
    attempt = models.IntegerField(help_text="The last attempt in which it was handed over.")
    part = models.SmallIntegerField()
    parts = models.SmallIntegerField()
    gateway_id = models.BigIntegerField()
    provider_id = models.TextField(blank=True, default="")
    state = models.TextField(choices=DeliveryState, default=DeliveryState.SUBMITTING)
    code = models.TextField(blank=True, default="")
    submitted_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        db_table = "messages_delivery"
        verbose_name_plural = "deliveries"
        constraints = [UniqueConstraint(fields=["person_id", "message_id", "part"], name="a_part_is_one_delivery")]
        indexes = [
            Index(fields=["gateway_id", "provider_id"], condition=~Q(provider_id=""), name="delivery_by_provider_id"),
            Index(fields=["message_id"], name="delivery_by_message"),
            Index(fields=["gateway_id", "state_at"], condition=Q(state="unanswered"), name="deliveries_unanswered"),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"


class Receipt(models.Model):
    """A provider's receipt that matched nothing yet; looked at again when new ids arrive."""

    gateway_id = models.BigIntegerField()
    provider_id = models.TextField()
    reference = models.IntegerField(null=True, blank=True)
    address = models.TextField(blank=True, default="")
    state = models.TextField()
    code = models.TextField(blank=True, default="")
    is_dead_address = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "messages_receipt"
        indexes = [
            Index(fields=["gateway_id", "provider_id"], name="receipt_by_provider_id"),
            Index(fields=["received_at"], name="receipt_by_time"),
        ]

    def __str__(self) -> str:
        return f"Receipt {self.pk}"


class Tally(models.Model):
    """How often something became of what was handed to a gateway: a figure for watching, written every few seconds.

    What a worker counted since then is lost when it is killed; the messages themselves are not.
    """

    gateway_id = models.BigIntegerField()
    outcome = models.TextField(help_text="The gateway's answer, or receipt_ with what a provider reported afterwards.")
    count = models.BigIntegerField()

    class Meta:
        db_table = "messages_tally"
        constraints = [UniqueConstraint(fields=["gateway_id", "outcome"], name="a_gateway_has_one_tally_per_outcome")]

    def __str__(self) -> str:
        return self.outcome


class Suppression(models.Model):
    """An address that a provider called dead; nothing is sent there until somebody lifts it."""

    distributed_by = "address"

    channel = models.TextField()
    address = models.TextField()
    person_id = models.TextField(blank=True, default="")
    reason = models.TextField()
    since_at = models.DateTimeField()

    class Meta:
        db_table = "messages_suppression"
        constraints = [UniqueConstraint(fields=["channel", "address"], name="an_address_is_suppressed_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
