"""Settings as cards with what they do, what they are and who changed them; only who may change the programme does."""

import re

import pytest
from django.test import Client

from regulars.journal.models import Entry
from regulars.loyalty.notifications.models import Rule
from regulars.loyalty.programme import queries
from regulars.loyalty.programme.models import PointsCurrency, Programme
from regulars.loyalty.subscriptions.models import MailingType
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def act(client: Client, row: object, verb: str, /, **said: str) -> str:
    """Say something on the page of an act; answers the page that follows."""
    return client.post(staff.page_of("backoffice", row).replace("change", verb), said, follow=True).text  # type: ignore[arg-type]


def test_each_setting_says_what_it_does_and_who_changed_it_from_what_to_what() -> None:
    programme = make.programme()
    client = staff.signed_in("administrator")

    act(client, programme, "set_name", name="Bonus Club")
    act(client, programme, "set_name", name="Bonus Club")
    act(client, programme, "set_zone", time_zone="Europe/Berlin")
    page = client.get(staff.page_of("backoffice", programme)).text

    assert Entry.objects.filter(event="loyalty.ProgrammeRenamed").count() == 1
    assert "Corner Club → Bonus Club" in page
    assert "Europe/London → Europe/Berlin" in page
    assert re.search(r"employee-\d+", page)
    assert queries.get().time_zone == "Europe/Berlin"


def test_consent_is_chosen_everywhere_and_door_by_door() -> None:
    programme = make.programme()
    client = staff.signed_in("administrator")
    first = client.get(staff.page_of("backoffice", programme)).text

    act(client, programme, "set_consent", mode="optional")
    act(client, programme, "set_consent", door="account", mode="mandatory")
    page = client.get(staff.page_of("backoffice", programme)).text
    modes = {door: queries.get_consent_mode(door) for door in ("account", "till")}
    act(client, programme, "set_consent", door="account", mode="")

    assert "Where the law asks for opt-in" in first
    assert "Where the law asks for opt-in" not in page
    assert "phone → code → name → the question about mailings, which must be answered with yes" in page
    assert modes == {"account": "mandatory", "till": "optional"}
    assert queries.get_consent_mode("account") == "optional"
    assert "Choose what is asked everywhere." in act(client, programme, "set_consent", mode="")


def test_points_are_worth_what_is_said_and_nothing_that_no_coin_has() -> None:
    make.programme()
    currency = PointsCurrency.objects.get()
    client = staff.signed_in("administrator")

    refused = act(client, currency, "set_worth", points="100", money="0.001")
    act(client, currency, "set_worth", points="100", money="2.50")
    act(client, currency, "set_name", name="Crumbs")

    currency.refresh_from_db()
    assert "no such small coin" in refused
    assert (currency.worth_numerator, currency.worth_denominator, currency.name) == (250, 100, "Crumbs")
    page = client.get(staff.page_of("backoffice", currency)).text.replace("\u00a0", " ")
    assert "100 points are £2.50" in page
    assert "£0.01 for 1 → £2.50 for 100" in page
    assert queries.get_worth().of(250, 100) is not None


@pytest.mark.parametrize("role", ["marketer", "analyst", "auditor"])
def test_who_may_only_look_sees_no_button_and_is_refused(role: str) -> None:
    programme = make.programme()
    client = staff.signed_in(role)
    page = staff.page_of("backoffice", programme)

    assert "Change<" not in client.get(page).text
    for name in ("set_name", "set_consent", "set_zone", "set_receipts"):
        assert client.post(page.replace("change", name), {"name": "x", "mode": "optional"}).status_code == 403
    programme.refresh_from_db()
    assert programme.name == "Corner Club"


def test_a_mailing_type_is_made_from_a_base_once() -> None:
    make.programme()
    client = staff.signed_in("senior marketer")
    said = {"name": "Recipes", "code": "recipes", "base": "mailings", "channels": ["email", "push"], "is_visible": "on"}
    add = staff.list_of("backoffice", MailingType) + "add/"

    client.post(add, said)
    again = client.post(add, said, follow=True).text

    made = MailingType.objects.get(code="recipes")
    assert (made.base, made.channels, made.is_read_only) == ("mailings", ["email", "push"], False)
    assert "already a mailing type" in again
    assert "made from “mailings”" in client.get(staff.page_of("backoffice", made)).text.lower()
    assert staff.signed_in("marketer").get(add).status_code == 403


def test_a_text_of_a_notification_is_tried_before_it_is_kept() -> None:
    staff.shop()
    rule = Rule.objects.get(event="loyalty.Tested")
    client = staff.signed_in("marketer")
    said = {"texts.en": "{{ points }} more", "texts.ru": "", "lifetime_hours": "24", "is_on": "on"}

    refused = act(client, rule, "set_text", **{**said, "texts.en": "{{ points "})
    rule.refresh_from_db()
    before = dict(rule.texts)
    act(client, rule, "set_text", **{**said, "is_on": ""})

    rule.refresh_from_db()
    assert before == {"en": "{{ points }} points"}
    assert "{{ points " in refused
    assert (rule.texts, rule.lifetime_hours, rule.is_on) == ({"en": "{{ points }} more"}, 24, False)


def test_without_a_programme_the_back_office_offers_to_make_it() -> None:
    queries.forget()
    client = staff.signed_in("administrator")
    marketer = staff.signed_in("marketer").get("/backoffice/").text

    asked = client.get("/backoffice/").text
    lost = client.get("/backoffice/loyalty_mailings/mailing/add/")
    said = {"name": "Bonus Club", "region": "DE", "currency": "EUR", "time_zone": "Europe/Berlin"}
    wrong = client.post("/backoffice/", {**said, "currency": "XXQ"}).text
    client.post("/backoffice/", said)

    assert "Open the shop" in asked
    assert "An administrator makes it" in marketer
    assert lost.status_code in {200, 302}
    assert "Bonus Club" in wrong
    made = Programme.objects.get()
    assert (made.name, made.currency, made.region, made.time_zone) == ("Bonus Club", "EUR", "DE", "Europe/Berlin")
    assert MailingType.objects.filter(code="mailings").exists()
    assert "First steps" in client.get("/backoffice/").text


def test_a_marketer_cannot_make_the_programme() -> None:
    queries.forget()

    staff.signed_in("marketer").post(
        "/backoffice/", {"name": "Mine", "region": "DE", "currency": "EUR", "time_zone": "UTC"}
    )

    assert not Programme.objects.exists()
