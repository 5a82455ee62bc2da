"""Draw the pictures of the console under ``docs/images/console``, and the moving one of the README.

A demo runs an hour and a half of its time in a minute or two, then at the clock's own pace while two browsers (English
and Chinese) show every view, light and dark. A view that is wider than its screen, or whose script stumbles, is told.
Example: python -m tools.draw_console docs/images
"""

import argparse
import base64
import io
import os
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, Position, sync_playwright
from rich.console import Console

from cti_bridge.app.reactor import install
from tests.servers import chromium
from tests.servers.ports import free_port

SPEED, SEED = 60.0, 3
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
QUALITY = 72
FRAME_MS = 1600
AT_NAME: Position = {"x": 40, "y": 15}
"""Where a row's name is; a number further on opens what is behind it."""

VIEWS = {
    "floor": "/floor",
    "wallboard": "/floor/wall",
    "contacts": "/contacts",
    "customers": "/customers",
    "customer": "/customers/key/c-1004",
    "customer-new": "/customers/new",
    "customer-import": "/customers/import",
    "voicemails": "/voicemails",
    "reports": "/reports/figures",
    "why-missed": "/reports/missed",
    "catalogue": "/reports/catalogue",
    "skills": "/administration/matrix",
    "agents": "/administration/agents",
    "teams": "/administration/teams",
    "skill-names": "/administration/skills",
    "users": "/administration/users",
    "tokens": "/administration/tokens",
    "queues": "/administration/queues",
    "routing": "/administration/routing",
    "entry-points": "/administration/entry_points",
    "flows": "/administration/flows/demo",
    "opening-hours": "/administration/opening_hours",
    "reasons": "/administration/reasons",
    "dispositions": "/administration/dispositions",
    "phone-book": "/administration/phone_book",
    "alarms": "/administration/alarms",
    "changes": "/administration/changes",
    "audit": "/administration/audit",
    "export-and-import": "/administration/transfer",
}


def webp(page: Page, quality: int = QUALITY) -> bytes:
    """What a page shows."""
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
    session.detach()
    return base64.b64decode(shot["data"])


TOO_WIDE = """() => [...document.querySelectorAll('html, body, main')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.localName} is ${one.scrollWidth} px wide on a screen of ${one.clientWidth}`)"""


class Album(NamedTuple):
    """Where pictures go, how large they are in pixels, and what was found wrong with what they show.

    ``known_only``: the call at the desk is of a customer on file, however long that takes.
    """

    folder: Path
    width: int
    height: int
    known_only: bool
    troubles: list[str]


class Looks:
    """One user's pages, one in each language; pictures are taken of both schemes."""

    def __init__(self, browser: Browser, base: str, name: str, password: str, album: Album) -> None:
        self._album = album
        self.pages: dict[str, Page] = {}
        for language, locale in LOCALES.items():
            context: BrowserContext = browser.new_context(
                base_url=base,
                viewport={"width": album.width, "height": album.height},
                locale=locale,
                color_scheme="light",
                timezone_id="UTC",
            )
            page = self.pages[language] = context.new_page()
            page.on("pageerror", lambda error: album.troubles.append(f"{name}: {error}"))
            page.goto("/")
            page.locator("form").wait_for()
        if name == "robin":
            self.snap("sign-in")
        for page in self.pages.values():
            page.locator("input[autocomplete=username]").fill(name)
            page.locator("input[autocomplete=current-password]").fill(password)
            page.keyboard.press("Enter")
            page.get_by_role("banner").wait_for()

    @property
    def first(self) -> Page:
        """The page in English."""
        return self.pages["en"]

    def snap(self, view: str, after_ms: int = 600) -> None:
        """Pictures of each language and scheme, when what moves has come to rest."""
        self.first.wait_for_timeout(after_ms)
        for language, page in self.pages.items():
            self._album.troubles.extend(f"{view} ({language}): {wide}" for wide in page.evaluate(TOO_WIDE))
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.locator(f"html[data-mantine-color-scheme={scheme}]").wait_for()
                (self._album.folder / f"{view}-{language}-{scheme}.webp").write_bytes(webp(page))
            page.emulate_media(color_scheme="light")

    def each(self, do: Callable[[Page], object]) -> None:
        """Do something on all pages."""
        for page in self.pages.values():
            do(page)

    def go(self, path: str) -> None:
        """Open a view on all."""
        for page in self.pages.values():
            page.goto(path)
        for page in self.pages.values():
            page.wait_for_load_state("networkidle")


