"""Points pay: how many, what they are worth, from a reservation or at once, and what they leave."""

from datetime import timedelta

import pytest

from regulars.journal.models import Entry
from regulars.kit import sql
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout import payment, pricing
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members import actions as members
from regulars.loyalty.points import actions as points
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.purchases import queries as purchases
from tests import make
from tests.loyalty.checkout.counter import ALL, Counter

pytestmark = pytest.mark.django_db
LATER = make.AT + points.HOLD_LASTS


@pytest.fixture
def counter(db: None) -> Counter:
    return Counter(1000)


def _happened() -> list[str]:
    return [
        entry.event for entry in Entry.objects.order_by("id") if "Purchase" in entry.event or "Redeem" in entry.event
    ]


def test_calculate_says_what_points_can_pay(counter: Counter) -> None:
    few, many = counter.calculate(price=5000), counter.calculate(price=500)

    assert few["points_payable"] == {"points": 1000, "worth": 1000}
    assert many["points_payable"] == {"points": 500, "worth": 500}
    assert many["reserved"] is None


def test_reserved_points_are_held_and_the_quote_binds_them(counter: Counter) -> None:
    answer = counter.reserve(300)

    assert answer["reserved"] == {"points": 300, "worth": 300, "expires_at": LATER.isoformat()}
    assert (answer["total"], answer["paid_with_points"], answer["points"]) == (500, 300, 10)
    assert answer["points_available"] == answer["customer"]["points"] == 700
    assert counter.account() == (700, 300)
    assert counter.confirm(quote=answer["quote"], tenders={"points": 300, "cash": 200})["points_available"] == 710
    assert counter.account() == (710, 0)


def test_a_receipt_paid_with_points_is_written_down_with_its_tenders(counter: Counter) -> None:
    counter.reserve(300)

    answer = counter.confirm(tenders={"card": 150, "points": 300, "cash": 50})

    story = purchases.find_story(answer["id"])
    assert story is not None
    assert [(each.type, each.amount) for each in story.tenders] == [("card", 150), ("points", 300), ("cash", 50)]
    assert (story.purchase.paid_with_points, story.purchase.points_spent, story.purchase.points_earned) == (
        300,
        300,
        10,
    )
    assert [line.paid_with_points for line in story.lines] == [300]
    assert answer["tenders"][1] == {"type": "points", "amount": 300}
    assert _happened() == ["loyalty.PurchaseReserved", "loyalty.PurchaseConfirmed", "loyalty.PointsRedeemed"]


def test_as_many_as_can_pay_are_as_many_as_the_receipt_or_the_account_takes(counter: Counter) -> None:
    assert counter.reserve(ALL)["reserved"]["points"] == 500
    assert counter.reserve(ALL, "r2")["reserved"]["points"] == 500
    with pytest.raises(points.NotEnoughPoints) as refused:
        counter.reserve(ALL, "r3")

    assert refused.value.extra == {"available": 0}


def test_a_new_reservation_takes_the_place_of_the_former_and_zero_of_any(counter: Counter) -> None:
    counter.reserve(300)
    counter.reserve(500)

    assert counter.account() == (500, 500)
    assert counter.reserve(0)["reserved"] is None
    assert counter.account() == (1000, 0)
    assert counter.confirm(tenders={"cash": 500})["points_available"] == 1025


def test_a_reservation_that_is_refused_leaves_the_former(counter: Counter) -> None:
    counter.reserve(300)

    with pytest.raises(payment.PointsPayTooMuch) as refused:
        counter.reserve(501)

    assert refused.value.extra == {"payable": {"points": 500, "worth": 500}}
    assert counter.account() == (700, 300)
    assert counter.calculate()["reserved"]["points"] == 300


def test_the_same_request_again_gets_the_same_answer_and_holds_once(counter: Counter) -> None:
    first = counter.reserve(300, key="k")

    assert counter.reserve(300, key="k") == first
    assert counter.account() == (700, 300)


def test_more_than_there_is_is_told_with_how_many_there_are(counter: Counter) -> None:
    with pytest.raises(points.NotEnoughPoints) as refused:
        counter.reserve(1001, price=9000)

    assert (refused.value.field, refused.value.extra) == ("points", {"available": 1000})


