"""Drafts are changed, what was published is copied, and a copy can take the place of its original in one version."""

from datetime import timedelta

import pytest

from regulars.journal.models import Entry
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers import queries
from regulars.loyalty.offers.models import Offer, Publication
from regulars.loyalty.offers.rules import OfferContradictsItself
from tests import make

pytestmark = pytest.mark.django_db
LATER = make.AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _programme() -> None:
    make.programme()


def told(**changes: object) -> offers.NewOffer:
    return offers.NewOffer(**{"name": "5 % back", "benefit": "points", "basis_points": 500, **changes})  # type: ignore[arg-type]


def drafted(**changes: object) -> Offer:
    return offers.draft(told(**changes), by=make.BY, at=make.AT)


def events() -> list[str]:
    found = Entry.objects.filter(event__contains="Offer").order_by("id").values_list("event", flat=True)
    return [name.removeprefix("loyalty.") for name in found]


def names() -> list[str]:
    return [rule["name"] for rule in Publication.objects.latest("version").rules]


def test_a_draft_says_what_it_is_told_and_the_journal_which_fields() -> None:
    offer = drafted()

    differing = offers.change(
        offer, told(basis_points=700, groups=["bread"], benefit="discount"), by=make.OPERATOR, at=LATER
    )

    offer.refresh_from_db()
    assert differing == ("basis_points", "benefit", "currency_code", "groups", "scope")
    assert (offer.basis_points, offer.groups, offer.scope, offer.currency_code) == (700, ["bread"], "goods", "")
    assert offer.changed_at == LATER
    entry = Entry.objects.get(event="loyalty.OfferChanged")
    assert (entry.by_id, entry.body) == ("operator-1", {"offer_id": offer.pk, "fields": list(differing)})


def test_saying_the_same_again_is_said_once() -> None:
    offer = drafted()

    assert offers.change(offer, told(), by=make.BY, at=LATER) == ()

    assert events() == ["OfferDrafted"]


def test_what_contradicts_itself_changes_nothing_and_names_the_field() -> None:
    offer = drafted()

    with pytest.raises(OfferContradictsItself) as refused:
        offers.change(offer, told(starts_at=LATER, ends_at=make.AT), by=make.BY, at=LATER)

    assert (refused.value.field, refused.value.message) == ("ends_at", "It ends before it starts.")
    offer.refresh_from_db()
    assert offer.ends_at is None


def test_two_who_change_one_draft_do_not_overwrite_each_other() -> None:
    offer = drafted()
    seen = offer.changed_at
    offers.change(offer, told(priority=60), seen_at=seen, by=make.BY, at=LATER)

    with pytest.raises(offers.OfferChangedMeanwhile):
        offers.change(offer, told(priority=70), seen_at=seen, by=make.BY, at=LATER)

    offer.refresh_from_db()
    assert offer.priority == 60


@pytest.mark.parametrize("act", [[offers.publish], [offers.publish, offers.stop]], ids=["published", "stopped"])
def test_what_was_published_once_is_never_changed_in_place(act: list) -> None:  # type: ignore[type-arg]
    offer = drafted()
    for verb in act:
        verb(offer, by=make.BY, at=make.AT)

    with pytest.raises(offers.OfferIsOut):
        offers.change(offer, told(basis_points=900), by=make.BY, at=LATER)

    assert Offer.objects.get().basis_points == 500


def test_what_is_not_out_cannot_be_stopped() -> None:
    offer = drafted()

    for _ in range(2):
        with pytest.raises(offers.OfferIsNotOut):
            offers.stop(offer, by=make.BY, at=LATER)
        assert Publication.objects.count() == 0
    offers.publish(offer, by=make.BY, at=make.AT)
    offers.stop(offer, by=make.BY, at=make.AT)
    with pytest.raises(offers.OfferIsNotOut):
        offers.stop(offer, by=make.BY, at=LATER)


def test_a_copy_says_the_same_as_a_draft_of_its_own() -> None:
    offer = drafted(groups=["bread"], store_codes=["s1"], minimum_total=1000, starts_at=make.AT, lifetime_days=30)
    offers.publish(offer, by=make.BY, at=make.AT)

    copied = offers.copy(offer, by=make.BY, at=LATER)

    assert (copied.name, copied.state, copied.replaces_id) == ("5 % back (copy)", "draft", None)
    assert copied.public_id != offer.public_id
    assert all(getattr(copied, field) == getattr(offer, field) for field in offers.COPIED)
    offers.publish(copied, by=make.BY, at=LATER)
    assert names() == ["5 % back", "5 % back (copy)"]


def test_a_copy_that_takes_the_place_stops_the_original_in_the_same_version() -> None:
    offer = drafted()
    offers.publish(offer, by=make.BY, at=make.AT)
    better = offers.copy(offer, replaces=True, by=make.BY, at=LATER)
    offers.change(better, told(basis_points=700), by=make.BY, at=LATER)
    assert names() == ["5 % back"]

    offers.publish(better, by=make.BY, at=LATER)

    assert [rule["basis_points"] for rule in Publication.objects.latest("version").rules] == [700]
    assert Offer.objects.get(pk=offer.pk).state == "stopped"
    assert Publication.objects.count() == 2
    assert events() == [
        "OfferDrafted", "OffersPublished", "OfferCopied", "OfferChanged", "OfferStopped", "OffersPublished",
    ]  # fmt: skip


def test_what_changes_is_told_before_and_is_what_happens() -> None:
    old, other = drafted(), drafted(name="Other")
    offers.publish(old, other, by=make.BY, at=make.AT)
    better = offers.copy(old, replaces=True, by=make.BY, at=LATER)
    offers.change(better, told(basis_points=700), by=make.BY, at=LATER)
    better.refresh_from_db()
    new = drafted(name="New")

    found = queries.what_changes(better, new)

    assert [rule.name for rule in found.begun] == ["New"]
    assert [(before.basis_points, after.basis_points) for before, after in found.altered] == [(500, 700)]
    assert found.ended == []
    offers.publish(better, new, by=make.BY, at=LATER)
    assert queries.what_changes(better, new).is_nothing
    assert sorted(names()) == ["5 % back", "New", "Other"]


def test_what_ends_is_told_too() -> None:
    offer = drafted()
    offers.publish(offer, by=make.BY, at=make.AT)
    Offer.objects.filter(pk=offer.pk).update(state="stopped")

    assert [rule.name for rule in queries.what_changes().ended] == ["5 % back"]


def test_an_offer_with_the_longest_name_can_be_copied() -> None:
    copied = offers.copy(drafted(name="x" * 200), by=make.BY, at=LATER)

    assert len(copied.name) == 200
    assert copied.name.endswith(" (copy)")
