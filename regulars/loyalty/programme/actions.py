"""Sets up the programme and changes its settings."""

from datetime import datetime

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids
from regulars.kit.actor import Actor
from regulars.kit.money import BASIS_POINTS
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import tidy
from regulars.loyalty.programme import currencies, queries, zones
from regulars.loyalty.programme.events import (
    ConsentModeChanged,
    HomeZoneChanged,
    PointsCurrencyAdded,
    PointsCurrencyRenamed,
    PointsShareLimitChanged,
    PointsWorthChanged,
    ProgrammeCreated,
    ProgrammeRenamed,
    RoundingChanged,
)
from regulars.loyalty.programme.models import ConsentMode, PointsCurrency, Programme, RoundingMode

MAX_STEP = 10**9
LONGEST_NAME = 80


class ProgrammeExists(Conflict):
    """One installation is one programme."""

    code = "programme_exists"


class UnknownSetting(Refusal):
    """A setting has a value that it cannot have."""

    code = "setting_not_possible"


@transaction.atomic
def create(
    name: str,
    *,
    currency: str,
    region: str,
    time_zone: str,
    consent_mode: str = ConsentMode.HIDDEN,
    points_code: str = "points",
    points_name: str = "Points",
    points_decimals: int = 0,
    worth: tuple[int, int] = (1, 1),
    by: Actor,
    at: datetime,
) -> Programme:
    """Create the programme with its default currency of points.

    `currency` is the ISO 4217 code of the tills' money, `region` the ISO 3166 code for phone numbers in national form.
    `worth` says that so many minor units of money are worth so many smallest units of points. Raises `ProgrammeExists`,
    `UnknownSetting`, `UnknownTimeZone`.
    """
    exponent = currencies.exponent(currency)
    if exponent is None:
        raise UnknownSetting(f"“{currency[:10]}” is not a currency code of ISO 4217.", field="currency")
    programme, is_new = Programme.objects.get_or_create(
        id=1,
        defaults={
            "public_id": ids.new("prg"),
            "name": tidy(name),
            "currency": currency,
            "currency_exponent": exponent,
            "region": _region(region),
            "time_zone": zones.checked(time_zone),
            "consent_mode": _mode(consent_mode),
            "created_at": at,
        },
    )
    if not is_new:
        raise ProgrammeExists("This installation already has its programme.")
    event = ProgrammeCreated(programme.public_id, currency, consent_mode)
    journal.record(event, by=by, at=at)
    add_points_currency(
        points_code, name=points_name, decimals=points_decimals, worth=worth, is_default=True, by=by, at=at
    )
    return programme


@transaction.atomic
def add_points_currency(
    code: str,
    *,
    name: str,
    decimals: int = 0,
    worth: tuple[int, int] = (1, 1),
    is_default: bool = False,
    by: Actor,
    at: datetime,
) -> PointsCurrency:
    """Add a currency of points; `worth` is (minor units of money, for so many smallest units of points)."""
    if not 0 <= decimals <= 2:
        raise UnknownSetting("Points have at most two digits after the point.", field="decimals")
    _check_worth(worth)
    currency, is_new = PointsCurrency.objects.get_or_create(
        code=code,
        defaults={
            "name": tidy(name),
            "decimals": decimals,
            "worth_numerator": worth[0],
            "worth_denominator": worth[1],
            "is_default": is_default,
        },
    )
    if not is_new:
        raise UnknownSetting(f"There is already a currency of points “{code}”.", field="code")
    journal.record(PointsCurrencyAdded(code), by=by, at=at)
    _forget_now_and_on_commit()
    return currency


@transaction.atomic
def rename(name: str, *, by: Actor, at: datetime) -> bool:
    """Call the programme otherwise; False when it was called so already. Raises `UnknownSetting`."""
    after = _name(name)
    programme = Programme.objects.select_for_update().get()
    if programme.name == after:
        return False
    journal.record(ProgrammeRenamed(programme.name, after), by=by, at=at)
    programme.name = after
    programme.save(update_fields=["name"])
    _forget_now_and_on_commit()
    return True


@transaction.atomic
def set_time_zone(time_zone: str, *, by: Actor, at: datetime) -> bool:
    """Let the programme live by another time zone; False when it did already.

    Days of reports, ends of points that are given from now on, and schedules that have no zone of their own follow; what
    already has its instant keeps it. Other processes follow within a minute. Raises `UnknownTimeZone`.
    """
    after = zones.checked(time_zone)
    programme = Programme.objects.select_for_update().get()
    if programme.time_zone == after:
        return False
    journal.record(HomeZoneChanged(programme.time_zone, after), by=by, at=at)
    programme.time_zone = after
    programme.save(update_fields=["time_zone"])
    _forget_now_and_on_commit()
    return True


