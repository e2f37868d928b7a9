"""The HTML of a mail as a page of its own, which may show and link but never run, load or send anything."""

import re

# The sandbox gives the page an origin of its own and no scripts or forms; a link may open a tab that is free of all this.
_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline';"
    " img-src data: https: {ours}; frame-ancestors 'self'"
)
_BASE = '<base target="_blank">'
_OPENINGS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (r"<head(?:\s[^<>]*)?>", r"<html(?:\s[^<>]*)?>", r"<!doctype[^<>]*>")
]
_LINK = re.compile(r"<(?:a|area)\s[^<>]*>", re.IGNORECASE)
_TARGET = re.compile(r"""\starget\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+)""", re.IGNORECASE)


def policy(own_address: str) -> str:
    """The content policy of such a page; pictures may come from this installation, too."""
    return _POLICY.format(ours=own_address)


def framed(html: str) -> str:
    """Let every link of a mail open in a new tab: inside a frame it would lead nowhere."""
    html = _LINK.sub(lambda link: _TARGET.sub("", link[0]), html)
    for opening in _OPENINGS:
        if found := opening.search(html):
            return html[: found.end()] + _BASE + html[found.end() :]
    return _BASE + html
