"""Every address opens for exactly whom the tables of addresses and permissions say: asked by real requests, as everybody."""

import logging
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.template.base import Template

from regulars.access.permissions import DENIED, PERMISSIONS, ROLES
from regulars.access.routes import ROUTES
from regulars.web.backoffice.desk import Desk
from tests import make
from tests.house import routes, walk
from tests.house.source import told
from tests.house.walk import Opened, Places, Visitor
from tests.web.backoffice import staff

pytestmark = pytest.mark.xdist_group("walk")
SCOPED_AT_LEAST = {"store", "till", "partner", "purchase", "employee", "mailing"}


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any) -> Iterator[Places]:
    """One shop for the whole file, with a row behind every page. What pages show is looked at elsewhere: here none is drawn."""
    quick = pytest.MonkeyPatch()
    quick.setattr(Template, "render", lambda self, context: "")
    quick.setattr(Desk, "each_context", lambda self, request: {})
    logging.disable(logging.CRITICAL)  # a thousand shut doors
    with django_db_blocker.unblock(), transaction.atomic():
        yield Places(staff.shop())
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    quick.undo()


@pytest.fixture(scope="module")
def visitors(shop: Places) -> list[Visitor]:
    """An employee for each role, the administrator first, and nobody in particular."""
    return [*(Visitor(role, (role,)) for role in ROLES), Visitor(walk.STRANGER)]


@pytest.fixture(scope="module")
def opened(shop: Places, visitors: list[Visitor]) -> Opened:
    """Who gets in where."""
    return walk.walk(shop, visitors, list(dict.fromkeys(routes.addresses())))


def test_every_address_opens_for_exactly_whom_the_tables_say(opened: Opened) -> None:
    breaches = list(walk.differences(opened, ROUTES, ROLES, DENIED))

    assert not breaches, told(breaches)


def test_nothing_falls_over_on_the_way(opened: Opened, visitors: list[Visitor]) -> None:
    assert not {visitor.name: visitor.fell_over for visitor in visitors if visitor.fell_over}


def test_the_walk_went_everywhere_and_saw_both_open_and_shut_doors(opened: Opened) -> None:
    for name in ROLES:
        answers = {
            is_in for (address, who), is_in in opened.items() if who == name and not address.startswith("staff/")
        }
        assert answers == {True, False}, name
    assert {address for address, _who in opened} == set(routes.addresses())


def test_a_line_that_says_something_else_is_caught(opened: Opened) -> None:
    for address, opener in ROUTES.items():
        if opener not in PERMISSIONS:
            continue
        there = {(place, who): is_in for (place, who), is_in in opened.items() if place == address}
        for other in ("employee", "till", _held_by_others(opener)):
            changed = list(walk.differences(there, {address: other}, ROLES, DENIED))
            assert any(f"/{address} " in breach for breach in changed), f"{address}: {other} instead of {opener}"


def test_a_permission_taken_from_a_role_or_given_to_it_is_caught(opened: Opened) -> None:
    asked = {opener for opener in ROUTES.values() if opener in PERMISSIONS}
    for role, permission in product(ROLES.keys() - {"administrator"}, asked):
        there = {at: is_in for at, is_in in opened.items() if at[1] == role and ROUTES.get(at[0]) == permission}
        changed = list(walk.differences(there, ROUTES, {role: ROLES[role] ^ {permission}}, DENIED))
        is_denied = permission in DENIED.get(role, ())
        assert changed or is_denied, f"{role} with{'out' if permission in ROLES[role] else ''} {permission}"


def test_a_line_that_is_missing_is_caught() -> None:
    for address in routes.addresses():
        fewer = {line: opener for line, opener in ROUTES.items() if line != address}
        missing = routes.without_a_line([address], fewer)
        if address.startswith(routes.DOORS_OF_EMPLOYEES):
            assert missing, f"nobody misses {address}"
            assert address.partition("/")[2] in missing[0], "and it says which line to write"
        else:
            assert missing or routes.opener(address, fewer) == routes.opener(address, ROUTES), (
                f"nobody misses {address}"
            )


def test_an_employee_of_another_partner_sees_and_does_nothing_with_a_partners_rows(shop: Places) -> None:
    stranger = Visitor("of another partner", ("administrator",), partner_id=make.partner("far-away").pk)
    kinds: set[str] = set()

    for address in routes.addresses():
        pages, row = shop.pages_of(address), shop.row_of(address)
        if row is None or shop.is_seen_by(stranger, pages, row):
            continue
        kinds.add(str(pages.opts.model_name))
        led = stranger.way_of(shop.path_of(address, stranger))
        is_elsewhere = led in (None, "/backoffice/", "/smartcomms/") or "/add/?" in led
        assert is_elsewhere, f"/{address} opens for an employee of another partner: {led}"

    assert kinds >= SCOPED_AT_LEAST, f"{SCOPED_AT_LEAST - kinds} should belong to a partner"


def _held_by_others(permission: str) -> str:
    """A permission that other roles hold than those that hold this one."""
    holders = {role for role, held in ROLES.items() if permission in held}
    return next(each for each in PERMISSIONS if {role for role, held in ROLES.items() if each in held} != holders)
