"""Events and their lines in `reactions.py`, read from the source, so that a copy of the tree can be judged too."""

import ast
from dataclasses import dataclass

from tests.house.source import Module, Source
from tests.house.words import words_in

BASE = "regulars.kit.events.Event"
PERSONAL = {"name", "first_name", "last_name", "phone", "email", "address", "birth_date", "text", "ip", "mailbox"}
PAST = {"left", "gone", "sent", "made", "given", "taken", "begun", "lost", "found", "held", "set", "withdrawn"}


@dataclass(frozen=True)
class Told:
    """An event class: where it stands, its name in the journal and its fields."""

    where: str
    cls: str
    name: str
    fields: tuple[str, ...]
    is_at_home: bool


def events(source: Source) -> list[Told]:
    """Every subclass of `kit.events.Event`, wherever it stands."""
    return [
        _told(module, node)
        for module in source.modules
        for node in module.classes
        if any(module.resolved(base) == BASE for base in node.bases)
    ]


def _told(module: Module, node: ast.ClassDef) -> Told:
    fields = [s for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    system = next((ast.literal_eval(f.value) for f in fields if f.target.id == "system" and f.value), "")  # type: ignore[union-attr]
    return Told(
        f"{module.path}:{node.lineno}",
        f"{module.name}.{node.name}",
        f"{system}.{node.name}",
        tuple(f.target.id for f in fields if f.target.id != "system"),  # type: ignore[union-attr]
        module.name.endswith(".events"),
    )


def lines(source: Source) -> set[str]:
    """The event classes that have a line: keys of a table in a `reactions.py` of one of the two systems."""
    pages = [m for m in source.modules if m.name in ("regulars.loyalty.reactions", "regulars.smartcomms.reactions")]
    return {
        module.resolved(key)
        for module in pages
        for node in module.nodes
        if isinstance(node, ast.Dict)
        for key in node.keys
        if key is not None
    }


def without_a_line(source: Source) -> list[str]:
    """Events that nobody has decided about."""
    known = lines(source)
    return [
        f"{event.where} {event.name} has no line: add it to its system's reactions.py, with an empty list if nobody"
        " listens yet."
        for event in events(source)
        if event.cls not in known
    ]


def badly_told(source: Source) -> list[str]:
    """Events outside `events.py`, not in the past tense, without a system, or with personal fields."""
    breaches = []
    for event in events(source):
        words = words_in(event.cls.rpartition(".")[2])
        if not event.is_at_home:
            breaches.append(f"{event.where}: an event stands in its room's events.py; move it there.")
        if not any(word.endswith("ed") or word in PAST for word in words):
            breaches.append(f"{event.where} {event.name}: an event has happened; name it in the past tense.")
        if event.name.startswith("."):
            breaches.append(f"{event.where}: say whose event it is: `system: ClassVar[str] = …`.")
        if personal := sorted(PERSONAL & set(event.fields)):
            breaches.append(
                f"{event.where} {event.name} carries {', '.join(personal)}: the journal is for ever, so events hold ids"
                " and codes; keep personal details with journal.keep_personal."
            )
    return breaches
