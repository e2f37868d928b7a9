"""Whoever may change the programme sets rounding and payment with points; everybody else sees them only."""

import pytest

from regulars.journal.models import Entry
from regulars.loyalty.programme.models import Programme
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
SAID = {"rounding_mode": "down", "rounding_step": "0.10", "points_share_limit": "30"}


def _address(programme: Programme) -> str:
    return staff.page_of("backoffice", programme).replace("change", "set_receipts")


def test_rounding_and_points_are_set_in_money_and_percent() -> None:
    programme = make.programme()
    client = staff.signed_in("administrator")

    client.post(_address(programme), SAID)
    client.post(_address(programme), SAID)

    programme.refresh_from_db()
    assert (programme.rounding_mode, programme.rounding_step, programme.points_share_limit) == ("down", 10, 3000)
    assert Entry.objects.filter(event="loyalty.RoundingChanged", by_kind="employee").count() == 1
    page = client.get(staff.page_of("backoffice", programme)).text
    assert "£0.10" in page
    assert "30\u00a0%" in page


@pytest.mark.parametrize("step", ["0.001", "0", "-1"])
def test_a_step_that_no_coin_has_is_refused_beside_its_field(step: str) -> None:
    programme = make.programme()

    client = staff.signed_in("administrator")
    answered = client.post(_address(programme), {**SAID, "rounding_step": step})

    programme.refresh_from_db()
    assert answered.status_code == 200
    assert programme.rounding_mode == "none"
    assert Entry.objects.filter(event="loyalty.RoundingChanged").count() == 0


def test_who_may_only_look_sees_no_button_and_is_refused() -> None:
    programme = make.programme()
    client = staff.signed_in("marketer")

    assert "Set rounding" not in client.get(staff.page_of("backoffice", programme)).text
    assert client.post(_address(programme), SAID).status_code == 403
