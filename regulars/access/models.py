"""Tables of who may come in: employees with roles, and the keys of tills."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

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


class TillKey(models.Model):
    """The secret a till signs in with; only its hash is kept."""

    till_id = models.BigIntegerField(db_index=True)
    prefix = models.TextField(help_text="The first characters, to tell keys apart.")
    key_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_tillkey"

    def __str__(self) -> str:
        return f"{self.prefix}…"
