"""Every filter can be read aloud."""

from datetime import date

import pytest

from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences.conditions import Condition
from regulars.loyalty.audiences.filters import EVERYBODY, Group
from regulars.loyalty.audiences.names import CurrencyNamed, MailingTypeNamed, Names
from regulars.loyalty.audiences.sentences import phrase, sentence

ONE = Names(
    {"mailings": MailingTypeNamed("Mailings", frozenset({"sms"}))},
    {"dairy": "Dairy"},
    {"points": CurrencyNamed("Club points")},
)
TWO = Names(currencies={"points": CurrencyNamed("points"), "stars": CurrencyNamed("stars", 2)})
DAIRY = asked.BoughtCategory("dairy", 30)
BALANCE = asked.PointsBalance("points", 500)
CITIES = asked.City(("Moscow", "Tver"))


@pytest.mark.parametrize(
    ("condition", "said", "opposite"),
    [
        (asked.Consent("mailings", "sms"), "allow Mailings by SMS", "do not allow Mailings by SMS"),
        (asked.Consent("mailings", "sms", False), "do not allow Mailings by SMS", "allow Mailings by SMS"),
        (CITIES, "live in Moscow or Tver", "do not live in Moscow or Tver"),
        (asked.City(("A", "B", "C"), False), "do not live in A, B or C", "live in A, B or C"),
        (asked.BirthdayMonth((2, 5)), "have their birthday in February or May",
         "do not have their birthday in February or May"),
        (asked.BirthdaySoon(0), "have their birthday today", "do not have their birthday today"),
        (asked.BirthdaySoon(7), "have their birthday within the next 7 days",
         "do not have their birthday within the next 7 days"),
        (DAIRY, "bought Dairy in the last 30 days", "did not buy Dairy in the last 30 days"),
        (asked.BoughtCategory("dairy", 1, 3), "bought Dairy at least 3 times in the last day",
         "did not buy Dairy at least 3 times in the last day"),
        (asked.BoughtCategory("gone", 30, 1, False), "did not buy gone in the last 30 days",
         "bought gone in the last 30 days"),
        (asked.PointsBalance("points", 1500), "have at least 1\u00a0500 points", "do not have at least 1\u00a0500 points"),
        (asked.PointsBalance("points", None, 10), "have at most 10 points", "do not have at most 10 points"),
        (asked.PointsBalance("points", 1, 9), "have between 1 and 9 points", "do not have between 1 and 9 points"),
        (asked.PointsBalance("points", 0, 0), "have exactly 0 points", "do not have exactly 0 points"),
        (asked.Registered(30), "joined in the last 30 days", "did not join in the last 30 days"),
        (asked.Registered(None, date(2026, 3, 1)), "joined before 1 March 2026", "did not join before 1 March 2026"),
        (asked.LastPurchase(90), "bought something in the last 90 days", "bought nothing in the last 90 days"),
        (asked.LastPurchase(90, False), "bought nothing in the last 90 days", "bought something in the last 90 days"),
        (asked.Language(("en", "ru")), "are written to in English or Russian",
         "are not written to in English or Russian"),
    ],
)  # fmt: skip
def test_a_condition_and_its_opposite_are_said(condition: Condition, said: str, opposite: str) -> None:
    assert phrase(condition, ONE) == said
    assert phrase(condition, ONE, is_so=False) == opposite


@pytest.mark.parametrize(
    ("filter", "said"),
    [
        (EVERYBODY, "All members"),
        (Group("all", (CITIES,)), "Members in Moscow or Tver"),
        (Group("all", (DAIRY, CITIES, BALANCE)),
         "Members in Moscow or Tver who bought Dairy in the last 30 days and have at least 500 points"),
        (Group("any", (CITIES, DAIRY)), "Members who live in Moscow or Tver or bought Dairy in the last 30 days"),
        (Group("none", (CITIES, DAIRY)),
         "Members who do not live in Moscow or Tver and did not buy Dairy in the last 30 days"),
        (Group("all", (DAIRY, BALANCE, Group("any", (asked.City(("Bath",)), asked.City(("York",)))))),
         "Members who bought Dairy in the last 30 days, have at least 500 points and (live in Bath or live in York)"),
        (Group("none", (DAIRY, Group("all", (CITIES, BALANCE)))),
         "Members who did not buy Dairy in the last 30 days and"
         " (do not live in Moscow or Tver or do not have at least 500 points)"),
        (Group("all", (DAIRY, Group("none", (BALANCE,)))),
         "Members who bought Dairy in the last 30 days and do not have at least 500 points"),
        (Group("all", (Group("none", (CITIES,)),)), "Members who do not live in Moscow or Tver"),
    ],
)  # fmt: skip
def test_a_filter_is_one_sentence(filter: Group, said: str) -> None:
    assert sentence(filter, ONE) == said


def test_several_currencies_are_told_apart_and_written_with_their_decimals() -> None:
    assert phrase(asked.PointsBalance("stars", 1250), TWO) == "have at least 12.50 stars"
