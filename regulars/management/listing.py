"""The list of our commands, in groups, with a sentence each; read from their files, so that nothing is started for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

COMMANDS = Path(__file__).resolve().parent / "commands"
GROUPS = {
    "Start it": ("demo", "up", "worker", "sandbox"),
    "Look after it": ("doctor", "config", "where", "backup", "restore", "upgrade", "hold", "release", "let_in"),
    "Carry something in or across": ("import", "import_sample", "exchange", "bridge"),
    "Work on it": ("bench", "migrate", "openapi"),
}


def lines() -> Iterator[str]:
    """What `regulars --help` says."""
    yield "Regulars, a loyalty programme. Each of these says more with --help:"
    for group, names in in_groups().items():
        yield f"\n{group}"
        yield from (f"  regulars {name:10} {sentence}" for name, sentence in names.items())
    yield "\nDjango's own commands are there, too: regulars help --commands"


def in_groups() -> dict[str, dict[str, str]]:
    """Our commands with their sentences; one that nobody put into a group stands in the last."""
    known = sentences()
    last = list(GROUPS)[-1]
    placed = {name for names in GROUPS.values() for name in names}
    groups = {group: [name for name in names if name in known] for group, names in GROUPS.items()}
    groups[last] += sorted(known.keys() - placed)
    return {group: {name: known[name] for name in names} for group, names in groups.items() if names}


def sentences() -> dict[str, str]:
    """The sentence of each command: its `help`, else that of its class."""
    return {path.stem: _sentence(path) for path in sorted(COMMANDS.glob("*.py")) if path.stem != "__init__"}


def _sentence(path: Path) -> str:
    module = ast.parse(path.read_text())
    command = next(node for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Command")
    for line in command.body:
        if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "help":
            return str(ast.literal_eval(line.value))
    return (ast.get_docstring(command) or "").splitlines()[0]
