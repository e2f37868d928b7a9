"""Anna changes her mind: a category goes off, then a channel, then a mailing type; and how both systems see it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from regulars.contract.channels import BRIDGED
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import queries as matrices
from regulars.loyalty.sync import carriers
from regulars.management.demo.form import Form
from regulars.management.demo.story import Heroine, StoryBroken, wait_until
from regulars.sandbox.mail import letter, record
from regulars.smartcomms.subscriptions import queries as switches

MAILINGS = "mailings"
CATEGORY = "weekly-offers"
WAY_BACK = "push"
_LINK = re.compile(r"https?://[^\s\"'<>]+/u/[^\s\"'<>)]+")


@dataclass(frozen=True, slots=True)
class View:
    """How both systems see Anna: Mailings × channel in Loyalty, switches and category cells in Smart Communications."""

    mailings: dict[str, bool]
    channels: dict[str, bool]
    categories: dict[tuple[str, str], bool | None]

    def agrees(self) -> bool:
        """Whether Mailings × each channel that both know stands as the switch does."""
        return all(self.mailings[channel] == self.channels[channel] for channel in map(str, BRIDGED))


def look(anna: Heroine) -> View:
    """Read both systems now."""
    matrix = matrices.get_matrix(_member(anna))
    choices = switches.get_choices(anna.person_id)
    return View(
        mailings={str(channel): matrix.is_on(MAILINGS, channel) for channel in BRIDGED},
        channels={str(channel): choices.channels[channel] for channel in BRIDGED},
        categories={
            (choice.code, str(channel)): is_on
            for choice in choices.categories
            for channel, is_on in choice.statuses.items()
        },
    )


def find_link(mails: Path, mailbox: str) -> str:
    """The unsubscribe link in the newest mail of Smart Communications to a mailbox, as its reader would find it."""
    its = [mail for mail in record.read_mails(mails) if mailbox in mail.recipients]
    for mail in reversed(its):
        found = record.find_mail(mails, mail.id)
        links = _LINK.findall(letter.open_letter(found[1]).text) if found else []
        if links:
            return str(links[0])
    raise StoryBroken(f"None of the {len(its)} mails to {mailbox} has an unsubscribe link.")


def turn_category_off(anna: Heroine, link: str) -> dict[str, Any]:
    """Open the mail's link and turn one category off over email: this stays in Smart Communications."""
    before = look(anna)
    _post(link, lambda form: form.without("cell", f"{CATEGORY}:email", act="save"))
    after = look(anna)
    if after.mailings != before.mailings or after.channels != before.channels:
        raise StoryBroken("Turning a category off has changed a channel.")
    return {"category": CATEGORY, "channel": "email", "smartcomms": _word(after.categories[CATEGORY, "email"])}


def turn_channel_off(anna: Heroine, link: str) -> dict[str, Any]:
    """Open the link again and turn the whole channel off: this crosses to Loyalty, over HTTP."""
    _post(link, lambda form: form.without("channel", "email", act="save"))
    wait_until("Email off in Loyalty", lambda: not look(anna).mailings["email"], seconds=20, pause_s=0.05)
    return {
        "carrier": "http",
        "channel": "email",
        "smartcomms": _word(look(anna).channels["email"]),
        "loyalty": "active" if look(anna).mailings["email"] else "inactive",
    }


def turn_mailings_off(anna: Heroine) -> dict[str, Any]:
    """Turn Mailings over one channel off in Loyalty: this crosses to Smart Communications; categories stay as they are."""
    before, member = look(anna), _member(anna)
    by = Actor("member", member.public_id, "account")
    subscriptions.unsubscribe(member, mailing_type=MAILINGS, channel=WAY_BACK, by=by, at=clock.now())
    wait_until("Push off in Smart Communications", lambda: not look(anna).channels[WAY_BACK], seconds=30, pause_s=0.05)
    after = look(anna)
    return {
        "carrier": str(carriers.current()),
        "channel": WAY_BACK,
        "loyalty": "active" if after.mailings[WAY_BACK] else "inactive",
        "smartcomms": _word(after.channels[WAY_BACK]),
        "categories": "untouched" if after.categories == before.categories else "touched",
    }


def side_by_side(anna: Heroine) -> list[str]:
    """Both matrices as lines of text: what crosses on the left and in the middle, what does not on the right."""
    view = look(anna)
    codes = sorted({code for code, _ in view.categories})
    head = f"  {'':8}{'Loyalty: Mailings':20}{'Smart Communications':24}{''.join(f'{code:16}' for code in codes)}"
    rows = [
        f"  {channel:8}{'active' if view.mailings[channel] else 'inactive':20}{_word(view.channels[channel]):24}"
        + "".join(f"{_word(view.categories.get((code, channel))):16}" for code in codes)
        for channel in map(str, BRIDGED)
    ]
    return ["", head, *rows, ""]


def _post(link: str, choose: Callable[[Form], dict[str, list[str]]]) -> None:
    with httpx2.Client(timeout=10) as browser:
        page = browser.get(link).raise_for_status()
        browser.post(link, data=choose(Form(page.text)), headers={"Referer": link}).raise_for_status()


def _member(anna: Heroine) -> Member:
    return members.get_by_public_id(anna.person_id)


def _word(is_on: bool | None) -> str:
    return {True: "on", False: "off", None: "absent"}[is_on]
