"""The programme that the demo publishes, as plain words and numbers: points, cards, offers, notification, categories.

Group codes are those of the shopping data (the generated programme uses the same ones); each is bought often.
Percentages are in basis points. Of the non-cumulative offers one wins on a line, by priority; the cumulative ones come
on top.
"""

from dataclasses import dataclass
from typing import Literal

from regulars.management.demo.shopping import CURRENCY, STORE_ZONE


@dataclass(frozen=True, slots=True)
class OfferPlan:
    """One offer; no groups means the whole receipt, a greater priority wins."""

    code: str
    name: str
    receipt_text: str
    benefit: Literal["discount", "points"]
    percent_bp: int
    groups: tuple[str, ...]
    is_cumulative: bool
    priority: int


@dataclass(frozen=True, slots=True)
class PointsPlan:
    """The currency of points: how many decimals it shows, and what one whole point is worth in cents."""

    code: str
    name: str
    name_ru: str
    decimals: int
    worth_minor: int
    lives_days: int


@dataclass(frozen=True, slots=True)
class CardSeriesPlan:
    """A series of cards: the prefix, the whole length with the check digit, and which check digit it is."""

    code: str
    name: str
    prefix: str
    length: int
    check_digit: Literal["ean", "luhn"]


@dataclass(frozen=True, slots=True)
class NotificationPlan:
    """What is sent when something happened: Liquid text by language; the variables are `points` and `balance`."""

    event: str
    channel: str
    mailing_type: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class CategoryPlan:
    """A category of mailings that a customer can switch by itself."""

    code: str
    name: str
    name_ru: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything that is set up before the first receipt."""

    name: str
    partner: str
    currency: str
    time_zone: str
    points: PointsPlan
    cards: CardSeriesPlan
    offers: tuple[OfferPlan, ...]
    notifications: tuple[NotificationPlan, ...]
    categories: tuple[CategoryPlan, ...]


SOFT_DRINKS = "grocery.soft_drinks"
MILK = "grocery.fluid_milk_products"
BREAD = "grocery.baked_bread_buns_rolls"
BEEF = "meat.beef"
MEAT = "meat"
FRUIT = ("produce.tropical_fruit", "produce.apples", "produce.berries")

OFFERS = (
    OfferPlan("points-5", "5 % back in points", "5 % in points", "points", 500, (), is_cumulative=True, priority=10),
    OfferPlan(
        "milk-points",
        "Milk: 5 % more in points",
        "Milk +5 % points",
        "points",
        500,
        (MILK,),
        is_cumulative=True,
        priority=20,
    ),
    OfferPlan(
        "fruit-5", "5 % off fresh fruit", "Fresh fruit −5 %", "discount", 500, FRUIT, is_cumulative=True, priority=20
    ),
    OfferPlan(
        "bread-3", "3 % off bread and buns", "Bread −3 %", "discount", 300, (BREAD,), is_cumulative=True, priority=10
    ),
    OfferPlan(
        "drinks-10",
        "10 % off soft drinks",
        "Soft drinks −10 %",
        "discount",
        1000,
        (SOFT_DRINKS,),
        is_cumulative=False,
        priority=30,
    ),
    OfferPlan(
        "meat-7",
        "7 % off all fresh meat",
        "Fresh meat −7 %",
        "discount",
        700,
        (MEAT,),
        is_cumulative=False,
        priority=40,
    ),
    OfferPlan(
        "beef-15",
        "15 % off beef instead of 7 %",
        "Beef −15 %",
        "discount",
        1500,
        (BEEF,),
        is_cumulative=False,
        priority=50,
    ),
)

POINTS_CREDITED = NotificationPlan(
    event="points_credited",
    channel="sms",
    mailing_type="accrual",
    texts={
        "en": "+{{ points }} points for your purchase. You have {{ balance }} now. Thank you, see you soon!",
        "ru": "+{{ points }} баллов за покупку. Сейчас у вас {{ balance }}. Спасибо, до встречи!",
    },
)

CATEGORIES = (
    CategoryPlan("weekly-offers", "Weekly offers", "Предложения недели", ("sms", "email")),
    CategoryPlan("recipes", "Recipes", "Рецепты", ("email",)),
    CategoryPlan("black-friday", "Black Friday", "Чёрная пятница", ("sms", "email")),
)

PROGRAMME = Programme(
    name="Corner Market Club",
    partner="Corner Market",
    currency=CURRENCY,
    time_zone=STORE_ZONE.key,
    points=PointsPlan("points", "Points", "Баллы", decimals=0, worth_minor=1, lives_days=365),
    cards=CardSeriesPlan("club", "Club card", prefix="2600", length=13, check_digit="ean"),
    offers=OFFERS,
    notifications=(POINTS_CREDITED,),
    categories=CATEGORIES,
)
