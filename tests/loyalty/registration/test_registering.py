"""Registration brings member, consent and card together, or nothing at all."""

from datetime import datetime

import pytest

from regulars.contract.channels import Channel
from regulars.journal.models import Entry
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.cards import queries as card_queries
from regulars.loyalty.cards.models import Card
from regulars.loyalty.members import actions as members
from regulars.loyalty.members.models import Member
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.registration import actions
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.loyalty.subscriptions.actions import Consent, ConsentNeeded, UnknownChannel
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _programme() -> None:
    make.programme()


def register(at: datetime, *, consent: Consent = None, **more: object) -> actions.Registered:
    return actions.register(make.profile(), via="till", consent=consent, by=make.BY, at=at, **more)  # type: ignore[arg-type]


def test_who_registers_at_a_till_has_consent_and_an_active_card(at: datetime) -> None:
    store = make.store()

    registered = register(at, series=make.series(), store_id=store.id)

    assert registered.card is not None
    assert (registered.card.member_id, registered.card.state) == (registered.member.id, "active")
    assert registered.member.store_id == store.id
    assert subscriptions.get_matrix(registered.member).summary().state == "everything"
    entry = subscriptions.list_entries(registered.member)[0]
    assert (entry.cause, entry.reason, entry.wording) == ("registered", "hidden", "")


def test_a_card_that_was_handed_out_becomes_the_members(at: datetime) -> None:
    plastic = make.card()

    registered = register(at, card_number=plastic.number)

    assert registered.card is not None
    assert (registered.card.number, registered.card.member_id) == (plastic.number, registered.member.id)


def test_nothing_is_left_of_a_registration_whose_card_cannot_be_had(at: datetime) -> None:
    lost = make.card()
    cards.block(lost, reason="lost", by=make.BY, at=at)

    with pytest.raises(cards.CardIsBlocked):
        register(at, card_number=lost.number)
    with pytest.raises(card_queries.UnknownCard):
        register(at, card_number="2600000000000")

    assert not Member.objects.exists()
    assert not Entry.objects.filter(event="loyalty.MemberRegistered").exists()


def test_registering_a_phone_twice_is_refused_and_issues_no_card(at: datetime) -> None:
    profile, series = make.profile(), make.series()
    actions.register(profile, via="till", series=series, by=make.BY, at=at)

    with pytest.raises(members.PhoneTaken):
        actions.register(profile, via="till", series=series, by=make.BY, at=at)

    assert Card.objects.count() == 1


def test_an_optional_step_starts_with_what_was_chosen(at: datetime) -> None:
    programme.set_consent_mode("optional", by=make.BY, at=at)

    silent = register(at).member
    eager = register(at, consent=True, wording="2026-1").member
    choosy = register(at, consent={"mailings": ["email"]}).member

    assert subscriptions.get_matrix(silent).summary().state == "nothing"
    assert subscriptions.get_matrix(silent).is_on("system", "sms")
    assert subscriptions.get_matrix(eager).summary().state == "everything"
    assert subscriptions.list_entries(eager)[0].wording == "2026-1"
    assert subscriptions.get_matrix(choosy).summary().on == 1
    assert subscriptions.get_matrix(choosy).is_on("mailings", Channel.EMAIL)


def test_a_mandatory_step_lets_nobody_in_without_mailings(at: datetime) -> None:
    programme.set_consent_mode("mandatory", door="till", by=make.BY, at=at)

    for consent in (None, False, {"offers": ["sms"]}):
        with pytest.raises(ConsentNeeded) as refused:
            register(at, consent=consent)
        assert refused.value.field == "consent"

    assert subscriptions.get_matrix(register(at, consent=True).member).summary().state == "everything"
    assert Member.objects.count() == 1


def test_a_channel_that_does_not_exist_is_refused_at_the_door(at: datetime) -> None:
    programme.set_consent_mode("optional", by=make.BY, at=at)

    with pytest.raises(UnknownChannel):
        register(at, consent={"mailings": ["pigeon"]})


def test_thousands_are_imported_with_consent_and_cards(at: datetime) -> None:
    rows = [Profile(f"+4477001{n:05}", first_name="M", external_number=f"crm-{n}") for n in range(2500)]
    series = make.series()

    first = actions.import_members(rows, source="crm", series=series, by=make.BY, at=at)
    again = actions.import_members(rows, source="crm", series=series, by=make.BY, at=at)

    assert (len(first.added), len(first.card_numbers), first.already) == (2500, 2500, 0)
    assert (len(again.added), again.card_numbers, again.already) == (0, [], 2500)
    last = Member.objects.get(id=first.added[-1].member_id)
    assert card_queries.list_of(last)[0].number == first.card_numbers[-1]
    assert subscriptions.get_matrix(last).summary().state == "everything"
    assert subscriptions.list_disagreeing() == []


def test_an_import_is_a_handful_of_statements(at: datetime, django_assert_max_num_queries: object) -> None:
    rows = [Profile(f"+4477001{n:05}", first_name="M", external_number=f"crm-{n}") for n in range(500)]
    series = make.series()

    with django_assert_max_num_queries(25):  # type: ignore[operator]
        actions.import_members(rows, source="crm", series=series, by=make.BY, at=at)
