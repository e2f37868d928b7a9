"""Reads a folder into the stage and judges it; nothing of the programme is changed by that."""

import difflib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.kit import sql
from regulars.kit.refusal import Refusal
from regulars.loyalty.imports import checks, files, queries, reading, staging, tree
from regulars.loyalty.imports.files import CARDS, CONSENTS, FILES, GOODS, MEMBERS, PROGRAMME, STAGED, File
from regulars.loyalty.imports.outcome import Beginning, Look, Totals
from regulars.loyalty.imports.reading import FileRefused, Seen
from regulars.loyalty.imports.values import Context
from regulars.loyalty.programme import currencies
from regulars.loyalty.programme import queries as programmes
from regulars.loyalty.programme.models import ConsentMode, Programme

DOOR = "import"


class ConsentsNeeded(Refusal):
    """Nobody joins this programme without a word on consent, and there is no consents.csv."""

    code = "consents_needed"


class NothingToImport(Refusal):
    """The folder has none of the files."""

    code = "nothing_to_import"


def look_at(folder: Path, *, at: datetime) -> Look:
    """Read and judge all files of a folder.

    Raises `NothingToImport`, `NoProgramme`, `ConsentsNeeded`, and `FileRefused` for a programme.csv that is needed.
    """
    present = [file for file in FILES if (folder / file.name).is_file()]
    if not present:
        raise NothingToImport(f"There is none of {', '.join(file.name for file in FILES)} in {folder}.")
    look = _begin(folder, programmes.find(), at)
    look.notes += _strangers(folder)
    for file in STAGED:
        if file in present:
            _take_in(look, file)
    _judge_groups()
    checks.judge(_given(look))
    for file in look.seen:
        if file is not PROGRAMME and file not in look.refused:
            look.totals[file] = queries.count(file, look.totals[file].rows)
    _add_notes(look)
    return look


def salt() -> str:
    """What goes into the hash of a number in front of it: random, and each installation's own."""
    programme = programmes.find()
    return programme.public_id if programme else ""


def _begin(folder: Path, programme: Programme | None, at: datetime) -> Look:
    path = folder / PROGRAMME.name
    if programme is not None:
        zone = ZoneInfo(programme.time_zone)
        look = Look(folder, Context(at, programme.region, zone, programme.currency_exponent))
        if path.is_file():
            look.seen[PROGRAMME] = reading.inspect(path)
            look.totals[PROGRAMME] = Totals(rows=1, there=1)
        return look
    if not path.is_file():
        raise programmes.NoProgramme(
            "There is no loyalty programme yet: its money, country and time zone are needed to read the files."
            " Open the pages once and make it, or put a programme.csv into the folder."
        )
    seen = reading.inspect(path)
    beginning = _read_programme(seen, at)
    exponent = currencies.exponent(beginning.currency) or 0
    look = Look(folder, Context(at, beginning.region, ZoneInfo(beginning.time_zone), exponent), beginning=beginning)
    look.seen[PROGRAMME], look.totals[PROGRAMME] = seen, Totals(rows=1, new=1)
    return look


def _read_programme(seen: Seen, at: datetime) -> Beginning:
    row, rows = staging.read_one(PROGRAMME, seen, Context(at, "", ZoneInfo("UTC"), 0))
    if row is None or rows != 1:
        raise FileRefused(f"programme.csv has one row; found {rows}.", line=1)
    told = {name: value or "" for name, value in row.items()}
    beginning = Beginning(
        told["name"],
        told["currency"],
        told["region"],
        told["time_zone"],
        int(told["points_decimals"] or 0),
        told["consent_mode"] or ConsentMode.HIDDEN,
    )
    region = beginning.region
    for column, is_possible, expected in (
        ("currency", currencies.exponent(beginning.currency) is not None, "a code of ISO 4217 such as GBP"),
        ("region", len(region) == 2 and region.isascii() and region.isupper(), "a code of ISO 3166 such as GB"),
        ("points_decimals", 0 <= beginning.points_decimals <= 2, "0, 1 or 2"),
        ("consent_mode", beginning.consent_mode in ConsentMode.values, "hidden, optional or mandatory"),
    ):
        if not is_possible:
            raise FileRefused(f"Expected {expected}", line=2, column=column, found=told[column])
    return beginning


def _strangers(folder: Path) -> list[str]:
    """A word on files whose names are almost ours: they are not read."""
    ours = [file.name for file in FILES]
    notes = []
    for path in sorted(folder.iterdir()):
        if path.name not in ours and path.suffix.lower() in (".csv", ".xlsx", ".xls", ".txt"):
            near = difflib.get_close_matches(path.name.lower(), ours, n=1, cutoff=0.7)
            hint = f" Did you mean {near[0]}?" if near else ""
            notes.append(f"{path.name} is not read: it is none of our files.{hint}")
    return notes


def _take_in(look: Look, file: File) -> None:
    look.totals[file] = Totals()
    try:
        look.seen[file] = reading.inspect(look.folder / file.name)
        look.totals[file] = Totals(rows=staging.take_in(file, look.seen[file], look.context))
    except FileRefused as refusal:
        staging.refuse(file, refusal)
        look.refused.append(file)


def _judge_groups() -> None:
    _, clashes = tree.grow(queries.list_paths())
    for clash in clashes:
        sql.run(
            f"""insert into {staging.ERRORS} select %s, at_line, 'groups', groups, %s, '' from {files.GOODS.table}
                 where groups = %s""",
            [GOODS.name, clash.expected, clash.groups],
        )


def _given(look: Look) -> dict[str, object]:
    decimals = look.beginning.points_decimals if look.beginning else programmes.get_currency().decimals
    return {
        "salt": salt(),
        "zone": str(look.context.zone),
        "decimals": decimals,
        "exponent": look.context.exponent,
        "at": look.context.at,
    }


def _add_notes(look: Look) -> None:
    mode = look.beginning.consent_mode if look.beginning else programmes.get_consent_mode(DOOR)
    people = look.totals.get(MEMBERS, Totals()).new
    if people and CONSENTS in look.seen:
        look.notes.append("What consents.csv does not say about a new member is off.")
    elif people and mode == ConsentMode.MANDATORY:
        raise ConsentsNeeded(
            f"The programme's consent mode for the door “{DOOR}” is mandatory: without a consents.csv nobody can come along."
        )
    elif people and mode == ConsentMode.HIDDEN:
        look.notes.append(
            "There is no consents.csv: new members will be subscribed to everything, as the programme's consent mode"
            f" for the door “{DOOR}” is hidden. Where the law asks for opt-in, add consents.csv first."
        )
    elif people:
        look.notes.append(f"There is no consents.csv: new members will be subscribed to nothing (consent mode {mode}).")
    if CARDS in look.seen and (like_phones := queries.count_like_phones()):
        look.notes.append(
            f"{like_phones:,} cards have 10 to 12 digits, which tills take for phone numbers: they will not be found by a scan."
        )
