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
    PointsCurrencyAdded,
    PointsShareLimitChanged,
    ProgrammeCreated,
    RoundingChanged,
)
from regulars.loyalty.programme.models import ConsentMode, PointsCurrency, Programme, RoundingMode

MAX_STEP = 10**9


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
    if worth[0] < 0 or worth[1] <= 0:
        raise UnknownSetting("The worth of points is a fraction of at least zero.", field="worth")
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
def set_consent_mode(mode: str, *, door: str = "", by: Actor, at: datetime) -> bool:
    """Choose what registration asks about mailings, everywhere or at one door; False when it was so already.

    Concerns only who registers from now on. Other processes follow within a minute.
    """
    programme = Programme.objects.select_for_update().get()
    after = str(_mode(mode))
    before = str(programme.consent_modes.get(door, "")) if door else str(programme.consent_mode)
    if before == after:
        return False
    if door:
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


def _region(region: str) -> str:
    if len(region) != 2 or not region.isascii() or not region.isupper():
        raise UnknownSetting("The region is an ISO 3166 code of two letters, such as GB.", field="region")
    return region


def _forget_now_and_on_commit() -> None:
    queries.forget()
    transaction.on_commit(queries.forget)