def test_units_without_a_whole_worth_stay_points() -> None:
    counter = Counter(1000, worth=(1, 10))

    answer = counter.reserve(155)

    assert (answer["reserved"]["points"], answer["reserved"]["worth"]) == (150, 15)
    assert counter.account() == (850, 150)
    with pytest.raises(payment.PointsWorthNothing):
        counter.reserve(9)


def test_points_dearer_than_the_smallest_coin_pay_in_whole_points() -> None:
    counter = Counter(1000, worth=(100, 3))

    assert counter.reserve(ALL, price=250)["reserved"] | {"expires_at": ""} == {
        "points": 6,
        "worth": 200,
        "expires_at": "",
    }
    with pytest.raises(payment.PointsNotWhole):
        counter.confirm("r2", tenders={"points": 150, "cash": 350})


def test_points_that_are_worth_nothing_pay_nothing() -> None:
    counter = Counter(1000, worth=(0, 1))

    assert counter.calculate()["points_payable"] == {"points": 0, "worth": 0}
    for wanted in (10, ALL):
        with pytest.raises(payment.PointsWorthNothing):
            counter.reserve(wanted)


def test_points_pay_at_most_the_share_that_the_programme_allows(counter: Counter) -> None:
    programme.set_points_share_limit(3000, by=make.BY, at=make.AT)

    assert counter.calculate()["points_payable"] == {"points": 150, "worth": 150}
    with pytest.raises(payment.PointsPayTooMuch):
        counter.reserve(151)
    with pytest.raises(payment.PointsPayTooMuch) as refused:
        counter.confirm(tenders={"points": 151, "cash": 349})
    assert refused.value.field == "tenders"


def test_a_card_that_is_not_activated_earns_and_does_not_spend(counter: Counter) -> None:
    sql.run("update loyalty_cards_card set state = 'issued' where number = %s", [counter.card.number])

    assert counter.calculate()["points_payable"] == {"points": 0, "worth": 0}
    with pytest.raises(payment.CardNotActivated):
        counter.reserve(100)
    with pytest.raises(payment.CardNotActivated):
        counter.confirm(tenders={"points": 100, "cash": 400})
    assert counter.confirm(tenders={"cash": 500})["points"] == 25


def test_without_a_customer_nobodys_points_pay(counter: Counter) -> None:
    counter.who = None

    with pytest.raises(payment.CustomerNeeded):
        counter.reserve(100)
    with pytest.raises(payment.CustomerNeeded):
        counter.confirm(tenders={"points": 100, "cash": 400})


def test_points_that_nobody_reserved_are_taken_at_confirming(counter: Counter) -> None:
    answer = counter.confirm(tenders={"points": 400, "cash": 100})

    assert (answer["points_spent"], answer["points"], answer["points_available"]) == (400, 5, 605)
    with pytest.raises(points.NotEnoughPoints) as refused:
        counter.confirm("r2", price=700, tenders={"points": 700})
    assert refused.value.extra == {"available": 605}
    assert counter.account() == (605, 0)


def test_points_just_earned_do_not_pay_for_what_earns_them(counter: Counter) -> None:
    counter.confirm(price=1000, tenders={"points": 990, "cash": 10})

    with pytest.raises(points.NotEnoughPoints):
        counter.confirm("r2", price=20_000, tenders={"points": 100, "cash": 19_900})


def test_a_quote_from_before_the_points_is_still_a_promise(counter: Counter) -> None:
    quote = counter.calculate()["quote"]
    counter.reserve(300)

    assert counter.confirm(quote=quote, tenders={"points": 300, "cash": 200})["points"] == 10
    with pytest.raises(pricing.QuoteChanged):
        counter.confirm("r2", quote=counter.calculate("r2")["quote"], price=600)


def test_another_sum_than_the_reserved_one_is_refused(counter: Counter) -> None:
    counter.reserve(300)

    with pytest.raises(payment.PointsNotAsReserved) as refused:
        counter.confirm(tenders={"cash": 500})

    assert refused.value.extra["reserved"]["worth"] == 300
    assert counter.account() == (700, 300)


