"""Changes who works here: set-up links, roles, closing; and what employees do with their own sign-in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction

from regulars.access import actions, credentials, factors, sealing
from regulars.access.actions import RoleUnknown
from regulars.access.events import (
    EmployeeChanged,
    EmployeeClosed,
    EmployeeReopened,
    EmployeeSignedIn,
    PasswordChanged,
    SecondFactorAdded,
    SecondFactorRemoved,
    SecondFactorsWithdrawn,
    SessionsEnded,
    SetUpLinkMade,
    SetUpLinkUsed,
)
from regulars.access.keys import hash_key, make_key
from regulars.access.models import Employee, Remembered, SetUpLink
from regulars.access.permissions import ROLES
from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.events import Event
from regulars.kit.refusal import Conflict, NotFound, Refusal

LINK_LIVES = timedelta(hours=24)
CODE_IS_REMEMBERED = timedelta(minutes=2)  # longer than an app's code is taken, with a step of tolerance on both sides
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('regulars.access.employees'))"


class NotOnOneself(Refusal):
    """Somebody else must do this, lest an employee locks themselves out or in."""

    code = "not_on_oneself"


class LastAdministrator(Conflict):
    """Nobody would be left who can let people in."""

    code = "last_administrator"


class NotYourPartner(Refusal):
    """An employee of one partner decides about that partner's employees only."""

    code = "not_your_partner"
    status = 403


class LinkNotGood(NotFound):
    """A set-up link that does not open: used, replaced, older than a day, or never made."""

    code = "set_up_link_not_good"


def person_of(employee: Employee) -> str:
    """How the journal calls an employee."""
    return f"emp_{employee.pk}"


@transaction.atomic
def invite(
    login: str, *, name: str, roles: Sequence[str], partner_id: int | None = None, by: Actor, at: datetime
) -> tuple[Employee, str]:
    """Add an employee who chooses a password by a link; answers both. The link's secret is shown this once.

    Raises `CredentialsNotPossible`, `LoginTaken`, `RoleUnknown`, `NotYourPartner`.
    """
    credentials.check_login(login)
    credentials.check_name(name)
    _refuse_other_partners(partner_id, by=by)
    employee = actions.add_employee(login, name=name, roles=roles, password=None, partner_id=partner_id, by=by, at=at)
    return employee, _make_link(employee, by=by, at=at)


@transaction.atomic
def make_set_up_link(employee: Employee, *, by: Actor, at: datetime) -> str:
    """Make a link by which the employee chooses a new password; earlier links stop working, the old password not yet.

    Answers the link's secret, shown this once. Raises `Conflict` when the account is closed.
    """
    employee = _locked(employee, by=by)
    _refuse_oneself(employee, by=by)
    if not employee.is_active:
        raise Conflict("The account is closed. Open it first.")
    return _make_link(employee, by=by, at=at)


def _make_link(employee: Employee, *, by: Actor, at: datetime) -> str:
    token = make_key("setup")
    SetUpLink.objects.filter(employee=employee, used_at=None, revoked_at=None).update(revoked_at=at)
    link = SetUpLink.objects.create(
        employee=employee, token_hash=hash_key(token), created_at=at, expires_at=at + LINK_LIVES
    )
    _tell(SetUpLinkMade(employee_id=employee.pk, link_id=link.pk), employee, by=by, at=at)
    return token


def find_invited(token: str, *, at: datetime) -> Employee | None:
    """Whose set-up link this is, while it is good."""
    link = _find_link(token, at=at)
    return link.employee if link else None


def _find_link(token: str, *, at: datetime) -> SetUpLink | None:
    good = SetUpLink.objects.filter(
        token_hash=hash_key(token), used_at=None, revoked_at=None, expires_at__gt=at, employee__is_active=True
    )
    return good.select_related("employee").first()


@transaction.atomic
def set_up(token: str, *, password: str, by: Actor, at: datetime) -> Employee:
    """Choose the password by a set-up link, which is used up; every session of the employee ends.

    Raises `LinkNotGood`, `CredentialsNotPossible`.
    """
    link = _find_link(token, at=at)
    if link is None:
        raise LinkNotGood("This link does not open any more. Ask an administrator for a new one.")
    credentials.check_password(password, login=link.employee.login, name=link.employee.name)
    if not SetUpLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None).update(used_at=at):
        raise LinkNotGood("This link was used a moment ago. Sign in with the password that was chosen.")
    employee = link.employee
    employee.set_password(password)
    employee.save(update_fields=["password"])
    _end_sessions(employee)
    by = Actor("employee", employee.login, by.door, by.ip)
    _tell(SetUpLinkUsed(employee_id=employee.pk, link_id=link.pk), employee, by=by, at=at)
    return employee