def _wait_for_an_offer(robin: Looks, *, known_only: bool) -> None:
    """An offer, if so wished of a customer who is on file; others are declined."""
    offer = robin.first.get_by_role("alertdialog")
    for _ in range(20 if known_only else 1):
        offer.wait_for(timeout=90_000)
        robin.first.wait_for_timeout(400)
        if "202555" in offer.inner_text() and robin.first.get_by_text("No record of this number").count() == 0:
            break
        if known_only:
            robin.first.keyboard.press("x")
            offer.wait_for(state="hidden")
    robin.each(lambda one: one.get_by_role("alertdialog").wait_for())


def _call(robin: Looks, frames: list[bytes], *, known_only: bool) -> None:
    """A call at the desk, from *Ready* to the outcome."""
    page = robin.first

    def frame() -> None:
        frames.append(webp(page, 60))

    page.get_by_role("button", name="Begin to work").click()
    page.locator("header button[data-state=not_ready]").wait_for()
    robin.snap("desk-not-ready")
    frame()
    page.keyboard.press("r")
    page.locator("header button[data-state]:not([data-state=not_ready])").wait_for()  # who waits rings at once
    frame()
    _wait_for_an_offer(robin, known_only=known_only)
    frame()
    robin.snap("desk-offer")
    page.keyboard.press("a")
    robin.each(lambda one: one.get_by_role("toolbar").wait_for(timeout=10_000))
    page.wait_for_timeout(900)
    frame()
    robin.snap("desk-call")
    state = page.get_by_role("article").locator("header")
    page.keyboard.press("h")
    state.get_by_text("On hold").wait_for()
    page.wait_for_timeout(900)
    frame()
    page.keyboard.press("h")
    state.get_by_text("Talking").wait_for()
    page.wait_for_timeout(500)
    robin.each(lambda one: one.keyboard.press("t"))
    robin.each(lambda one: one.get_by_role("combobox").fill("a"))
    page.wait_for_timeout(900)
    frame()
    robin.snap("desk-transfer")
    robin.each(lambda one: one.keyboard.press("Escape"))
    page.wait_for_timeout(400)
    page.keyboard.press("e")
    state.get_by_text("Wrap-up").wait_for()
    page.wait_for_timeout(900)
    page.keyboard.type("Wants two more seats from April; offer sent.")
    page.keyboard.press("Alt+Digit1")
    page.wait_for_timeout(900)
    frame()
    robin.snap("desk-wrap-up")


def _story(page: Page) -> str:
    """Where the story of the last contact that was answered is."""
    ended = page.evaluate("() => fetch('/api/v1/contacts?place=ended&limit=50').then((answer) => answer.json())")
    answered = next(line for line in ended["items"] if line["answered_at"] is not None)
    return f"/contacts/{answered['contact_id']}"


def _take(url: str, passwords: dict[str, str], album: Album) -> bytes:
    """Take all pictures; the moving one."""
    program = chromium.provide()
    frames: list[bytes] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program.command[0], args=[*chromium.ARGUMENTS], env={**program.environment}
        )
        admin = Looks(browser, url, "admin", passwords["admin"], album)
        for view, path in VIEWS.items():
            admin.go(path)
            admin.snap(view, after_ms=200)
        admin.go(_story(admin.first))
        admin.snap("story")
        _call(Looks(browser, url, "robin", passwords["robin"], album), frames, known_only=album.known_only)
        admin.go("/floor")
        admin.first.wait_for_timeout(1500)
        frames.append(webp(admin.first, 60))
        admin.each(lambda one: one.locator("[role=grid]").nth(1).locator("[data-index='2']").click(position=AT_NAME))
        admin.snap("floor-agent")
        frames.append(webp(admin.first, 60))
        admin.each(lambda one: one.locator("[role=grid]").first.locator("[data-index='1']").click(position=AT_NAME))
        admin.snap("floor-queue")
        browser.close()
    return moving(frames, album.width, album.height)


