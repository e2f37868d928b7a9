"""The page of phones: live for browsers on this machine while there is a stand-in, and not there for anybody else."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.sandbox.record import Receipted, Record, Taken


@pytest.fixture
def record(tmp_path: Path, settings: Any) -> Record:
    settings.SANDBOX_RECORD = str(tmp_path / "record.jsonl")
    return Record(tmp_path / "record.jsonl")


def take(record: Record, text: str, to: str = "447700900001") -> None:
    n = record.taken + 1
    record.take(Taken(n, 1_795_000_000.0 + n, str(n), n, "Regulars", to, text, 0, None, 0, "", 1, 1))


def test_a_message_is_on_its_phone_with_what_became_of_it(record: Record, client: Client) -> None:
    take(record, "+48 points for your purchase.")
    record.confirm(Receipted(1_795_000_009.0, "1", "447700900001", "DELIVRD"))

    page = client.get("/sandbox/").content.decode()

    assert "+48 points for your purchase." in page
    assert "+447700900001" in page
    assert "delivered" in page


def test_what_a_message_says_is_shown_and_never_run(record: Record, client: Client) -> None:
    take(record, "<script>alert(1)</script>")

    assert "<script>alert(1)" not in client.get("/sandbox/").content.decode()


def test_the_row_is_drawn_again_only_when_something_arrived(record: Record, client: Client) -> None:
    take(record, "one")
    first = client.get("/sandbox/row")
    tag = {"If-None-Match": first.headers["ETag"]}

    unchanged = client.get("/sandbox/row", headers=tag)
    take(record, "two")
    changed = client.get("/sandbox/row", headers=tag)

    assert first.headers["ETag"].strip('"') in first.content.decode()
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200
    assert "two" in changed.content.decode()


def test_a_phone_is_found_by_part_of_its_number(record: Record, client: Client) -> None:
    take(record, "for Anna", to="447700900001")
    take(record, "for Max", to="447700900002")

    found = client.get("/sandbox/?q=900 002").content.decode()

    assert "for Max" in found
    assert "for Anna" not in found
    assert "No phone with these digits" in client.get("/sandbox/row?q=5555").content.decode()


def test_before_the_first_message_the_page_says_how_to_get_one(tmp_path: Path, settings: Any, client: Client) -> None:
    settings.SANDBOX_RECORD = str(tmp_path / "not-yet.jsonl")

    assert "No phone has rung yet" in client.get("/sandbox/").content.decode()


@pytest.mark.parametrize("path", ["/sandbox/", "/sandbox/row"])
def test_without_a_stand_in_there_is_no_such_page(path: str, settings: Any, client: Client) -> None:
    settings.SANDBOX_RECORD, settings.IS_DEMO = "", False

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::1", "", "not an address"])
def test_other_machines_see_nothing(record: Record, client: Client, address: str) -> None:
    assert client.get("/sandbox/", REMOTE_ADDR=address).status_code == 404
    assert client.get("/sandbox/row", REMOTE_ADDR=address).status_code == 404


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"])
def test_who_comes_through_a_proxy_on_this_machine_sees_nothing(record: Record, client: Client, header: str) -> None:
    told: dict[str, Any] = {header: "192.0.2.7"}

    assert client.get("/sandbox/", **told).status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_by_any_of_its_names_does(record: Record, client: Client, address: str) -> None:
    assert client.get("/sandbox/", REMOTE_ADDR=address).status_code == 200
