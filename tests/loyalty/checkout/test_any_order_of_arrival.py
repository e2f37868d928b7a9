"""Whatever a till says about one purchase, in whatever order, has one defined answer, and the book balances after each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction

from regulars.kit.refusal import Refusal
from tests.loyalty.checkout.counter import Counter

pytestmark = pytest.mark.django_db

LONGEST, GRANTED, PRICE = 4, 1000, 500
WANTED = {"reserve": 300, "reserve other": 120}
VERBS: dict[str, Callable[[Counter], dict[str, Any]]] = {
    "calculate": lambda at: at.calculate(),
    "reserve": lambda at: at.reserve(300, key="r"),
    "reserve other": lambda at: at.reserve(120, key="r2"),
    "confirm": lambda at: at.confirm(key="c"),
    "confirm again": lambda at: at.confirm(key="c2"),
    "cancel": lambda at: at.cancel(key="x"),
}


@dataclass(frozen=True)
class Expected:
    """The purchase as the rules tell it: where it stands, what is held, what was spent, and who got which answer."""

    state: str = "new"
    held: int = 0
    spent: int = 0
    answers: tuple[tuple[str, Any], ...] = ()

    def says(self, verb: str) -> str:
        """What the verb is answered: ok, the same as before, or the code of a refusal."""
        if verb in dict(self.answers):
            return "same"
        if verb == "calculate" or self.state in ("new", "reserved"):
            return "ok"
        return {"confirmed": "purchase_already_confirmed", "cancelled": "purchase_cancelled"}[self.state]

    def after(self, verb: str, answer: Any) -> "Expected":
        """Where it stands after a verb that was answered ok."""
        if verb == "calculate":
            return self
        known = replace(self, answers=(*self.answers, (verb, answer)))
        if verb in WANTED:
            return replace(known, state="reserved", held=WANTED[verb])
        if verb == "cancel":
            return replace(known, state="cancelled", held=0)
        return replace(known, state="confirmed", held=0, spent=self.held)

    @property
    def account(self) -> tuple[int, int]:
        """What the member can use, and what is held."""
        earned = (PRICE - self.spent) // 20 if self.state == "confirmed" else 0
        return GRANTED - self.held - self.spent + earned, self.held


def _walk(at: Counter, so_far: tuple[str, ...], expected: Expected) -> int:
    """Try every verb after these, each in a savepoint of its own; answers how many sequences that were."""
    if len(so_far) == LONGEST:
        return 0
    tried = 0
    for verb, say in VERBS.items():
        path = (*so_far, verb)
        savepoint = transaction.savepoint_create()
        says, answer = expected.says(verb), None
        try:
            answer, got = say(at), "ok"
        except Refusal as refusal:
            got = refusal.code
        if says == "same":
            assert answer == dict(expected.answers)[verb], path
        else:
            assert got == says, path
        then = expected.after(verb, answer) if says == "ok" else expected
        assert at.account() == then.account, path
        tried += 1 + _walk(at, path, then)
        transaction.savepoint_rollback(savepoint)
    return tried


def test_every_sequence_of_four_has_its_answer_and_keeps_the_book() -> None:
    tried = _walk(Counter(GRANTED), (), Expected())

    assert tried == sum(len(VERBS) ** length for length in range(1, LONGEST + 1))
