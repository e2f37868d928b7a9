"""What is set, and by whom: the value of each variable as the installation uses it, secrets masked."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from regulars import database, variables
from regulars.variables import Variable, VariableNotPossible

DOTS = "•••"


@dataclass(frozen=True, slots=True)
class Effective:
    """One variable: `value` is what is used, as far as it may be shown, and `source` where it comes from."""

    name: str
    value: str
    source: str
    effect: str


def list_all(environment: Mapping[str, str] = os.environ) -> Iterator[Effective]:
    """All variables of the table; what only our own commands set stands here when it is set."""
    for variable in variables.TABLE:
        if not variable.is_internal or variable.name in environment:
            yield Effective(variable.name, *_value_of(variable, environment), variable.effect)


def _value_of(variable: Variable, environment: Mapping[str, str]) -> tuple[str, str]:
    try:
        found = variables.find(variable.name, environment)
    except VariableNotPossible as error:
        return f"cannot be used: {error}", "environment"
    path = environment.get(f"{variable.name}_FILE", "") if variable.is_secret else ""
    if found:
        shown = masked(found) if variable.is_secret else found
        return shown, f"file {path}" if path else "environment"
    if found is not None and variable.name in environment and not variable.is_secret:
        return "", "environment, empty"
    return _default_of(variable)


def _default_of(variable: Variable) -> tuple[str, str]:
    match variable.name:
        case "REGULARS_HOME":
            return str(database.home()), "default"
        case "DATABASE_URL":
            return "the PostgreSQL that comes along", "default"
        case "REGULARS_SECRET_KEY":
            kept = database.home() / "secret_key"
            return (DOTS, f"kept in {kept}") if kept.exists() else ("made at the first start", "default")
        case _:
            return variable.default, "default"


def masked(secret: str) -> str:
    """A secret as it may be shown: dots; of an address all but its password."""
    if "://" not in secret:
        return DOTS
    try:
        parts = urlsplit(secret)
        host = f"{f'[{parts.hostname}]' if ':' in (parts.hostname or '') else parts.hostname or ''}"
        host += f":{parts.port}" if parts.port else ""
        query = "&".join(
            f"{name}={DOTS if 'pass' in name else quote(value, safe='/')}" for name, value in parse_qsl(parts.query)
        )
    except ValueError:
        return DOTS
    who = f"{parts.username}{f':{DOTS}' if parts.password else ''}@" if parts.username else ""
    return f"{parts.scheme}://{who}{host}{parts.path}{f'?{query}' if query else ''}"
