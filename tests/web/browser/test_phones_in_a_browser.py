"""Phones in a browser: a message arrives by itself, and a row that somebody moved stays where it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars.sandbox.record import Record, Taken
from tests.web.browser.visitor import PHONE, Screen, Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def record(tmp_path: Path, settings: Any) -> Record:
    settings.SANDBOX_RECORD = str(tmp_path / "record.jsonl")
    return Record(tmp_path / "record.jsonl")


def take(record: Record, text: str, to: str) -> None:
    n = record.taken + 1
    record.take(Taken(n, 1_795_000_000.0 + n, str(n), n, "Regulars", to, text, 0, None, 0, "", 1, 1))


def test_the_page_holds_on_every_screen(visit: Callable[..., Visit], record: Record, screen: Screen) -> None:
    at = visit(screen)
    at.go("/sandbox/")
    at.look("phones-none")
    for n in range(4):
        take(
            record,
            f"+{48 + n} points for your purchase. You have 1 248 now. Thank you, see you soon!",
            f"44770090000{n}",
        )
    at.page.get_by_text("+51 points").wait_for()
    at.look("phones")


def test_an_unchanged_row_is_left_alone_and_a_moved_one_keeps_its_place(
    visit: Callable[..., Visit], record: Record
) -> None:
    for n in range(6):
        take(record, f"message {n}", f"44770090000{n}")
    at = visit(PHONE)
    page = at.go("/sandbox/")
    page.evaluate("document.getElementById('phones').scrollLeft = 500; document.getElementById('phones').mine = 1")
    with page.expect_response("**/sandbox/row") as answered:
        pass
    assert answered.value.status == 304
    assert page.evaluate("document.getElementById('phones').mine") == 1
    place = page.evaluate("document.getElementById('phones').scrollLeft")

    take(record, "the newest", "447700900005")
    page.get_by_text("the newest").wait_for(state="attached")
    assert page.evaluate("document.getElementById('phones').scrollLeft") == place > 0
