"""Changes who may come in: employees and the keys of tills."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from regulars.access import permissions, queries
from regulars.access.events import EmployeeAdded, ListExported, TillKeyIssued, TillKeyRevoked
from regulars.access.keys import PREFIXES, hash_key, make_till_key
from regulars.access.models import Employee, TillKey
from regulars.journal import actions as journal
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal


class RoleUnknown(Refusal):
    """There is no role of that name."""

    code = "role_unknown"


class KindUnknown(Refusal):
    """A key is for tests, for the team, or live."""

    code = "kind_of_key_unknown"


class LoginTaken(Refusal):
    """Somebody signs in with this login already; small and capital letters are the same here."""

    code = "login_taken"


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
    """Add an employee with roles; without a password nobody can sign in by one. Raises `RoleUnknown`, `LoginTaken`."""
    if unknown := [role for role in roles if role not in permissions.ROLES]:
        raise RoleUnknown(f"There is no role “{unknown[0]}”.", field="roles")
    if Employee.objects.filter(login__iexact=login).exists():
        raise LoginTaken(f"Somebody signs in as “{login}” already.", field="login")
    employee = Employee(login=login, name=name, roles=list(roles), partner_id=partner_id, created_at=at)
    employee.set_password(password)
    employee.save()
    added = EmployeeAdded(employee_id=employee.pk, roles=list(roles))
    journal.record(added, person_id=f"emp_{employee.pk}", by=by, at=at)
    return employee


@transaction.atomic
def issue_till_key(till_id: int, *, kind: str = "live", by: Actor, at: datetime) -> str:
    """Make a key for a till and answer it; it is shown this once, only its hash is kept.

    `kind` says how far what the till does may reach: `test`, `team` or `live`. A key for tests belongs to the till that stands
    in for the real one: `stores.issue_key` knows which. Raises `KindUnknown`.
    """
    if kind not in PREFIXES:
        raise KindUnknown("A key is for tests, for the team, or live.", field="kind")
    key, prefix = make_till_key(kind)
    made = TillKey.objects.create(till_id=till_id, kind=kind, prefix=prefix, key_hash=hash_key(key), created_at=at)
    journal.record(TillKeyIssued(till_id=till_id, key_id=made.pk, kind=kind), by=by, at=at)
    return key


@transaction.atomic
def revoke_till_key(key: TillKey, *, by: Actor, at: datetime) -> None:
    """Take a till's key away; it stops working within a minute. Twice is the same as once."""
    if TillKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        journal.record(TillKeyRevoked(till_id=key.till_id, key_id=key.pk), by=by, at=at)
        transaction.on_commit(queries.forget)


def note_export(name: str, *, room: str, filters: Mapping[str, str], rows: int, by: Actor, at: datetime) -> None:
    """Write down that a list leaves the house as a file, before its first line does."""
    journal.record(ListExported(list=name, room=room, filters=dict(filters), rows=rows), by=by, at=at)
