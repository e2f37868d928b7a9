"""Every address has a line that says whom it opens for, and every line an address."""

import pytest
from django.test import Client

from regulars.access.routes import ROUTES
from tests.house import routes
from tests.house.source import told


def test_no_address_is_without_a_line() -> None:
    breaches = routes.without_a_line(list(routes.addresses()), ROUTES)

    assert not breaches, told(breaches)


def test_no_line_is_without_an_address() -> None:
    breaches = routes.without_an_address(list(routes.addresses()), ROUTES)

    assert not breaches, told(breaches)


def test_every_line_opens_for_somebody_who_exists() -> None:
    breaches = routes.misspelt(ROUTES)

    assert not breaches, told(breaches)


def test_no_line_speaks_of_pages_that_nobody_has_thought_about() -> None:
    breaches = routes.too_wide(ROUTES)

    assert not breaches, told(breaches)


def test_there_are_addresses_at_all() -> None:
    assert list(routes.addresses()), "regulars/urls.py lists no address: add the doors."


@pytest.mark.django_db
def test_nobody_without_a_key_or_a_session_comes_in() -> None:
    closed = [
        routes.example(address)
        for address in routes.addresses()
        if routes.opener(address, ROUTES) != "public" and "(" not in address
    ]

    stranger = Client(raise_request_exception=False)
    opened = {
        f"{method} {address}": answer.status_code
        for address in closed
        for method in ("GET", "POST")
        if (answer := stranger.generic(method, address)).status_code // 100 in (2, 5)
    }

    assert not opened, f"{opened} answered a stranger: ask who it is before anything else, or write `public`."
