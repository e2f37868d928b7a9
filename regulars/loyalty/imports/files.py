"""The files of an existing programme: which there are, which columns they have and what stands in them; pure.

The tables of docs/howto/move-in.md are written from here, and a test compares them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

REASON = "reason"
"""A column that every file may have and nobody reads: rejected rows come with it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column in our own words; `kind` says how its cells are read (see `values.py`)."""

    name: str
    kind: str
    meaning: str
    example: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file; `key` are the columns by which the other system knows a row."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    mints: str = ""

    @property
    def table(self) -> str:
        """The table in which its rows are staged."""
        return f"stage_{self.name.removesuffix('.csv')}"

    def column(self, name: str) -> Column | None:
        """The column of this name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def _must(name: str, kind: str, meaning: str, example: str = "") -> Column:
    return Column(name, kind, meaning, example, is_required=True)


PROGRAMME: Final = File(
    "programme.csv",
    "One row, for an installation that has no programme yet; where there is one, it is left as it is.",
    ("name",),
    (
        _must("name", "text", "What the programme is called.", "Corner Club"),
        _must("currency", "word", "The money of the tills, by ISO 4217.", "GBP"),
        _must("region", "word", "The country in whose form phones may be written, by ISO 3166.", "GB"),
        _must(
            "time_zone", "zone", "The home time zone, by IANA: times without an offset are read in it.", "Europe/London"
        ),
        Column("points_decimals", "whole", "Digits of points after the point, 0 to 2; empty: 0.", "0"),
        Column(
            "consent_mode",
            "code",
            "hidden, optional or mandatory (see Settings); empty: hidden.",
            "optional",
        ),
    ),
)
STORES: Final = File(
    "stores.csv",
    "Where people buy. Each store gets a till “moved in”, which is closed, for the receipts of the past.",
    ("code",),
    (
        _must("code", "key", "Your own number of the store.", "0042"),
        _must("name", "text", "What it is called.", "Market Street"),
        Column("time_zone", "zone", "By IANA; empty: the programme's.", "Europe/London"),
        Column(
            "partner",
            "key",
            "The code of the company that it belongs to; empty: the first, or a new one.",
            "market",
        ),
    ),
)
GOODS: Final = File(
    "goods.csv",
    "What is sold, with the groups that offers name.",
    ("sku",),
    (
        _must("sku", "key", "The number by which tills name it.", "4006"),
        _must("name", "text", "What it is called.", "Whole milk 1 l"),
        Column("brand", "text", "Its brand.", "Dale"),
        Column("groups", "path", "The codes of its groups from the top down, with slashes.", "food/dairy/milk"),
        Column("group_name", "text", "What the last of these groups is called; empty: its code.", "Milk"),
        Column("price", "money", "Its price on the shelf.", "1.19"),
    ),
)
MEMBERS: Final = File(
    "members.csv",
    "The people. Who is there already, by number, is left as they are.",
    ("number",),
    (
        _must(
            "number", "key", "The member's number in the other system; all other files name people by it.", "M-100234"
        ),
        Column("phone", "raw", "With the country's code, or in the form of the programme's country.", "+447700900123"),
        Column("email", "raw", "Mailbox.", "anna@example.org"),
        Column("first_name", "raw", "First name.", "Anna"),
        Column("last_name", "raw", "Last name.", "Morgan"),
        Column("birth_date", "date", "As 1979-05-14.", "1979-05-14"),
        Column("locale", "raw", "en or ru: the language of pages and messages; empty: en.", "en"),
        Column("time_zone", "raw", "By IANA; empty: the store's, else the programme's.", ""),
        Column("city", "raw", "City.", "York"),
        Column("store", "key", "The code of the store in which they joined.", "0042"),
        Column("joined_at", "past", "When they joined; empty: now.", "2019-03-02 17:40"),
        Column("state", "state", "active or blocked; empty: active.", "active"),
    ),
    mints="mem",
)
CARDS: Final = File(
    "cards.csv",
    "Cards with the numbers they have, whatever their check digit is.",
    ("number",),
    (
        _must("number", "digits", "8 to 19 digits, as the till scans them.", "2600000000017"),
        Column("member", "key", "The number of who has it; empty: it was handed out to nobody yet.", "M-100234"),
        Column("state", "state", "active or blocked; empty: active.", "active"),
        Column("issued_at", "past", "When it was given; empty: now.", "2019-03-02"),
    ),
)
BALANCES: Final = File(
    "balances.csv",
    "Points as lots: what came together and can be spent until the same time is a row.",
    ("lot",),
    (
        Column(
            "lot",
            "key",
            "The lot's own number; empty: whose, which, from when and until when name it.",
            "L-553",
        ),
        _must("member", "key", "The number of whose points they are.", "M-100234"),
        _must("points", "number", "How many are left, above zero.", "150"),
        Column("currency", "key", "The code of the points' currency; empty: the default one.", "points"),
        Column("activates_at", "time", "From when they can be spent; empty: now.", "2026-01-15"),
        Column(
            "expires_at",
            "until",
            "Until when; a day without a time means until its end; empty: for ever.",
            "2026-12-31",
        ),
    ),
)
CONSENTS: Final = File(
    "consents.csv",
    "What members agreed to and refused, each cell with its date and source; the consent journal keeps both.",
    ("member", "mailing_type", "channel", "told_at"),
    (
        _must("member", "key", "The number of who said it.", "M-100234"),
        _must(
            "mailing_type",
            "code",
            "mailings, accrual, payment, refund, top_up, offers, an own type, or all.",
            "mailings",
        ),
        _must("channel", "code", "sms, email, push, viber, social, or all.", "sms"),
        _must("is_on", "flag", "on or off.", "on"),
        _must("told_at", "past", "When it was said.", "2019-03-02 17:40"),
        _must("source", "code", "Where it was said, as a code.", "paper_form"),
        Column("wording", "code", "The version of the text that was shown, as a code.", "terms-2018"),
    ),
)
RECEIPTS: Final = File(
    "receipts.csv",
    "Purchases of the past. They are facts: nothing is priced again, and they earn nothing.",
    ("store", "number"),
    (
        _must("store", "key", "The code of the store.", "0042"),
        _must("number", "key", "The receipt's number, once in its store.", "77-000123"),
        _must("sold_at", "told", "When it was sold; without an offset in the store's zone.", "2026-02-14 18:05:11"),
        Column("member", "key", "The number of who bought; empty: an anonymous purchase.", "M-100234"),
        _must("total", "money", "What was paid; where it has lines, their sum.", "12.47"),
    ),
    mints="pur",
)
LINES: Final = File(
    "receipt_lines.csv",
    "The lines of these receipts.",
    ("store", "receipt", "line"),
    (
        _must("store", "key", "The code of the store.", "0042"),
        _must("receipt", "key", "The receipt's number.", "77-000123"),
        _must("line", "whole", "The line's number on it, from 1.", "1"),
        _must("sku", "key", "What was sold.", "4006"),
        Column("name", "text", "As it stood on the receipt; empty: the goods' name.", "Whole milk 1 l"),
        _must("quantity", "quantity", "How many pieces, kilograms or metres, at most three digits after the point.", "2"),
        Column("unit_price", "money", "For one of them; empty: what follows from the sum.", "1.19"),
        Column("discount", "money", "What was taken off; empty: nothing.", "0.20"),
        _must("total", "money", "What was paid for the line.", "2.18"),
    ),
)  # fmt: skip
FILES: Final = (PROGRAMME, STORES, GOODS, MEMBERS, CARDS, BALANCES, CONSENTS, RECEIPTS, LINES)
STAGED: Final = FILES[1:]


def tables() -> Iterator[str]:
    """Each file's columns as a table of Markdown, for the how-to."""
    for file in FILES:
        yield f"### {file.name}\n\n{file.meaning}\n"
        yield "| column | must be there | what stands in it | example |\n| --- | --- | --- | --- |"
        for column in file.columns:
            shown = f"`{column.example}`" if column.example else ""
            yield f"| `{column.name}` | {'yes' if column.is_required else ''} | {column.meaning} | {shown} |"
        yield ""
