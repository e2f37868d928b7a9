"""What can be looked at to say whether an installation is well: rooms register checks, doctor and status page ask them."""

import threading
from collections.abc import Callable, Collection, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connections

TIME_OUT_S = 5.0


class State(StrEnum):
    """How it stands: only what is `failed` makes the doctor end with an error."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `sentence` is for people, without secrets; `fix` is a command to type or a place to go to."""

    name: str
    state: State
    sentence: str
    fix: str = ""


type Check = Callable[[datetime], Finding | Sequence[Finding]]
"""Looks at one thing at this time, changes nothing, asks nobody a question, and says one finding or several."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A check under its name: with `needs`, it is only asked when the check of that name has not failed."""

    name: str
    check: Check
    needs: str
    system: str
    time_out_s: float


_checks: dict[str, Registered] = {}


def ok(name: str, sentence: str) -> Finding:
    """Say that all is well."""
    return Finding(name, State.OK, sentence)


def warning(name: str, sentence: str, fix: str) -> Finding:
    """Say what will be trouble, and what to do about it."""
    return Finding(name, State.WARNING, sentence, fix)


def failed(name: str, sentence: str, fix: str) -> Finding:
    """Say what is broken, and what mends it."""
    return Finding(name, State.FAILED, sentence, fix)


def skipped(name: str, sentence: str) -> Finding:
    """Say why there was nothing to look at."""
    return Finding(name, State.SKIPPED, sentence)


def register(name: str, check: Check, *, needs: str = "role", system: str = "", time_out_s: float = TIME_OUT_S) -> None:
    """Look at this from now on, in the order of registration; a name that is there is replaced.

    `needs` names the check without which this one cannot say anything: `role` (the application may use its tables),
    `migrations` (they are as the code wants them), `database` (it answers) or nothing. `system` is the one that must run here.
    """
    _checks[name] = Registered(name, check, needs, system, time_out_s)


def list_all(systems: Collection[str] | None = None) -> list[Registered]:
    """All checks of these systems and of the ground, in their order; without `systems`, of both."""
    return [one for one in _checks.values() if not one.system or systems is None or one.system in systems]


def run(at: datetime, *, systems: Collection[str] | None = None, only: Collection[str] | None = None) -> list[Finding]:
    """Ask all checks, or those that are named and whatever these need.

    One that raises or does not answer in time has failed; the others are asked nevertheless.
    """
    asked = {one.name: one for one in list_all(systems)}
    found: dict[str, list[Finding]] = {}
    wanted = [name for name in asked if not only or name in only]
    for name in wanted:
        _ask(name, asked, found, at)
    return [finding for name in wanted for finding in found[name]]


def _ask(name: str, asked: dict[str, Registered], found: dict[str, list[Finding]], at: datetime) -> None:
    """Ask a check, and before it the one that it needs."""
    if name in found:
        return
    one = asked[name]
    if one.needs in asked:
        _ask(one.needs, asked, found, at)
        if any(finding.state in (State.FAILED, State.SKIPPED) for finding in found[one.needs]):
            found[name] = [skipped(name, f"Not looked at: see “{_root(one.needs, asked, found)}”.")]
            return
    found[name] = _answer_of(one, at)


def _root(name: str, asked: dict[str, Registered], found: dict[str, list[Finding]]) -> str:
    """The check that failed, at the bottom of those that need each other."""
    below = asked[name].needs
    if below in found and any(finding.state in (State.FAILED, State.SKIPPED) for finding in found[below]):
        return _root(below, asked, found)
    return name


def _answer_of(one: Registered, at: datetime) -> list[Finding]:
    """What a check says, asked on a thread of its own, which is left behind when it takes too long."""
    said: list[Finding] = []

    def ask() -> None:
        try:
            answer = one.check(at)
            said.extend([answer] if isinstance(answer, Finding) else answer)
        except Exception as error:
            words = str(error).strip().splitlines() or [type(error).__name__]
            said.append(failed(one.name, f"Could not be looked at: {words[0]}", f"regulars doctor {one.name!r}"))
        finally:
            connections.close_all()

    thread = threading.Thread(target=copy_context().run, args=[ask], name=f"check {one.name}", daemon=True)
    thread.start()
    thread.join(one.time_out_s)
    if thread.is_alive():
        return [failed(one.name, f"Did not answer within {one.time_out_s:g} s.", f"regulars doctor {one.name!r}")]
    return said


_UNITS = ((172_800, 86_400, "days"), (7_200, 3_600, "h"), (120, 60, "min"), (0, 1, "s"))


def span(seconds: float) -> str:
    """How long something took or lies back, for people: `40 s`, `12 min`, `5 h`, `3 days`."""
    lasted = max(0.0, seconds)
    return next(f"{lasted / unit:.0f} {word}" for least, unit, word in _UNITS if lasted >= least)
