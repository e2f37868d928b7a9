"""How long functions and files are, and what is too long."""

from statistics import median, quantiles

from tests.house.source import Module, Source, is_under

LONGEST_FUNCTION = 70
LONGEST_FILE = 500
LONGEST_DOOR_MODULE = 300
TYPICAL_FUNCTION = (8, 45)  # median, 95th percentile
TYPICAL_FILE = (60, 350)


def function_lengths(source: Source) -> dict[str, int]:
    """Lines of each function from `def` to its end, docstring included."""
    return {
        f"{module.path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module in source.modules
        for node in module.functions
    }


def file_lengths(source: Source) -> dict[str, int]:
    """Lines of each file that somebody writes and opens: modules that are not empty, and templates."""
    texts = {module.path: module.text for module in source.modules if module.text.strip()} | source.pages
    return {path: len(text.splitlines()) for path, text in texts.items()}


def typical(lengths: dict[str, int]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return median(lengths.values()), quantiles(lengths.values(), n=20, method="inclusive")[18]


def is_typical(lengths: dict[str, int], aim: tuple[int, int]) -> bool:
    """Whether neither figure is beyond what we aim at."""
    return all(found <= wanted for found, wanted in zip(typical(lengths), aim, strict=True))


def too_long(source: Source) -> list[str]:
    """Every function, file and door module beyond the hard limit."""
    functions = [
        f"{where} has {lines} lines, more than {LONGEST_FUNCTION}: give its steps names and make them functions."
        for where, lines in function_lengths(source).items()
        if lines > LONGEST_FUNCTION
    ]
    pages = [
        f"{path} has {lines} lines, more than {LONGEST_FILE}: make its parts components."
        for path, lines in file_lengths(source).items()
        if path.endswith(".html") and lines > LONGEST_FILE
    ]
    return functions + pages + [complaint for module in source.modules if (complaint := _file_complaint(module))]


def _file_complaint(module: Module) -> str:
    lines = len(module.text.splitlines())
    if lines > LONGEST_FILE:
        return f"{module.path} has {lines} lines, more than {LONGEST_FILE}: split the room in two, not the file."
    if is_under(module.name, "regulars.web", "regulars.api") and lines > LONGEST_DOOR_MODULE:
        return (
            f"{module.path} has {lines} lines, more than {LONGEST_DOOR_MODULE} for a door: move what it decides into a"
            " room's action or query, or make a module per subject."
        )
    return ""
