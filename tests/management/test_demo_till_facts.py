"""A line of the data becomes a legal line of a receipt: what was paid holds to the cent, quantities are read right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.management.demo.shopping import line_amount
from regulars.management.demo.tillfacts import NotALine, price_and_discount
from regulars.management.demo.wording import group_code, product_name, readable


@pytest.mark.parametrize(
    ("quantity", "paid", "discount", "expected"),
    [
        pytest.param(2, 355, 223, (2000, 289, 223), id="the shelf price is paid and discount together"),
        pytest.param(0, 89, 0, (1000, 89, 0), id="no quantity is one piece"),
        pytest.param(0, 0, 0, (1000, 0, 0), id="a scanned coupon costs nothing"),
        pytest.param(3, 100, 0, (3000, 34, 2), id="three for a dollar: the next cent up, the rest taken off"),
        pytest.param(3, 100, 30, (3000, 43, 29), id="the discount takes up the rest where it can"),
        pytest.param(10_393, 2400, 100, (10_393, 241, 105), id="petrol in thousandths"),
        pytest.param(103, 26, 1, (103, 262, 1), id="a little petrol: a piece would cost less than a cent"),
        pytest.param(144, 2400, 2400, (144_000, 33, 2352), id="many pieces are pieces"),
        pytest.param(1000, 286_000, 0, (1_000_000, 286, 0), id="a thousand is still pieces"),
    ],
)
def test_a_line_is_read(quantity: int, paid: int, discount: int, expected: tuple[int, int, int]) -> None:
    assert price_and_discount(quantity, paid, discount) == expected


@given(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 100_000))
def test_price_times_quantity_less_discount_is_always_what_was_paid(quantity: int, paid: int, discount: int) -> None:
    thousandths, price, taken_off = price_and_discount(quantity, paid, discount)

    amount = line_amount(price, thousandths)
    assert amount - taken_off == paid
    assert 0 <= taken_off <= amount


@pytest.mark.parametrize(
    ("quantity", "paid", "discount", "reason"),
    [
        (1, -1, 0, "price below zero"),
        (1, 1, -1, "discount below zero"),
        (-1, 1, 0, "quantity below zero"),
    ],
)
def test_what_cannot_be_on_a_receipt_is_refused(quantity: int, paid: int, discount: int, reason: str) -> None:
    with pytest.raises(NotALine, match=reason):
        price_and_discount(quantity, paid, discount)


def test_clipped_capitals_become_words() -> None:
    assert readable("SFT DRNK SNGL SRV BTL CARB (EX") == "Soft drink single serve bottle carbonated"
    assert readable("BAKED BREAD/BUNS/ROLLS") == "Baked bread, buns, rolls"
    assert readable("SOFT DRINKS 12/18&15PK CAN CAR") == "Soft drinks 12, 18 and 15-pack can car"
    assert product_name("BACON", "ECONOMY", "16 OZ", is_own_brand=False) == "Bacon, economy, 16 oz"
    assert group_code("FRZN MEAT/MEAT DINNERS") == "frzn_meat_meat_dinners"
