"""A sister that does not answer holds up nothing in the house, and nothing that she must hear is ever given up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import pytest

from regulars.journal import actions as journal
from regulars.journal import reactions
from regulars.journal.models import Delivery
from regulars.journal.reactions import Happened, outward
from regulars.kit import sql
from regulars.kit.events import Event
from regulars.kit.trouble import NotReached
from tests import make

pytestmark = pytest.mark.django_db
heard: list[str] = []


@dataclass(frozen=True, slots=True)
class Rang(Event):
    """Something happened."""

    system: ClassVar[str] = "passing"


@outward
def tell_the_neighbour(happened: Happened, at: datetime) -> None:
    """Fails as long as the neighbour is out."""
    raise NotReached("out")


def write_it_down(happened: Happened, at: datetime) -> None:
    """Needs nobody."""
    heard.append(happened.person_id)


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    heard.clear()
    reactions.register("passing", {Rang: [tell_the_neighbour, write_it_down]})
    yield
    reactions._by_event.pop(Rang.event_name())
    for name in ("passing.tell_the_neighbour", "passing.write_it_down"):
        reactions._by_name.pop(name)


def test_inner_reactions_do_not_wait_for_outer_ones() -> None:
    journal.record(Rang(), person_id="mem_a", by=make.BY, at=make.AT)

    journal.relay(at=make.AT)

    assert heard == ["mem_a"]
    assert Delivery.objects.get(reaction="passing.tell_the_neighbour").attempts == 0


def test_who_was_not_reached_is_tried_for_ever() -> None:
    journal.record(Rang(), person_id="mem_a", by=make.BY, at=make.AT)

    for _ in range(journal.MAX_ATTEMPTS + 3):
        sql.run("update journal_delivery set next_at = now()")
        journal.relay(at=make.AT, outward=True)

    waiting = Delivery.objects.get(reaction="passing.tell_the_neighbour")
    assert (waiting.state, waiting.attempts) == ("waiting", journal.MAX_ATTEMPTS + 3)
