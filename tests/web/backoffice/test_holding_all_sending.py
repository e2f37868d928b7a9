"""The page that holds all sending, and the strip that every page of staff shows until it is lifted."""

import pytest
from django.test import Client

from regulars.kit.clock import now
from regulars.providers import actions as providers
from regulars.providers import queries
from regulars.providers.models import Hold
from regulars.web.shell import figures
from tests import cast, make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
PAGES = {"backoffice": "/backoffice/hold/", "smartcomms": "/smartcomms/hold/"}
REASON = "The price in the autumn mailing is wrong"


def hold(**more: int) -> None:
    providers.hold_sending(REASON, put_aside=more or None, by=make.BY, at=now())
    queries.forget()


@pytest.mark.parametrize("system", PAGES)
def test_an_administrator_holds_with_a_reason_and_lets_go_on(system: str) -> None:
    make.programme()
    client = staff.signed_in("administrator")
    staff.message("loyalty", "mem_1")

    before = client.get(PAGES[system]).text
    client.post(PAGES[system], {"reason": REASON})
    held = client.get(PAGES[system]).text
    client.post(PAGES[system])

    assert "Messages are being sent. Waiting at this moment: 1 message." in before
    assert f"{REASON}" in held
    assert "Waiting now: <strong>1 message</strong>" in held
    row = Hold.objects.get()
    assert row.held_by.startswith("employee:employee-")
    assert row.released_by == row.held_by
    assert "Messages are being sent" in client.get(PAGES[system]).text


def test_a_hold_without_a_reason_is_refused_with_a_word() -> None:
    make.programme()

    answer = staff.signed_in("administrator").post(PAGES["backoffice"], {"reason": " "})

    assert answer.status_code == 200
    assert "Say why" in answer.text
    assert not Hold.objects.exists()


def test_a_marketer_sees_it_and_cannot_change_it() -> None:
    make.programme()
    hold()
    client = staff.signed_in("marketer")

    assert "An administrator can let it go on" in client.get(PAGES["backoffice"]).text
    assert client.post(PAGES["backoffice"]).status_code == 403
    assert staff.signed_in("designer").get(PAGES["backoffice"]).status_code == 403
    assert queries.find_hold() is not None


@pytest.mark.parametrize("address", ["/backoffice/", "/backoffice/loyalty_members/member/", "/smartcomms/"])
def test_every_page_of_staff_says_so_until_it_is_lifted(address: str) -> None:
    make.programme()
    client = staff.signed_in("administrator")
    hold()

    held = client.get(address).text
    providers.release_sending(by=make.BY, at=now())
    queries.forget()

    assert "held-strip" in held
    assert REASON in held
    assert "held-strip" not in client.get(address).text


def test_the_contact_centre_says_so_and_leads_nobody_where_they_may_not_go() -> None:
    make.programme()
    hold()

    operator = staff.signed_in("operator").get("/contact-centre/").text

    assert REASON in operator
    assert "held-strip" in operator


def test_members_tills_and_visitors_are_told_nothing() -> None:
    cast.anna()
    client = staff.signed_in("administrator")
    hold()

    pages = [client.get(address).text for address in ("/account/sign-in/", "/till/sign-in", "/docs/errors", "/")]

    assert not [page for page in pages if REASON in page]
    assert REASON not in Client().get("/backoffice/", follow=True).text


def test_after_a_restore_the_page_says_how_much_waits_for_a_decision() -> None:
    make.programme()
    hold(messages=1_234, runs=2, mailings=0)

    page = staff.signed_in("administrator").get(PAGES["backoffice"]).text

    assert f"<strong>{figures.number(1_234)} messages</strong> of unknown fate" in page
    assert "<strong>2 mailings</strong> under way, paused now" in page
    assert "No mailing should have started since." in page
