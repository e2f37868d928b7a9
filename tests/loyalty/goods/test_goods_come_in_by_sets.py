"""Goods come in by the tens of thousands, and the same rows twice change nothing."""

from datetime import datetime

import pytest

from regulars.journal.models import Entry
from regulars.loyalty.goods import actions, queries
from regulars.loyalty.goods.rows import Counted, GroupRow, ProductRow
from tests import make

pytestmark = pytest.mark.django_db

TREE = [GroupRow("whole_milk", "Whole milk", "milk"), GroupRow("food", "Food"), GroupRow("milk", "Milk", "food")]


def test_a_product_belongs_to_its_group_and_all_above(at: datetime) -> None:
    actions.add_groups(TREE, by=make.BY, at=at)

    make.product("4006", group="whole_milk", unit_price=129)

    found = queries.find_by_sku(["4006", "unheard-of"])
    assert list(found) == ["4006"]
    assert (found["4006"].groups, found["4006"].unit_price) == (["whole_milk", "milk", "food"], 129)


def test_the_same_goods_twice_change_nothing(at: datetime) -> None:
    actions.add_groups(TREE, by=make.BY, at=at)
    rows = [ProductRow("1", "Milk", "Farm", "milk", 99), ProductRow("2", "Bread", "", "food", 199)]

    assert actions.add_products(rows, by=make.BY, at=at) == Counted(2, 0, 0)
    assert actions.add_products(rows, by=make.BY, at=at) == Counted(0, 0, 2)
    assert actions.add_groups(TREE, by=make.BY, at=at) == Counted(0, 0, 3)

    assert Entry.objects.filter(event="loyalty.ProductsChanged").count() == 1


def test_a_new_price_changes_one_product(at: datetime) -> None:
    actions.add_products([ProductRow("1", "Milk", unit_price=99), ProductRow("2", "Bread")], by=make.BY, at=at)

    counted = actions.add_products(
        [ProductRow("1", "Milk", unit_price=109), ProductRow("2", "Bread")], by=make.BY, at=at
    )

    assert counted == Counted(0, 1, 1)
    assert queries.find_by_sku(["1"])["1"].unit_price == 109


def test_products_follow_a_group_that_moves(at: datetime) -> None:
    actions.add_groups(TREE, by=make.BY, at=at)
    make.product("4006", group="whole_milk")

    actions.add_groups([GroupRow("drinks", "Drinks"), GroupRow("milk", "Milk", "drinks")], by=make.BY, at=at)

    assert queries.find_by_sku(["4006"])["4006"].groups == ["whole_milk", "milk", "drinks"]


def test_a_group_cannot_stand_above_itself(at: datetime) -> None:
    actions.add_groups(TREE, by=make.BY, at=at)

    with pytest.raises(actions.GroupsLoop):
        actions.add_groups([GroupRow("food", "Food", "whole_milk")], by=make.BY, at=at)


def test_a_group_that_does_not_exist_is_named(at: datetime) -> None:
    with pytest.raises(actions.UnknownGroup) as refused:
        actions.add_products([ProductRow("1", "Milk", group="dairy")], by=make.BY, at=at)

    assert refused.value.field == "group"


def test_search_finds_by_words_brand_and_number(at: datetime) -> None:
    make.product("4006", name="Whole milk 3.5 %", brand="Farm")
    make.product("5001", name="Rye bread")

    assert [product.sku for product in queries.search("MILK farm")] == ["4006"]
    assert [product.sku for product in queries.search("500")] == ["5001"]
    assert queries.search("%") == queries.search("3.5 %") == queries.search("milk %")
    assert queries.search("  ") == []


def test_ninety_thousand_products_come_in(at: datetime) -> None:
    actions.add_groups(TREE, by=make.BY, at=at)
    rows = (ProductRow(f"sku-{n}", f"Product {n}", f"Brand {n % 700}", "whole_milk", n % 5000) for n in range(90_000))

    counted = actions.add_products(rows, by=make.BY, at=at)

    assert (counted.added, queries.count_products()) == (90_000, 90_000)
