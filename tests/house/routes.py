"""Every address that the product answers, as patterns, read from Django's resolver."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from regulars.access import permissions

OPENERS = {"public", "member", "till", "sister", "employee", "demo"}
# Where each kind of address has its line; a page for employees has one of its own, never one with a star.
FILES = {
    "backoffice/": "regulars/access/desks.py, under BACKOFFICE",
    "smartcomms/": "regulars/access/desks.py, under SMARTCOMMS",
}
DOORS_OF_EMPLOYEES = (*FILES, "contact-centre/", "staff/")
_NAMED_GROUP = re.compile(r"\^\(\?P<(\w+)>[^)]*\)/\$")


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """All patterns below a resolver, such as `api/pos/v1/members`."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + _NAMED_GROUP.sub(r"<\1>/", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path


def covers(line: str, address: str) -> bool:
    """Whether a line of the table speaks of this address; `till/*` speaks of all below `till/`."""
    return address.startswith(line.removesuffix("*")) if line.endswith("*") else line == address


def opener(address: str, table: Mapping[str, str]) -> str:
    """Whom an address opens for: its own line, else the closest line that covers it."""
    lines = [line for line in table if covers(line, address)]
    return table[address] if address in table else table[max(lines, key=len)] if lines else ""


def example(address: str) -> str:
    """A pattern with something in its places, as a browser would ask for it."""
    return "/" + re.sub(r"<[^>]+>", "1", address)


def without_a_line(found: list[str], table: Mapping[str, str]) -> list[str]:
    """Addresses that nobody has decided about."""
    return [
        f"/{address} has no line: say whom it opens for by {_line(address)}."
        for address in found
        if not any(covers(line, address) for line in table)
    ]


def _line(address: str) -> str:
    """The line that is missing, and where."""
    for start, file in FILES.items():
        if address.startswith(start):
            return f'`"{address.removeprefix(start)}": "room.verb",` in {file}'
    return f'`"{address}": "room.verb",` (or {", ".join(sorted(OPENERS))}) in regulars/access/routes.py'


def too_wide(table: Mapping[str, str]) -> list[str]:
    """Lines that would open pages for employees that nobody has thought about yet."""
    return [
        f"“{line}” speaks of many pages for employees at once: give each address its own line."
        for line in table
        if line.endswith("*") and (line.startswith(DOORS_OF_EMPLOYEES) or line == "*")
    ]


def without_an_address(found: list[str], table: Mapping[str, str]) -> list[str]:
    """Lines about addresses that do not exist; what only the demo has need not be there."""
    return [
        f"regulars/access/routes.py speaks of “{line}”, which is no address: delete the line or correct it."
        for line, who in table.items()
        if who != "demo" and not any(covers(line, address) for address in found)
    ]


def misspelt(table: Mapping[str, Any]) -> list[str]:
    """Lines that open for nobody that exists: no word of the short list, and no permission that a role holds."""
    return [
        f"“{line}” opens for “{opener}”: use {', '.join(sorted(OPENERS))}, or a permission of"
        " regulars/access/permissions.py."
        for line, opener in table.items()
        if opener not in OPENERS | set(permissions.PERMISSIONS)
    ]
