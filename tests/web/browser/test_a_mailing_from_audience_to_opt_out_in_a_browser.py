"""From a marketer's audience to a mailbox and back: what is turned off in one system is off in the other.

Everything is real: web, worker, mail server, the exchange between the systems, and a browser for each person.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import queries as matrices
from regulars.sandbox.mail.record import read_mails
from regulars.smartcomms.subscriptions import queries as switches
from tests.web.browser.street import Street, opened
from tests.web.browser.visitor import DESK, PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stories")]
PATIENCE_MS = 30_000
ANNA, MAX, TESTER = "anna@example.org", "max@example.org", "max.the.marketer@example.org"


@pytest.fixture
def street(browser: Any, django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[Street]:
    with opened(tmp_path, django_db_blocker) as running:
        yield running


@pytest.fixture
def people(browser: Any, street: Street) -> Iterator[tuple[Visit, Visit]]:
    """A marketer at a desk and a member on a phone."""
    visitors = Visit(browser, street.address, DESK, {}), Visit(browser, street.address, PHONE, {})
    for each in visitors:
        each.context.set_default_timeout(PATIENCE_MS)
    yield visitors
    for each in visitors:
        each.picture("story-where-it-ended")
        each.context.close()


def snap(visitor: Visit, name: str) -> None:
    """Look at both sizes: nothing sticks out, nothing complains, and there is a picture for who wants one."""
    mine = visitor.screen
    for visitor.screen in (PHONE, DESK):
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.picture(f"story-{name}")
        assert not visitor.overflow(), f"{name} on {visitor.screen}"
    visitor.screen = mine
    visitor.page.set_viewport_size({"width": mine.width, "height": mine.height})
    assert not visitor.complaints, visitor.complaints


def enter(marketer: Visit, role: str) -> Any:
    """Sign in with one tap on the front page."""
    page = marketer.go("/")
    page.click(f"form[action$='/demo/sign-in/{role}'] button")
    page.locator("h1").first.wait_for()
    return page


def build_audience(marketer: Visit, street: Street) -> None:
    """Who bought something in the last 14 days and allows mailings by email."""
    page = marketer.go("/backoffice/loyalty_audiences/audience/add/")
    for path, kind, fields in (
        ("f-0", "last_purchase", {"days": "14"}),
        ("f-1", "consent", {"mailing_type": "mailings", "channel": "email"}),
    ):
        page.click("#f-add")
        page.select_option(f"#{path}-kind", kind)
        for name, value in fields.items():
            field = page.locator(f"#{path}-{name}")
            field.wait_for()
            field.fill(value) if name == "days" else field.select_option(value)
    page.wait_for_function(
        "(size) => document.getElementById('audience-count')?.textContent === String(size)", arg=street.buyers
    )
    page.fill("#audience-name", "Tea drinkers of the fortnight")
    snap(marketer, "audience")
    page.get_by_role("button", name="Save audience").click()
    page.get_by_text("is saved").first.wait_for()


def write_mailing(marketer: Visit, desk: str, name: str, **choices: str) -> None:
    """An email that begins with the house's page; it is seen before it is kept."""
    page = marketer.go(f"{desk}add/")
    page.fill("[name=name]", name)
    page.select_option("[name=channel]", "email")
    for field, label in choices.items():
        page.select_option(f"[name={field}]", label=label)
    page.fill("[name='subject_lines.en']", "{{ first_name }}, tea is cheaper this week")
    page.frame_locator("iframe.mail-frame").get_by_text("See you soon").wait_for()
    page.get_by_text(", tea is cheaper this week", exact=False).first.wait_for()
    snap(marketer, f"{name}-editor")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("is kept").first.wait_for()


def send_test(marketer: Visit, to: str) -> None:
    """The mailing as it is, to one address."""
    page = marketer.page
    page.get_by_text("Send a test").first.click()
    page.fill("[name=addresses]", to)
    snap(marketer, "send-a-test")
    page.locator(".desk-act button[type=submit]").click()
    page.get_by_text("The test is on its way to 1 address").first.wait_for()


def send(marketer: Visit, name: str) -> None:
    """Start the mailing and watch it to its end."""
    page = marketer.page
    page.get_by_text("It costs").first.wait_for()
    snap(marketer, f"{name}-page")
    page.get_by_text("Send now").first.click()
    page.locator(".desk-act").wait_for()
    snap(marketer, f"{name}-send-now")
    page.locator(".desk-act button[type=submit]").click()
    page.get_by_text("has started").first.wait_for()
    snap(marketer, f"{name}-going")
    page.get_by_text("Done: 100 %").wait_for()
    page.get_by_role("link", name="Send again").wait_for()
    snap(marketer, f"{name}-done")


def open_mailbox(member: Visit, mailbox: str, name: str) -> None:
    """Find the mailbox among all, and open its newest mail."""
    page = member.go("/sandbox/mail/")
    page.get_by_role("link", name=mailbox).click()
    page.get_by_role("link", name="tea is cheaper this week").first.click()
    page.frame_locator("iframe").get_by_text("See you soon").wait_for()
    snap(member, f"{name}-mail")