@transaction.atomic
def set_worth(code: str, worth: tuple[int, int], *, by: Actor, at: datetime) -> bool:
    """Say what points are worth when they pay: (minor units of money, for so many smallest units); False when it was so.

    Balances keep their number of points; what was paid stays paid. Other processes follow within a minute. Raises
    `UnknownSetting`, `UnknownPointsCurrency`.
    """
    _check_worth(worth)
    currency = _currency(code)
    before = (currency.worth_numerator, currency.worth_denominator)
    if before == worth:
        return False
    currency.worth_numerator, currency.worth_denominator = worth
    currency.save(update_fields=["worth_numerator", "worth_denominator"])
    journal.record(PointsWorthChanged(code, *before, *worth), by=by, at=at)
    _forget_now_and_on_commit()
    return True


@transaction.atomic
def rename_points_currency(code: str, name: str, *, by: Actor, at: datetime) -> bool:
    """Call a currency of points otherwise; its code and its decimals stay. False when it was called so already."""
    after, currency = _name(name), _currency(code)
    if currency.name == after:
        return False
    journal.record(PointsCurrencyRenamed(code, currency.name, after), by=by, at=at)
    currency.name = after
    currency.save(update_fields=["name"])
    _forget_now_and_on_commit()
    return True


@transaction.atomic
def set_consent_mode(mode: str, *, door: str = "", by: Actor, at: datetime) -> bool:
    """Choose what registration asks about mailings, everywhere or at one door; False when it was so already.

    With a door, an empty mode means: as everywhere. Concerns only who registers from now on. Other processes follow
    within a minute.
    """
    programme = Programme.objects.select_for_update().get()
    after = str(_mode(mode)) if mode or not door else ""
    before = str(programme.consent_modes.get(door, "")) if door else str(programme.consent_mode)
    if before == after:
        return False
    if door and not after:
        del programme.consent_modes[door]
    elif door:
        programme.consent_modes[door] = after
    else:
        programme.consent_mode = after
    programme.save(update_fields=["consent_mode", "consent_modes"])
    journal.record(ConsentModeChanged(door, before, after), by=by, at=at)
    _forget_now_and_on_commit()
    return True


@transaction.atomic
def set_rounding(mode: str, *, step: int = 1, by: Actor, at: datetime) -> bool:
    """Correct totals of receipts to multiples of a step in minor units; False when it was so already.

    `mode` is none, down or nearest. Receipts that were quoted before are told their new total at confirming. Other processes
    follow within a minute. Raises `UnknownSetting`.
    """
    if mode not in RoundingMode.values:
        raise UnknownSetting("Totals are rounded down, to the nearest step, or not at all.", field="rounding_mode")
    if not 0 < step <= MAX_STEP:
        raise UnknownSetting(f"A step is between 1 and {MAX_STEP} minor units.", field="rounding_step")
    programme = Programme.objects.select_for_update().get()
    before = (programme.rounding_mode, programme.rounding_step)
    if before == (mode, step):
        return False
    programme.rounding_mode, programme.rounding_step = mode, step
    programme.save(update_fields=["rounding_mode", "rounding_step"])
    journal.record(RoundingChanged(*before, mode, step), by=by, at=at)
    _forget_now_and_on_commit()
    return True


@transaction.atomic
def set_points_share_limit(limit: int, *, by: Actor, at: datetime) -> bool:
    """Let points pay at most this share of a receipt, in basis points; False when it was so already.

    Other processes follow within a minute. Raises `UnknownSetting`.
    """
    if not 0 <= limit <= BASIS_POINTS:
        raise UnknownSetting("Points pay between nothing and the whole receipt.", field="points_share_limit")
    programme = Programme.objects.select_for_update().get()
    before = programme.points_share_limit
    if before == limit:
        return False
    programme.points_share_limit = limit
    programme.save(update_fields=["points_share_limit"])
    journal.record(PointsShareLimitChanged(before, limit), by=by, at=at)
    _forget_now_and_on_commit()
    return True


def _mode(mode: str) -> str:
    if mode not in ConsentMode.values:
        raise UnknownSetting("The consent step is hidden, optional or mandatory.", field="consent_mode")
    return mode


def _name(name: str) -> str:
    tidied = tidy(name)
    if not 0 < len(tidied) <= LONGEST_NAME:
        raise UnknownSetting(f"A name has between 1 and {LONGEST_NAME} letters.", field="name")
    return tidied


def _currency(code: str) -> PointsCurrency:
    currency = PointsCurrency.objects.select_for_update().filter(code=code).first()
    if currency is None:
        raise queries.UnknownPointsCurrency(f"There is no currency of points “{code[:40]}”.", field="code")
    return currency


def _check_worth(worth: tuple[int, int]) -> None:
    if not 0 <= worth[0] <= MAX_STEP or not 0 < worth[1] <= MAX_STEP:
        raise UnknownSetting("The worth of points is a fraction of at least zero.", field="worth")


def _region(region: str) -> str:
    if len(region) != 2 or not region.isascii() or not region.isupper():
        raise UnknownSetting("The region is an ISO 3166 code of two letters, such as GB.", field="region")
    return region


def _forget_now_and_on_commit() -> None:
    queries.forget()
    transaction.on_commit(queries.forget)
