"""Telephony opens the caller's page by the number; who is not a member yet can join on the line."""

import pytest
from django.test import Client

from regulars.loyalty.members import queries as members
from regulars.loyalty.subscriptions import queries as consent
from tests import cast, make
from tests.web.contact_centre import desk

pytestmark = pytest.mark.django_db
CALL, REGISTER = f"{desk.HOME}call", f"{desk.HOME}register"


@pytest.fixture
def operator() -> Client:
    make.programme()
    return desk.signed_in("operator", login="olga")


@pytest.mark.parametrize("phone", ["+447700900001", "07700900001", "00447700900001", "447700900001"])
def test_a_call_opens_the_member(operator: Client, phone: str) -> None:
    anna = desk.anna()

    assert operator.get(CALL, {"phone": phone}).headers["Location"] == desk.page_of(anna)


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("07700900999", "Nobody has the number 07700900999"),
        ("anonymous", "“anonymous” is no phone number"),
        ("", "The call came without a number"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_an_unknown_caller_is_said_with_what_helps(operator: Client, phone: str, words: str) -> None:
    page = operator.get(CALL, {"phone": phone}).content.decode()

    assert words in page
    assert REGISTER in page


def test_a_caller_joins_on_the_line(operator: Client) -> None:
    assert 'value="+447700900999"' in operator.get(REGISTER, {"phone": "+447700900999"}).content.decode()

    answer = operator.post(REGISTER, {"phone": "07700 900999", "first_name": "Ida", "last_name": "Bell"}, follow=True)

    joined = members.find_by_phone("+447700900999")
    assert joined is not None
    assert (joined.registered_via, str(joined)) == ("contact_centre", "Ida Bell")
    assert "Ida Bell is a member now." in answer.content.decode()


def test_a_phone_that_is_taken_is_said_at_its_field(operator: Client) -> None:
    desk.anna()

    answer = operator.post(REGISTER, {"phone": cast.ANNA.phone, "first_name": "Ida"})

    assert answer.status_code == 422
    assert answer.context["problems"][0].field == "phone"
    assert "belongs to another member" in answer.content.decode()
    assert 'value="Ida"' in answer.content.decode()


def test_where_the_programme_asks_the_operator_asks() -> None:
    make.programme(consent_mode="optional")
    operator = desk.signed_in("operator")

    unasked = operator.post(REGISTER, {"phone": "+447700900999"})
    operator.post(REGISTER, {"phone": "+447700900999", "consent": "no"})

    assert unasked.context["problems"][0].field == "consent"
    joined = members.find_by_phone("+447700900999")
    assert joined is not None
    assert consent.get_matrix(joined).summary().state == "nothing"
