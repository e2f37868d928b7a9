"""Setting up gateways and prices is said once, and the journal knows who changed what, never what a secret is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from regulars.journal.models import Entry
from regulars.providers import actions, queries
from regulars.providers.models import Gateway
from tests import make

pytestmark = pytest.mark.django_db
SMSC = {"channel": "sms", "provider": "smpp", "settings": {"host": "a", "password": "secret"}}


def set_gateway(name: str = "SMSC", **more: Any) -> int:
    return actions.set_gateway(name, **{**SMSC, "by": make.OPERATOR, "at": make.AT, **more})


def told() -> list[tuple[str, dict[str, Any]]]:
    return [(entry.event.partition(".")[2], entry.body) for entry in Entry.objects.order_by("id")]


def test_a_gateway_is_set_up_and_changed_under_its_name() -> None:
    gateway_id = set_gateway()
    changed = {"host": "b", "password": "other", "window": 5}

    assert set_gateway("  SMSC ", settings=changed) == gateway_id

    account = queries.list_accounts_on()[0]
    assert (account.name, account.settings) == ("SMSC", changed)
    assert [body["settings"] for _, body in told()] == [[], ["host", "password", "window"]]
    assert "secret" not in str(told())
    assert "other" not in str(told())


def test_the_same_again_leaves_no_trace() -> None:
    set_gateway()
    set_gateway()

    assert len(told()) == 1


def test_a_change_ends_a_pause(at: datetime) -> None:
    gateway_id = set_gateway()
    actions.pause(gateway_id, code="0x0E", seconds=60, by=make.BY, at=at)

    set_gateway()

    assert (Gateway.objects.get().paused_until, Gateway.objects.get().trouble) == (None, "")
    assert [event for event, _ in told()] == ["GatewaySet", "GatewayPaused", "GatewaySet"]


@pytest.mark.parametrize("name", ["", "   ", "\x00", "x" * 101])
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(actions.NameNotPossible):
        set_gateway(name)

    assert not Gateway.objects.exists()


def test_a_new_one_takes_no_name_that_is_taken() -> None:
    set_gateway()

    with pytest.raises(actions.GatewayTaken):
        set_gateway(channel="email", is_new=True)

    assert Gateway.objects.get().channel == "sms"


def test_turning_is_said_once() -> None:
    gateway_id, said = set_gateway(), {"by": make.OPERATOR, "at": make.AT}

    turned = [actions.turn_off(gateway_id, **said), actions.turn_off(gateway_id, **said)]
    assert queries.list_accounts_on() == []
    turned += [actions.turn_on(gateway_id, **said), actions.turn_on(gateway_id, **said)]

    assert turned == [True, False, True, False]
    assert [body["is_on"] for event, body in told() if event == "GatewayTurned"] == [False, True]


def test_a_pause_is_ended_once() -> None:
    gateway_id, said = set_gateway(), {"by": make.OPERATOR, "at": make.AT}
    assert not actions.resume(gateway_id, **said)
    actions.pause(gateway_id, code="0x0E", seconds=60, **said)

    assert actions.resume(gateway_id, **said)
    assert not actions.resume(gateway_id, **said)

    assert [event for event, _ in told()].count("GatewayResumed") == 1


def test_prices_are_replaced_and_the_same_list_leaves_no_trace() -> None:
    gateway_id, said = set_gateway(), {"by": make.OPERATOR, "at": make.AT}

    assert actions.set_prices(gateway_id, {"": 4, "+7": 2}, **said)
    assert not actions.set_prices(gateway_id, {"+7": 2, "": 4}, **said)
    with pytest.raises(actions.PriceNotPossible):
        actions.set_prices(gateway_id, {"": 1, "7": 2}, **said)

    assert queries.get_prices(gateway_id) == {"": 4, "+7": 2}
    assert [body["lines"] for event, body in told() if event == "PricesSet"] == [2]


@pytest.mark.django_db(transaction=True)
def test_price_lists_of_two_at_once_do_not_mix() -> None:
    gateway_id = set_gateway()
    lists = [{f"+{number}": price for number in range(1, 60)} for price in (1, 2, 3, 4)]

    def put(prices: dict[str, int]) -> None:
        actions.set_prices(gateway_id, prices, by=make.OPERATOR, at=make.AT)
        connection.close()

    with ThreadPoolExecutor(len(lists)) as people:
        list(people.map(put, lists))

    assert queries.get_prices(gateway_id) in lists
