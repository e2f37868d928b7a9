"""Tables of the people in the programme: who they are, how they are recognised, how they sign in."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from regulars.loyalty.stores.rows import TEST_KEY

# What members for tests are recognised by is kept under kinds of its own (`test_phone`), so that it is nobody's phone.
TEST_KINDS = "test_"


class MemberState(models.TextChoices):
    """Where a member stands."""

    ACTIVE = "active", "Active"
    BLOCKED = "blocked", "Account blocked"
    GONE = "gone", "Has left"


class Member(models.Model):
    """A person in the programme; after leaving, the row is the tombstone: the random id and nothing personal.

    `public_id` has an index and no unique key: it is 128 random bits, and a unique key would have to contain the
    distribution column.
    """

    public_id = models.TextField()
    state = models.TextField(choices=MemberState, default=MemberState.ACTIVE)
    first_name = models.TextField(blank=True, default="")
    last_name = models.TextField(blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    locale = models.TextField(default="en")
    time_zone = models.TextField(blank=True, default="", help_text="Empty: the store's zone, else the programme's.")
    city = models.TextField(blank=True, default="", help_text="As the member told it; empty: not told.")
    store_id = models.BigIntegerField(null=True, blank=True)
    registered_at = models.DateTimeField()
    registered_via = models.TextField(help_text="The door: till, import, account, …")
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "loyalty_members_member"
        indexes = [
            Index(fields=["public_id"], name="member_by_public_id"),
            Index(fields=["-registered_at"], name="member_by_time"),
        ]
        constraints = [
            CheckConstraint(
                condition=~Q(state="gone")
                | Q(first_name="", last_name="", birth_date=None, city="", gone_at__isnull=False),
                name="who_has_left_has_no_name",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.public_id

    @property
    def is_for_tests(self) -> bool:
        """Whether a key for tests registered this member: seen by such keys only, counted nowhere, and told nothing."""
        return self.registered_via == TEST_KEY


class IdentifierKind(models.TextChoices):
    """How somebody is recognised, cards apart."""

    PHONE = "phone", "Phone"
    EMAIL = "email", "Email"
    EXTERNAL = "external", "Number in another system"


class Identifier(models.Model):
    """A phone, mailbox or foreign number that belongs to one member; deleted when the member leaves."""

    distributed_by = "value"

    kind = models.TextField(choices=IdentifierKind)
    value = models.TextField()
    member_id = models.BigIntegerField()
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "loyalty_members_identifier"
        indexes = [Index(fields=["member_id", "kind"], name="identifier_by_member")]
        constraints = [UniqueConstraint(fields=["kind", "value"], name="identifier_belongs_to_one_member")]

    def __str__(self) -> str:
        return f"{self.kind} of member {self.member_id}"


class OneTimeCode(models.Model):
    """The codes asked for by one phone for one purpose; tries are counted here and survive a new code."""

    distributed_by = "phone"

    purpose = models.TextField()
    phone = models.TextField()
    code_mac = models.BinaryField()
    tries = models.SmallIntegerField(default=0)
    codes = models.SmallIntegerField(default=1, help_text="How many codes were asked for since `tries_since`.")
    tries_since = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    guest_id = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Whom codes went to while nobody had the phone; no member's id.",
    )

    class Meta:
        db_table = "loyalty_members_onetimecode"
        constraints = [
            UniqueConstraint(fields=["phone", "purpose"], name="one_code_per_phone_and_purpose"),
            CheckConstraint(condition=Q(tries__range=(0, 5)), name="a_code_has_five_tries"),
        ]


class CodeTally(models.Model):
    """How many codes were asked for since when: from one network address, or by everybody together."""

    distributed_by = "source"

    source = models.TextField(help_text="all, or a network address as a keyed hash.")
    codes = models.IntegerField()
    since_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_members_codetally"
        constraints = [UniqueConstraint(fields=["source"], name="one_tally_of_codes_per_source")]

    def __str__(self) -> str:
        return f"Tally {self.pk}"


class Session(models.Model):
    """A device on which a member is signed in; the cookie is a random token, kept here only as its hash."""

    distributed_by = "token_hash"

    token_hash = models.BinaryField()
    member_id = models.BigIntegerField()
    device = models.TextField(blank=True, default="")
    signed_in_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_members_session"
        indexes = [Index(fields=["member_id"], name="session_by_member")]
        constraints = [UniqueConstraint(fields=["token_hash"], name="session_token_is_unique")]
