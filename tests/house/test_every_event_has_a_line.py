"""Every event has a line in its system's `reactions.py`, be it empty, and is told as something that happened."""

from regulars.journal import reactions
from tests.house import events
from tests.house.source import HOUSE, told


def test_no_event_is_without_a_line() -> None:
    breaches = events.without_a_line(HOUSE)

    assert not breaches, told(breaches)


def test_the_journal_was_told_the_same_lines_at_start_up() -> None:
    missing = sorted({event.name for event in events.events(HOUSE)} - reactions.events())

    assert not missing, (
        f"`reactions.register` was not called with {', '.join(missing)}: add them to the registered table."
    )


def test_events_are_in_the_past_tense_and_name_nobody() -> None:
    breaches = events.badly_told(HOUSE)

    assert not breaches, told(breaches)
