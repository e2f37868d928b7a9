"""Dead letters are listed with what is wrong with them; the good ones go back, the others only when told."""

from collections.abc import Iterator

import pytest

from regulars.gateways.rabbitmq import dead_letters
from regulars.gateways.rabbitmq.pipes import Pipe
from regulars.gateways.rabbitmq.publisher import Publisher
from regulars.gateways.rabbitmq.receivers import Letter
from tests.gateways.rabbitmq import broker


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A pipe with two dead letters: one that is good by now, one that never will be."""
    with broker.a_pipe() as made:
        to_pipe = Publisher(broker.URL, made)
        for name in ("good", "bad"):
            to_pipe.publish(name.encode(), message_id=name, signature="s")
        to_pipe.close()
        broker.bury(made, 2)
        yield made


def judge(letter: Letter) -> str:
    return "it is bad" if letter.body == b"bad" else ""


def test_looking_changes_nothing_however_often(pipe: Pipe) -> None:
    for _ in range(25):
        found = dead_letters.look_at(broker.URL, pipe, judge)
        assert [(one.message_id, one.cause, one.fault, one.fate) for one in found] == [
            ("good", "rejected", "", "kept"),
            ("bad", "rejected", "it is bad", "kept"),
        ]


def test_those_that_are_good_by_now_go_back_and_the_others_stay(pipe: Pipe) -> None:
    found = dead_letters.look_at(broker.URL, pipe, judge, replay=True)

    assert {one.message_id: one.fate for one in found} == {"good": "replayed", "bad": "kept"}
    assert broker.waiting(pipe) == [Letter("good", b"good", "s")]
    assert [one.message_id for one in dead_letters.look_at(broker.URL, pipe, judge)] == ["bad"]


def test_only_bad_ones_are_thrown_away_and_only_when_told(pipe: Pipe) -> None:
    found = dead_letters.look_at(broker.URL, pipe, judge, discard=True)

    assert {one.message_id: one.fate for one in found} == {"good": "kept", "bad": "discarded"}
    assert [one.message_id for one in dead_letters.look_at(broker.URL, pipe, judge)] == ["good"]
    assert broker.waiting(pipe) == []
