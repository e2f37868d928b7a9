"""The editor of offers: everything a marketer may say, one sentence that follows, and what changes before it is published."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers.models import Offer, Publication
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
LIST = "/backoffice/loyalty_offers/offer/"
ADD = f"{LIST}add/"
SAID: dict[str, Any] = {
    "name": "Bread week", "benefit": "points", "percent": "7.5", "groups": ["bread"], "skus": ["4006"], "members_only": "on",
    "store_codes": ["high-street"], "least": "12.40", "priority": "60", "is_cumulative": "on", "starts_at_0": "2026-12-01",
    "starts_at_1": "09:00", "ends_at_0": "2027-06-01", "ends_at_1": "09:00", "activation_days": "14", "lifetime_days": "365",
}  # fmt: skip
SENTENCE = (
    "Members get 7.5 % of what they pay for “Bread” and “Whole milk” as points in Store high-street when the receipt is at"
    " least £12.40 from 1 Dec 2026, 09:00 until 1 Jun 2027, 09:00. The points can be used after 14 days and expire after 365"
    " days. It adds to what other offers give."
)


@pytest.fixture
def marketer() -> Client:
    make.programme()
    make.group("bread")
    make.product("4006", name="Whole milk")
    make.store("high-street")
    return staff.signed_in("marketer")


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\u00a0", " "))


def address(offer: Offer, act: str) -> str:
    return f"{LIST}{offer.pk}/{act}/"


def test_everything_that_can_be_said_is_kept(marketer: Client) -> None:
    answer = marketer.post(ADD, SAID)

    offer = Offer.objects.get()
    assert answer.headers["Location"] == staff.page_of("backoffice", offer)
    assert (offer.state, offer.benefit, offer.basis_points, offer.currency_code) == ("draft", "points", 750, "points")
    assert (offer.groups, offer.skus, offer.store_codes) == (["bread"], ["4006"], ["high-street"])
    assert (offer.minimum_total, offer.priority, offer.is_cumulative, offer.members_only) == (1240, 60, True, True)
    assert (offer.activation_days, offer.lifetime_days) == (14, 365)
    assert offer.starts_at == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert offer.ends_at == datetime(2027, 6, 1, 8, tzinfo=UTC), "9:00 in London's summer"


def test_the_sentence_follows_the_form_and_is_the_same_on_the_offers_page(marketer: Client) -> None:
    typed = words(marketer.post(f"{LIST}sentence/", SAID)).strip()
    marketer.post(ADD, SAID)

    assert typed == SENTENCE
    assert SENTENCE in words(marketer.get(staff.page_of("backoffice", Offer.objects.get())))


def test_while_something_is_missing_the_sentence_says_what(marketer: Client) -> None:
    said = words(marketer.post(f"{LIST}sentence/", {**SAID, "percent": "", "ends_at_0": "2026-02-31"}))

    assert said.strip() == "Not a whole offer yet. Look at: percent, until."


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"percent": "120"}, "percent", "less than or equal to 100"),
        ({"percent": "0"}, "percent", "greater than or equal to 0.01"),
        ({"name": ""}, "name", "required"),
        ({"ends_at_0": "2026-11-01"}, "ends_at", "It ends before it starts."),
        ({"starts_at_0": "2027-03-28", "starts_at_1": "01:30"}, "starts_at", "couldn’t be interpreted in time zone"),
        ({"starts_at_0": "yesterday"}, "starts_at", "Enter a valid date."),
        ({"groups": ["cheese"]}, "groups", "cheese is not one of the available choices"),
        ({"skus": ["9999"]}, "skus", "9999 is not one of the available choices"),
        ({"least": "12.405"}, "least", "no more than 2 decimal places"),
        ({"least": "1e40"}, "least", "less than or equal to"),
        ({"lifetime_days": "0"}, "lifetime_days", "greater than or equal to 1"),
        ({"name": "a\x00b"}, "name", "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(
    marketer: Client, wrong: dict[str, Any], field: str, said: str
) -> None:
    answer = marketer.post(ADD, {**SAID, **wrong})

    form = answer.context["form"]
    assert answer.status_code == 200
    assert list(form.errors) == [field]
    assert said in words(answer).replace("&#x27;", "’")
    assert 'value="60"' in answer.text
    assert not Offer.objects.exists()


def test_goods_are_found_by_name_and_number_and_what_is_ticked_stays(marketer: Client) -> None:
    for sku, name in (("5001", "Rye bread"), ("5002", "Wheat bread")):
        make.product(sku, name=name)

    found = marketer.post(f"{LIST}goods/", {"skus": ["4006"], "goods_query": "BREAD"}).text
    by_number = marketer.post(f"{LIST}goods/", {"groups": ["bread"], "goods_query": "500"}).text

    assert re.search(r'name="skus" value="4006" checked', found)
    assert re.findall(r'name="(\w+)" value="(\w+)"(?! checked)', found) == [
        ("groups", "bread"), ("skus", "5001"), ("skus", "5002"),
    ]  # fmt: skip
    assert re.findall(r'value="(500\d)"', by_number) == ["5001", "5002"]
    assert "Nothing is called" in marketer.post(f"{LIST}goods/", {"goods_query": "caviar"}).text


def test_without_script_a_press_of_find_searches_and_keeps_what_was_typed(marketer: Client) -> None:
    answer = marketer.post(ADD, {**SAID, "percent": "", "goods_query": "milk", "find": "1", "skus": []})

    assert 'name="skus" value="4006"' in answer.text
    assert 'value="Bread week"' in answer.text
    assert "Not kept yet" not in answer.text
    assert not Offer.objects.exists()


def test_a_draft_is_changed(marketer: Client) -> None:
    marketer.post(ADD, SAID)
    offer = Offer.objects.get()
    page = marketer.get(address(offer, "edit"))
    assert SENTENCE in words(page)
    seen = page.context["form"].initial["seen_at"]

    answer = marketer.post(address(offer, "edit"), {**SAID, "percent": "8", "seen_at": seen})

    assert answer.status_code == 302
    assert Offer.objects.get().basis_points == 800
    again = marketer.post(address(offer, "edit"), {**SAID, "percent": "9", "seen_at": seen})
    assert "Somebody changed this draft meanwhile" in words(again)
    assert Offer.objects.get().basis_points == 800


def test_what_the_editor_shows_is_what_it_keeps(marketer: Client) -> None:
    marketer.post(ADD, SAID)
    offer = Offer.objects.get()
    form = marketer.get(address(offer, "edit")).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    moments = {
        f"{name}_{place}": value
        for name in ("starts_at", "ends_at")
        for place, value in enumerate((shown[name].strftime("%Y-%m-%d"), shown[name].strftime("%H:%M")))
    }
    posted = {name: value for name, value in shown.items() if value not in (None, False)} | moments

    marketer.post(address(offer, "edit"), posted)

    offer.refresh_from_db()
    assert offer.changed_at.isoformat() == form.initial["seen_at"], "nothing was different"


def test_an_offer_that_is_out_is_not_edited_a_draft_takes_its_place(marketer: Client) -> None:
    offer = staff.offer()
    offers.publish(offer, by=make.BY, at=make.AT)

    asked = marketer.get(address(offer, "edit"), follow=True)
    assert "An offer that was published is not changed any more" in words(asked)
    answer = marketer.post(address(offer, "revise"))

    made = Offer.objects.latest("id")
    assert answer.headers["Location"] == address(made, "edit")
    assert (made.replaces_id, made.state, made.name) == (offer.pk, "draft", offer.name)
    assert Offer.objects.get(pk=offer.pk).state == "published"


def test_publishing_says_in_words_what_changes_for_the_tills(marketer: Client) -> None:
    offer = staff.offer()
    offers.publish(offer, by=make.BY, at=make.AT)
    better = offers.copy(offer, replaces=True, by=make.BY, at=make.AT)
    offers.change(
        better,
        offers.NewOffer(name=offer.name, benefit="points", basis_points=2500, groups=["bread"]),
        by=make.BY,
        at=make.AT,
    )

    asked = words(marketer.get(address(better, "publish")))

    assert "What changes for the tills" in asked
    assert "Changes: 5 % in points Percent: 5 % → 25 % Goods: the whole receipt → “Bread”" in asked
    assert Publication.objects.count() == 1
    marketer.post(address(better, "publish"))
    assert [rule["basis_points"] for rule in Publication.objects.latest("version").rules] == [2500]
    assert Offer.objects.get(pk=offer.pk).state == "stopped"


def test_a_new_offer_begins_and_nothing_changes_the_second_time(marketer: Client) -> None:
    offer = staff.offer()

    assert "Begins: 5 % in points Members get 5 % of what they pay as points." in words(
        marketer.get(address(offer, "publish"))
    )
    marketer.post(address(offer, "publish"))

    assert "Nothing: the offer is out exactly like this." in words(marketer.get(address(offer, "publish")))


def test_a_copy_stands_beside_the_original(marketer: Client) -> None:
    offer = staff.offer()

    answer = marketer.post(address(offer, "duplicate"))

    made = Offer.objects.latest("id")
    assert answer.headers["Location"] == address(made, "edit")
    assert (made.name, made.replaces_id) == ("5 % in points (copy)", None)


def test_an_employee_of_one_partner_sees_its_stores_and_writes_its_offers_only() -> None:
    make.programme()
    ours, theirs = make.partner("ours"), make.partner("theirs")
    make.store("our-store", of=ours)
    make.store("their-store", of=theirs)
    employee = access.add_employee(
        "olga", name="Olga", roles=["marketer"], password=None, partner_id=ours.pk, by=make.BY, at=make.AT
    )
    client = Client()
    client.force_login(employee)

    page = client.get(ADD).text
    client.post(ADD, {**SAID, "groups": [], "skus": [], "store_codes": ["our-store"], "partner": str(theirs.pk)})
    refused = client.post(ADD, {**SAID, "groups": [], "skus": [], "store_codes": ["their-store"]})

    assert "our-store" in page
    assert "their-store" not in page
    assert Offer.objects.get().partner_id == ours.pk
    assert "store_codes" in refused.context["form"].errors
    foreign = offers.draft(
        offers.NewOffer(name="Theirs", benefit="points", basis_points=100, partner_id=theirs.pk), by=make.BY, at=make.AT
    )
    for act in ("edit", "publish", "revise", "duplicate"):
        assert client.get(address(foreign, act)).status_code in (302, 404), act
        client.post(address(foreign, act))
    foreign.refresh_from_db()
    assert foreign.state == "draft"
    assert Offer.objects.count() == 2


@pytest.mark.parametrize("role", ["auditor", "analyst", "designer"])
def test_who_may_only_look_writes_nothing(role: str) -> None:
    offer = staff.offer()
    client = staff.signed_in(role)

    for act in ("edit", "revise", "duplicate", "publish", "stop"):
        assert client.get(address(offer, act)).status_code == 403, act
        assert client.post(address(offer, act)).status_code == 403, act
    for path in ("sentence/", "goods/", "add/"):
        assert client.post(f"{LIST}{path}", SAID).status_code == 403
    assert Offer.objects.count() == 1
