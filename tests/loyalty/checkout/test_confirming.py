"""A receipt is confirmed once, whatever the till repeats."""

from datetime import timedelta

import pytest

from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout import pricing
from regulars.loyalty.checkout import queries as facts
from regulars.loyalty.checkout.basket import Basket, BasketLine, Tender
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import operations
from regulars.loyalty.points import queries as points
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import queries as stores
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db):
    make.programme()
    make.group("drinks")
    make.product("4006", name="Tea", group="drinks", unit_price=250)
    opened = make.till()
    return stores.get_till(opened.pk)


def _offer(**changes):
    told = {"name": "5 % back", "benefit": "points", "basis_points": 500, **changes}
    offer = offers.draft(offers.NewOffer(**told), by=make.BY, at=make.AT)
    offers.publish(offer, by=make.BY, at=make.AT)
    return offer


def _basket(*, customer=None, quote="", quantity=2000, price=250, tenders=()):
    lines = (BasketLine(1, "4006", "", quantity, price), BasketLine(2, "???", "Loose sweets", 150, 1000, 10))
    return Basket(lines, make.AT, "GBP", customer, quote, tuple(tenders))


def _confirm(till, name="r1", key="k1", **basket):
    return checkout.confirm(name, _basket(**basket), key=key, till=till, by=make.BY, at=make.AT)


def test_an_anonymous_receipt_is_written_down_without_points(till):
    _offer()

    answer = _confirm(till)

    purchase = Purchase.objects.get(public_id=answer["id"])
    assert (purchase.amount, purchase.till_discount, purchase.total) == (650, 10, 640)
    assert purchase.member_id is None
    assert answer["points_available"] is None
    assert [outcome["code"] for outcome in answer["outcomes"]] == ["needs_member"]


def test_a_member_gets_discount_and_points_and_the_book_balances(till):
    member = make.member()
    card = make.card(member)
    _offer()
    _offer(name="10 % off drinks", benefit="discount", basis_points=1000, groups=["drinks"])

    answer = _confirm(till, customer=Identifier("card", card.number))

    assert answer["discount"] == 50
    assert answer["total"] == 590
    assert answer["points"] == 30  # 29.5, rounded for the member
    assert answer["points_available"] == 30
    assert points.audit().holds()


def test_an_unknown_product_is_sold_as_unlisted(till):
    answer = _confirm(till)

    purchase = Purchase.objects.get(public_id=answer["id"])
    from regulars.loyalty.purchases import queries as purchases

    story = purchases.find_story(purchase.public_id)
    assert [(line.name, line.is_listed) for line in story.lines] == [("Tea", True), ("Loose sweets", False)]


def test_the_same_request_again_gets_the_same_answer(till):
    first = _confirm(till)
    second = _confirm(till)

    assert first == second
    assert Purchase.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(till):
    _confirm(till)

    with pytest.raises(operations.KeyReused):
        _confirm(till, quantity=3000)

    assert Purchase.objects.count() == 1


def test_the_same_purchase_under_another_key_is_refused(till):
    _confirm(till)

    with pytest.raises(checkout.PurchaseConfirmedBefore) as refused:
        _confirm(till, key="k2")

    assert refused.value.field == "path:purchase"


def test_a_quote_keeps_its_price_when_offers_change(till):
    card = make.card(make.member())
    first = _offer(name="10 % off", benefit="discount", basis_points=1000)
    who = Identifier("card", card.number)
    quoted = checkout.calculate("r1", _basket(customer=who), till=till, at=make.AT)
    offers.stop(first, by=make.BY, at=make.AT + timedelta(seconds=1))

    answer = _confirm(till, customer=who, quote=quoted["quote"])

    assert answer["total"] == quoted["total"] == 576
    assert answer["offers_version"] == quoted["offers_version"]


def test_another_receipt_than_the_quoted_one_is_told_the_new_total(till):
    quoted = checkout.calculate("r1", _basket(), till=till, at=make.AT)

    with pytest.raises(pricing.QuoteChanged) as refused:
        _confirm(till, quote=quoted["quote"], quantity=4000)

    assert refused.value.extra["calculated"]["total"] == 1140
    assert Purchase.objects.count() == 0


