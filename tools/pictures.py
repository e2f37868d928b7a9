"""Retakes the pictures of the README and the docs: runs the demo, buys something as Anna, and takes every page at both widths.

A picture that shows the same as before stays as it is; those that changed are listed. `python tools/pictures.py [ADDRESS]` uses a
demo that runs already.
"""

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))
import pages

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PORT = 8765
WIDTHS = {390: 844, 1280: 800}
TALLEST = 1600
COLOURS = 128
SAME = 0.004  # share of points that may differ: times, figures that count on
READY = "The till  "
changed: list[str] = []


def main() -> None:
    """Take the pictures and say which are new."""
    pages.set_up()
    with demo(sys.argv[1] if sys.argv[1:] else "") as address, sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        highlights(browser, address)
        every_page(browser, address)
    print(f"{len(changed)} pictures changed" + "".join(f"\n  {name}" for name in sorted(changed)))


@contextmanager
def demo(running: str) -> Iterator[str]:
    """The address of a demo that is full; ours ends with the block."""
    if running:
        yield running.rstrip("/")
        return
    command = [sys.executable, "-m", "regulars.cli", "demo", "--reset", "--port", str(PORT)]
    started = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert started.stderr is not None
        for line in started.stderr:
            sys.stderr.write(line)
            if READY in line:
                break
        else:
            raise SystemExit("the demo ended before its doors were open")
        yield f"http://127.0.0.1:{PORT}"
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(60)


def window(browser: Browser, width: int, *, scale: int = 1) -> Page:
    """A browser of its own."""
    size = {"width": width, "height": WIDTHS.get(width, 800)}
    context = browser.new_context(viewport=size, device_scale_factor=scale, reduced_motion="reduce")  # type: ignore[arg-type]
    return context.new_page()


def enter(page: Page, address: str, role: str) -> None:
    """Come in with one tap; nobody is a visitor."""
    page.goto(address)
    if role:
        page.locator(f'form[action$="/demo/sign-in/{role}"] button').click()
        page.wait_for_load_state("networkidle")


def every_page(browser: Browser, address: str) -> None:
    """Each page of each door, at both widths, and a page that shows them all."""
    folder = PICTURES / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    taken: dict[str, str] = {}
    for width in WIDTHS:
        for door in pages.DOORS:
            page = window(browser, width)
            enter(page, address, door.role)
            for name, path in pages.walk(page, address, door):
                page.wait_for_timeout(600)
                keep(page, folder / f"{name}-{width}.png", tallest=TALLEST)
                taken.setdefault(name, path)
            page.context.close()
    for old in sorted(folder.glob("*.png")):
        if old.stem.rpartition("-")[0] not in taken:
            old.unlink()
            changed.append(f"{old.name} (gone)")
    (folder / "README.md").write_text(gallery(sorted(taken)))


def gallery(names: list[str]) -> str:
    """The page that shows all pictures."""
    rows = "\n".join(
        f"| {name} | ![{name}, desk]({name}-1280.png) | ![{name}, phone]({name}-390.png) |" for name in names
    )
    return (
        "# Every page\n\n*Reference.* Each page of the demo at both widths, taken by `make pictures`.\n\n"
        f"| page | 1280 px | 390 px |\n| --- | --- | --- |\n{rows}\n"
    )


def keep(page: Page, to: Path, *, tallest: int = 0, colours: int = COLOURS) -> None:
    """Take a picture, and write it when it shows something else than the one that is there."""
    shot = page.screenshot(full_page=bool(tallest))
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    if tallest:
        picture = picture.crop((0, 0, picture.width, min(picture.height, tallest)))
    if to.exists() and is_same(Image.open(to).convert("RGB"), picture):
        return
    changed.append(to.name)
    picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(to, optimize=True)


def is_same(old: Image.Image, new: Image.Image) -> bool:
    """Whether two pictures differ in next to nothing."""
    if old.size != new.size:
        return False
    differs = ImageChops.difference(old, new).convert("L").point(lambda value: 255 if value > 40 else 0)
    return differs.histogram()[255] <= SAME * new.width * new.height


def highlights(browser: Browser, address: str) -> None:
    """The pictures of the README, in fine resolution, with something happening in them."""
    desk, home, till = window(browser, 1280, scale=2), window(browser, 390, scale=2), window(browser, 1280, scale=2)
    desk.goto(address)
    desk.wait_for_timeout(2500)
    fine(desk, "front")
    enter(home, address, "anna")
    card = re.sub(r"\D", "", home.locator(".code-card").first.inner_text())[:13]
    enter(till, address, "cashier")
    sell(till, card)
    fine(till, "till")
    time.sleep(3)
    home.reload()
    fine(home, "home")
    for name, path in (("phones", "/sandbox/"), ("consents", "/demo/consent/")):
        desk.goto(address + path)
        desk.wait_for_timeout(2500)
        fine(desk, name)
    desk.goto(f"{address}/sandbox/mail/?q=anna@example.org")
    desk.locator("main a", has_text="anna@example.org").first.click()
    desk.wait_for_timeout(2500)
    fine(desk, "mailboxes")
    staff(browser, address)
    together(browser)


def staff(browser: Browser, address: str) -> None:
    """The back office, an audience in its builder, a mailing that was sent, and a member in the contact centre."""
    page = window(browser, 1280, scale=2)
    enter(page, address, "marketer")
    page.goto(f"{address}/backoffice/")
    page.wait_for_timeout(1500)
    fine(page, "backoffice")
    for name, table, row in (
        ("audience", "loyalty_audiences/audience", "first"),
        ("mailing", "loyalty_mailings/mailing", "last"),
    ):
        page.goto(f"{address}/backoffice/{table}/")
        getattr(page.locator("#result_list tbody tr"), row).locator("a").first.click()
        page.wait_for_timeout(2500)
        fine(page, name)


def fine(page: Page, name: str) -> None:
    """Keep a picture of the README."""
    keep(page, PICTURES / f"{name}.png", colours=256)


def sell(till: Page, card: str) -> None:
    """Scan the card and ring something up."""
    till.keyboard.type(card, delay=5)
    till.keyboard.press("Enter")
    till.wait_for_timeout(700)
    tiles = till.locator(".tiles button")
    for number in (0, 1, 1, 3):
        tiles.nth(number).click()
        till.wait_for_timeout(500)


def together(browser: Browser) -> None:
    """Put till, home and phones into one picture."""
    page = browser.new_context(viewport={"width": 1400, "height": 640}, device_scale_factor=2).new_page()
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
    fine(page, "together")
    sheet.unlink()


if __name__ == "__main__":
    main()
