"""Invents an existing programme as the files of `regulars import`: plausible, the same for the same seed, wrong rows on request.

Nobody in it exists. Mailboxes are at example.org, which takes no mail; phones have a number of the British plan.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from regulars.kit import sheets
from regulars.loyalty.cards import numbers
from regulars.loyalty.imports.files import FILES, File
from regulars.management.demo.names import CYRILLIC, LATIN

STORES_PER_MEMBERS = 5000
GOODS = 2000
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "food": {
        "dairy": ("milk", "cheese", "yoghurt"),
        "bakery": ("bread", "cakes"),
        "fresh": ("fruit", "vegetables", "fish"),
    },
    "drinks": {"soft": ("juice", "water"), "hot": ("coffee", "tea")},
    "home": {"cleaning": ("washing", "paper"), "pets": ("cats", "dogs")},
}
BRANDS = ("Dale", "Corner", "Alder & Sons", "Морозко", "Nordhof", "")
CITIES = ("York", "Leeds", "Bristol", "Cardiff", "Glasgow", "Omagh", "Dover", "")
CHANNELS = ("sms", "email", "push", "viber", "social")
TYPES = ("mailings", "accrual", "payment", "refund", "top_up", "offers")
SOURCES = ("paper_form", "web_form", "till", "app", "call")
RECEIPTS_PER_MEMBER = 3
LINES_PER_RECEIPT = (1, 2, 2, 3, 3, 3, 4, 6)


@dataclass(slots=True)
class Sample:
    """What to invent: how many members, from which seed, until which day, and how many rows are to be wrong."""

    members: int
    seed: int
    until: date
    wrong: int = 0
    whole_consents: int = 20
    rows: dict[str, int] = field(default_factory=dict)

    def random(self, file: str) -> Random:
        """Chance for one file, so that a file does not change when another does."""
        return Random(f"{self.seed}:{file}")  # nothing secret hangs on it

    @property
    def stores(self) -> int:
        """How many stores there are."""
        return max(2, min(40, self.members // STORES_PER_MEMBERS))


def write(folder: Path, sample: Sample) -> dict[str, int]:
    """Write all files; answers how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    makers: dict[str, Callable[[Sample], Iterator[list[object]]]] = {
        "programme.csv": _programme,
        "stores.csv": _stores,
        "goods.csv": _goods,
        "members.csv": _members,
        "cards.csv": _cards,
        "balances.csv": _balances,
        "consents.csv": _consents,
    }
    for file in FILES:
        if file.name in makers:
            with _opened(folder, file, sample) as put:
                put(makers[file.name](sample))
    with _opened(folder, FILES[-2], sample) as put, _opened(folder, FILES[-1], sample) as put_lines:
        for receipt, lines in _purchases(sample):
            put([receipt])
            put_lines(lines)
    return sample.rows


@contextmanager
def _opened(folder: Path, file: File, sample: Sample) -> Iterator[Callable[[Iterable[list[object]]], None]]:
    sample.rows[file.name] = 0
    with (folder / file.name).open("w", encoding="utf-8", newline="") as into:
        into.write(",".join(column.name for column in file.columns) + "\n")

        def put(rows: Iterable[list[object]]) -> None:
            for row in rows:
                into.write(_line(row))
                sample.rows[file.name] += 1

        yield put


def _line(row: list[object]) -> str:
    """Bare cells where nothing asks for more: half the octets."""
    cells = [sheets.quoted(cell) if isinstance(cell, str) else str(cell) for cell in row]
    if any("," in cell or '"' in cell for cell in cells):
        return sheets.line(row)
    return ",".join(cells) + "\n"


def _programme(sample: Sample) -> Iterator[list[object]]:
    yield ["Corner Club", "GBP", "GB", "Europe/London", 0, "optional"]


def _stores(sample: Sample) -> Iterator[list[object]]:
    for number in range(sample.stores):
        yield [f"{number + 1:04}", f"{CITIES[number % 7]}, {number % 9 + 1} Market Street", "Europe/London", "market"]


def _goods(sample: Sample) -> Iterator[list[object]]:
    chance, paths = sample.random("goods"), list(_paths())
    for number in range(GOODS):
        path = paths[number % len(paths)]
        last = path.rpartition("/")[2]
        yield [
            _sku(number),
            f"{last.title()} no. {number}",
            chance.choice(BRANDS),
            path,
            last.title(),
            _money(_price(number)),
        ]


def _paths() -> Iterator[str]:
    for top, middle in GROUPS.items():
        for above, below in middle.items():
            yield from (f"{top}/{above}/{last}" for last in below)


