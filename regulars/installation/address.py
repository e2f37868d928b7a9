"""The public address: whether it can be right, and whether it is this installation that answers there."""

import ipaddress
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from urllib.parse import urlsplit

from django.conf import settings

from regulars.kit.checks import Finding, failed, ok, warning

NAME = "public address"
_LOOK_S = 3.0


def public_address(at: datetime) -> list[Finding]:
    """Look at the address that links in messages begin with."""
    address: str = settings.PUBLIC_ADDRESS
    if faults := list(_faults(address)):
        return faults
    return [_answering(address)]


def _faults(address: str) -> Iterator[Finding]:
    fix = "export REGULARS_PUBLIC_ADDRESS=https://…, and start again"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = None, "", None
    if parts is None or not host or parts.scheme not in ("http", "https") or port == 0:
        yield failed(NAME, f"“{address}” is no address of a page: links in messages would lead nowhere.", fix)
        return
    if parts.path or parts.query or parts.fragment or parts.username:
        yield failed(NAME, f"“{address}” must be scheme and host only, such as https://club.example.org.", fix)
    if parts.scheme == "http" and not is_loopback(host):
        yield failed(NAME, f"{address} is without TLS: codes and sessions could be read on the way.", fix)
    if host not in settings.ALLOWED_HOSTS:
        yield failed(NAME, f"The pages do not answer under {host}.", f"export REGULARS_HOSTS={host}, and start again")


def is_loopback(host: str) -> bool:
    """Whether a host name or an address is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _answering(address: str) -> Finding:
    """Ask the address itself; a proxy or a name server may stand in the way, so silence is a warning."""
    ours = version("regulars")
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=_LOOK_S) as answer:  # noqa: S310 (checked above)
            said = answer.read(200).decode("utf-8", "replace").split()
    except (urllib.error.URLError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        return warning(NAME, f"{address} does not answer from here: {why}.", "regulars up")
    if said[:1] != ["ok"]:
        return failed(NAME, f"Something else answers at {address}.", "Correct REGULARS_PUBLIC_ADDRESS or the proxy")
    if said[1:] != [ours]:
        there = said[1] if said[1:] else "an unknown version"
        return warning(NAME, f"{address} is answered by {there}, and this is {ours}.", "regulars up")
    return ok(NAME, f"{address} answers.")
