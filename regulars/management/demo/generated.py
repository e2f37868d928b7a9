"""A small programme made up from a seed, for who lacks the shopping data: 200 households, 12 stores, 300 products.

It speaks the same words as `journey` (the same group codes, so the same offers fit), and everything follows from the
seed and the calendar: a day is always the same day, however much of the history is read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import islice
from random import Random

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
)
from regulars.management.demo.tillfacts import price_and_discount

HISTORY_DAYS = 120
STORES = 12
HOUSEHOLDS = 200
BASKETS_ON_A_DAY = (90, 120)
OPENS, CLOSES = 8, 22
UNLISTED_PERCENT = 1
DISCOUNT_PERCENT = 25
LIKES_HIS_STORE_PERCENT = 85


@dataclass(frozen=True, slots=True)
class Kind:
    """Ten articles of one group: five of makers and five of the store's own, in five sizes."""

    department: str
    category: str
    kind: str
    price_minor: int
    sizes: tuple[str, ...]
    weight: int = 1
    is_weighed: bool = False


_WEIGHED = ("",) * 5

KINDS = (
    Kind("GROCERY", "SOFT DRINKS", "COLA", 169, ("12 OZ", "20 OZ", "1 L", "2 L", "6 PK"), 6),
    Kind("GROCERY", "SOFT DRINKS", "LEMONADE", 159, ("12 OZ", "20 OZ", "1 L", "2 L", "6 PK"), 3),
    Kind("GROCERY", "FLUID MILK PRODUCTS", "WHOLE MILK", 129, ("1 PT", "1 QT", "2 QT", "1 GA", "2 GA"), 6),
    Kind("GROCERY", "FLUID MILK PRODUCTS", "LOW FAT MILK", 125, ("1 PT", "1 QT", "2 QT", "1 GA", "2 GA"), 3),
    Kind("GROCERY", "BAKED BREAD/BUNS/ROLLS", "WHITE BREAD", 139, ("8 OZ", "12 OZ", "16 OZ", "20 OZ", "24 OZ"), 6),
    Kind("GROCERY", "BAKED BREAD/BUNS/ROLLS", "HAMBURGER BUNS", 129, ("4 CT", "6 CT", "8 CT", "10 CT", "12 CT"), 2),
    Kind("GROCERY", "CHEESE", "SHREDDED CHEESE", 249, ("4 OZ", "8 OZ", "12 OZ", "16 OZ", "32 OZ"), 4),
    Kind("GROCERY", "BAG SNACKS", "POTATO CHIPS", 199, ("2 OZ", "5 OZ", "9 OZ", "11 OZ", "20 OZ"), 4),
    Kind("GROCERY", "YOGURT", "FRUIT YOGURT", 69, ("4 OZ", "6 OZ", "8 OZ", "16 OZ", "32 OZ"), 3),
    Kind("GROCERY", "EGGS", "EGGS - LARGE", 149, ("6 CT", "1 DZ", "18 CT", "2 DZ", "5 DZ"), 3),
    Kind("GROCERY", "SOUP", "CONDENSED SOUP", 99, ("10 OZ", "11 OZ", "12 OZ", "19 OZ", "26 OZ"), 2),
    Kind("GROCERY", "FROZEN PIZZA", "FROZEN PIZZA", 399, ("9 OZ", "12 OZ", "16 OZ", "22 OZ", "32 OZ"), 2),
    Kind("GROCERY", "COLD CEREAL", "CORN FLAKES", 289, ("9 OZ", "12 OZ", "15 OZ", "18 OZ", "24 OZ"), 2),
    Kind("GROCERY", "DRY NOODLES/PASTA", "SPAGHETTI", 109, ("8 OZ", "12 OZ", "16 OZ", "32 OZ", "48 OZ"), 2),
    Kind("GROCERY", "COFFEE", "GROUND COFFEE", 549, ("10 OZ", "12 OZ", "16 OZ", "24 OZ", "34 OZ"), 2),
    Kind(
        "GROCERY", "ICE CREAM/MILK/SHERBTS", "VANILLA ICE CREAM", 349, ("16 OZ", "32 OZ", "48 OZ", "56 OZ", "1 GA"), 2
    ),
    Kind("GROCERY", "BATH TISSUES", "BATH TISSUE", 449, ("4 CT", "6 CT", "9 CT", "12 CT", "24 CT")),
    Kind("PRODUCE", "TROPICAL FRUIT", "BANANAS", 59, _WEIGHED, 5, is_weighed=True),
    Kind("PRODUCE", "APPLES", "APPLES RED", 149, _WEIGHED, 3, is_weighed=True),
    Kind("PRODUCE", "BERRIES", "STRAWBERRIES", 299, ("8 OZ", "12 OZ", "16 OZ", "24 OZ", "32 OZ"), 2),
    Kind("PRODUCE", "POTATOES", "POTATOES", 89, _WEIGHED, 2, is_weighed=True),
    Kind("PRODUCE", "TOMATOES", "TOMATOES", 199, _WEIGHED, 2, is_weighed=True),
    Kind("MEAT", "BEEF", "GROUND BEEF", 399, _WEIGHED, 3, is_weighed=True),
    Kind("MEAT", "CHICKEN", "CHICKEN BREAST", 349, _WEIGHED, 3, is_weighed=True),
    Kind("MEAT", "PORK", "PORK CHOPS", 329, _WEIGHED, 2, is_weighed=True),
    Kind("DELI", "DELI MEATS", "TURKEY BREAST", 599, _WEIGHED, 2, is_weighed=True),
    Kind("DRUG GM", "CANDY - PACKAGED", "MILK CHOCOLATE", 129, ("2 OZ", "4 OZ", "8 OZ", "12 OZ", "16 OZ"), 2),
    Kind("DRUG GM", "NEWSPAPER", "NEWSPAPER", 75, ("1 CT",) * 5),
    Kind("COSMETICS", "SHAMPOO", "SHAMPOO", 429, ("7 OZ", "10 OZ", "12 OZ", "15 OZ", "24 OZ")),
    Kind("FLORAL", "CUT FLOWERS", "ROSES", 999, ("3 CT", "6 CT", "1 DZ", "18 CT", "2 DZ")),
)
ARTICLES_PER_KIND = 10
AGES = ("19-24", "25-34", "35-44", "45-54", "55-64", "65+", "")


