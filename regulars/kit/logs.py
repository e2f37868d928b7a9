"""How lines of the log are written: for people on a terminal, as JSON elsewhere, each with its request and without secrets.

Every line passes here, whoever wrote it: ours, Django's, the web server's, the libraries'. What may not stand in it is decided by
`secrecy`.
"""

import logging
import logging.config
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, Final

import orjson
import structlog

from regulars import variables
from regulars.kit import secrecy
from regulars.kit.request import request_id

type Words = MutableMapping[str, Any]

SHORTEST_SECRET: Final = 6
MOST_CAUSES: Final = 4
# Exceptions whose words speak of the way to the database, of the code or of the settings, and so may be told; of the second
# kind without what they quote. The words of all others may be somebody's: they are told by their kind and place.
_PLAIN: Final = {
    "OperationalError",
    "InterfaceError",
    "PoolTimeout",
    "ImportError",
    "AttributeError",
    "NameError",
    "OSError",
}
_QUOTING: Final = {
    "ProgrammingError",
    "TypeError",
    "ImproperlyConfigured",
    "TemplateSyntaxError",
    "VariableNotPossible",
}
# What our own lines may carry beside their words; what libraries add is not ours to judge.
_CARRIED: Final = ("method", "path", "status", "ms", "door", "actor", "gateway", "run")
_FIRST: Final = ("time", "level", "logger", "event", "request")


@cache
def secrets() -> tuple[str, ...]:
    """The secrets of this installation, longest first: none of them is ever written, wherever it comes from."""
    found = set()
    for variable in variables.TABLE:
        if variable.is_secret:
            try:
                found.add(variables.text(variable.name))
            except variables.VariableNotPossible:
                continue
    return tuple(sorted((one for one in found if len(one) >= SHORTEST_SECRET), key=len, reverse=True))


def about(logger: Any, method: str, line: Words) -> Words:
    """Add the id of the request, if there is one."""
    if made := request_id.get():
        line["request"] = made
    return line


def raised(logger: Any, method: str, line: Words) -> Words:
    """Tell an exception by its places and kind; of its words, what they quote may be somebody's."""
    found = line.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, BaseException):
        found = type(found), found, found.__traceback__
    if isinstance(found, tuple) and found[1] is not None:
        line["exception"] = told(found[1])
    return line


def told(error: BaseException) -> str:
    """An exception with where it came from, and those that it followed from; no values of the program."""
    parts: dict[str, str] = {}  # an error that is raised again and again on its way out is told once, where it began
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        words = _words(current)
        parts.pop(words, None)
        parts[words] = "".join(traceback.format_tb(current.__traceback__)) + words
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n\nFrom which came:\n\n".join(list(reversed(parts.values()))[-MOST_CAUSES:])


def _words(error: BaseException) -> str:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    name, first = type(error).__name__, (str(error).strip().splitlines() or [""])[0]
    if kinds & _QUOTING:
        first = secrecy.without_values(first)
    elif not kinds & _PLAIN:
        first = ""
    return f"{name}: {first}" if first else name


def without_secrets(logger: Any, method: str, line: Words) -> Words:
    """Take out of every value what must not be in a log. All lines pass here, last of all."""
    known = secrets()
    if line.get("logger") == "asyncio":
        line["event"] = secrecy.without_values(secrecy.without_raised(str(line["event"])))
    kept = {
        name: line[name]
        for name in ("time", "level", "logger", "request", "_record", "_from_structlog")
        if name in line
    }
    event = secrecy.hidden_in(line.get("event", ""), known)
    rest = {
        name: secrecy.hidden_in(line[name], known, name=name) for name in line if name not in kept and name != "event"
    }
    return {**kept, "event": event, **rest}


def _ordered(line: Words) -> dict[str, Any]:
    return {name: line[name] for name in _FIRST if name in line} | {k: v for k, v in line.items() if k not in _FIRST}


def as_json(logger: Any, method: str, line: Words) -> str:
    """One line of JSON."""
    return orjson.dumps(_ordered(line), default=str, option=orjson.OPT_NON_STR_KEYS).decode()


_STEPS: Final[list[Any]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(allow=_CARRIED),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    about,
    raised,
]


class Lines(structlog.stdlib.ProcessorFormatter):
    """Writes a record of the standard library as a line; `form` is `pretty`, `json` or `auto`."""

    def __init__(self, form: str = "auto") -> None:
        is_pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
        written = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), timestamp_key="time", pad_event_to=0, pad_level=False
        )
        super().__init__(
            foreign_pre_chain=_STEPS,
            processors=[
                without_secrets,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                written if is_pretty else as_json,
            ],
        )


def configure(config: dict[str, Any]) -> None:
    """Set up logging as the settings say, and let what nobody caught pass the same way as everything else."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[*_STEPS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_on_a_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("regulars").critical("Nobody caught this", exc_info=(kind, error, trace))


def _uncaught_on_a_thread(said: threading.ExceptHookArgs) -> None:
    if said.exc_value is not None and said.exc_type is not SystemExit:
        name = said.thread.name if said.thread else "a thread"
        logging.getLogger("regulars").critical(
            "Nobody caught this on %s", name, exc_info=(said.exc_type, said.exc_value, said.exc_traceback)
        )


@contextmanager
def about_this(**words: str | int) -> Iterator[None]:
    """Put ids and codes into every line that is written meanwhile, such as the gateway or the run."""
    with structlog.contextvars.bound_contextvars(**words):
        yield
