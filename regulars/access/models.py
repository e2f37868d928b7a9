"""Tables of who may come in: employees with roles and links, keys of tills, and addresses that a key of the team reaches."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from regulars.access import permissions


class Employee(AbstractBaseUser):
    """Somebody who works here; what they may do follows from their roles and the one permission table."""

    login = models.TextField(unique=True)
    name = models.TextField(blank=True, default="")
    roles = ArrayField(models.TextField(), default=list, help_text="Names of roles, see the permission table.")
    partner_id = models.BigIntegerField(null=True, blank=True, help_text="Empty: all partners.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = BaseUserManager["Employee"]()
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "access_employee"

    def __str__(self) -> str:
        return self.name or self.login

    @property
    def is_staff(self) -> bool:
        """Whether the back office opens at all."""
        return self.is_active and bool(self.roles)

    @property
    def is_superuser(self) -> bool:
        """Whether the employee is an administrator."""
        return self.is_active and "administrator" in self.roles

    def has_perm(self, permission: str, subject: object = None) -> bool:
        """Ask the permission table; Django's own `app.view_model` names are read as `room.view`."""
        return self.is_active and permissions.allows(self.roles, permissions.from_django(permission))

    def has_module_perms(self, app_label: str) -> bool:
        """Whether any page of this room is open to the employee."""
        return self.has_perm(f"{permissions.room_of(app_label)}.view")


class KeyKind(models.TextChoices):
    """How far what a till does with its key may reach."""

    TEST = "test", "For tests"
    TEAM = "team", "For the team"
    LIVE = "live", "Live"


class TillKey(models.Model):
    """The secret a till signs in with; only its hash is kept."""

    till_id = models.BigIntegerField(db_index=True)
    kind = models.TextField(
        choices=KeyKind,
        db_default=KeyKind.LIVE,
        default=KeyKind.LIVE,
        help_text="How far what the till does may reach.",
    )
    prefix = models.TextField(help_text="The first characters, to tell keys apart.")
    key_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_tillkey"
        constraints = [
            CheckConstraint(condition=Q(kind__in=["test", "team", "live"]), name="a_key_is_for_tests_the_team_or_live")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class TeamContact(models.Model):
    """A phone or mailbox of somebody who works on this installation: what keys of the team cause reaches only these."""

    address = models.TextField(unique=True, help_text="A phone in E.164, or a mailbox in small letters.")
    note = models.TextField(blank=True, default="", help_text="Whose it is.")
    added_at = models.DateTimeField()

    class Meta:
        db_table = "access_teamcontact"
        verbose_name = "contact of the team"
        verbose_name_plural = "contacts of the team"

    def __str__(self) -> str:
        return self.address


class SetUpLink(models.Model):
    """A link with which an employee chooses a password, once and within a day; only the hash of its secret is kept."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE)
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_setuplink"
        verbose_name = "set-up link"
        constraints = [
            UniqueConstraint(
                fields=["employee"],
                condition=Q(used_at=None, revoked_at=None),
                name="an_employee_has_one_link_that_opens",
            )
        ]


class Remembered(models.Model):
    """What sign-in remembers for some minutes: tries and used codes. Django's database cache reads and writes it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "access_remembered"
        verbose_name_plural = "remembered"