def _members(sample: Sample) -> Iterator[list[object]]:
    chance = sample.random("members")
    spoilt = _spoilt(sample)
    for number in range(sample.members):
        firsts, lasts = chance.choice(CYRILLIC if number % 4 == 0 else LATIN)
        first, last = chance.choice(firsts), chance.choice(lasts)
        row: list[object] = [
            _number(number),
            f"+4477{number:08}",
            f"{first.lower()}.{number}@example.org" if first.isascii() and number % 3 else "",
            first,
            last,
            date(1940, 1, 1) + timedelta(days=chance.randrange(25_000)),
            "ru" if number % 4 == 0 else "en",
            "",
            chance.choice(CITIES),
            f"{chance.randrange(sample.stores) + 1:04}",
            f"{_joined(sample, number)} {chance.randrange(8, 21):02}:{chance.randrange(60):02}",
            "blocked" if number % 500 == 499 else "active",
        ]
        yield _spoil(row, spoilt[number]) if number in spoilt else row


def _spoilt(sample: Sample) -> dict[int, int]:
    """Which members' rows are wrong, and how."""
    places = sample.random("wrong").sample(range(sample.members), min(sample.wrong, sample.members))
    return {place: kind for kind, place in enumerate(sorted(places))}


def _spoil(row: list[object], kind: int) -> list[object]:
    wrong = [("phone", 1, "12"), ("email", 2, "nobody at home"), ("birth", 5, "31.12.1979"), ("zone", 7, "Mars/Base")]
    _, place, cell = wrong[kind % len(wrong)]
    return [*row[:place], cell, *row[place + 1 :]]


def _cards(sample: Sample) -> Iterator[list[object]]:
    for number in range(sample.members):
        body = f"2799{number:08}"
        check = numbers.check_digit(body)
        if number % 10 == 9:
            check = str((int(check) + 1) % 10)  # the other system did not check them
        state = "blocked" if number % 50 == 0 else "active"
        yield [body + check, _number(number), state, _joined(sample, number)]


def _balances(sample: Sample) -> Iterator[list[object]]:
    chance = sample.random("balances")
    for number in range(sample.members):
        for lot in range(chance.choice((0, 1, 1, 2, 3))):
            since = sample.until - timedelta(days=chance.randrange(1, 360))
            until: date | str = since + timedelta(days=365) if lot % 3 else ""
            usable = since if chance.randrange(20) else sample.until + timedelta(days=chance.randrange(1, 14))
            if isinstance(until, date) and until <= usable:
                until = ""
            yield [f"L-{number}-{lot}", _number(number), chance.randrange(1, 3000), "", usable, until]


def _consents(sample: Sample) -> Iterator[list[object]]:
    """The whole table of some, the usual few cells of others, and one who took a word back now and then."""
    chance = sample.random("consents")
    for number in range(sample.members):
        who, when, source = _number(number), _joined(sample, number), chance.choice(SOURCES)
        if number % 100 < sample.whole_consents:
            for kind in TYPES:
                for channel in CHANNELS:
                    yield [who, kind, channel, "on" if chance.randrange(3) else "off", when, source, "terms-2018"]
            continue
        for channel in ("sms", "email"):
            yield [who, "mailings", channel, "on" if chance.randrange(4) else "off", when, source, "terms-2018"]
        yield [who, "accrual", "all", "on", when, source, ""]
        if number % 10 == 0:
            yield [who, "mailings", "sms", "off", when + timedelta(days=1), "call", ""]


def _purchases(sample: Sample) -> Iterator[tuple[list[object], list[list[object]]]]:
    chance = sample.random("receipts")
    for number in range(sample.members * RECEIPTS_PER_MEMBER):
        store = f"{chance.randrange(sample.stores) + 1:04}"
        day = sample.until - timedelta(days=chance.randrange(1, 366))
        at = datetime.combine(day, time(chance.randrange(8, 21), chance.randrange(60), chance.randrange(60)))
        who = "" if number % 5 == 0 else _number(int(sample.members * chance.random() ** 2))
        lines, total = [], 0
        for line in range(1, chance.choice(LINES_PER_RECEIPT) + 1):
            what, pieces = chance.randrange(GOODS), chance.choice((1, 1, 1, 2, 3))
            price = _price(what)
            off = price // 10 if what % 9 == 0 else 0
            paid = price * pieces - off
            total += paid
            money = [_money(price), _money(off) if off else "", _money(paid)]
            lines.append([store, f"R-{number}", line, _sku(what), "", pieces, *money])
        yield [store, f"R-{number}", at, who, _money(total)], lines


def _number(number: int) -> str:
    return f"M-{100_000 + number}"


def _sku(number: int) -> str:
    return f"{400_000 + number * 7}"


def _price(number: int) -> int:
    return 49 + number * 37 % 2900


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _joined(sample: Sample, number: int) -> date:
    return sample.until - timedelta(days=400 + number * 7919 % 2500)
