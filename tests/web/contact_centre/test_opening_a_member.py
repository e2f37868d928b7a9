"""A member on one page: masked until somebody asks, and every opening is in the journal."""

from datetime import timedelta

import pytest

from regulars.journal.models import Entry, Personal
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.members import actions as members
from regulars.loyalty.stores.models import Till
from tests import cast, make
from tests.web.contact_centre import desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]


@pytest.fixture
def anna() -> cast.Role:
    return desk.anna()


def openings(anna: cast.Role) -> list[str]:
    found = Entry.objects.filter(event="loyalty.ProfileOpened", person_id=anna.member.public_id).order_by("id")
    return [entry.body["page"] for entry in found]


def test_who_cards_points_purchases_and_consent_stand_on_one_page(anna: cast.Role) -> None:
    for number in ("R-1", "R-2", "R-3", "R-4"):
        desk.buy(anna, number, at_till=Till.objects.first())

    answer = desk.signed_in("operator").get(desk.page_of(anna))

    page, shown = answer.content.decode(), answer.context
    assert "Anna Morgan" in page
    assert shown["points"]["balance"] == 4 * 500
    assert shown["points"]["next_on"] is not None
    assert [card.state for card in shown["cards"]] == ["Active"]
    assert len(shown["purchases"]) == 3
    assert "You hear from us" in shown["hears"]
    assert "not verified" in page


def test_contacts_are_masked_until_somebody_asks_and_the_journal_knows(anna: cast.Role) -> None:
    operator = desk.signed_in("operator", login="olga")
    page = operator.get(desk.page_of(anna)).content.decode()
    assert cast.ANNA.phone not in page
    assert "+44 ••• 01" in page

    shown = operator.post(desk.page_of(anna, "contacts")).content.decode()

    assert cast.ANNA.phone in shown
    assert cast.ANNA.email in shown
    told = Entry.objects.get(event="loyalty.ContactsRevealed")
    assert (told.by_id, told.person_id) == ("olga", anna.member.public_id)
    assert cast.ANNA.phone not in operator.get(desk.page_of(anna)).content.decode()


def test_contacts_are_not_shown_by_an_address_alone(anna: cast.Role) -> None:
    assert desk.signed_in("operator").get(desk.page_of(anna, "contacts")).status_code == 405
    assert not Entry.objects.filter(event="loyalty.ContactsRevealed").exists()


def test_every_opening_is_told_reloads_too_and_with_the_address(anna: cast.Role) -> None:
    desk.buy(anna, "R-1")
    operator = desk.signed_in("operator", login="olga")

    first = operator.get(desk.page_of(anna))
    operator.get(desk.page_of(anna))
    operator.get(desk.page_of(anna, "subscriptions/"))
    operator.get(first.context["purchases"][0].url)
    operator.get(desk.page_of(anna, f"cards/{anna.card.pk}/block"))

    assert openings(anna) == ["profile", "profile", "subscriptions", "purchase", "block_card"]
    assert set(Personal.objects.values_list("ip", flat=True)) == {"203.0.113.9"}
    assert set(Entry.objects.filter(event="loyalty.ProfileOpened").values_list("by_id", "door")) == {
        ("olga", "contact_centre")
    }


def test_searching_opens_nobody(anna: cast.Role) -> None:
    desk.signed_in("operator").get(desk.HOME, {"q": "morgan"})

    assert openings(anna) == []


def test_an_operator_of_a_partner_sees_the_member_and_only_own_purchases(anna: cast.Role) -> None:
    till = desk.buy(anna, "R-1")
    ours = till.store.partner
    desk.buy(anna, "R-2", at_till=make.till(at_store=make.store("Elsewhere")))
    operator = desk.signed_in("operator", partner_id=ours.pk)

    shown = operator.get(desk.page_of(anna)).context

    assert [receipt.number for receipt in shown["purchases"]] == ["R-1"]
    assert shown["points"]["balance"] == 2 * 500
    assert [hit.member.pk for hit in operator.get(desk.HOME, {"q": "R-1"}).context["found"].hits] == [anna.member.pk]
    assert operator.get(desk.HOME, {"q": "R-2"}).context["found"].hits == []


def test_the_story_of_another_partners_receipt_does_not_exist(anna: cast.Role) -> None:
    till = desk.buy(anna, "R-1")
    theirs = desk.signed_in("operator").get(desk.page_of(anna)).context["purchases"][0].url

    assert desk.signed_in("operator", partner_id=till.store.partner_id).get(theirs).status_code == 200
    assert desk.signed_in("operator", partner_id=make.partner().pk).get(theirs).status_code == 404


def test_a_receipt_tells_its_lines_and_why(anna: cast.Role) -> None:
    desk.buy(anna, "R-1")
    operator = desk.signed_in("operator")
    url = operator.get(desk.page_of(anna)).context["purchases"][0].url

    page = operator.get(url).content.decode()

    assert "Brown bread" in page
    assert "5 % back in points" in page
    assert "No offer took anything off: below is what each offer says." in page


def test_somebody_elses_receipt_is_not_this_members(anna: cast.Role) -> None:
    desk.buy(anna, "R-1")
    operator = desk.signed_in("operator")
    url = operator.get(desk.page_of(anna)).context["purchases"][0].url
    tom = cast.tom()

    assert operator.get(url.replace(anna.member.public_id, tom.member.public_id)).status_code == 404


def test_a_member_without_anything_has_a_whole_page() -> None:
    nobody = make.member(first_name="", last_name="")

    answer = desk.signed_in("operator").get(f"{desk.HOME}members/{nobody.public_id}/")

    page = answer.content.decode()
    assert "A member without a name" in page
    assert "No card" in page
    assert "Nothing bought yet" in page


def test_who_has_left_is_a_tombstone(anna: cast.Role) -> None:
    members.leave(anna.member, by=make.BY, at=make.AT)

    page = desk.signed_in("operator").get(desk.page_of(anna)).content.decode()

    assert "Has left" in page
    assert "Anna" not in page
    assert "show-contacts" not in page


def test_blocked_accounts_and_cards_say_so(anna: cast.Role) -> None:
    cards.block(anna.card, reason="stolen", by=make.BY, at=make.AT - timedelta(days=1))
    members.block(anna.member, reason="fraud", by=make.BY, at=make.AT)

    page = desk.signed_in("operator").get(desk.page_of(anna)).content.decode()

    assert "Account blocked" in page
    assert "Stolen" in page
    assert "Unblock" in page


def test_nobody_of_that_number_is_a_plain_404(anna: cast.Role) -> None:
    answer = desk.signed_in("operator").get(f"{desk.HOME}members/mem_{'0' * 26}/")

    assert answer.status_code == 404
    assert "There is no such member." in answer.content.decode()
