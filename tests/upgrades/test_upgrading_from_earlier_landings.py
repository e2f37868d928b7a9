"""The dump of each earlier landing is brought to this release in one hop: the books balance, keys and links work."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from regulars.access.models import Employee
from regulars.journal import actions as journal
from regulars.kit import backups, clock, schema_state
from regulars.loyalty.goods.models import Product
from regulars.loyalty.members import queries as members
from regulars.loyalty.points.models import Balance, Entry
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import queries as consent
from regulars.management.backup import invariants
from regulars.messages.models import Message
from tests.management.own_database import own_database
from tests.upgrades.landings import LANDINGS, UPGRADES, load


@pytest.fixture(params=LANDINGS)
def told(
    request: Any,
    django_db_setup: None,
    django_db_blocker: Any,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[dict[str, Any]]:
    """A database of an earlier landing; answers what is known of it."""
    known: dict[str, Any] = json.loads((UPGRADES / f"{request.param}.json").read_text())
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path))
    settings.SECRET_KEY = known["secret_key"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    with django_db_blocker.unblock(), own_database(is_empty=True) as name:
        load(request.param, name)
        yield known


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_one_command_backs_up_and_upgrades_and_everything_goes_on(told: dict[str, Any]) -> None:
    checked = said("upgrade", "--check")
    older = schema_state.look(anew=True)

    upgraded = said("upgrade")

    assert older.pending
    assert all(f"  {step}\n" in checked for step in older.pending)
    assert "The way back: " in checked
    made = backups.last()
    assert made is not None
    assert f"regulars restore --replace {_name()} {made.file}" in upgraded
    assert schema_state.look(anew=True).is_current
    assert "nothing to do" in said("upgrade", "--check")
    assert invariants.list_violations() == []
    assert Entry.objects.count() == told["entries"]
    assert Balance.objects.order_by("-available").first() is not None
    refused = members.get_by_public_id(told["refused_email"])
    assert not consent.get_matrix(refused).is_on("mailings", "email")
    _old_keys_and_links_work(told)
    _what_waited_goes_on()


def _old_keys_and_links_work(told: dict[str, Any]) -> None:
    product = Product.objects.order_by("id").first()
    assert product is not None
    body = {
        "currency": programme.get().currency,
        "sold_at": (clock.now() - timedelta(minutes=1)).isoformat(),
        "customer": told["card"],
        "lines": [{"number": 1, "sku": product.sku, "quantity": 1000, "unit_price": 1000}],
    }
    client = Client()
    headers = {"Authorization": f"Bearer {told['till_key']}", "Idempotency-Key": "after-1"}
    sold = client.post("/api/pos/v1/purchases/after-1/confirm", body, content_type="application/json", headers=headers)
    kept = {**headers, "Idempotency-Key": "fill-2-confirm"}
    reserved = client.post("/api/pos/v1/purchases/fill-2/cancel", {}, content_type="application/json", headers=kept)

    assert sold.status_code == 200, sold.content
    assert reserved.status_code == 200, reserved.content
    assert client.get(f"/preferences/{told['preference_link']}").status_code == 200
    assert client.get(f"/u/{told['unsubscribe_link']}").status_code == 200
    assert Employee.objects.get(login=told["login"]).check_password(told["password"])
    assert invariants.list_violations() == []


def _what_waited_goes_on() -> None:
    assert Message.objects.get(origin="key:waits").state == "queued"
    while journal.relay(at=clock.now()):
        pass
    assert Message.objects.filter(state="queued").count() >= 2


def _name() -> str:
    from django.db import connection

    return str(connection.settings_dict["NAME"])


def test_there_is_a_dump_to_upgrade_from() -> None:
    assert LANDINGS