def test_a_forged_quote_is_refused_by_name(till):
    with pytest.raises(pricing.QuoteUnreadable) as refused:
        _confirm(till, quote="abc:def:ghi")

    assert refused.value.field == "quote"


def test_tenders_must_make_the_total(till):
    with pytest.raises(checkout.TendersDoNotCover):
        _confirm(till, tenders=[Tender("cash", 1)])

    assert _confirm(till, tenders=[Tender("cash", 600), Tender("card", 40)])["total"] == 640


def test_an_offline_receipt_is_judged_by_the_offers_of_its_own_time(till):
    card = make.card(make.member())
    _offer(name="10 % off", benefit="discount", basis_points=1000)
    before = Basket(
        (BasketLine(1, "4006", "", 1000, 250),), make.AT - timedelta(hours=1), "GBP", Identifier("card", card.number)
    )

    answer = checkout.confirm("r9", before, key="k9", till=till, by=make.BY, at=make.AT)

    assert (answer["discount"], answer["offers_version"]) == (0, 0)


@pytest.mark.parametrize(
    ("customer", "refusal"),
    [
        (Identifier("card", "0000000000000"), facts.CardUnknown),
        (Identifier("phone", "+447700900999"), facts.CustomerUnknown),
    ],
)
def test_an_unknown_customer_is_refused_by_the_field(till, customer, refusal):
    with pytest.raises(refusal) as refused:
        _confirm(till, customer=customer)

    assert refused.value.field == "customer"
    assert Purchase.objects.count() == 0


def test_a_blocked_card_is_refused_and_the_phone_still_works(till):
    from regulars.loyalty.cards import actions as cards
    from regulars.loyalty.members.models import Identifier as Known

    member = make.member()
    card = make.card(member)
    cards.block(card, reason="lost", by=make.OPERATOR, at=make.AT)
    phone = Known.objects.get(member_id=member.pk, kind="phone").value

    with pytest.raises(facts.CardBlocked):
        _confirm(till, customer=Identifier("card", card.number))

    assert _confirm(till, customer=Identifier("phone", phone))["customer"]["id"] == member.public_id


def test_a_price_of_zero_is_a_price(till):
    assert _confirm(till, price=0)["total"] == 140


def test_a_wrong_currency_and_a_future_sale_are_refused(till):
    import dataclasses

    with pytest.raises(pricing.CurrencyWrong):
        checkout.calculate("r1", dataclasses.replace(_basket(), currency="EUR"), till=till, at=make.AT)
    late = dataclasses.replace(_basket(), sold_at=make.AT + timedelta(hours=1))
    with pytest.raises(pricing.BasketRefused) as refused:
        checkout.calculate("r1", late, till=till, at=make.AT)

    assert refused.value.field == "sold_at"


def test_points_of_a_till_whose_clock_is_ahead_can_be_spent_at_once(till):
    import dataclasses

    member = make.member()
    _offer()
    ahead = dataclasses.replace(
        _basket(customer=Identifier("card", make.card(member).number)), sold_at=make.AT + timedelta(minutes=3)
    )

    answer = checkout.confirm("r1", ahead, key="k1", till=till, by=make.BY, at=make.AT)

    assert answer["points_available"] == answer["points"] > 0


def test_a_quote_of_offers_that_are_not_known_here_is_refused_by_name(till):
    quote = pricing.Quote("r1", 999_999_999, 640, 0).signed()

    with pytest.raises(pricing.QuoteUnreadable) as refused:
        _confirm(till, quote=quote)

    assert refused.value.field == "quote"


def test_a_receipt_that_would_give_too_many_points_is_refused_already_by_calculate(till):
    _offer()
    card = make.card(make.member())
    lines = (BasketLine(1, "4006", "", 10**9, 10**12),)
    basket = Basket(lines, make.AT, "GBP", Identifier("card", card.number))

    with pytest.raises(pricing.BasketRefused) as refused:
        checkout.calculate("r1", basket, till=till, at=make.AT)

    assert refused.value.field == "lines"


def test_sentences_say_large_sums_to_the_penny(till):
    _offer(name="big", benefit="discount", basis_points=1, minimum_total=900_000_000_000_000_011, members_only=False)

    sentences = [outcome["sentence"] for outcome in _confirm(till)["outcomes"]]

    assert sentences == ["8999999999999993.71 more gives big."]
