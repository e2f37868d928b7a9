"""Tests of the tests: a breach planted into a copy of the tree is caught, and the sentence says where."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from django.db import connection

from regulars.access.routes import ROUTES
from tests.house import contracts, documents, events, files, floors, habits, history, keys, routes, sizes, words
from tests.house.source import HOUSE, ROOT, Module, Source
from tests.house.test_history_is_for_ever import refuses


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the product's Python files."""
    shutil.copytree(
        ROOT / "regulars", tmp_path / "regulars", ignore=shutil.ignore_patterns("static", "*.html", "__pycache__")
    )
    return tmp_path


def plant(tree: Path, path: str, text: str) -> None:
    file = tree / "regulars" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text((file.read_text() if file.exists() else '"""A new file."""\n') + "\n" + text + "\n")


type Look = Callable[[Source], list[str]]

LONG = "def long() -> None:\n" + "    print()\n" * 70
EVENT = """
@dataclass(frozen=True, slots=True)
class CardLost(Event):
    system: ClassVar[str] = "loyalty"
    member_id: int
"""
PLANTS: list[tuple[str, str, str, Look]] = [
    ("regulars/web/till/lost.py", "def lose(card: Card) -> None:\n    card.save()", "save", habits.door_saves),
    (
        "regulars/api/pos/lost.py",
        "def lose() -> None:\n    Card.objects.filter(id=1).update(state='lost')",
        "update",
        habits.door_saves,
    ),
    (
        "regulars/api/pos/gone.py",
        "from regulars.kit import sql\nsql.run('delete from x')",
        "regulars.kit.sql",
        habits.door_saves,
    ),
    ("regulars/web/account/gone.py", "def go(card: Card) -> None:\n    card.delete()", "delete", habits.door_saves),
    ("regulars/loyalty/cards/events.py", EVENT, "loyalty.CardLost", events.without_a_line),
    ("regulars/loyalty/cards/events.py", EVENT.replace("CardLost", "LoseCard"), "past tense", events.badly_told),
    ("regulars/loyalty/cards/events.py", EVENT.replace("member_id: int", "phone: str"), "phone", events.badly_told),
    (
        "regulars/loyalty/points/late.py",
        "STATEMENT = 'update loyalty_points_entry set amount = 0'",
        "append-only",
        history.changes,
    ),
    (
        "regulars/loyalty/points/late.py",
        "from regulars.loyalty.points.models import Entry\nEntry.objects.filter(id=1).delete()",
        "append-only",
        history.changes,
    ),
    ("regulars/journal/late.py", "STATEMENT = 'DELETE FROM journal_entry'", "journal_entry", history.changes),
    (
        "regulars/loyalty/cards/late.py",
        "STATEMENT = 'select 1 from loyalty_points_lot'",
        "not below",
        floors.upward_looks,
    ),
    (
        "regulars/smartcomms/sync/late.py",
        "STATEMENT = 'select 1 from loyalty_members_member'",
        "not below",
        floors.upward_looks,
    ),
    (
        "regulars/loyalty/cards/late.py",
        "from datetime import datetime\nNOW = datetime.now()",
        "`at`",
        habits.clock_readings,
    ),
    (
        "regulars/loyalty/cards/late.py",
        "from regulars.kit import clock\nNOW = clock.now()",
        "`at`",
        habits.clock_readings,
    ),
    (
        "regulars/loyalty/cards/late.py",
        "made_at = DateTimeField(auto_now_add=True)",
        "auto_now_add",
        habits.clock_readings,
    ),
    ("regulars/loyalty/cards/late.py", "from django.db.models.signals import post_save", "post_save", habits.signals),
    ("regulars/loyalty/cards/utils.py", "", "drawer", words.drawers),
    ("regulars/loyalty/cards/late.py", "def process_card() -> None: ...", "“process”", words.empty_words),
    ("regulars/loyalty/cards/late.py", "class CardManager: ...", "“manager”", words.empty_words),
    ("regulars/loyalty/cards/late.py", LONG, "71 lines", sizes.too_long),
    ("regulars/loyalty/cards/late.py", "A = 1\n" * 500, "split the room", sizes.too_long),
    ("regulars/web/till/late.py", "A = 1\n" * 300, "door", sizes.too_long),
    ("regulars/loyalty/cards/late.py", "from regulars.kit.events import Event" + EVENT, "events.py", events.badly_told),
]


