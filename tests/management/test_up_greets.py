"""`regulars up` greets with addresses that exist, whatever systems run here."""

import importlib.util
import re
from types import ModuleType
from typing import Any

import pytest
from django.test import Client

from regulars import urls
from regulars.management.commands import up
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


def apart(settings: Any, system: str) -> None:
    """Answer only what one system has, as `REGULARS_SYSTEMS` says."""
    settings.SYSTEMS = {system}
    spec = importlib.util.spec_from_file_location("urls_of_one_system", str(urls.__file__))
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    settings.ROOT_URLCONF = module


@pytest.mark.parametrize("system", ["loyalty", "smartcomms"])
def test_every_address_of_the_greeting_opens_where_one_system_runs(settings: Any, client: Client, system: str) -> None:
    apart(settings, system)

    greeting = "\n".join(up._greeting(HERE))
    addresses = re.findall(rf"{HERE}(/[^\s),]*)", greeting)

    assert len(addresses) >= 2
    assert [client.get(address).status_code in (200, 302) for address in addresses] == [True] * len(addresses)


def test_alone_smart_communications_begins_at_its_desk_and_takes_its_first_administrator_from_variables(
    settings: Any, client: Client
) -> None:
    apart(settings, "smartcomms")

    assert client.get("/").headers["Location"] == "/smartcomms/"
    assert "REGULARS_ADMIN_LOGIN" in "".join(up._greeting(HERE))
    staff.signed_in("marketer")
    assert "REGULARS_ADMIN_LOGIN" not in "".join(up._greeting(HERE))


def test_together_both_desks_are_named() -> None:
    greeting = "".join(up._greeting(HERE))

    assert "/backoffice/" in greeting
    assert "/smartcomms/" in greeting
    assert "?word=" in greeting