@dataclass(frozen=True, slots=True)
class _Article:
    product: Product
    price_minor: int
    weight: int
    is_weighed: bool


class Generated:
    """The made-up programme, whose last day is the day before `today`."""

    name = "generated"
    origin = "Made up from a seed; no real shopping stands behind it."
    default_slice = Slice(days=60)

    def __init__(self, *, today: date, seed: str = "regulars") -> None:
        """Choose the seed; nothing is generated before it is asked for."""
        self.rejected: Counter[str] = Counter()
        self._seed = seed
        self._last_day = today - timedelta(days=1)

    def count(self, part: Slice) -> Counts:
        """Count what a slice holds by generating it once."""
        baskets = lines = 0
        households: set[str] = set()
        skus: set[str] = set()
        stores: set[str] = set()
        for basket in self.baskets(part):
            baskets, lines = baskets + 1, lines + len(basket.lines)
            households.add(basket.household)
            stores.add(basket.store_code)
            skus.update(line.sku for line in basket.lines)
        return Counts(len(households), baskets, lines, len(skus), len(stores))

    def stores(self, part: Slice = EVERYTHING) -> Iterator[Store]:
        """Yield all stores."""
        for number in range(1, STORES + 1):
            yield Store(str(number), f"Store {number}", STORE_ZONE.key)

    def product_groups(self, part: Slice = EVERYTHING) -> Iterator[ProductGroup]:
        """Yield all groups, parents first."""
        return distinct_groups(self.products())

    def products(self, part: Slice = EVERYTHING) -> Iterator[Product]:
        """Yield all products."""
        return (article.product for article in self._articles)

    def households(self, part: Slice = EVERYTHING) -> Iterator[Household]:
        """Yield all households; some tell their age."""
        for number in range(1, HOUSEHOLDS + 1):
            yield Household(str(number), age=self._chance("household", number).choice(AGES))

    def campaigns(self) -> Iterator[Campaign]:
        """Yield two that are on: one about cheese for every household, one about coffee for every second."""
        everybody = tuple(str(number) for number in range(1, HOUSEHOLDS + 1))
        for code, group, households in (("1", "CHEESE", everybody), ("2", "COFFEE", everybody[::2])):
            path = tree.path("GROCERY", group, group)[1]
            goods = tuple(product.sku for product in self.products() if product.groups[1].code == path.code)
            days = self._last_day - timedelta(days=20), self._last_day + timedelta(days=20)
            yield Campaign(code, "generated", *days, households, {code: goods})

    def heroine(self) -> str:
        """Name the demo's heroine: the first household, which comes twice as often as the others."""
        return "1"

    def baskets(self, part: Slice, *, limit: int | None = None) -> Iterator[Basket]:
        """Yield the slice's baskets by time, at most `limit`; a day at a time, so memory does not grow."""
        days = min(part.days or HISTORY_DAYS, HISTORY_DAYS)
        each_day = (self._day(self._last_day - timedelta(days=back)) for back in range(days - 1, -1, -1))
        return islice((basket for day in each_day for basket in day), limit)

    def _day(self, day: date) -> list[Basket]:
        chance = self._chance("day", day.isoformat())
        baskets = [self._basket(chance, day, place) for place in range(chance.randint(*BASKETS_ON_A_DAY))]
        return sorted(baskets, key=lambda basket: (basket.sold_at, basket.number))

    def _basket(self, chance: Random, day: date, place: int) -> Basket:
        hour = min(int(chance.triangular(OPENS, CLOSES, 18)), CLOSES - 1)
        local = datetime(
            day.year, day.month, day.day, hour, chance.randrange(60), chance.randrange(60), tzinfo=STORE_ZONE
        )
        household = 1 + chance.randrange(HOUSEHOLDS + 1) % HOUSEHOLDS
        near = chance.randrange(100) < LIKES_HIS_STORE_PERCENT
        store = household % STORES + 1 if near else chance.randint(1, STORES)
        chosen = chance.choices(self._articles, self._weights, k=1 + min(int(chance.expovariate(1 / 7)), 39))
        distinct = {article.product.sku: article for article in chosen}
        lines = [self._line(chance, article) for _, article in sorted(distinct.items())]
        return Basket(f"{day:%y%m%d}{place:04}", str(store), str(household), local.astimezone(UTC), lines)

    def _line(self, chance: Random, article: _Article) -> BasketLine:
        quantity = chance.randint(1001, 3500) if article.is_weighed else chance.choice((1, 1, 1, 1, 2, 2, 3, 4))
        shelf = article.price_minor * quantity // (1000 if article.is_weighed else 1)
        taken_off = shelf * chance.choice((5, 10, 20, 25)) // 100 if chance.randrange(100) < DISCOUNT_PERCENT else 0
        terms = price_and_discount(quantity, shelf - taken_off, taken_off)
        if chance.randrange(100) < UNLISTED_PERCENT:
            sku = f"9{article.product.sku}"
            return BasketLine(sku, f"Unlisted {sku}", *terms, is_listed=False)
        return BasketLine(article.product.sku, article.product.name, *terms, is_listed=True)

    @cached_property
    def _articles(self) -> list[_Article]:
        return [
            _article(place, kind, variant) for place, kind in enumerate(KINDS) for variant in range(ARTICLES_PER_KIND)
        ]

    @cached_property
    def _weights(self) -> list[int]:
        return [article.weight for article in self._articles]

    def _chance(self, *what: object) -> Random:
        return Random(":".join(map(str, (self._seed, *what))))


def _article(place: int, kind: Kind, variant: int) -> _Article:
    """Make one of the ten articles of a kind: the bigger the size the dearer, and the store's own a fifth cheaper."""
    step, is_own_brand = variant % 5, variant >= 5
    size = kind.sizes[step]
    name = wording.product_name(kind.category, kind.kind, size, is_own_brand=is_own_brand)
    if kind.is_weighed or kind.kind == "NEWSPAPER":
        name = f"{name}, no. {step + 1}"
    price = kind.price_minor * (100 + 35 * step) // 100 * (80 if is_own_brand else 100) // 100
    groups = tree.path(kind.department, kind.category, kind.kind)
    sku, brand = str(10001 + place * ARTICLES_PER_KIND + variant), "Private" if is_own_brand else "National"
    product = Product(sku, name, groups, brand, wording.package(size))
    return _Article(product, price, kind.weight, kind.is_weighed)
