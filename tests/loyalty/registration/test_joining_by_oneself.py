"""Who has proven a phone joins with consent and a virtual card, once, whatever happens at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from regulars.journal.models import Entry
from regulars.kit.actor import Actor
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.cards.models import Card, Series
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import queries as people
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.models import Member, OneTimeCode
from regulars.loyalty.members.sign_in import Newcomer
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.registration import actions, wordings
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.loyalty.subscriptions.actions import ConsentNeeded
from tests import make

pytestmark = pytest.mark.django_db
PHONE = "+447700900777"
BY = Actor("member", "", "account", ip="203.0.113.9")


def proven(at: datetime, phone: str = PHONE) -> Newcomer:
    make.programme()
    asked = sign_in.ask_code(phone, at=at)
    entered = sign_in.enter(phone, str(asked.code), by=BY, at=at)
    assert isinstance(entered, Newcomer)
    return entered


def join(newcomer: Newcomer, at: datetime, **told: object) -> sign_in.SignedIn:
    return actions.join(newcomer, by=BY, at=at, **told)  # type: ignore[arg-type]


def test_a_newcomer_becomes_a_member_with_a_card_and_a_proven_phone(at: datetime) -> None:
    make.series("app", prefix="2610", is_virtual=True)

    signed = join(proven(at), at, first_name="Nora", locale="ru")

    member = people.get(signed.member.pk)
    assert (member.first_name, member.locale, member.registered_via) == ("Nora", "ru", "account")
    assert people.get_contacts(member).phone_is_verified
    card = cards.find_main(member)
    assert card is not None
    assert card.number.startswith("2610")
    assert sign_in.find_signed_in(signed.token, at=at) == member
    events = list(Entry.objects.filter(person_id=member.public_id).order_by("id").values_list("event", flat=True))
    names = [name.removeprefix("loyalty.") for name in events]
    assert names == ["MemberRegistered", "CardActivated", "PhoneVerified", "MemberSignedIn"]


def test_hidden_means_everything_is_on_and_no_wording_is_kept(at: datetime) -> None:
    member = join(proven(at), at).member

    entry = subscriptions.list_entries(member)[0]
    assert (entry.cause, entry.reason, entry.wording, entry.door) == ("registered", "hidden", "", "account")
    assert subscriptions.get_matrix(member).summary().state == "everything"


@pytest.mark.parametrize(("agreed", "state"), [(True, "everything"), (False, "nothing")])
def test_optional_keeps_the_answer_and_the_words(at: datetime, agreed: bool, state: str) -> None:
    newcomer = proven(at)
    programme.set_consent_mode("optional", by=make.BY, at=at)

    member = join(newcomer, at, consent=agreed, wording=wordings.RUSSIAN.code).member

    entry = subscriptions.list_entries(member)[0]
    assert (entry.reason, entry.wording) == ("optional", "joining-1-ru")
    assert subscriptions.get_matrix(member).summary().state == state


def test_mandatory_takes_nobody_in_who_does_not_agree(at: datetime) -> None:
    newcomer = proven(at)
    programme.set_consent_mode("mandatory", door="account", by=make.BY, at=at)

    with pytest.raises(ConsentNeeded):
        join(newcomer, at, consent=False, wording=wordings.ENGLISH.code)
    assert not Member.objects.exists()

    assert join(newcomer, at, consent=True, wording=wordings.ENGLISH.code).member.pk


def test_words_that_were_never_shown_are_no_consent(at: datetime) -> None:
    newcomer = proven(at)
    programme.set_consent_mode("optional", by=make.BY, at=at)

    for said in ("", "joining-99-en"):
        with pytest.raises(actions.WordingUnknown):
            join(newcomer, at, consent=True, wording=said)


def test_joining_twice_is_joining_once(at: datetime) -> None:
    newcomer = proven(at)

    first, second = join(newcomer, at, first_name="Nora"), join(newcomer, at, first_name="Nora")

    assert first.member == second.member
    assert (Member.objects.count(), Card.objects.count()) == (1, 1)


def test_who_became_a_member_at_a_till_meanwhile_is_signed_in_and_stays_as_told_there(at: datetime) -> None:
    newcomer = proven(at)
    known = make.member(phone=PHONE, first_name="Eleanor")

    signed = join(newcomer, at, first_name="Nora")

    assert signed.member == known
    assert people.get(known.pk).first_name == "Eleanor"
    assert people.get_contacts(known).phone_is_verified


def test_an_account_that_was_blocked_meanwhile_stays_shut(at: datetime) -> None:
    newcomer = proven(at)
    members.block(make.member(phone=PHONE), reason="fraud", by=make.BY, at=at)

    with pytest.raises(sign_in.WrongCode):
        join(newcomer, at)


def test_a_proof_is_good_for_a_quarter_of_an_hour(at: datetime) -> None:
    newcomer = proven(at)

    with pytest.raises(sign_in.ProofOver):
        join(newcomer, at + timedelta(minutes=15))

    assert join(newcomer, at + timedelta(minutes=14)).member.pk


def test_a_proof_that_was_made_up_or_has_been_overtaken_is_none(at: datetime) -> None:
    newcomer = proven(at)
    for made_up in (Newcomer("+447700900778", at), Newcomer(PHONE, at + timedelta(seconds=1))):
        with pytest.raises(sign_in.ProofOver):
            join(made_up, at)

    sign_in.ask_code(PHONE, at=at + timedelta(minutes=1))
    with pytest.raises(sign_in.ProofOver):
        join(newcomer, at + timedelta(minutes=1))


def test_who_left_does_not_come_back_by_an_old_proof(at: datetime) -> None:
    newcomer = proven(at)
    members.leave(join(newcomer, at).member, by=BY, at=at)

    with pytest.raises(sign_in.ProofOver):
        join(newcomer, at)
    assert not OneTimeCode.objects.exists()


def test_the_first_who_joins_opens_the_series_of_virtual_cards(at: datetime) -> None:
    one, two = (join(proven(at, phone), at).member for phone in (PHONE, "+447700900778"))

    series = Series.objects.get()
    assert (series.code, series.is_virtual) == ("virtual", True)
    assert {cards.find_main(each).series_id for each in (one, two)} == {series.pk}  # type: ignore[union-attr]


def test_when_other_cards_have_those_numbers_one_joins_without_a_card(at: datetime) -> None:
    make.series("plastic", prefix="29")

    member = join(proven(at), at).member

    assert cards.find_main(member) is None


def test_a_wording_that_was_shown_is_never_changed() -> None:
    """Change the words, and the codes must be new ones; the old ones stay in `EARLIER`."""
    assert {wording.code: wording.text for wording in wordings.NOW} == {
        "joining-1-en": "{programme} may write to me by SMS, email, push, Viber and social networks: about offers, news"
        " and my points. I can turn each of these off at any time, one by one or all together.",
        "joining-1-ru": "«{programme}» может писать мне по SMS, электронной почте, в push-уведомлениях, Viber и"
        " социальных сетях: об акциях, новостях и моих баллах. Я могу в любой момент отключить что-то одно или всё"
        " сразу.",
    }


@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_make_one_member(at: datetime) -> None:
    newcomer = proven(at)

    def press(_: int) -> int:
        try:
            return int(join(newcomer, at, first_name="Nora").member.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as crowd:
        joined = set(crowd.map(press, range(10)))

    assert len(joined) == Member.objects.count() == Card.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_till_and_the_newcomer_at_the_same_time_make_one_member(at: datetime) -> None:
    for round_ in range(8):
        phone = f"+4477009008{round_:02}"
        newcomer = proven(at, phone)

        def at_the_till(_: int, phone: str = phone) -> None:
            try:
                make.member(phone=phone)
            except members.PhoneTaken:
                pass
            finally:
                connection.close()

        def at_home(_: int, newcomer: Newcomer = newcomer) -> None:
            try:
                join(newcomer, at)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda act: act(0), [at_the_till, at_home]))
        assert Member.objects.filter(id=people.find_by_phone(phone).pk).count() == 1  # type: ignore[union-attr]
    assert Member.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_the_first_two_who_join_at_once_both_get_cards_of_one_series(at: datetime) -> None:
    newcomers = [proven(at, f"+4477009007{n:02}") for n in range(6)]

    def come(newcomer: Newcomer) -> None:
        try:
            join(newcomer, at)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(come, newcomers))

    assert (Series.objects.count(), Card.objects.count()) == (1, 6)
