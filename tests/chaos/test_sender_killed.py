"""Senders are killed again and again: nobody is forgotten, nobody is told twice, and what is unknown is listed."""

from pathlib import Path

import pytest

from tests.chaos.battlefield import WINDOW, battlefield, fight

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("django_db_setup")]

KILLS = 20
MESSAGES = 2_000


def test_marketing_is_never_sent_twice(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        account = fight(field, messages=MESSAGES, message_class="marketing", kills=KILLS)

    assert (account.lost, account.twice, account.contradicted) == ([], [], [])
    assert account.states["unknown"] <= account.blurred <= WINDOW * KILLS
    assert account.states.total() == MESSAGES


def test_event_messages_are_repeated_at_most_where_a_sender_died(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        account = fight(field, messages=MESSAGES, message_class="event", kills=KILLS)

    assert account.lost == []
    assert len(account.twice) <= WINDOW * KILLS
    assert account.states.total() == MESSAGES


@pytest.mark.parametrize("twin", ["marks_late", "sends_again"])
def test_a_sender_with_a_planted_defect_is_caught(tmp_path: Path, twin: str) -> None:
    with battlefield(tmp_path, twin=twin) as field:
        account = fight(field, messages=400, message_class="marketing", kills=5)

    assert account.twice