@cache
def known(look: Look) -> set[str]:
    """The breaches that are there without us: the tests of those say so, not this one."""
    return set(look(HOUSE))


@pytest.mark.parametrize(("path", "text", "said", "look"), PLANTS)
def test_a_planted_line_is_caught(path: str, text: str, said: str, look: Look) -> None:
    new = set(look(HOUSE.planted(path, text))) - known(look)

    assert new, f"{look.__name__} did not see the breach planted in {path}."
    assert all(path in breach for breach in new), new
    assert any(said in breach for breach in new), new


def test_a_module_that_says_nothing_about_itself_is_caught() -> None:
    silent = Module("regulars.loyalty.cards.silent", "regulars/loyalty/cards/silent.py", "A = 1\n")
    source = HOUSE.planted("regulars/loyalty/cards/late.py", "")
    source.modules.append(silent)

    assert any(silent.path in breach for breach in habits.silent_modules(source))


def test_imports_that_leave_the_floors_are_caught(tree: Path) -> None:
    plant(tree, "kit/money.py", "from regulars.journal import queries")
    plant(tree, "loyalty/cards/numbers.py", "from regulars.loyalty.points import queries")
    plant(tree, "loyalty/points/queries.py", "from regulars.smartcomms.customers import queries")
    plant(tree, "loyalty/goods/queries.py", "from regulars.loyalty.goods import actions")
    plant(tree, "web/till/late.py", "from regulars.loyalty.cards.models import Card")
    plant(tree, "web/smartcomms/late.py", "from regulars.loyalty.cards import queries")
    plant(tree, "loyalty/favourites/__init__.py", "")
    plant(tree, "sandbox/late.py", "from regulars.contract import channels")

    kept, said = contracts.checked(tree)

    assert not kept
    for planted in (
        "regulars.kit.money -> regulars.journal.queries",
        "regulars.loyalty.cards.numbers -> regulars.loyalty.points.queries",
        "regulars.loyalty.points.queries -> regulars.smartcomms.customers.queries",
        "regulars.loyalty.goods.queries -> regulars.loyalty.goods.actions",
        "regulars.web.till.late -> regulars.loyalty.cards.models",
        "regulars.web.smartcomms.late -> regulars.loyalty.cards.queries",
        "- regulars.loyalty.favourites",
        "regulars.sandbox.late -> regulars.contract.channels",
    ):
        assert planted in said, f"{planted} was not caught:\n{said}"
    assert "reactions.py" in said, "a broken contract says what to do"


@pytest.mark.django_db
def test_a_grant_that_opens_history_is_caught() -> None:
    statement = "update journal_entry set event = event"
    assert refuses(statement)

    with connection.cursor() as cursor:
        cursor.execute("set role none; grant update on journal_entry to regulars_app; set role regulars_app")

    assert not refuses(statement)


@pytest.mark.django_db
def test_a_key_without_the_column_is_caught() -> None:
    before = keys.keys_without_it()

    with connection.cursor() as cursor:
        cursor.execute("set role none; create unique index planted on loyalty_points_lot (currency_id)")

    assert len(keys.keys_without_it()) == len(before) + 1


def test_an_address_without_a_line_and_a_line_without_an_address_are_caught() -> None:
    found = list(routes.addresses())
    line = "healthz"
    fewer = {address: opener for address, opener in ROUTES.items() if address != line}

    assert routes.without_a_line(found, fewer)
    assert routes.without_an_address(found, {**ROUTES, "tils/": "till"})
    assert routes.misspelt({"till/": "anybody"})


def test_a_link_that_leads_nowhere_is_caught(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](other.md) [b](#here) [c](#there) [d](https://example.org/x)\n")

    assert [breach.split()[3].rstrip(",") for breach in documents.dead_links(tmp_path, [page])] == [
        "other.md",
        "#there",
    ]


def test_secrets_machines_and_lock_files_are_caught(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("\n".join([f"see /{'home'}/anna/regulars", f"-----BEGIN {'PRIVATE'} KEY-----", f"{'TO'}DO: later"]))
    (tmp_path / "uv.lock").write_text("")

    assert len(files.unwanted(tmp_path, [page])) == 3
    assert files.lock_files([tmp_path / "uv.lock"])
