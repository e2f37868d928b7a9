"""Mailboxes in a browser: a mail arrives by itself, opens in its frame, its links work and its button unsubscribes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars.sandbox.mail.record import MailRecord
from tests.sandbox.post import keep
from tests.sandbox.shop import shop_open
from tests.web.browser.visitor import DESK, PHONE, Screen, Visit

pytestmark = pytest.mark.browser

TEXT = "20 % off coffee on weekdays, until 31 May.\n\nAll offers: https://shop.example/offers\n"
HTML = """<!doctype html><html><head><style>
body {{ margin: 0; background: #f3f0e9; font: 16px/1.5 sans-serif; color: #1c2024 }}
.page {{ max-width: 560px; margin: 24px auto; padding: 32px; background: #fff; border-radius: 12px }}
h1 {{ color: #0b6b5b; font-size: 28px; line-height: 1.2 }} .button {{ display: inline-block; padding: 12px 24px;
background: #0b6b5b; color: #fff; border-radius: 8px; text-decoration: none }} small {{ color: #5c6470 }}
</style></head><body><div class="page"><h1>20 % off coffee, every weekday</h1>
<p>Anna, your usual is cheaper until 31 May. Show your card at the till and it comes off by itself.</p>
<p><a class="button" href="{address}/docs/errors">See the offer</a></p>
<p><small>You get this because you allow Mailings by email.
<a target="_self" href="{address}/docs/errors#x">Stop them</a></small></p>
</div></body></html>"""
SUBJECTS = ["Welcome to the Corner Club", "+48 points for your purchase", "Your points: 320 expire on 31 December"]


@pytest.fixture
def record(tmp_path: Path, settings: Any, live_server: Any) -> MailRecord:
    settings.SANDBOX_RECORD = str(tmp_path / "record.jsonl")
    settings.PUBLIC_ADDRESS = live_server.url
    return MailRecord(tmp_path / "record.mail.jsonl")


def offer(record: MailRecord, address: str) -> str:
    return keep(
        record,
        "anna.baker@example.com",
        subject="20 % off coffee, every weekday until 31 May",
        text=TEXT,
        html=HTML.format(address=address),
        List_Unsubscribe=f"<{address}/docs/errors>",
        List_Unsubscribe_Post="List-Unsubscribe=One-Click",
    )


def test_the_pages_hold_on_every_screen(visit: Callable[..., Visit], record: MailRecord, screen: Screen) -> None:
    at = visit(screen)
    at.go("/sandbox/mail/")
    at.look("mailboxes-none")
    for name in ("max.miller", "olga.petrova-johansson.with-a-very-long-name", "anna.baker"):
        for subject in SUBJECTS:
            keep(record, f"{name}@example.com", subject=subject, text=TEXT)
    mail = offer(record, at.address)
    at.page.get_by_text("20 % off coffee").wait_for()
    at.look("mailboxes")

    at.page.get_by_role("link", name="anna.baker@example.com").click()
    at.look("mailbox")
    page = at.go(f"/sandbox/mail/{mail}/")
    page.frame_locator("iframe").get_by_text("See the offer").wait_for()
    at.look("mail")
    page.get_by_role("link", name="Plain text").click()
    at.look("mail-text")
    page.get_by_role("link", name="Source").click()
    at.look("mail-source")


def test_phones_and_mailboxes_are_one_tap_apart(visit: Callable[..., Visit], record: MailRecord) -> None:
    for screen in (DESK, PHONE):
        page = visit(screen).go("/sandbox/")
        page.get_by_role("link", name="Mailboxes").click()
        page.get_by_role("heading", name="Mailboxes").wait_for()
        page.get_by_role("link", name="Phones").click()
        page.get_by_role("heading", name="Phones").wait_for()


def test_a_mail_arrives_by_itself_and_what_lies_open_stays(visit: Callable[..., Visit], record: MailRecord) -> None:
    offer(record, "https://shop.example")
    at = visit(DESK)
    page = at.go("/sandbox/mail/box/?address=anna.baker%40example.com")
    page.frame_locator("iframe").get_by_text("See the offer").wait_for()
    page.evaluate("document.querySelector('iframe').mine = document.getElementById('mails').mine = 1")
    with page.expect_response("**/sandbox/mail/box/lines*") as answered:
        pass
    assert answered.value.status == 304
    assert page.evaluate("document.getElementById('mails').mine") == 1

    keep(record, "anna.baker@example.com", subject="The newest")
    page.get_by_text("The newest").wait_for()

    assert page.evaluate("document.querySelector('iframe').mine") == 1
    assert page.locator(".mail-lines a[aria-current]").count() == 1


def test_a_full_mailbox_scrolls_beside_its_mail(visit: Callable[..., Visit], record: MailRecord) -> None:
    offer(record, "https://shop.example")
    for n in range(60):
        keep(record, "anna.baker@example.com", subject=f"Mail {n}", html="<p>Short")
    at = visit(DESK)
    page = at.go("/sandbox/mail/box/?address=anna.baker%40example.com")

    assert page.evaluate("document.documentElement.scrollHeight") < 1000
    page.get_by_text("20 % off coffee").click()
    page.frame_locator("iframe").get_by_text("See the offer").wait_for()
    at.look("mailbox-full")


@pytest.mark.parametrize("words", ["See the offer", "Stop them"])
def test_a_link_of_a_mail_opens_a_tab_of_its_own(visit: Callable[..., Visit], record: MailRecord, words: str) -> None:
    at = visit(PHONE)
    mail = offer(record, at.address)
    page = at.go(f"/sandbox/mail/{mail}/")

    with page.expect_popup() as opened:
        page.frame_locator("iframe").get_by_text(words).click()
    opened.value.wait_for_load_state()

    assert opened.value.url.startswith(f"{at.address}/docs/errors")
    assert opened.value.evaluate("[window.origin, typeof htmx, window.opener]")[0] == at.address
    assert page.url.endswith(f"/sandbox/mail/{mail}/")


def test_a_mail_cannot_run_send_or_load_anything(visit: Callable[..., Visit], record: MailRecord) -> None:
    at = visit(DESK)
    done: list[str] = []
    at.page.on("requestfinished", lambda request: done.append(request.url))
    refused: dict[str, str] = {}
    at.page.on("requestfailed", lambda request: refused.update({request.url: request.failure}))
    html = (
        "<p id=said>harmless</p><script>document.getElementById('said').textContent = 'ran'</script>"
        "<img src='http://127.0.0.1:1/pixel.png' onerror=\"parent.hurt = 1\">"
        f"<link rel=stylesheet href='{at.address}/static/shell/shell.css'>"
        f"<form action='{at.address}/i18n/setlang/' method=post><button>send</button></form>"
        f"<meta http-equiv=refresh content='0;url={at.address}/docs/errors'>"
    )
    mail = keep(record, "anna@example.com", html=html)
    page = at.go(f"/sandbox/mail/{mail}/")
    inside = page.frame_locator("iframe")
    inside.get_by_text("send").click()
    page.wait_for_timeout(300)

    assert inside.locator("#said").inner_text() == "harmless"
    assert page.evaluate("window.hurt") is None
    assert refused["http://127.0.0.1:1/pixel.png"] == "csp"
    assert not [url for url in done if url.endswith(("setlang/", "docs/errors"))]
    assert sum(url.endswith("/shell.css") for url in done) == 1


def test_the_button_beside_the_sender_unsubscribes(
    transactional_db: None, visit: Callable[..., Visit], record: MailRecord, settings: Any
) -> None:
    with shop_open() as shop:
        settings.PUBLIC_ADDRESS = f"http://127.0.0.1:{shop.server_port}"
        mail = offer(record, settings.PUBLIC_ADDRESS)
        for screen in (DESK, PHONE):
            at = visit(screen)
            page = at.go(f"/sandbox/mail/{mail}/")
            page.get_by_role("button", name="Unsubscribe").click()
            page.get_by_text("Unsubscribed. The sender's server answered 200").wait_for()
            at.look("mail-unsubscribed")

    assert [(path, body) for path, _, body in shop.asked] == [("/docs/errors", b"List-Unsubscribe=One-Click")] * 2
