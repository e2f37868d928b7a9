"""What holds for every receipt and every set of offers."""

import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.loyalty.offers.engine.price import Priced
from regulars.loyalty.offers.engine.receipt import Line, MemberFacts, Receipt, Terms
from regulars.loyalty.offers.engine.rule import OfferRule, from_json, to_json
from tests.loyalty.offers.brute_force import price_slowly
from tests.loyalty.offers.corner_shop import NOON, discount, line, points, priced, receipt

SKUS, GROUPS, STORES = ("tea", "milk", "nuts", "soap"), ("drinks", "food", "home"), ("north", "south")
basis_points = st.sampled_from([1, 100, 1000, 2400, 2700, 3333, 5000, 10_000])
terms = st.builds(
    Terms,
    st.sampled_from(["none", "none", "down", "nearest"]),
    st.sampled_from([1, 5, 10, 100, 333, 100_000]),
    st.sampled_from([10_000, 10_000, 5000, 3333, 0]),
)
moments = st.none() | st.sampled_from([-2, -1, 0, 1, 2]).map(lambda hours: NOON + timedelta(hours=hours))


@st.composite
def lines(draw: st.DrawFn, number: int) -> Line:
    return line(
        number,
        draw(st.sampled_from(SKUS)),
        draw(st.sampled_from([0, 1, 99, 333, 1000]) | st.integers(0, 3000)),
        quantity=draw(st.sampled_from([1, 500, 1000, 1333, 3000])),
        groups=draw(st.sampled_from([(), ("drinks",), ("food", "home"), ("home",)])),
        till_discount=draw(st.sampled_from([0, 0, 0, 10, 500, 5000])),
        is_listed=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def receipts(draw: st.DrawFn) -> Receipt:
    numbers = draw(st.lists(st.integers(1, 20), unique=True, max_size=6))
    facts = st.builds(MemberFacts, can_earn=st.sampled_from([True, True, False]), can_spend=st.booleans())
    return receipt(
        *(draw(lines(number)) for number in numbers),
        store=draw(st.sampled_from(STORES)),
        partner_id=draw(st.sampled_from([None, 1, 2])),
        member=draw(st.sampled_from([True, True, False]).flatmap(lambda known: facts if known else st.none())),
        terms=draw(terms),
    )


@st.composite
def papers_paid_with_points(draw: st.DrawFn) -> tuple[list[OfferRule], Receipt]:
    """Offers, and a receipt of which points pay some part that they may pay."""
    offers, paper = draw(sets_of_rules()), draw(receipts())
    payable = priced(offers, paper).payable_with_points
    paid = draw(st.sampled_from([0, payable, payable // 2, payable // 3]) | st.integers(0, payable))
    return offers, replace(paper, paid_with_points=paid)


@st.composite
def rules(draw: st.DrawFn, id: int) -> OfferRule:
    starts_at, ends_at = sorted((draw(moments), draw(moments)), key=lambda when: when or NOON)
    goods = draw(
        st.sampled_from([{}, {"groups": {"drinks"}}, {"groups": {"food", "home"}}, {"skus": {"tea", "milk"}}])
        | st.builds(lambda skus, groups: {"skus": skus, "groups": groups}, st.just({"nuts"}), st.just({"drinks"}))
    )
    rule: OfferRule = draw(st.sampled_from([discount, discount, points]))(
        id,
        draw(basis_points),
        stores=draw(st.sampled_from([set(), set(), {"north"}, {"north", "south"}])),
        partner_id=draw(st.sampled_from([None, None, 1])),
        members_only=draw(st.sampled_from([False, False, True])),
        minimum_total=draw(st.sampled_from([0, 0, 0, 1000, 5000])),
        priority=draw(st.integers(0, 2)),
        is_cumulative=draw(st.booleans()),
        starts_at=starts_at if starts_at != ends_at else None,
        ends_at=ends_at,
        **goods,
    )
    return rule


def sets_of_rules(at_most: int = 9) -> st.SearchStrategy[list[OfferRule]]:
    ids = st.lists(st.integers(1, 99), unique=True, max_size=at_most)
    return ids.flatmap(lambda ids: st.tuples(*(rules(id) for id in ids))).map(list)


def as_bytes(answer: Priced) -> bytes:
    return json.dumps(asdict(answer)).encode()


@settings(max_examples=300, deadline=None)
@given(papers_paid_with_points())
def test_the_fast_way_agrees_with_the_slow_way(told: tuple[list[OfferRule], Receipt]) -> None:
    offers, paper = told

    assert priced(offers, paper) == price_slowly(offers, paper)


@settings(max_examples=200, deadline=None)
@given(sets_of_rules(), receipts())
def test_offers_that_meet_no_barrier_compete_the_same_way(offers: list[OfferRule], paper: Receipt) -> None:
    rivals = [
        replace(rule, stores=frozenset(), partner_id=None, starts_at=None, ends_at=None, minimum_total=0)
        for rule in offers
    ]
    attended = replace(paper, member=MemberFacts())

    assert priced(rivals, attended) == price_slowly(rivals, attended)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_among_many_offers_the_few_that_match_are_found(seed: int) -> None:
    random = Random(seed)
    strangers = [discount(id, 900, skus={f"sku {random.random()}"}) for id in range(1000, 1400)]
    matching = [
        random.choice([discount, points])(
            id, random.randint(1, 3000), skus={random.choice(SKUS)}, priority=id % 3, is_cumulative=id % 2 == 0
        )
        for id in random.sample(range(1, 2000), 20)
        if not 1000 <= id < 1400
    ]
    paper = receipt(*(line(n, random.choice(SKUS), random.randint(1, 999)) for n in range(1, 21)))

    assert priced(strangers + matching, paper) == price_slowly(strangers + matching, paper)


@settings(max_examples=100, deadline=None)
@given(sets_of_rules(), receipts(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_offers_does_not_show(offers: list[OfferRule], paper: Receipt, random: Random) -> None:
    answer = as_bytes(priced(offers, paper))

    shuffled = replace(paper, lines=tuple(random.sample(paper.lines, len(paper.lines))))

    assert as_bytes(priced(random.sample(offers, len(offers)), shuffled)) == answer


@settings(max_examples=150, deadline=None)
@given(papers_paid_with_points())
def test_shares_add_up_and_no_line_goes_below_zero(told: tuple[list[OfferRule], Receipt]) -> None:
    answer = priced(*told)

    for each in answer.lines:
        off = each.till_discount + sum(share for _, share in each.discounts) + each.rounding
        assert each.amount - off == each.total >= each.paid_with_points >= 0
        assert all(share > 0 for _, share in each.discounts + each.points)
        assert not each.points or each.total > each.paid_with_points
    assert answer.total == sum(each.total for each in answer.lines)
    assert answer.rounding == sum(each.rounding for each in answer.lines)
    assert answer.paid_with_points == sum(each.paid_with_points for each in answer.lines)
    assert answer.discount_total == sum(share for each in answer.lines for _, share in each.discounts)
    earned = Counter[int]()
    for each in answer.lines:
        earned.update(dict(each.points))
    assert earned == {earning.offer_id: earning.amount for earning in answer.points}


@settings(max_examples=150, deadline=None)
@given(sets_of_rules(), receipts())
def test_rounding_makes_a_multiple_of_the_step_and_touches_no_discount(offers: list[OfferRule], paper: Receipt) -> None:
    rounded, plain = priced(offers, paper), priced(offers, replace(paper, terms=Terms()))
    step, mode = paper.terms.rounding_step, paper.terms.rounding

    assert rounded.total + rounded.rounding == plain.total
    assert (rounded.discount_total, [each.discounts for each in rounded.lines]) == (
        plain.discount_total,
        [each.discounts for each in plain.lines],
    )
    if mode == "none":
        assert rounded.rounding == 0
    else:
        assert rounded.total % step == 0
        assert (0 <= rounded.rounding < step) if mode == "down" else (-step <= 2 * rounded.rounding < step)


@settings(max_examples=150, deadline=None)
@given(papers_paid_with_points())
def test_points_pay_for_nothing_but_themselves(told: tuple[list[OfferRule], Receipt]) -> None:
    offers, paper = told
    answer, in_money = priced(offers, paper), priced(offers, replace(paper, paid_with_points=0))

    assert (answer.total, answer.discount_total, answer.rounding) == (
        in_money.total,
        in_money.discount_total,
        in_money.rounding,
    )
    if answer.paid_with_points == answer.total:
        assert answer.points == ()


@settings(max_examples=150, deadline=None)
@given(sets_of_rules(), receipts())
def test_every_offer_is_explained_once_and_explains_all(offers: list[OfferRule], paper: Receipt) -> None:
    answer = priced(offers, paper)

    assert Counter(each.offer_id for each in answer.outcomes) == Counter(rule.id for rule in offers)
    assert all((each.code == "given") == (each.amount > 0) for each in answer.outcomes)
    is_discount = {rule.id: rule.benefit == "discount" for rule in offers}
    assert answer.discount_total == sum(each.amount for each in answer.outcomes if is_discount[each.offer_id])
    told = {each.offer_id: each.amount for each in answer.outcomes if each.amount and not is_discount[each.offer_id]}
    assert told == {earning.offer_id: earning.amount for earning in answer.points}


@settings(max_examples=100, deadline=None)
@given(sets_of_rules(), receipts())
def test_no_line_has_two_offers_that_do_not_combine(offers: list[OfferRule], paper: Receipt) -> None:
    answer = priced(offers, paper)

    alone = {rule.id for rule in offers if not rule.is_cumulative}
    for each in answer.lines:
        assert sum(id in alone for id, _ in each.discounts) <= 1
        assert sum(id in alone for id, _ in each.points) <= 1


@settings(max_examples=100, deadline=None)
@given(sets_of_rules(), receipts(), st.sampled_from([{"stores": {"west"}}, {"skus": {"anvil"}}, {"ends_at": NOON}]))
def test_an_offer_that_cannot_match_changes_nothing(
    offers: list[OfferRule], paper: Receipt, hopeless: dict[str, object]
) -> None:
    before = priced(offers, paper)

    after = priced([*offers, discount(1000, 10_000, priority=9, **hopeless)], paper)

    assert after.outcomes[1:] == before.outcomes
    assert after == replace(before, outcomes=after.outcomes)


@settings(max_examples=100, deadline=None)
@given(sets_of_rules(6), receipts())
def test_the_winner_gives_at_least_what_any_rival_would(offers: list[OfferRule], paper: Receipt) -> None:
    rivals = [replace(rule, priority=1, is_cumulative=False) for rule in offers if rule.benefit == "discount"]

    together = priced(rivals, paper).discount_total

    assert all(together >= priced([rival], paper).discount_total for rival in rivals)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 99).flatmap(rules), receipts())
def test_splitting_a_line_changes_no_total(offer: OfferRule, paper: Receipt) -> None:
    whole = replace(paper, lines=tuple(replace(each, quantity=3000, till_discount=0) for each in paper.lines))
    split = replace(
        whole,
        lines=tuple(
            part
            for each in whole.lines
            for part in (replace(each, quantity=2000), replace(each, number=each.number + 100, quantity=1000))
        ),
    )

    before, after = priced([offer], whole), priced([offer], split)

    assert (after.total, after.points, after.outcomes) == (before.total, before.points, before.outcomes)


@settings(max_examples=100, deadline=None)
@given(sets_of_rules(), receipts(), st.randoms(use_true_random=False))
def test_a_published_version_read_back_prices_the_same(offers: list[OfferRule], paper: Receipt, random: Random) -> None:
    stored = to_json(offers)

    read = list(from_json(stored))

    assert to_json(random.sample(read, len(read))) == stored
    assert sorted(read, key=lambda rule: rule.id) == sorted(offers, key=lambda rule: rule.id)
    assert as_bytes(priced(read, paper)) == as_bytes(priced(offers, paper))
