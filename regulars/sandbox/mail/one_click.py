"""The button by which a mail program unsubscribes without opening a page (RFC 8058)."""

from urllib.parse import SplitResult, urlsplit

import httpx2

_TIMEOUT_S = 10
_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_ours(url: str, own_address: str) -> bool:
    """Say whether a link leads to this installation; the stand-in posts nowhere else, whatever a mail says."""
    try:
        there, here = urlsplit(url), urlsplit(own_address)
        return there.username is None and _origin(there) == _origin(here)
    except ValueError:  # a port that is none
        return False


def unsubscribe(url: str) -> int:
    """Post to the link as a mail program does, with no cookies; return the status, or 0 when nobody answered."""
    try:
        with httpx2.Client(timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False) as client:
            return int(client.post(url, data={"List-Unsubscribe": "One-Click"}).status_code)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return 0


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