# -- a moving picture out of still ones ------------------------------------------------------------------------------


def _chunks(riff: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < len(riff):
        kind, size = riff[at : at + 4], struct.unpack_from("<I", riff, at + 4)[0]
        yield kind, riff[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def moving(frames: list[bytes], width: int, height: int) -> bytes:
    """One animated WebP of frames of one size, for ever."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    parts = [_chunk(b"VP8X", bytes([0x02, 0, 0, 0]) + size), _chunk(b"ANIM", struct.pack("<IH", 0xFFFFFFFF, 0))]
    for frame in frames:
        picture = b"".join(_chunk(kind, body) for kind, body in _chunks(frame) if kind in {b"VP8 ", b"VP8L"})
        head = bytes(6) + size + FRAME_MS.to_bytes(3, "little") + bytes([0x02])
        parts.append(_chunk(b"ANMF", head + picture))
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


# -- the demo --------------------------------------------------------------------------------------------------------


def draw(target: Path, warm_up_s: float, album: Album) -> list[str]:
    """Run the demo for ``warm_up_s`` of its time, take the pictures in a thread; what was found wrong."""
    reactor: Any = install()
    from config.load import load  # noqa: PLC0415 - likewise
    from cti_bridge.app.demo import Demo, DemoOptions  # noqa: PLC0415 - after the reactor
    from cti_bridge.app.demo_home import DemoHome  # noqa: PLC0415 - likewise

    failed: list[BaseException] = []
    album.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, DemoHome(Path(folder)) as home:
        env = {**os.environ, "CORDBOARD_HOME": folder, "CORDBOARD_WEB__PORT": str(free_port())}
        options = DemoOptions(speed=SPEED, seed=SEED, started_at=round(MORNING.timestamp() * 1e6))
        demo = Demo(reactor, load(None, env), options, home, Console(file=io.StringIO(), width=200), env=env)

        def pictures() -> None:
            try:
                time.sleep(warm_up_s / SPEED)
                reactor.callFromThread(demo.change_speed, 1.0)
                lines = home.passwords.read_text(encoding="utf-8").splitlines()
                passwords = {line.split()[1]: line.split()[2] for line in lines[1:]}
                (target / "console.webp").write_bytes(_take(lines[0].split()[1], passwords, album))
            except BaseException as error:  # noqa: BLE001 - told below, in the main thread
                failed.append(error)
            finally:
                reactor.callFromThread(reactor.stop)

        thread = threading.Thread(target=pictures)
        reactor.callWhenRunning(demo.start, on_screen=False)
        reactor.callWhenRunning(thread.start)
        reactor.addSystemEventTrigger("before", "shutdown", demo.stop)
        reactor.run()
        thread.join()
        demo.finish()
    for error in failed:
        raise error
    return album.troubles


def main(arguments: list[str] | None = None) -> int:
    """Draw; 1 when a view is not as it should be."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the console.")
    parser.add_argument("target", type=Path, help="folder for console.webp and console/")
    parser.add_argument("--warm-up", type=float, default=90, metavar="MINUTES", help="of the demo's time (90)")
    parser.add_argument("--width", type=int, default=1440, metavar="PIXELS", help="of the screen (1440)")
    parser.add_argument("--height", type=int, default=900, metavar="PIXELS", help="of the screen (900)")
    parser.add_argument("--any-caller", action="store_true", help="draw the first call that comes to the desk")
    given = parser.parse_args(arguments)
    album = Album(given.target / "console", given.width, given.height, not given.any_caller, [])
    troubles = draw(given.target, given.warm_up * 60, album)
    for trouble in troubles:
        sys.stderr.write(f"{trouble}\n")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
