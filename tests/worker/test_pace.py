"""Finding the rate that a provider grants."""

from regulars.worker.pace import Pace


def run(pace: Pace, *, limit: int, seconds: int) -> tuple[int, int]:
    """Feed a provider that takes so many parts in any second; answer how many it took and refused in the last half."""
    taken: list[float] = []
    granted = refused = 0
    for step in range(seconds * 100):
        now = step / 100
        for _ in range(pace.allowed(10, now)):
            pace.spend(1)
            taken = [at for at in taken if at > now - 1]
            if len(taken) < limit:
                taken.append(now)
                pace.granted(now)
                granted += now >= seconds / 2
            else:
                pace.slow_down(now)
                refused += now >= seconds / 2
    return granted, refused


def test_nobody_who_does_not_complain_is_slowed() -> None:
    pace = Pace()

    assert pace.allowed(1000, 0.0) == 1000
    assert pace.rate is None


def test_a_complaint_pauses_for_a_second_and_halves_the_rate() -> None:
    pace = Pace()
    for n in range(100):
        pace.granted(n / 100)

    pace.slow_down(1.0)

    assert pace.allowed(10, 1.9) == 0
    assert pace.rate is not None
    assert 45 <= pace.rate <= 50


def test_several_complaints_at_once_are_one() -> None:
    pace = Pace()
    for n in range(100):
        pace.granted(n / 100)

    for _ in range(10):
        pace.slow_down(1.0)

    assert pace.rate is not None
    assert pace.rate > 45


def test_most_of_what_is_granted_is_used_and_little_is_refused() -> None:
    granted, refused = run(Pace(), limit=100, seconds=120)

    assert granted >= 0.85 * 100 * 60
    assert refused <= 0.02 * granted


def test_the_limit_is_forgotten_after_two_quiet_minutes() -> None:
    pace = Pace()
    pace.slow_down(0.0)

    pace.allowed(1, 60.0)
    before = pace.rate
    pace.allowed(1, 121.0)

    assert before is not None
    assert pace.rate is None
