"""Draws a card's number as a QR code and as a barcode, in SVG without styles of its own."""

import io
import re
from itertools import groupby

import segno
from barcode.codex import Code128
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

BAR_HEIGHT = 40
QUIET = 10
PLAIN = re.compile(r"[ -~]+")


def qr(text: str) -> SafeString:
    """Draw a QR code that a till's scanner reads from a phone's screen."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2, svgclass="qr", lineclass=None, dark="#000"
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 (drawn from a matrix, no text in it)


def bars(text: str) -> SafeString:
    """Draw Code 128 bars, one path; text that the code cannot hold draws nothing."""
    if not PLAIN.fullmatch(text):
        return SafeString("")
    path, x = [], QUIET
    for dark, run in groupby(Code128(text).build()[0]):
        width = len(list(run))
        if dark == "1":
            path.append(f"M{x} 0h{width}v{BAR_HEIGHT}h-{width}z")
        x += width
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" shape-rendering="crispEdges">'
        '<path fill="#000" d="{}"/></svg>',
        x + QUIET,
        BAR_HEIGHT,
        "".join(path),
    )
