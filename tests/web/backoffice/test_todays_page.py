"""Today's page: figures of the day, each for those who may see its room, and words where there is nothing yet."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.kit import clock
from regulars.loyalty.purchases.models import Purchase
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def test_an_empty_installation_says_what_to_do_first() -> None:
    page = staff.signed_in("administrator").get("/backoffice/").text

    assert "No receipt yet. Sell something at the till." in page
    assert "The book is empty." in page


def test_the_day_is_told_in_figures_sentences_and_tables() -> None:
    staff.shop()
    Purchase.objects.update(confirmed_at=clock.now() - timedelta(seconds=1))

    page = staff.signed_in("administrator").get("/backoffice/").text

    assert "100 % with a member" in page
    assert "operations sum to 0." in page
    assert "1 receipt so far" in page
    assert "As a table" in page
    assert "£3.98" in page
    assert "Anna Morgan" in page


def test_a_role_sees_the_figures_of_its_rooms() -> None:
    staff.shop()

    page = staff.signed_in("designer").get("/backoffice/").text

    assert "Your roles open no figures." in page
    assert "£" not in page


def test_the_page_asks_few_questions() -> None:
    staff.shop()
    client = staff.signed_in("administrator")
    client.get("/backoffice/")

    with CaptureQueriesContext(connection) as asked:
        client.get("/backoffice/")

    assert len(asked) <= 18


def test_the_sister_has_her_own_day() -> None:
    staff.shop()

    page = staff.signed_in("administrator").get("/smartcomms/").text

    assert "Channels switched off" in page
    assert "Unsubscribe page" in page
