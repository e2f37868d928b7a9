"""A visit to a till: opens it, scans as a scanner does, and waits for what a cashier would see."""

import time
from dataclasses import dataclass

from regulars.web.till import sign_in
from tests.web.browser.visitor import Visit

NEWEST = "#basket .lines > li.newest"


@dataclass
class Till:
    """A visit to a till that is signed in."""

    visit: Visit
    key: str
    card: str

    def open(self) -> None:
        self.visit.cookie(sign_in.COOKIE, self.key)
        self.page = self.visit.go("/till/")

    def scan(self, code: str) -> None:
        """Type as a scanner does: a key every five milliseconds by the keyboard's own clock, then Enter."""
        keyboard, began = self.visit.context.new_cdp_session(self.page), time.time()
        for place, key in enumerate([*code, "Enter"]):
            typed = {"text": "\r", "windowsVirtualKeyCode": 13} if key == "Enter" else {"text": key}
            stroke = {"key": key, "timestamp": began + place * 0.005}
            keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **typed, **stroke})
            keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **stroke})
        keyboard.detach()

    def sees(self, selector: str, text: str) -> None:
        self.page.locator(selector, has_text=text).first.wait_for()

    def counts(self, quantity: str) -> None:
        """Wait until the line that was rung up first shows this quantity."""
        self.page.locator(f"#quantity-1[value='{quantity}']").wait_for()

    @property
    def lines(self) -> list[str]:
        self.page.wait_for_load_state("networkidle")
        return [
            f"{line.locator('input').input_value()} {line.locator('.name').inner_text()}"
            for line in self.page.locator("#basket .lines > li").all()
        ]
