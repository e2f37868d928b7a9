"""Every address has a line that says whom it opens for, and every line an address."""

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


def test_there_are_addresses_at_all() -> None:
    assert list(routes.addresses()), "regulars/urls.py lists no address: add the doors."
