"""The phones a page shows: long texts joined, newest first, with what became of each text."""

from pathlib import Path
from typing import Any

from regulars.sandbox import inbox
from regulars.sandbox.alphabet import Joined
from regulars.sandbox.record import Receipted, Record, Taken


def take(
    record: Record, text: str, *, to: str = "79990000010", udh: tuple[int, int, int] | None = None, **more: Any
) -> str:
    n = record.taken + 1
    fields = {
        "at": 1_000.0 + n,
        "id": str(n),
        "reference": n,
        "source": "Regulars",
        "esm_class": 0,
        "coding": 0,
        "validity": "",
        "registered": 1,
        "session": 1,
    }
    record.take(Taken(n=n, destination=to, text=text, udh=Joined(*udh) if udh else None, **{**fields, **more}))
    return str(n)


def confirm(record: Record, message_id: str, stat: str, to: str = "79990000010") -> None:
    record.confirm(Receipted(2_000.0, message_id, to, stat))


def test_phones_come_newest_first_and_their_messages_oldest_first(tmp_path: Path) -> None:
    record = Record(tmp_path / "r")
    take(record, "one", to="79990000010")
    take(record, "two", to="79990000011")
    take(record, "three", to="79990000010")
    take(record, "four", to="79990000012")

    newest = inbox.phones(record.path, limit=2)

    assert [(phone.number, [one.text for one in phone.messages]) for phone in newest] == [
        ("+79990000012", ["four"]),
        ("+79990000010", ["one", "three"]),
    ]


def test_parts_are_joined_whatever_their_order_and_missing_ones_shown(tmp_path: Path) -> None:
    record = Record(tmp_path / "r")
    take(record, "second", udh=(7, 2, 2))
    take(record, "third", udh=(8, 3, 3))
    take(record, "first ", udh=(7, 2, 1))

    messages = inbox.messages_for(record.path, "+79990000010")

    assert [(one.text, one.parts) for one in messages] == [("first second", 2), ("……third", 3)]


def test_a_reference_that_comes_round_again_begins_a_new_text(tmp_path: Path) -> None:
    record = Record(tmp_path / "r")
    for text in ("old", "new"):
        for number in (1, 2):
            take(record, f"{text}{number} ", udh=(7, 2, number))

    assert [one.text for one in inbox.messages_for(record.path, "79990000010")] == ["old1 old2 ", "new1 new2 "]


def test_a_text_is_delivered_when_all_its_parts_are(tmp_path: Path) -> None:
    record = Record(tmp_path / "r")
    whole = [take(record, "a", udh=(1, 2, number)) for number in (1, 2)]
    half = [take(record, "b", udh=(2, 2, number)) for number in (1, 2)]
    lost = [take(record, "c", udh=(3, 2, number)) for number in (1, 2)]
    take(record, "d")
    for message_id in (*whole, half[0], lost[0]):
        confirm(record, message_id, "DELIVRD")
    confirm(record, lost[1], "UNDELIV")
    confirm(record, whole[0], "ENROUTE")

    (phone,) = inbox.phones(record.path)

    assert [one.state for one in phone.messages] == ["delivered", "accepted", "failed", "accepted"]


def test_without_a_record_there_are_no_phones(tmp_path: Path) -> None:
    assert inbox.phones(tmp_path / "none") == []
    assert inbox.messages_for(tmp_path / "none", "1") == []
    assert inbox.mark(tmp_path / "none") == 0


def test_a_long_record_is_read_from_its_end(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(inbox, "_TAIL_OCTETS", 2_000)
    record = Record(tmp_path / "r")
    for n in range(200):
        take(record, f"text {n}", to=f"7999{n:07}")

    newest = inbox.phones(record.path, limit=1_000)

    assert 3 < len(newest) < 20
    assert newest[0].messages[0].text == "text 199"
