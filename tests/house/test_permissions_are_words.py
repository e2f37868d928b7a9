"""Every permission that is asked for or held stands in the one list, with what it allows; every role has its sentence."""

from regulars.access import permissions
from tests.house import permissions as asked
from tests.house.source import HOUSE, told


def test_what_is_asked_for_is_in_the_list() -> None:
    breaches = asked.unknown(HOUSE)

    assert not breaches, told(breaches)


def test_what_roles_hold_is_in_the_list() -> None:
    breaches = asked.held_without_words()

    assert not breaches, told(breaches)


def test_nobody_takes_out_what_they_may_not_look_at() -> None:
    breaches = asked.exported_blindly()

    assert not breaches, told(breaches)


def test_every_role_says_what_it_is_for() -> None:
    assert list(permissions.ROLE_WORDS) == list(permissions.ROLES)


def test_a_permission_that_nobody_knows_is_caught() -> None:
    source = HOUSE.planted(
        "regulars/web/till/late.py", 'def may_lose(user: object) -> bool:\n    return user.has_perm("tills.lose")'
    )

    assert any("tills.lose" in breach and "regulars/web/till/late.py" in breach for breach in asked.unknown(source))
