"""What may stand in a request over the bridge."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from regulars.contract.changes import Batch, ConsentChange
from regulars.contract.channels import Channel, bridged
from regulars.contract.merge import Version

CHANGE = {
    "person_id": "mem_0",
    "channel": "sms",
    "is_on": False,
    "made_at": "2026-11-24T09:00:00.000001Z",
    "origin": "smartcomms",
}


def test_a_change_comes_out_as_it_went_in() -> None:
    change = ConsentChange.model_validate(CHANGE)

    again = Batch.model_validate_json(Batch(consent_changes=[change]).model_dump_json()).consent_changes[0]

    assert again.version() == Version(datetime(2026, 11, 24, 9, 0, 0, 1, tzinfo=UTC), False, "smartcomms")
    assert ConsentChange.from_version("mem_0", "sms", again.version(), "") == again


@pytest.mark.parametrize("channel", ["viber", "social", "autocall", "bot"])
def test_a_channel_of_one_side_only_has_no_place_on_the_wire(channel: str) -> None:
    with pytest.raises(ValidationError):
        ConsentChange.model_validate(CHANGE | {"channel": channel})
    with pytest.raises(ValueError, match=channel):
        bridged(Channel(channel))


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_on": 1},
        {"is_on": "false"},
        {"made_at": 1795000000},
        {"made_at": "2026-11-24T09:00:00"},
        {"made_at": "1970-01-01T00:00:00Z"},
        {"made_at": "9999-12-31T23:59:59-14:00"},
        {"made_at": "0001-01-01T00:00:00+14:00"},
        {"origin": "elsewhere"},
        {"person_id": "mem_0\n"},
        {"person_id": ""},
        {"cause": "a\x00b"},
        {"category": "black_friday"},
    ],
)
def test_what_could_mislead_a_receiver_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ConsentChange.model_validate(CHANGE | wrong)
