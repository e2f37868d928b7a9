"""Offers are written, published and stopped through the room's verbs."""

import pytest

from regulars.journal.models import Entry
from regulars.loyalty.offers.models import Offer, Publication
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db

SAID = {
    "name": "7.5 % off bread", "benefit": "discount", "percent": "7.5", "least": "12.40", "members_only": "on", "priority": "60",
    "starts_at_0": "2026-12-01", "starts_at_1": "09:00", "ends_at_0": "", "ends_at_1": "", "activation_days": "0",
    "lifetime_days": "",
}  # fmt: skip
ADD = "/backoffice/loyalty_offers/offer/add/"


def test_a_draft_is_written_in_basis_points_and_minor_units() -> None:
    make.programme()
    make.group("bread")
    client = staff.signed_in("marketer")

    answer = client.post(ADD, {**SAID, "groups": ["bread"]})

    drafted = Offer.objects.get()
    assert answer.status_code == 302
    assert (drafted.basis_points, drafted.minimum_total, drafted.groups) == (750, 1240, ["bread"])
    assert (drafted.state, drafted.scope) == ("draft", "goods")
    assert Entry.objects.filter(event="loyalty.OfferDrafted", by_kind="employee", door="backoffice").count() == 1


def test_what_contradicts_itself_is_said_and_everything_typed_stays() -> None:
    make.programme()
    client = staff.signed_in("marketer")

    answer = client.post(ADD, {**SAID, "percent": "120", "ends_at_0": "2026-11-01", "ends_at_1": "09:00"})

    assert answer.status_code == 200
    assert "7.5 % off bread" in answer.text
    assert not Offer.objects.exists()


def test_an_offer_that_ends_before_it_starts_is_not_written() -> None:
    make.programme()
    client = staff.signed_in("marketer")

    answer = client.post(ADD, {**SAID, "ends_at_0": "2026-11-01", "ends_at_1": "09:00"})

    assert answer.status_code == 200
    assert not Offer.objects.exists()


def test_publishing_on_the_offers_page_makes_a_new_version() -> None:
    offer = staff.offer()
    client = staff.signed_in("marketer")
    address = staff.page_of("backoffice", offer).replace("change", "publish")

    asked = client.get(address)
    before = Publication.objects.count()
    answer = client.post(address)

    assert (asked.status_code, before) == (200, 0)
    assert answer.headers["Location"] == staff.page_of("backoffice", offer)
    assert [rule["name"] for rule in Publication.objects.get().rules] == ["5 % in points"]
    assert "is published in version" in client.get(answer.headers["Location"]).text


def test_several_offers_are_published_as_one_version() -> None:
    chosen = [staff.offer("One"), staff.offer("Two")]
    client = staff.signed_in("marketer")

    client.post(
        "/backoffice/loyalty_offers/offer/",
        {"action": "publish_chosen", "_selected_action": [offer.pk for offer in chosen]},
    )

    assert [rule["name"] for rule in Publication.objects.get().rules] == ["One", "Two"]


def test_a_stopped_offer_is_in_no_further_version() -> None:
    offer = staff.offer()
    client = staff.signed_in("marketer")
    address = staff.page_of("backoffice", offer)

    client.post(address.replace("change", "publish"))
    client.post(address.replace("change", "stop"))

    assert [len(each.rules) for each in Publication.objects.order_by("version")] == [1, 0]


@pytest.mark.parametrize("role", ["auditor", "analyst", "designer"])
def test_who_may_only_look_can_neither_draft_nor_publish(role: str) -> None:
    offer = staff.offer()
    client = staff.signed_in(role)

    assert client.get(staff.page_of("backoffice", offer)).status_code == 200
    assert client.post(ADD, SAID).status_code == 403
    assert client.post(staff.page_of("backoffice", offer).replace("change", "publish")).status_code == 403
    assert not Publication.objects.exists()
