"""Emails in plain HTML: styles go to their tags, where every mail program finds them, and what is not allowed goes away."""

import html
import re

import css_inline

from regulars.templates.allowed import VOID, clean
from regulars.templates.liquid import TemplateRefused

DEEPEST = 200
MOST_TAGS = 10_000
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
_BODY = re.compile(r"<(/?)body\b", re.IGNORECASE)
_MEDIA = re.compile(r"@media\b[^{}<]*\{", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")
_FETCHING = re.compile(r"<|\\|@import|url\(|expression", re.IGNORECASE)
_DOCUMENT = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">{style}</head><body style="margin:0">{body}</body></html>"""


def to_html(markup: str, *, language: str = "und") -> str:
    """Turn HTML that somebody wrote or pasted into a whole document that is safe to send.

    Rules of `<style>` move into `style` attributes; `@media` rules stay in one `<style>`. Scripts, forms, handlers and links to
    anything but web, mailbox and telephone are left out without a word: pasted HTML is full of them.
    """
    css = "".join(found[1] for found in _STYLE.finditer(markup))
    # The cleaner keeps no body, so that its colours would be lost.
    bare = _BODY.sub(r"<\1div", _STYLE.sub("", markup))
    cleaned = clean(bare, written=markup)
    _check_size(cleaned)
    try:
        styled = css_inline.inline_fragment(cleaned, css, load_remote_stylesheets=False) if css else cleaned
    except (css_inline.InlineError, ValueError) as error:
        raise TemplateRefused(f"The styles of the email cannot be read: {error}.") from error
    media = _media(css)
    style = f"<style>{media}</style>" if media else ""
    # Once more: styles from the sheet are held against the list too.
    return _DOCUMENT.format(language=html.escape(language), style=style, body=clean(styled, written=markup))


def _check_size(cleaned: str) -> None:
    """Refuse what is built of too many tags or too deep: what follows pays for each, and for depth with the stack."""
    depth = 0
    for count, tag in enumerate(_TAG.finditer(cleaned)):
        if tag[2] not in VOID:
            depth += -1 if tag[1] else 1
        if depth > DEEPEST or count > MOST_TAGS:
            raise TemplateRefused("There are too many tags, or they are nested too deeply.")


def _media(css: str) -> str:
    """The `@media` rules of a style sheet, whole; nothing that fetches from elsewhere."""
    kept, place = [], 0
    while found := _MEDIA.search(css, place):
        place = _end_of_block(css, found.end())
        rule = css[found.start() : place]
        if rule.endswith("}") and not _FETCHING.search(rule):
            kept.append(rule)
    return "".join(kept)


def _end_of_block(css: str, place: int) -> int:
    depth = 1
    for brace in _BRACE.finditer(css, place):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.end()
    return len(css)