@transaction.atomic
def change_employee(
    employee: Employee, *, name: str, roles: Sequence[str], partner_id: int | None, by: Actor, at: datetime
) -> bool:
    """Give an employee another name, other roles or another partner, from the next page on; says whether anything changed.

    Raises `NotOnOneself` when somebody takes their own administrator's role away, `LastAdministrator`, `RoleUnknown`,
    `NotYourPartner`, `CredentialsNotPossible`.
    """
    credentials.check_name(name)
    if unknown := [role for role in roles if role not in ROLES]:
        raise RoleUnknown(f"There is no role “{unknown[0]}”.", field="roles")
    employee = _locked(employee, by=by)
    _refuse_other_partners(partner_id, by=by)
    if (name, list(roles), partner_id) == (employee.name, employee.roles, employee.partner_id):
        return False
    is_less = "administrator" in employee.roles and ("administrator" not in roles or partner_id != employee.partner_id)
    if is_less:
        _refuse_oneself(employee, by=by)
    is_renamed = name != employee.name
    employee.name, employee.roles, employee.partner_id = name, list(roles), partner_id
    employee.save(update_fields=["name", "roles", "partner_id"])
    if is_less:
        _refuse_nobody_left()
    changed = EmployeeChanged(employee_id=employee.pk, roles=list(roles), partner_id=partner_id, is_renamed=is_renamed)
    _tell(changed, employee, by=by, at=at)
    return True


@transaction.atomic
def close_employee(employee: Employee, *, by: Actor, at: datetime) -> bool:
    """Close an account: every session ends, links stop working, nothing opens. Twice is the same as once.

    Raises `NotOnOneself`, `LastAdministrator`, `NotYourPartner`.
    """
    employee = _locked(employee, by=by)
    _refuse_oneself(employee, by=by)
    if not employee.is_active:
        return False
    employee.is_active = False
    employee.save(update_fields=["is_active"])
    SetUpLink.objects.filter(employee=employee, used_at=None, revoked_at=None).update(revoked_at=at)
    _end_sessions(employee)
    if "administrator" in employee.roles:
        _refuse_nobody_left()
    _tell(EmployeeClosed(employee_id=employee.pk), employee, by=by, at=at)
    return True


@transaction.atomic
def reopen_employee(employee: Employee, *, by: Actor, at: datetime) -> bool:
    """Open a closed account again, with the password, factors and roles it had. Twice is the same as once."""
    employee = _locked(employee, by=by)
    if employee.is_active:
        return False
    employee.is_active = True
    employee.save(update_fields=["is_active"])
    _tell(EmployeeReopened(employee_id=employee.pk), employee, by=by, at=at)
    return True


@transaction.atomic
def withdraw_second_factors(employee: Employee, *, by: Actor, at: datetime) -> bool:
    """Take everything away that an employee shows beside the password, as after a lost phone; every session ends.

    At the next sign-in they set up another. Raises `NotOnOneself`, `NotYourPartner`.
    """
    employee = _locked(employee, by=by)
    _refuse_oneself(employee, by=by)
    rows = Authenticator.objects.filter(user_id=employee.pk)
    kinds = sorted(rows.values_list("type", flat=True))
    if not kinds:
        return False
    rows.delete()
    _end_sessions(employee)
    _tell(SecondFactorsWithdrawn(employee_id=employee.pk, kinds=kinds), employee, by=by, at=at)
    return True


@transaction.atomic
def change_password(employee: Employee, *, password: str, keep: str = "", by: Actor, at: datetime) -> None:
    """Change one's own password; sessions end, but for the one of the key `keep`. Raises `CredentialsNotPossible`."""
    credentials.check_password(password, login=employee.login, name=employee.name)
    employee.set_password(password)
    employee.save(update_fields=["password"])
    _end_sessions(employee, keep=keep)
    _tell(PasswordChanged(employee_id=employee.pk), employee, by=by, at=at)


