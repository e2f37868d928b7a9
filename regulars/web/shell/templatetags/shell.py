"""Tags and filters of the shell: icons, figures and one tag per component."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from regulars.web.shell import codes, figures, sentences
from regulars.web.shell.channels import look
from regulars.web.shell.faces import Mailing, Phone, Problem, Receipt, StandRow, Step, Switch

register = template.Library()
PARTS = "shell/components/"


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; the word beside it carries the meaning."""
    sprite = static("vendor/material-symbols/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', sprite, name)


@register.filter
def money(minor: int, currency: str) -> str:
    """Write minor units as money: {{ total|money:currency }}."""
    return figures.money(minor, currency)


@register.filter
def points(units: int, decimals: int = 0) -> str:
    """Write points without the word: {{ balance|points }}."""
    return figures.points(units, decimals)


@register.filter
def points_signed(units: int, decimals: int = 0) -> str:
    """Write points with their sign: +48, −300."""
    return ("+" if units > 0 else "") + figures.points(units, decimals)


@register.filter
def points_word(units: int, decimals: int = 0) -> str:
    """Give the right form of the word: 1 point, 2 points; a fraction takes the form of two."""
    whole = units % 10**decimals == 0
    return ngettext("point", "points", abs(units) // 10**decimals if whole else 2)


@register.filter
def quantity(thousandths: int) -> str:
    """Write a quantity in thousandths."""
    return figures.quantity(thousandths)


@register.filter
def number(value: int) -> str:
    """Write a whole number with thin spaces."""
    return figures.number(value)


@register.filter
def day(value: date) -> SafeString:
    """Write a day as a time element."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), figures.day(value))


@register.filter
def moment(value: datetime) -> SafeString:
    """Write a time in the page's zone; the script adds how long ago on hover."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), figures.moment(value))


@register.filter
def clock_time(value: datetime) -> SafeString:
    """Write hour and minute as a time element."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), figures.clock_time(value))


@register.filter
def grouped(digits: str) -> str:
    """Write a card number in groups of four."""
    return figures.grouped(digits)


@register.filter
def qr(text: str) -> SafeString:
    """Draw a text as a QR code."""
    return codes.qr(text)


@register.filter
def bars(text: str) -> SafeString:
    """Draw a text as a barcode."""
    return codes.bars(text)


@register.simple_tag
def hears(mailings: Sequence[Mailing], switches: Sequence[Switch] = ()) -> str:
    """Say in one sentence what a person hears from us."""
    return sentences.hears(mailings, switches)


@register.inclusion_tag(PARTS + "code_card.html")
def code_card(digits: str, holder: str, programme: str, full_url: str) -> dict[str, Any]:
    """Show the member's card: name, QR code, barcode and digits; a tap leads to the full screen."""
    return {"digits": digits, "holder": holder, "programme": programme, "full_url": full_url}


@register.inclusion_tag(PARTS + "points_pill.html")
def points_pill(units: int, decimals: int = 0, signed: bool = False, size: str = "") -> dict[str, Any]:
    """Show points in honey; spent ones without."""
    return {"units": units, "decimals": decimals, "signed": signed, "size": size}


@register.inclusion_tag(PARTS + "money.html")
def amount(minor: int, currency: str) -> dict[str, Any]:
    """Show money with tabular figures."""
    return {"minor": minor, "currency": currency}


@register.inclusion_tag(PARTS + "sentence.html")
def sentence(text: str, element_id: str = "sentence") -> dict[str, Any]:
    """Show the one sentence of a page; a live region, so that a change is read out."""
    return {"text": text, "element_id": element_id}


@register.inclusion_tag(PARTS + "status.html")
def status(word: str, tone: str = "") -> dict[str, Any]:
    """Show a dot and a word; tones: done, news, waiting, bad, or none."""
    return {"word": word, "tone": tone}


@register.inclusion_tag(PARTS + "channel.html")
def channel(code: str) -> dict[str, Any]:
    """Show a channel with its icon, word and colour."""
    return {"code": code, "look": look(code)}


@register.inclusion_tag(PARTS + "stat.html")
def stat(label: str, value: str, note: str = "") -> dict[str, Any]:
    """Show one figure with its name, inside <dl class="stats">."""
    return {"label": label, "value": value, "note": note}


@register.inclusion_tag(PARTS + "timeline.html")
def timeline(steps: Sequence[Step]) -> dict[str, Any]:
    """Show what happened when."""
    return {"steps": steps}


@register.inclusion_tag(PARTS + "matrix.html")
def matrix(mailings: Sequence[Mailing], caption: str) -> dict[str, Any]:
    """Show types × channels as a table of boxes with locks; every mailing has the same channels."""
    first = mailings[0].cells if mailings else ()
    return {"mailings": mailings, "channels": [c.channel for c in first], "caption": caption}


@register.inclusion_tag(PARTS + "stands.html")
def stands(rows: Sequence[StandRow], caption: str, head: str, system: str) -> dict[str, Any]:
    """Show how consent stands as a table to look at; every row has the same channels."""
    first = rows[0].stands if rows else ()
    channels = [(stand.channel, look(stand.channel)) for stand in first]
    return {"rows": rows, "channels": channels, "caption": caption, "head": head, "system": system}


@register.inclusion_tag(PARTS + "type_card.html")
def type_card(mailing: Mailing) -> dict[str, Any]:
    """Show one mailing type with a switch per channel; a locked one says why."""
    return {"mailing": mailing, "cells": [(cell, look(cell.channel)) for cell in mailing.cells if cell.on is not None]}


@register.inclusion_tag(PARTS + "nothing.html")
def nothing(title: str, text: str = "", icon_name: str = "inbox") -> dict[str, Any]:
    """Say why there is nothing here, and what fills it."""
    return {"title": title, "text": text, "icon_name": icon_name}


@register.inclusion_tag(PARTS + "error_summary.html")
def error_summary(problems: Sequence[Problem]) -> dict[str, Any]:
    """List what is wrong, each with a link to its field; shows nothing when nothing is."""
    return {"problems": problems}


@register.inclusion_tag(PARTS + "skeleton.html")
def skeleton(lines: int = 3) -> dict[str, Any]:
    """Keep the place of what is still loading."""
    return {"lines": range(lines)}


@register.inclusion_tag(PARTS + "phone.html")
def phone(shown: Phone) -> dict[str, Any]:
    """Show a phone with its messages."""
    return {"phone": shown}


@register.inclusion_tag(PARTS + "receipt.html")
def receipt(printed: Receipt, currency: str) -> dict[str, Any]:
    """Show a receipt as paper."""
    return {"receipt": printed, "currency": currency}
