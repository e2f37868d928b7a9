"""The mailboxes a page shows: by whom the mails were for, newest first, from the end of the record."""

from pathlib import Path
from typing import Any

from regulars.sandbox.mail import inbox
from regulars.sandbox.mail.record import MailRecord
from tests.sandbox.post import keep


def test_mailboxes_come_newest_first_with_their_count(tmp_path: Path) -> None:
    record = MailRecord(tmp_path / "r")
    keep(record, "anna@example.com", subject="one")
    keep(record, "max@example.com", subject="two")
    keep(record, "Anna@Example.com", subject="three")

    boxes = inbox.mailboxes(record.path)

    assert [(box.address, box.count, box.newest.subject) for box in boxes] == [
        ("Anna@Example.com", 2, "three"),
        ("max@example.com", 1, "two"),
    ]
    assert [box.address for box in inbox.mailboxes(record.path, "MAX")] == ["max@example.com"]
    assert len(inbox.mailboxes(record.path, limit=1)) == 1


def test_a_mail_to_two_lies_in_both_mailboxes(tmp_path: Path) -> None:
    record = MailRecord(tmp_path / "r")
    keep(record, "anna@example.com", "max@example.com", subject="both")
    keep(record, "anna@example.com", subject="hers")

    assert [mail.subject for mail in inbox.mails_for(record.path, "ANNA@example.com")] == ["hers", "both"]
    assert [mail.subject for mail in inbox.mails_for(record.path, "max@example.com")] == ["both"]
    assert [mail.subject for mail in inbox.mails_for(record.path, "anna@example.com", limit=1)] == ["hers"]


def test_without_a_record_there_are_no_mailboxes(tmp_path: Path) -> None:
    assert inbox.mailboxes(tmp_path / "none") == []
    assert inbox.mails_for(tmp_path / "none", "anna@example.com") == []
    assert inbox.mark(tmp_path / "none") == 0


def test_a_long_record_is_read_from_its_end(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(inbox, "_TAIL_OCTETS", 4_000)
    record = MailRecord(tmp_path / "r")
    for n in range(200):
        keep(record, f"member{n}@example.com")

    boxes = inbox.mailboxes(record.path, limit=1_000)

    assert 2 < len(boxes) < 20
    assert boxes[0].address == "member199@example.com"
