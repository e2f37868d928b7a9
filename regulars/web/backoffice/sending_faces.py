"""What pages show of sending, in either system: estimates, progress and counts as plain rows of words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.messages import outcomes, parts
from regulars.messages import queries as messages
from regulars.messages.cost import Cost
from regulars.messages.estimates import strangers
from regulars.messages.outcomes import Progress
from regulars.runs.models import Run, RunState
from regulars.web.shell import figures

REASONS = {
    "no_consent": "does not want these",
    "channel_off": "channel is switched off",
    "category_off": "does not want this category",
    "category_unknown": "category is no more",
    "no_address": "no address",
    "suppressed": "address is dead",
    "test_key": "caused by a key for tests",
    "not_of_the_team": "not a contact of the team",
    "address_changed": "address changed meanwhile",
    "gone": "has left",
    "person_gone": "left meanwhile",
    "blocked": "account blocked",
    "unknown_person": "not known here",
    "render_failed": "text could not be made",
    "run_cancelled": "cancelled",
    "lifetime": "not sent in time",
}
LANGUAGES = {"en": "English", "ru": "Russian"}
STATES = {
    "waiting": "Text not made yet", "skipped": "Left out", "queued": "Waits", "claimed": "Waits",
    "submitting": "Being handed over", "accepted": "Accepted", "delivered": "Delivered", "read": "Read", "failed": "Failed",
    "cancelled": "Cancelled", "expired": "Not sent in time", "unknown": "Unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a system says its people, and sums in millionths of the unit of money."""

    one: str
    many: str
    money: Callable[[int], str]


def reason_in_words(code: str) -> str:
    """Why somebody got nothing, as people say it; a provider's own code as it is."""
    return REASONS.get(code, code)


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{figures.number(count)} {one if count == 1 else many}"


@dataclass(frozen=True, slots=True)
class Share:
    """One line with a bar: what, how many, and how much of the whole in percent."""

    title: str
    count: str
    percent: int
    tone: str = ""


