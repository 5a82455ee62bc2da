"""A real Chromium whose fake microphone plays a tone, as the phone of an agent on the real Asterisk."""

import contextlib
import math
import ssl
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import wave
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import BrowserContext, CDPSession, Locator, Page, sync_playwright

from tests.asterisk.instance import Asterisk
from tests.e2e.daemon import AGENTS
from tests.e2e.office import Acting
from tests.servers import chromium
from tests.servers.addresses import beside_loopback
from tests.sip_phone import Call, audio

GAP_S = 0.2
BACK_S = 8
"""How long a phone that is lost is waited for."""

WEB_HZ = 800.0
"""What the browser's microphone hears."""

ASKS_NOBODY = "--use-fake-ui-for-media-stream"
"""Would give the microphone to a page that may not have it; the permission is the test's affair."""

PASSWORD = "a long password of tests"
WEB_PHONES = {"ann": "1101", "sue": "1102"}
"""Whose phones are pages."""

WATCH = (Path(__file__).parent / "web_phone_watch.js").read_text(encoding="utf-8")
"""Remembers the page's connections, so that the test can listen to them; the product is not touched."""


class WebDaemon(Acting):
    """A daemon whose agents ann and sue have their phones in the browser, signed in by console users of these names."""

    def __init__(self, asterisk: Asterisk, folder: Path, port: int, web: Mapping[str, Any] | None = None) -> None:
        """``web``: more of how the console is served."""
        secrets = folder / "secrets"
        secrets.mkdir(parents=True)
        for phone in WEB_PHONES.values():
            (secrets / f"phone-{phone}.secret").write_text(asterisk.passwords[phone])
        self.port = port
        scheme = "https" if web is not None and "tls" in web else "http"
        self.url = f"{scheme}://127.0.0.1:{port}"
        at_pages = {name: {"phone": phone, "web_phone": True} for name, phone in WEB_PHONES.items()}
        more = {
            "agents": {**AGENTS, **at_pages, "ann": {**at_pages["ann"], "skills": {"sales": 5}}},
            "users": {name: {"agent": name, "title": name.title()} for name in WEB_PHONES},
            "web": {"port": port, **(web or {})},
            "calls": {"phone_back_s": BACK_S},
        }
        super().__init__(asterisk, folder, more=more, ring_s=20)
        self._secrets = secrets

    def _settings(self, queue: dict[str, Any]) -> dict[str, Any]:
        settings = super()._settings(queue)
        address = f"ws://{self.asterisk.host}:{self.asterisk.http_port}/ws"
        settings["asterisk"]["web_phones"] = {
            "address": address,
            "secrets_folder": str(self.folder / "secrets"),
        }
        return settings

    def give_passwords(self) -> None:
        """Both may sign in to the console."""
        for name in WEB_PHONES:
            self._give_password(name)

    def _give_password(self, name: str) -> None:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "cti_bridge.app.main",
                "user",
                "password",
                name,
                "--stdin",
                "-c",
                str(self.settings),
            ],
            input=PASSWORD.encode(),
            check=True,
            capture_output=True,
            timeout=60,
        )

    def wait_served(self) -> None:
        """Until the console answers."""
        deadline, anybody = time.monotonic() + 60, ssl._create_unverified_context()
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2, context=anybody).close()
            except (urllib.error.URLError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return


def write_tone(path: Path, hertz: float, seconds: int = 2, rate: int = 48_000) -> None:
    """A WAV file for the fake microphone, which repeats it for ever."""
    samples = (int(9000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(seconds * rate))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


@contextlib.contextmanager
def browser(folder: Path, *arguments: str, believes_any_certificate: bool = False) -> Iterator[BrowserContext]:
    """A browser with a microphone."""
    tone = folder / "tone.wav"
    folder.mkdir(parents=True, exist_ok=True)
    write_tone(tone, WEB_HZ)
    found = chromium.provide()
    with beside_loopback(), sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder / "profile"),
            executable_path=found.command[0],
            env={name: str(value) for name, value in found.environment.items()},
            headless=True,
            args=[
                *(one for one in chromium.ARGUMENTS if one != ASKS_NOBODY),
                f"--use-file-for-fake-audio-capture={tone}",
                *arguments,
            ],
            ignore_https_errors=believes_any_certificate,
            viewport={"width": 1280, "height": 720},
            permissions=["microphone"],
        )
        context.add_init_script(WATCH)
        try:
            yield context
        finally:
            context.close()


