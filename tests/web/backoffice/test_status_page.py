"""The status page of both desks: for administrators and auditors, the same checks as the doctor's."""

import pytest

from regulars.kit import checks
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("system", staff.DESKS)
@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 200), ("auditor", 200), ("marketer", 403), ("operator", 403)]
)
def test_it_opens_for_those_who_may_look_at_the_installation(system: str, role: str, status: int) -> None:
    assert staff.signed_in(role).get(f"/{system}/status/").status_code == status


def test_every_check_of_the_doctor_stands_on_it() -> None:
    told = staff.signed_in("administrator").get("/backoffice/status/").content.decode()

    assert [one.name for one in checks.list_all({"loyalty", "smartcomms"}) if f"<dt>{one.name}</dt>" not in told] == []
    assert '<code class="status-fix">regulars worker</code>' in told
    assert "regulars doctor" in told
