"""How checks are asked: each in turn, none stops the others, and what needs another one is not asked when that failed."""

import time
from datetime import datetime

import pytest

from regulars.kit import checks
from regulars.kit.checks import Finding, State, failed, ok, span, warning


@pytest.fixture(autouse=True)
def none_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_checks", {})


def states(found: list[Finding]) -> dict[str, str]:
    return {one.name: str(one.state) for one in found}


def test_each_is_asked_in_the_order_of_registration(at: datetime) -> None:
    checks.register("b", lambda at: ok("b", f"at {at:%H}"), needs="")
    checks.register("a", lambda at: [ok("a", "one"), warning("a", "two", "mend it")], needs="")

    found = checks.run(at)

    assert [(one.name, one.sentence) for one in found] == [("b", "at 09"), ("a", "one"), ("a", "two")]


def test_one_that_raises_has_failed_with_its_words_and_the_next_is_asked(at: datetime) -> None:
    def broken(at: datetime) -> Finding:
        raise ValueError("nobody thought of this\nsecond line")

    checks.register("broken", broken, needs="")
    checks.register("next", lambda at: ok("next", "well"), needs="")

    found = checks.run(at)

    assert states(found) == {"broken": "failed", "next": "ok"}
    assert found[0].sentence == "Could not be looked at: nobody thought of this"
    assert "regulars doctor" in found[0].fix


def test_one_that_does_not_answer_is_left_behind(at: datetime) -> None:
    def slow(at: datetime) -> Finding:
        time.sleep(5)
        return ok("slow", "well")

    checks.register("slow", slow, needs="", time_out_s=0.1)
    began = time.monotonic()

    found = checks.run(at)

    assert time.monotonic() - began < 2
    assert found[0].state is State.FAILED
    assert found[0].sentence == "Did not answer within 0.1 s."


def test_what_needs_a_failed_one_is_skipped_and_names_the_root(at: datetime) -> None:
    checks.register("tables", lambda at: ok("tables", "well"), needs="role")
    checks.register("role", lambda at: ok("role", "well"), needs="database")
    checks.register("database", lambda at: failed("database", "gone", "start it"), needs="")

    found = checks.run(at)

    assert states(found) == {"tables": "skipped", "role": "skipped", "database": "failed"}
    assert "see “database”" in found[0].sentence


def test_only_those_of_systems_that_run_here_are_asked(at: datetime) -> None:
    checks.register("bridge", lambda at: ok("bridge", "well"), needs="", system="loyalty")
    checks.register("disk", lambda at: ok("disk", "well"), needs="")

    assert states(checks.run(at, systems={"smartcomms"})) == {"disk": "ok"}
    assert states(checks.run(at, systems={"loyalty"})) == {"bridge": "ok", "disk": "ok"}


def test_a_named_one_is_asked_with_what_it_needs_and_told_alone(at: datetime) -> None:
    asked: list[str] = []
    checks.register("database", lambda at: asked.append("database") or ok("database", "well"), needs="")
    checks.register("worker", lambda at: asked.append("worker") or ok("worker", "well"), needs="database")
    checks.register("disk", lambda at: asked.append("disk") or ok("disk", "well"), needs="")

    assert states(checks.run(at, only=["worker"])) == {"worker": "ok"}
    assert asked == ["database", "worker"]


def test_spans_are_said_as_people_do() -> None:
    assert [span(s) for s in (0, -3, 59, 119, 120, 7_199, 7_200, 172_799, 172_800)] == [
        "0 s", "0 s", "59 s", "119 s", "2 min", "120 min", "2 h", "48 h", "2 days",
    ]  # fmt: skip