@contextmanager
def followed(member: Visit, words: str, name: str) -> Iterator[Any]:
    """Press a link in the mail, which opens a tab of its own, and come back to the mail afterwards."""
    mail = member.page
    with mail.expect_popup() as opening:
        mail.frame_locator("iframe").get_by_text(words).click()
    member.page = opening.value
    member.page.get_by_role("heading", name="What you hear from us").wait_for()
    snap(member, f"{name}-link")
    yield member.page
    snap(member, f"{name}-saved")
    member.page.close()
    member.page = mail


def press_unsubscribe(member: Visit, name: str) -> None:
    """The button of the mail program itself: no page opens."""
    member.page.get_by_role("button", name="Unsubscribe").click()
    member.page.get_by_text("Unsubscribed. The sender's server answered 200").wait_for()
    snap(member, f"{name}-one-click")


def see_both(member: Visit, who: Member, name: str, **expected: str) -> None:
    """Wait until the page of both consents shows these cells, and that the systems agree."""
    page = member.go("/demo/consent/?" + urlencode({"q": who.first_name}))
    for cell, stand in expected.items():
        page.locator(f"#{cell.replace('_', '-')}[data-stand={stand}]").wait_for()
    page.get_by_text("Both systems agree on every channel that crosses.").wait_for()
    snap(member, f"{name}-both")


def mailboxes(street: Street) -> set[str]:
    """Everybody who has got a mail."""
    return {mailbox for mail in read_mails(street.mails) for mailbox in mail.recipients}


def stands(who: Member) -> tuple[bool, bool]:
    """Email as both systems have it: Mailings in Loyalty, the switch in Smart Communications."""
    here = matrices.get_matrix(who).is_on("mailings", "email")
    return here, switches.is_channel_on(who.public_id, "email")


def test_loyaltys_mailing_is_refused_and_the_sister_keeps_to_it(street: Street, people: tuple[Visit, Visit]) -> None:
    marketer, member = people
    enter(marketer, "marketer")
    build_audience(marketer, street)
    write_mailing(marketer, "/backoffice/loyalty_mailings/mailing/", "Tea", audience="Tea drinkers of the fortnight")
    send_test(marketer, TESTER)
    send(marketer, "Tea")
    assert mailboxes(street) == {ANNA, MAX, TESTER, *street.neighbours[3:]}

    open_mailbox(member, ANNA, "Tea")
    with followed(member, "Choose what you hear", "Tea") as page:
        page.get_by_role("button", name="No more “News from us” by email").click()
        page.locator("[role=status]", has_text="Turned off News from us: Email.").wait_for()
    see_both(member, street.anna, "Tea", loyalty_mailings_email="off", smartcomms_channel_email="off")
    open_mailbox(member, MAX, "Tea-of-Max")
    press_unsubscribe(member, "Tea")
    see_both(member, street.max, "Tea-of-Max", loyalty_mailings_email="off", smartcomms_channel_email="off")

    assert stands(street.anna) == stands(street.max) == (False, False)
    assert switches.get_choices(street.anna.public_id).categories[0].statuses["email"] is True


def test_the_sisters_mailing_is_refused_a_category_first_and_then_the_channel(
    street: Street, people: tuple[Visit, Visit]
) -> None:
    marketer, member = people
    enter(marketer, "smartcomms")
    write_mailing(marketer, "/smartcomms/smartcomms_mailings/mailing/", "Weekly", category="Weekly offers")
    send(marketer, "Weekly")
    assert mailboxes(street) == {ANNA, MAX, *street.neighbours}

    open_mailbox(member, ANNA, "Weekly")
    with followed(member, "Choose what you hear", "category") as page:
        page.uncheck("[name=cell][value='weekly:email']")
        page.click("button[value=save]")
        page.locator("[role=status]", has_text="Turned off Weekly offers: Email.").wait_for()
    see_both(member, street.anna, "category", smartcomms_weekly_email="off", loyalty_mailings_email="on")
    assert stands(street.anna) == (True, True)

    open_mailbox(member, ANNA, "Weekly-again")
    with followed(member, "Choose what you hear", "channel") as page:
        page.uncheck("[name=channel][value=email]")
        page.click("button[value=save]")
        page.locator("[role=status]", has_text="Turned off the whole channel: Email.").wait_for()
    see_both(member, street.anna, "channel", smartcomms_channel_email="off", loyalty_mailings_email="off")
    open_mailbox(member, MAX, "Weekly-of-Max")
    press_unsubscribe(member, "Weekly")
    see_both(member, street.max, "Weekly-of-Max", smartcomms_weekly_email="off", loyalty_mailings_email="on")

    assert stands(street.anna) == (False, False)
    assert stands(street.max) == (True, True)