def test_another_customer_does_not_pay_with_what_was_reserved(counter: Counter) -> None:
    counter.reserve(300)
    other = make.member()
    counter.who = Identifier("card", make.card(other).number)

    with pytest.raises(payment.ReservedForAnother):
        counter.confirm()
    assert counter.calculate()["reserved"] is None
    counter.reserve(0)
    assert counter.confirm()["customer"]["id"] == other.public_id
    assert counter.account() == (1000, 0)


def test_a_reservation_that_ran_out_binds_nobody_and_points_are_taken_at_once(counter: Counter) -> None:
    counter.reserve(300)
    points.release_due(at=LATER)
    assert counter.account(LATER) == (1000, 0)

    answer = counter.confirm(at=LATER, tenders={"points": 300, "cash": 200})

    assert answer["points_spent"] == 300
    assert counter.account(LATER) == (710, 0)


def test_a_reservation_that_ran_out_before_anybody_noticed_is_given_back_first(counter: Counter) -> None:
    counter.reserve(ALL, price=1000)

    answer = counter.confirm(at=LATER, price=1000, tenders={"points": 900, "cash": 100})

    assert answer["points_spent"] == 900
    assert counter.account(LATER) == (105, 0)
    assert points.release_due(at=LATER) == 0


def test_a_hold_that_somebody_ended_early_is_taken_from_the_account(counter: Counter) -> None:
    counter.reserve(300)
    points.release_due(at=LATER)  # by a clock that is ahead

    assert counter.confirm(tenders={"points": 300, "cash": 200})["points_spent"] == 300
    assert counter.account() == (710, 0)


def test_points_spent_elsewhere_after_a_reservation_ran_out_are_not_there(counter: Counter) -> None:
    counter.reserve(500)
    points.release_due(at=LATER)
    counter.confirm("r2", at=LATER, price=900, tenders={"points": 900})

    with pytest.raises(points.NotEnoughPoints):
        counter.confirm(at=LATER, tenders={"points": 500})

    assert counter.account(LATER) == (100, 0)


def test_held_points_pay_although_they_expired_meanwhile(counter: Counter) -> None:
    counter = Counter(0)
    counter.grant(400, expires_at=make.AT + timedelta(minutes=10))
    counter.reserve(400)
    soon = make.AT + timedelta(minutes=20)

    assert counter.confirm(at=soon, tenders={"points": 400, "cash": 100})["points_spent"] == 400
    assert counter.account(soon) == (5, 0)


def test_cancelling_gives_points_back_and_refuses_the_late_confirm(counter: Counter) -> None:
    counter.reserve(300)

    first = counter.cancel()

    assert first == {"purchase": "r1", "cancelled_at": make.AT.isoformat(), "points_released": 300}
    assert counter.cancel(at=LATER) == first
    assert counter.account() == (1000, 0)
    for late in (counter.confirm, counter.reserve):
        with pytest.raises(checkout.PurchaseCancelledBefore) as refused:
            late()
        assert refused.value.field == "path:purchase"
    assert _happened() == ["loyalty.PurchaseReserved", "loyalty.PurchaseCancelled"]


def test_what_nobody_knows_is_cancelled_for_later(counter: Counter) -> None:
    assert counter.cancel("never seen")["points_released"] == 0

    with pytest.raises(checkout.PurchaseCancelledBefore):
        counter.confirm("never seen")


def test_points_of_a_blocked_account_go_back_when_the_till_cancels(counter: Counter) -> None:
    counter.reserve(300)
    members.block(counter.member, reason="fraud", by=make.BY, at=make.AT)

    assert counter.cancel()["points_released"] == 300
    assert counter.account() == (1000, 0)


def test_who_left_with_points_held_leaves_nothing_behind(counter: Counter) -> None:
    counter.reserve(300)
    members.leave(counter.member, by=make.BY, at=make.AT)
    points.forfeit(counter.member.pk, by=make.BY, at=make.AT)

    assert counter.cancel()["points_released"] == 0
    assert counter.account() == (0, 0)


def test_tenders_with_points_still_make_the_total(counter: Counter) -> None:
    with pytest.raises(checkout.TendersDoNotCover):
        counter.confirm(tenders={"points": 300, "cash": 201})
    counter.reserve(300)

    assert counter.confirm()["tenders"] == [{"type": "points", "amount": 300}]