def shares(rows: Sequence[tuple[str, int, str]], whole: int) -> list[Share]:
    """Lines with bars, empty ones left out."""
    return [Share(title, figures.number(n), n * 100 // max(1, whole), tone) for title, n, tone in rows if n]


@dataclass(frozen=True, slots=True)
class EstimateFace:
    """An estimate in words; `about` stands before figures that come from a sample."""

    about: str
    size: str
    reachable: str
    left_out: list[Share]
    locales: str
    parts: list[Share]
    encodings: str
    characters: str
    cost: str
    note: str
    sentence: str


def estimate_face(said: Mapping[str, Any], spoken: Spoken, *, channel: str) -> EstimateFace:
    """An estimate, as a page and a confirmation tell it."""
    about = "" if said["is_exact"] else "about "
    by_parts = [(_parts_words(n), count, "") for n, count in said["messages_by_parts"].items()]
    out = [(reason_in_words(code).capitalize(), n, "") for code, n in said["left_out"].items()]
    cost = cost_words(said, spoken, channel=channel)
    size = counted(said["size"], spoken.one, spoken.many)
    sentence = f"{size} now, {figures.number(said['reachable'])} of them can be reached. {cost}"
    return EstimateFace(
        about=about,
        size=figures.number(said["size"]),
        reachable=figures.number(said["reachable"]),
        left_out=shares(out, said["size"]),
        locales=", ".join(f"{LANGUAGES.get(code, code)} {figures.number(n)}" for code, n in said["locales"].items()),
        parts=shares(by_parts, said["reachable"]),
        encodings=", ".join(
            f"{_encoding_words(code)} {figures.number(n)}" for code, n in sorted(said["encodings"].items())
        ),
        characters=" ".join(said["costly_characters"]),
        cost=cost,
        note=_note(said, spoken),
        sentence=sentence,
    )


def cost_words(said: Mapping[str, Any], spoken: Spoken, *, channel: str) -> str:
    """What it costs in one sentence; without a price list that is said, and no sum."""
    if not said["has_prices"]:
        return "There is no price list for this channel, so the cost is not known."
    about = "" if said["is_exact"] else "about "
    unpriced = said["unpriced_parts"]
    more = f" Not counted: {_pieces(unpriced, channel)} to addresses without a price." if unpriced else ""
    cost = spoken.money(said["cost_micros"])
    return f"It costs {about}{cost}, {about}{_pieces(said['parts'], channel)}.{more}"


def paid_words(cost: Cost, spoken: Spoken, *, channel: str) -> str:
    """What a run has cost so far."""
    if cost.parts and cost.unpriced_parts == cost.parts:
        return f"{_pieces(cost.parts, channel)}; no price is known"
    return f"{spoken.money(cost.micros)}, {_pieces(cost.parts, channel)}"


def _pieces(count: int, channel: str) -> str:
    """What is paid for, counted: an SMS by its parts, anything else by the message."""
    return counted(count, "part", "parts") if channel == "sms" else counted(count, "message", "messages")


def _note(said: Mapping[str, Any], spoken: Spoken) -> str:
    chosen = f"{figures.number(said['sampled'])} {spoken.many}"
    notes = [] if said["is_exact"] else [f"Reckoned from {chosen} chosen at random."]
    if said["unrenderable"]:
        notes.append(f"For {counted(said['unrenderable'], spoken.one, spoken.many)} the text cannot be made.")
    return " ".join(notes)


def _parts_words(count: str) -> str:
    return {"1": "1 part", "2": "2 parts"}.get(count, "3 parts or more")


def _encoding_words(code: str) -> str:
    return {"gsm7": "GSM-7", "ucs2": "UCS-2"}[code]


@dataclass(frozen=True, slots=True)
class RunFace:
    """One run in words: how far it is, what became of its people, and what can be done about it."""

    run: Run
    state: str
    goes_on: bool
    can_pause: bool
    can_cancel: bool
    people: str
    done_percent: int
    lines: list[Share]
    left_out: list[Share]
    estimated: str
    paid: str


def run_face(run: Run, spoken: Spoken) -> RunFace:
    """How far a run is, for a page."""
    seen = outcomes.progress(run)
    lives = run.ended_at is None and run.state in (RunState.FREEZING, RunState.QUEUEING, RunState.SENDING)
    said = run.estimate
    return RunFace(
        run=run,
        state="Paused" if run.is_held and lives else RunState(run.state).label,
        goes_on=run.ended_at is None,
        can_pause=lives,
        can_cancel=lives,
        people=figures.number(seen.people),
        done_percent=percent_done(seen, run),
        lines=shares(_lines(seen), seen.people),
        left_out=shares(
            [(reason_in_words(code).capitalize(), n, "") for code, n in seen.left_out.items()], seen.people
        ),
        estimated=cost_words(said, spoken, channel=run.channel) if said else "",
        paid=paid_words(messages.cost_of_run(run.pk), spoken, channel=run.channel) if run.ended_at else "",
    )


def percent_done(seen: Progress, run: Run) -> int:
    """For how much of its audience nothing is left to be done; a run that is over is all done."""
    return 100 if run.ended_at else seen.settled * 100 // max(1, seen.people)


def _lines(seen: Progress) -> list[tuple[str, int, str]]:
    return [
        ("Text not made yet", seen.without_text, ""),
        ("Waiting to leave", seen.waiting, "blue"),
        ("Accepted by the gateway", seen.accepted, "blue"),
        ("Delivered", seen.delivered, "leaf"),
        ("Failed", seen.failed, "red"),
        ("Fate unknown", seen.unknown, "red"),
        ("Left out", sum(seen.left_out.values()), ""),
    ]


def count_words(text: str) -> tuple[str, str]:
    """How many parts a text has, and the characters that make it expensive."""
    try:
        cut = parts.split(text)
    except parts.TextTooLong as refusal:
        return str(refusal), ""
    room = {"gsm7": (160, 153), "ucs2": (70, 67)}[cut.encoding]
    most = room[0] if len(cut.parts) == 1 else room[1] * len(cut.parts)
    said = f"{counted(len(cut.parts), 'part', 'parts')} · {cut.units} of {most} · {_encoding_words(cut.encoding)}"
    return said, " ".join(strangers(text)[:20])
