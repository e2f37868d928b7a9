"""Smart Communications learns of those who came along, and of their Mailings, by the carriers of every day."""

from pathlib import Path
from typing import Any

import pytest

from regulars.journal import actions as journal
from tests import make
from tests.loyalty.imports import folder
from tests.loyalty.sync import exchange
from tests.make import AT

pytestmark = pytest.mark.django_db


def test_profiles_and_mailings_cross_with_the_next_parcel(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_FOLDER = str(tmp_path / "exchange")
    (tmp_path / "exchange").mkdir()
    make.programme(consent_mode="hidden")
    exchange.write(tmp_path / "exchange")
    consents = (
        "member,mailing_type,channel,is_on,told_at,source\n"
        "M1,mailings,sms,on,2020-01-01,web\nM1,mailings,email,off,2020-01-01,web"
    )
    files = folder.write(
        tmp_path / "files", members="number,phone,first_name\nM1,+447700900001,Anna\nM2,,Boris", consents=consents
    )
    folder.apply(files)

    while journal.relay(at=AT, outward=True):
        pass
    told = exchange.write(tmp_path / "exchange")

    anna, boris = (folder.member(number).public_id for number in ("M1", "M2"))
    assert {person: told.members[person]["first_name"] for person in (anna, boris)} == {anna: "Anna", boris: "Boris"}
    assert told.consent[anna, "email"] is False
    assert (anna, "sms") not in told.consent
    assert told.consent[boris, "sms"] is False
