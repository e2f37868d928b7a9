"""Senders are killed again and again: nobody is forgotten, nobody is told twice, and what is unknown is listed."""

from pathlib import Path

import pytest

from tests.chaos.battlefield import CONNECTIONS, WINDOW, battlefield, fight

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("django_db_setup")]

KILLS = 20
MESSAGES = 1_000  # of each channel
MOODS = (
    {"throttle_per_s": 6},
    {"drop_next": 3},
    {"throttle_per_s": 6, "throttle_with": "421 4.7.0 Too many mails, come again later"},
    {"cut_after": 4},
    {"temporary_share": 0.3},
    {"answer_delay_ms": 2_300},  # later than the sender waits, which is two seconds
    {"mails_per_link": 2, "answer_delay_ms": 300},
)


def test_marketing_is_never_sent_twice(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        account = fight(field, "marketing", sms=MESSAGES, mails=MESSAGES, kills=KILLS)

    assert account.faults == ([], [], [])
    assert account.sms.states["unknown"] <= len(account.sms.blurred) <= WINDOW * KILLS
    assert account.mail.states["unknown"] <= len(account.mail.blurred) <= CONNECTIONS * KILLS
    assert account.sms.blurred, "no text was on its way when its sender died"
    assert account.mail.blurred, "no mail was on its way when its sender died"
    assert account.total == 2 * MESSAGES


def test_event_messages_are_repeated_at_most_where_a_sender_died(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        account = fight(field, "event", sms=MESSAGES, mails=MESSAGES, kills=KILLS)

    lost, _, _ = account.faults
    assert lost == []
    assert account.mail.contradicted == []
    for tally, window in ((account.sms, WINDOW), (account.mail, CONNECTIONS)):
        assert set(tally.twice) <= set(tally.repeated)
        assert len(tally.repeated) <= window * KILLS
        assert tally.acknowledged <= MESSAGES + len(tally.repeated)
    assert account.total == 2 * MESSAGES


def test_marketing_is_never_sent_twice_by_a_mail_server_in_a_bad_mood(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        account = fight(field, "marketing", sms=200, mails=500, kills=KILLS, channels=["email"], moods=MOODS)
        stats = field.stats("mail")

    print(dict(stats))
    assert account.faults == ([], [], [])
    assert len(account.mail.blurred) <= CONNECTIONS * KILLS
    # A sender that dies also takes along the late answers that it still listens for.
    silent = stats["answers_dropped"] + stats["cut"]
    assert len(account.mail.unanswered) <= silent + CONNECTIONS * KILLS
    assert silent > 0
    assert stats["refused_451"] + stats["refused_421"] > 0
    assert account.total == 700


@pytest.mark.parametrize("twin", ["marks_late", "sends_again"])
def test_a_sender_with_a_planted_defect_is_caught(tmp_path: Path, twin: str) -> None:
    with battlefield(tmp_path, twin=twin) as field:
        account = fight(field, "marketing", sms=200, mails=200, kills=5)

    assert account.sms.twice
    assert account.mail.twice
