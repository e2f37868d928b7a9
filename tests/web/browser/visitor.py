"""One visitor with a browser of their own, and what can be said about the page they look at."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

IMPACTS = {"serious", "critical"}
# Taking a picture leaves an empty style attribute behind, which our content policy refuses when a part is swapped.
EMPTY_STYLE = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
# Colours on their way from light to dark are nobody's colours: end what moves before looking.
STAND_STILL = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  for (const moving of document.getAnimations())
    if (Number.isFinite(moving.effect.getComputedTiming().endTime)) moving.finish();
  await frame();
}"""
# What ends to the right of the window, unless it stands in something that scrolls or cuts on purpose. The body's own cut does
# not count: it would hide what is lost.
STICKING_OUT = """() => {
  const kept = (e) => {
    for (let box = e.parentElement; box && box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible") return true;
    return false;
  };
  const right = (e) => e.getBoundingClientRect().right - innerWidth;
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && right(e) > 0.5 && !kept(e));
  const root = document.documentElement;
  return Math.max(root.scrollWidth - root.clientWidth, 0, ...wide.map(right));
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True, slots=True)
class Screen:
    """How big the window is, and whether the system is set to light or dark."""

    width: int
    height: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.width}x{self.height}-{self.scheme}"


PHONE, DESK = Screen(390, 844, "light"), Screen(1280, 800, "light")
SCREENS = [Screen(width, height, scheme) for width, height in ((390, 844), (1280, 800)) for scheme in ("light", "dark")]


class Visit:
    """One visitor: a browser of its own, with what the pages complained about on the way."""

    def __init__(self, browser: Any, address: str, screen: Screen, options: dict[str, Any]) -> None:
        self.address, self.screen = address, screen
        self.context = browser.new_context(
            viewport={"width": screen.width, "height": screen.height},
            color_scheme=screen.scheme,
            locale=options.pop("locale", "en-GB"),
            reduced_motion="reduce",
            **options,
        )
        self.context.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self._listen(said.type, said.text))

    def _listen(self, kind: str, text: str) -> None:
        if kind == "error" and EMPTY_STYLE not in text:
            self.complaints.append(text)

    def cookie(self, name: str, value: str) -> None:
        """Bring a cookie along, as a door would have set it."""
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def go(self, path: str) -> Any:
        """Open an address of the product and answer the page."""
        self.page.goto(self.address + path)
        return self.page

    def picture(self, name: str) -> None:
        """Keep a picture, if somebody wants to look."""
        if folder := os.environ.get("REGULARS_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}-{self.screen}.png")

    def barriers(self) -> list[str]:
        """What axe finds on the page that is serious or critical, each with the places."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        found = axe.run(self.page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
        return [
            f"{each['id']} ({each['impact']}): {[node['target'] for node in each['nodes']]}"
            for each in found
            if each["impact"] in IMPACTS
        ]

    def overflow(self) -> int:
        """How many pixels of the page stick out at the side."""
        width: float = self.page.evaluate(STICKING_OUT)
        return round(width)

    def look(self, name: str) -> None:
        """Check what holds for every page: nothing serious for axe, nothing sticks out, no error in the console."""
        self.page.evaluate(STAND_STILL)
        self.picture(name)
        found, wide = self.barriers(), self.overflow()
        assert not found, found
        assert not wide, f"{name} on {self.screen}: {wide} px stick out"
        assert not self.complaints, self.complaints

    def look_everywhere(self, name: str) -> None:
        """Look at the open page on each of the four screens, without loading it again."""
        for self.screen in SCREENS:
            self.page.set_viewport_size({"width": self.screen.width, "height": self.screen.height})
            self.page.emulate_media(color_scheme=self.screen.scheme)
            self.look(name)
