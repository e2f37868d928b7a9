"""Facts become rows of a file and facts again; what is no fact is refused by the name of its field."""

from datetime import UTC, datetime
from typing import Any

import pytest

from regulars.contract import exchange
from regulars.contract.changes import ConsentChange, MemberChanged
from regulars.contract.exchange import RowRefused
from regulars.contract.merge import Version

AT = datetime(2026, 11, 24, 9, 0, 0, 1, tzinfo=UTC)
ROW: dict[str, Any] = {
    "person_id": "mem_0", "channel": "sms", "is_on": True, "made_at": None, "origin": "loyalty", "cause": "",
}  # fmt: skip


def read_back(row: dict[str, Any]) -> dict[str, Any]:
    """What the file makes of a row: its times come back without a zone."""
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value for name, value in row.items()
    }


def test_a_profile_comes_out_as_it_went_in() -> None:
    told = MemberChanged(person_id="mem_0", changed_at=AT, first_name="Аня", phone="+447700900101", locale="ru")

    row = exchange.row_of(told)

    assert set(row) == set(exchange.TABLES[exchange.MEMBERS])
    assert exchange.member_of(read_back(row)) == told


def test_a_change_keeps_its_place_in_the_order_to_the_microsecond() -> None:
    change = ConsentChange.from_version("mem_0", "push", Version(AT, False, "loyalty"), "contact_centre")

    row = exchange.row_of(change)

    assert set(row) == set(exchange.TABLES[exchange.CONSENT])
    assert exchange.change_of(read_back(row), at=AT) == change


def test_a_row_without_a_time_can_only_switch_off() -> None:
    on, off = exchange.change_of(ROW, at=AT), exchange.change_of(ROW | {"is_on": False}, at=AT)

    assert on is None
    assert off is not None
    assert off.version() == Version(AT, False, "loyalty")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channel": "viber"}, "channel"),
        ({"is_on": None}, "is_on"),
        ({"person_id": "1; drop"}, "person_id"),
        ({"origin": "elsewhere"}, "origin"),
        ({"cause": "a\x00b"}, "cause"),
    ],
)
def test_a_row_that_is_no_fact_is_refused_by_its_field_and_not_repeated(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(RowRefused, match=f"^{field}: ") as refused:
        exchange.change_of(ROW | wrong, at=AT)

    assert "drop" not in str(refused.value)
