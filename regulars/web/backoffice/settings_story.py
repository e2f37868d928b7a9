"""Settings as cards: what each does in plain words, what it is now, who changed it when; and what registration asks where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.journal import queries as journal
from regulars.loyalty.programme.models import ConsentMode, PointsCurrency, Programme, RoundingMode
from regulars.web.backoffice import amounts
from regulars.web.shell import figures

DOORS = {
    "account": "On the phone, at /account/",
    "till": "At the till",
    "contact_centre": "In the contact centre",
    "import": "Moving in with an import",
}
MODES = {
    ConsentMode.HIDDEN: "Hidden: nothing is asked, everybody hears everything",
    ConsentMode.OPTIONAL: "Optional: asked, and joining goes on either way",
    ConsentMode.MANDATORY: "Mandatory: asked, and nobody joins without a yes",
}
THE_LAW = (
    "Where the law asks for opt-in, as in the European Union, the United Kingdom or Russia, hidden consent is not enough for"
    " advertising: choose optional or mandatory there, and ask a lawyer."
)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a history."""

    at: str
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One card: `act` is the name of the page that changes it, empty for what stays as it was chosen."""

    title: str
    what: str
    value: str
    act: str = ""
    warning: str = ""
    rows: Sequence[tuple[str, str]] = ()
    history: Sequence[Change] = ()


def of(programme: Programme) -> Iterator[Setting]:
    """All settings of the programme, the most asked for first."""
    yield Setting(
        "Name", "What members read on their card, in messages and on every page.", programme.name, "set_name",
        history=_history("loyalty.ProgrammeRenamed"),
    )  # fmt: skip
    yield Setting(
        "Consent at registration",
        "Whether somebody who joins is asked about mailings. It concerns those who join from now on; what members chose stays.",
        MODES[ConsentMode(programme.consent_mode)], "set_consent",
        warning=THE_LAW if ConsentMode.HIDDEN in {programme.consent_mode, *programme.consent_modes.values()} else "",
        rows=[(name, steps(mode_of(programme, door), door)) for door, name in DOORS.items()],
        history=_history("loyalty.ConsentModeChanged"),
    )  # fmt: skip
    rounding = RoundingMode(programme.rounding_mode)
    yield Setting(
        "Receipts", "To what totals are rounded, and how much of a receipt points may pay. Tills follow within a minute.",
        f"{_rounded(rounding, programme.rounding_step)}; points pay at most {figures.percent(programme.points_share_limit)}",
        "set_receipts", history=_history("loyalty.RoundingChanged", "loyalty.PointsShareLimitChanged"),
    )  # fmt: skip
    yield Setting(
        "Time zone", "Where the programme is at home: days of reports begin there, and points end at its midnight. Stores have"
        " zones of their own for offers and happy hours.", programme.time_zone, "set_zone",
        history=_history("loyalty.HomeZoneChanged"),
    )  # fmt: skip
    yield Setting(
        "Money and country", "The money of all tills, and the country whose phone numbers need no country code. Both stay as"
        " they were chosen: every receipt and every phone number was written by them.",
        f"{programme.currency}, {programme.region}",
    )  # fmt: skip


def mode_of(programme: Programme, door: str) -> ConsentMode:
    """What registration asks at a door."""
    return ConsentMode(programme.consent_modes.get(door) or programme.consent_mode)


def steps(mode: ConsentMode, door: str) -> str:
    """What somebody who joins at a door is asked, step by step."""
    asked = {
        ConsentMode.HIDDEN: "no question about mailings, everything is on",
        ConsentMode.OPTIONAL: "the question about mailings, answered yes or no",
        ConsentMode.MANDATORY: "the question about mailings, which must be answered with yes",
    }[mode]
    before = {
        "account": "phone → code → name",
        "till": "phone and name, typed by the cashier",
        "contact_centre": "phone and name, asked by the operator",
        "import": "what the file of consents says; for who is not in it",
    }[door]
    return f"{before}{', ' if door == 'import' else ' → '}{asked}"


def _rounded(mode: RoundingMode, step: int) -> str:
    if mode == RoundingMode.NONE:
        return "Totals are not rounded"
    way = "down" if mode == RoundingMode.DOWN else "to the nearer one"
    return f"Totals are rounded {way} in steps of {amounts.in_money(step)}"


def of_currency(currency: PointsCurrency) -> Iterator[Setting]:
    """All settings of a currency of points."""
    yield Setting(
        "Name", "What members and cashiers read beside the number.", currency.name, "set_name",
        history=_history("loyalty.PointsCurrencyRenamed", code=currency.code),
    )  # fmt: skip
    yield Setting(
        "Worth", "What points take off when they pay. Balances keep their number of points, so a change makes all of them worth"
        " more or less at once; receipts that were paid stay as they are.", worth_in_words(currency), "set_worth",
        history=_history("loyalty.PointsWorthChanged", code=currency.code),
    )  # fmt: skip
    yield Setting(
        "Digits after the point", "Stays as it was chosen: every balance is a number of smallest units.",
        str(currency.decimals) if currency.decimals else "None, whole points",
    )  # fmt: skip
    yield Setting(
        "Code", "What tills and programs call it; stays as it was chosen.",
        f"{currency.code}{', the default one' if currency.is_default else ''}",
    )  # fmt: skip


def worth_in_words(currency: PointsCurrency) -> str:
    """How much money how many points are."""
    if not currency.worth_numerator:
        return "Nothing: they cannot pay"
    units = amounts.in_points(currency.worth_denominator, currency)
    return f"{units} points are {amounts.in_money(currency.worth_numerator)}"


def _history(*events: str, code: str = "") -> list[Change]:
    return [
        Change(figures.moment(entry.recorded_at), entry.by_id, _changed(entry.event, entry.body))
        for entry in journal.list_by_employees(events)
        if not code or entry.body.get("code") == code
    ]


def _changed(event: str, body: Mapping[str, Any]) -> str:
    match event.removeprefix("loyalty."):
        case "ConsentModeChanged":
            where = DOORS.get(body["door"], body["door"]) or "Everywhere"
            return f"{where}: {body['before'] or 'as everywhere'} → {body['after'] or 'as everywhere'}"
        case "RoundingChanged":
            before, after = (
                _rounded(RoundingMode(body[mode]), body[step])
                for mode, step in (("mode_before", "step_before"), ("mode", "step"))
            )
            return f"{before} → {after}"
        case "PointsShareLimitChanged":
            return f"Points pay at most {figures.percent(body['before'])} → {figures.percent(body['after'])}"
        case "PointsWorthChanged":
            before, after = (
                f"{amounts.in_money(body[money])} for {figures.number(body[units])}"
                for money, units in (("money_before", "units_before"), ("money", "units"))
            )
            return f"{before} → {after}"
    return f"{body['before']} → {body['after']}"
