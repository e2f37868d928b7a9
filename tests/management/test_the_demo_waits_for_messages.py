"""The demo waits for its messages as long as they become fewer, also where the machine is slow."""

from regulars.management.demo.story import Patience


def test_a_slow_machine_is_waited_for_also_after_a_mailing_was_queued() -> None:
    patience = Patience(60, began=0)
    seen = [186, 1_200, 2_120, *range(2_100, 0, -20)]

    assert not any(patience.is_over(waiting, now=10.0 * place) for place, waiting in enumerate(seen))


def test_what_stands_still_is_given_up() -> None:
    patience = Patience(60, began=0)
    patience.is_over(500, now=1)
    patience.is_over(400, now=2)

    assert not patience.is_over(400, now=62)
    assert patience.is_over(400, now=63)
