"""Who is locked out gets back in from the machine itself: by a link, and without the second factor when that is lost."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from regulars.access.models import Employee
from regulars.journal.models import Entry
from tests.web.staff.phone import enrolled

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost() -> Employee:
    """An administrator who is alone and has set everything up."""
    enrolled()
    return Employee.objects.get()


def let_in(*words: str) -> str:
    out = StringIO()
    call_command("let_in", *words, stdout=out)
    return out.getvalue()


def test_a_link_is_printed_and_opens(lost: Employee) -> None:
    link = let_in("ada").split()[-1]

    assert Client().get(link).status_code == 200
    assert Authenticator.objects.filter(type="totp").exists(), "the second factor stays"
    assert Entry.objects.filter(event="access.SetUpLinkMade", by_kind="system", door="command").exists()


def test_a_lost_phone_is_taken_away_on_request(lost: Employee) -> None:
    let_in("ada", "--without-second-factor")

    assert not Authenticator.objects.exists()
    assert Entry.objects.get(event="access.SecondFactorsWithdrawn").body["kinds"] == ["recovery_codes", "totp"]


def test_an_unknown_login_is_told() -> None:
    with pytest.raises(CommandError, match="Nobody with an open account"):
        let_in("nobody")