def note_signed_in(employee: Employee, *, second_factor: str, by: Actor, at: datetime) -> None:
    """Write down that somebody signed in, and with what beside the password."""
    _tell(EmployeeSignedIn(employee_id=employee.pk, second_factor=second_factor), employee, by=by, at=at)


@contextmanager
def adding_factor(employee: Employee, kind: str, *, by: Actor, at: datetime) -> Iterator[None]:
    """Write down, in the transaction in which it is set up, that somebody has something to show beside the password."""
    with transaction.atomic():
        yield
        _tell(SecondFactorAdded(employee_id=employee.pk, kind=kind), employee, by=by, at=at)


@contextmanager
def removing_factor(employee: Employee, kind: str, *, by: Actor, at: datetime) -> Iterator[None]:
    """Write down, in the transaction in which it is removed, that somebody does not have it any more."""
    with transaction.atomic():
        yield
        _tell(SecondFactorRemoved(employee_id=employee.pk, kind=kind), employee, by=by, at=at)


@transaction.atomic
def end_sessions(employee: Employee, *, session_id: int | None = None, keep: str = "", by: Actor, at: datetime) -> int:
    """Sign an employee out of one browser, or of all but the one of the key `keep`; says how many there were."""
    ended = _end_sessions(employee, session_id=session_id, keep=keep)
    if ended:
        _tell(SessionsEnded(employee_id=employee.pk, count=ended), employee, by=by, at=at)
    return ended


def _end_sessions(employee: Employee, *, session_id: int | None = None, keep: str = "") -> int:
    rows = UserSession.objects.filter(user_id=employee.pk).exclude(session_key=keep)
    if session_id is not None:
        rows = rows.filter(pk=session_id)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    rows.delete()
    return len(keys)


def is_code_taken(employee: Employee, code: str) -> bool:
    """Whether a code of the employee's app came a moment ago."""
    return cache.get(_code_key(employee, code)) is not None


def take_code(employee: Employee, code: str) -> bool:
    """Say whether a code of the employee's app comes for the first time; an app's code is good once."""
    seconds = int(CODE_IS_REMEMBERED.total_seconds())
    return bool(cache.add(_code_key(employee, code), "taken", timeout=seconds))


def _code_key(employee: Employee, code: str) -> str:
    return f"regulars.code:{employee.pk}:{''.join(filter(str.isalnum, code))[:40]}"


def seal_anew(employee: Employee) -> None:
    """Seal the employee's secrets with today's secret key, where an earlier one is still in use."""
    for row in Authenticator.objects.filter(user_id=employee.pk, type__in=[factors.APP, factors.CODES]):
        field = "secret" if row.type == factors.APP else "seed"
        if field in row.data and not sealing.is_sealed_today(row.data[field]):
            row.data[field] = sealing.renewed(row.data[field])
            row.save(update_fields=["data"])


def forget_old(at: datetime) -> int:
    """Delete what sign-in remembered for some minutes and what ended long ago; says how many rows that were."""
    ended = Session.objects.filter(expire_date__lt=at).delete()[0]
    return ended + int(Remembered.objects.filter(expires__lt=at).delete()[0])


def _tell(event: Event, employee: Employee, *, by: Actor, at: datetime) -> None:
    journal.record(event, person_id=person_of(employee), by=by, at=at)


def _locked(employee: Employee, *, by: Actor) -> Employee:
    """The employee as they are now, while nobody else changes employees; raises `NotYourPartner`."""
    sql.fetch(dict, _ONE_AT_A_TIME)
    found = Employee.objects.select_for_update().get(pk=employee.pk)
    _refuse_other_partners(found.partner_id, by=by)
    return found


def _refuse_other_partners(partner_id: int | None, *, by: Actor) -> None:
    if by.kind != "employee":
        return
    own = Employee.objects.filter(login=by.id).values_list("partner_id", flat=True).first()
    if own is not None and own != partner_id:
        raise NotYourPartner("You decide about the employees of your own partner only.", field="partner_id")


def _refuse_oneself(employee: Employee, *, by: Actor) -> None:
    if (by.kind, by.id) == ("employee", employee.login):
        raise NotOnOneself("Nobody does this to their own account. Ask another administrator.")


def _refuse_nobody_left() -> None:
    able = Employee.objects.filter(is_active=True, partner_id=None, roles__contains=["administrator"])
    if not any(employee.has_usable_password() for employee in able):
        raise LastAdministrator(
            "This is the last administrator of all partners who can sign in. Make another one first."
        )
