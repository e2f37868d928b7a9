"""What a sender holds: the most urgent first, and nothing whose lease is over."""

from regulars.messages.intents import Claimed
from regulars.worker.hand import Hand


def message(number: int, lane: int = 2, parts: int = 1) -> Claimed:
    return Claimed(number, f"mem_{number}", lane, 1, "+79990000010", "", "Hello", parts)


def test_codes_go_before_events_before_mailings() -> None:
    hand = Hand()
    hand.add([message(1, 2), message(2, 1), message(3, 0)], lease_ends=10)

    assert [one.id for one in hand.take(2, 99, now=0)] == [3, 2]


def test_a_full_lane_leaves_room_in_the_others() -> None:
    hand = Hand()
    hand.add([message(n) for n in range(200)], lease_ends=10)

    assert hand.room(1000) == [20, 50, 0]
    assert hand.room(5) == [5, 5, 0]


def test_parts_count_but_a_long_message_still_goes_alone() -> None:
    hand = Hand()
    hand.add([message(1, parts=2), message(2, parts=2), message(3, parts=9)], lease_ends=10)

    assert [one.id for one in hand.take(10, 3, now=0)] == [1]
    assert [one.id for one in hand.take(10, 3, now=0)] == [2]
    assert [one.id for one in hand.take(10, 3, now=0)] == [3]


def test_what_has_lost_its_lease_is_let_fall() -> None:
    hand = Hand()
    hand.add([message(1)], lease_ends=10)
    hand.add([message(2)], lease_ends=20)

    assert [one.id for one in hand.take(10, 99, now=15)] == [2]
    assert len(hand) == 0
