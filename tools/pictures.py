"""Retakes the pictures of the README and the docs: runs the demo, buys something as Anna, and takes screenshots."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
READY = "The till  "


def main() -> None:
    """Start the demo, take the pictures, stop the demo."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "regulars.cli", "demo", "--reset", "--port", str(PORT)]
    demo = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        _wait(demo)
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            take(browser)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)


def _wait(demo: subprocess.Popen[str]) -> None:
    assert demo.stderr is not None
    for line in demo.stderr:
        sys.stderr.write(line)
        if READY in line:
            return
    raise SystemExit("the demo ended before its doors were open")


def _page(browser: Browser, size: dict[str, int], scheme: str = "light") -> Page:
    context = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2)  # type: ignore[arg-type]
    return context.new_page()


def _enter(page: Page, role: str) -> None:
    page.goto(ADDRESS)
    page.locator(f'form[action$="/demo/sign-in/{role}"] button').click()
    page.wait_for_load_state("networkidle")


def take(browser: Browser) -> None:
    """Take every picture."""
    desk = _page(browser, DESK)
    desk.goto(ADDRESS)
    desk.wait_for_timeout(2500)
    desk.screenshot(path=PICTURES / "front.png")
    home = _page(browser, PHONE)
    _enter(home, "anna")
    card = re.sub(r"\D", "", home.locator(".code-card").first.inner_text())[:13]
    till = _page(browser, DESK)
    _enter(till, "cashier")
    _sell(till, card)
    till.screenshot(path=PICTURES / "till.png")
    time.sleep(3)
    home.reload()
    home.screenshot(path=PICTURES / "home.png")
    phones = _page(browser, DESK)
    phones.goto(f"{ADDRESS}/sandbox/")
    phones.wait_for_timeout(2500)
    phones.screenshot(path=PICTURES / "phones.png")
    backoffice = _page(browser, DESK)
    _enter(backoffice, "marketer")
    backoffice.screenshot(path=PICTURES / "backoffice.png")
    _mailings(backoffice)
    desk.goto(f"{ADDRESS}/sandbox/mail/?q=anna@example.org")
    desk.locator("main a", has_text="anna@example.org").first.click()
    desk.wait_for_timeout(2500)
    desk.screenshot(path=PICTURES / "mailboxes.png")
    desk.goto(f"{ADDRESS}/demo/consent/")
    desk.wait_for_timeout(2500)
    desk.screenshot(path=PICTURES / "consents.png")
    _together(browser)


def _mailings(page: Page) -> None:
    """An audience in its builder, and the page of a mailing that was sent."""
    page.goto(f"{ADDRESS}/backoffice/loyalty_audiences/audience/")
    page.locator("#result_list tbody a").first.click()
    page.wait_for_timeout(2500)
    page.screenshot(path=PICTURES / "audience.png")
    page.goto(f"{ADDRESS}/backoffice/loyalty_mailings/mailing/")
    page.locator("#result_list tbody tr").last.locator("a").first.click()
    page.wait_for_timeout(2500)
    page.screenshot(path=PICTURES / "mailing.png")


def _sell(till: Page, card: str) -> None:
    till.keyboard.type(card, delay=5)
    till.keyboard.press("Enter")
    till.wait_for_timeout(700)
    tiles = till.locator(".tiles button")
    for number in (0, 1, 1, 3):
        tiles.nth(number).click()
        till.wait_for_timeout(500)


def _together(browser: Browser) -> None:
    """Put till, home and phones into one picture."""
    page = _page(browser, {"width": 1400, "height": 640})
    pictures = "".join(
        f'<img src="file://{PICTURES / name}.png" style="{style}">'
        for name, style in (
            ("till", "height:520px;left:40px;top:60px"),
            ("phones", "height:420px;left:640px;top:180px"),
            ("home", "height:560px;right:40px;top:40px"),
        )
    )
    sheet = PICTURES / "together.html"
    sheet.write_text(
        "<style>body{margin:0;background:#efe9dc}img{position:absolute;border-radius:14px;box-shadow:0 10px 34px #0003}</style>"
        + pictures
    )
    page.goto(f"file://{sheet}")
    page.screenshot(path=PICTURES / "together.png")
    sheet.unlink()


if __name__ == "__main__":
    main()
