"""Every column that can hold words has a line that says what leaving does to it."""

from collections import Counter

from django.apps import apps
from django.db import models

from tests.house.erasure import ERASURES, Erasure

WORDS = (
    "CharField",
    "TextField",
    "JSONField",
    "BinaryField",
    "ArrayField",
    "DateField",
    "EmailField",
    "URLField",
    "SlugField",
    "UUIDField",
    "GenericIPAddressField",
    "FileField",
)


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("regulars.")]


def columns() -> set[tuple[str, str]]:
    return {
        (model._meta.db_table, str(field.column))
        for model in ours()
        for field in model._meta.local_concrete_fields
        if field.get_internal_type() in WORDS
    }


def unclassified(erasures: tuple[Erasure, ...]) -> set[tuple[str, str]]:
    return columns() - {(erasure.table, erasure.column) for erasure in erasures}


def test_every_column_with_words_is_classified() -> None:
    assert not unclassified(ERASURES)


def test_no_line_is_about_a_column_that_is_not_there() -> None:
    assert not {(erasure.table, erasure.column) for erasure in ERASURES} - columns()


def test_no_column_is_classified_twice() -> None:
    counted = Counter((erasure.table, erasure.column) for erasure in ERASURES)
    assert not [column for column, lines in counted.items() if lines > 1]


def test_every_personal_column_is_erased_and_not_kept() -> None:
    kept = [e for e in ERASURES if e.kind == "personal" and e.action.startswith("stays")]
    assert not kept


def test_a_forgotten_column_is_noticed() -> None:
    without = tuple(erasure for erasure in ERASURES if erasure.column != "birth_date")

    assert unclassified(without) == {("loyalty_members_member", "birth_date")}
