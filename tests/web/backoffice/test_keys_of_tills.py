"""A till's key is shown once, when it is made, and is taken away in one act."""

import re

import pytest

from regulars.access import queries as access
from regulars.access.models import TillKey
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def test_a_key_is_shown_once_and_opens_the_till() -> None:
    till = make.till()
    client = staff.signed_in("administrator")
    page = staff.page_of("backoffice", till)

    answer = client.post(page.replace("change", "issue_key"))

    found = re.search(r"till_[\w-]{43}", answer.text)
    assert found is not None
    assert access.find_till_id(found.group()) == till.pk
    assert "no-store" in answer.headers["Cache-Control"]
    assert found.group() not in client.get(page).text
    assert found.group() not in client.get(staff.page_of("backoffice", TillKey.objects.get())).text


def test_a_key_is_revoked() -> None:
    till = make.till()
    client = staff.signed_in("administrator")
    client.post(staff.page_of("backoffice", till).replace("change", "issue_key"))
    key = TillKey.objects.get()

    client.post(staff.page_of("backoffice", key).replace("change", "revoke"))

    key.refresh_from_db()
    assert key.revoked_at is not None


def test_looking_at_a_till_does_not_give_the_right_to_its_key() -> None:
    till = make.till()
    client = staff.signed_in("marketer")

    assert client.get(staff.page_of("backoffice", till)).status_code == 200
    assert client.post(staff.page_of("backoffice", till).replace("change", "issue_key")).status_code == 403
    assert not TillKey.objects.exists()
