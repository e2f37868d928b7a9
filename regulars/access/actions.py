"""Changes who may come in: employees and the keys of tills."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regulars.access import permissions, queries
from regulars.access.events import EmployeeAdded, TillKeyIssued, TillKeyRevoked
from regulars.access.keys import hash_key, make_key
from regulars.access.models import Employee, TillKey
from regulars.journal import actions as journal
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal


class RoleUnknown(Refusal):
    """There is no role of that name."""

    code = "role_unknown"


@transaction.atomic
def add_employee(
    login: str,
    *,
    name: str,
    roles: Sequence[str],
    password: str | None,
    partner_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Employee:
    """Add an employee with roles; without a password nobody can sign in by one. Raises `RoleUnknown`."""
    if unknown := [role for role in roles if role not in permissions.ROLES]:
        raise RoleUnknown(f"There is no role “{unknown[0]}”.", field="roles")
    employee = Employee(login=login, name=name, roles=list(roles), partner_id=partner_id, created_at=at)
    employee.set_password(password)
    employee.save()
    journal.record(EmployeeAdded(employee_id=employee.pk, roles=list(roles)), by=by, at=at)
    return employee


@transaction.atomic
def issue_till_key(till_id: int, *, by: Actor, at: datetime) -> str:
    """Make a key for a till and answer it; it is shown this once, only its hash is kept."""
    key = make_key("till")
    made = TillKey.objects.create(till_id=till_id, prefix=key[:10], key_hash=hash_key(key), created_at=at)
    journal.record(TillKeyIssued(till_id=till_id, key_id=made.pk), by=by, at=at)
    return key


@transaction.atomic
def revoke_till_key(key: TillKey, *, by: Actor, at: datetime) -> None:
    """Take a till's key away; it stops working within a minute. Twice is the same as once."""
    if TillKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        journal.record(TillKeyRevoked(till_id=key.till_id, key_id=key.pk), by=by, at=at)
        transaction.on_commit(queries.forget)