def spans_of(call: Call, hertz: float, since: float) -> list[tuple[float, float]]:
    """When a caller heard a tone, from ``since`` (monotonic) on, by when each packet came; gaps of 0.2 s are none.

    While nothing comes, as when the far end is being loaded anew, time goes on all the same.
    """
    found: list[tuple[float, float]] = []
    for packet in [one for one in call.stream.heard if one.at >= since]:
        samples = audio.decode(packet.payload, packet.codec).astype(np.float64)
        if _is_tone(samples, hertz):
            begins = found.pop()[0] if found and packet.at - found[-1][1] < GAP_S else packet.at
            found.append((begins, packet.at + len(samples) / audio.RATE))
    return found


def _is_tone(samples: np.ndarray[Any, np.dtype[np.float64]], hertz: float) -> bool:
    """Whether more than half of what sounds is this tone."""
    turn = np.exp(-2j * math.pi * hertz * np.arange(len(samples)) / audio.RATE)
    loud = 2 * abs(samples @ turn) ** 2 / max(1, len(samples))
    return bool(loud > 0.5 * max(float(np.sum(samples**2)), len(samples) * 400))


def heard_again(call: Call, hertz: float, since: float, after: float) -> float:
    """When (monotonic) a caller heard a tone for the first time after another had ended."""
    return min(begin for begin, _ in spans_of(call, hertz, since) if begin >= after - GAP_S)


def is_free(page: Page, *controls: Locator) -> bool:
    """Whether the phone's panel covers none of these."""
    panel = page.get_by_role("dialog").filter(has=page.locator("select")).bounding_box()
    assert panel is not None
    for control in controls:
        box = control.bounding_box()
        assert box is not None
        aside = box["x"] + box["width"] <= panel["x"] or box["y"] >= panel["y"] + panel["height"]
        if not aside:
            return False
    return panel["x"] + panel["width"] <= 1280 and panel["y"] + panel["height"] <= 720


class WebPhone:
    """The page of ``agent``."""

    def __init__(self, page: Page, url: str, agent: str = "ann") -> None:
        self.page = page
        self.url = url
        self.agent = agent
        self.problems: list[str] = []
        self._browser: CDPSession | None = None
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def sign_in(self) -> None:
        """Open the console."""
        self.page.goto(self.url)
        self.page.get_by_label("Name").fill(self.agent)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def ask(self, path: str) -> Any:
        """What the API answers to this session."""
        answer = self.page.request.get(f"{self.url}/api/v1{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def allow_microphone(self, setting: str) -> None:
        """As the person does at the browser's address line: `granted`, `denied`, `prompt`."""
        wish = {"permission": {"name": "microphone"}, "setting": setting, "origin": self.url}
        if self._browser is None:
            self._browser = self.page.context.new_cdp_session(self.page)
        self._browser.send("Browser.setPermission", wish)

    @property
    def word(self) -> str:
        """What the mark in the top bar says."""
        return self.page.locator("[data-phone]").get_attribute("data-phone") or ""

    def wait_word(self, *words: str, timeout: float = 20) -> float:
        """Until the mark says one of these; how long it took."""
        begin = time.monotonic()
        chosen = ", ".join(f'[data-phone="{word}"]' for word in words)
        self.page.locator(chosen).wait_for(timeout=timeout * 1000)
        return time.monotonic() - begin

    def hears(self, hertz: float) -> bool:
        """Whether what comes in has this tone in it, and more of it than of its neighbours."""
        return bool(self.page.evaluate("hertz => window.watched.hears(hertz)", hertz))

    def wait_hears(self, hertz: float, *, hears: bool = True, timeout: float = 15) -> None:
        """Until it is heard, or not any more."""
        self.until(
            lambda: self.hears(hertz) is hears, timeout, f"the browser {'hears' if hears else 'hears no'} {hertz} Hz"
        )

    def until(self, test: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + timeout
        while not test():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {timeout} s: {what}; the phone is {self.word!r}; {self.problems}")
            self.page.wait_for_timeout(100)
