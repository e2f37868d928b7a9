"""Doors read the clock and never save; rooms take the time and announce news as events."""

from tests.house import habits
from tests.house.source import HOUSE, told


def test_the_clock_is_read_only_at_doors() -> None:
    breaches = habits.clock_readings(HOUSE)

    assert not breaches, told(breaches)


def test_no_door_saves() -> None:
    breaches = habits.door_saves(HOUSE)

    assert not breaches, told(breaches)


def test_nothing_travels_by_django_signals() -> None:
    breaches = habits.signals(HOUSE)

    assert not breaches, told(breaches)


def test_every_module_says_what_is_in_it() -> None:
    breaches = habits.silent_modules(HOUSE)

    assert not breaches, told(breaches)
