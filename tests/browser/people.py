"""People in front of the console, each with a browser of their own."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, expect

PATIENCE_MS = 10_000
"""For what has to happen at once; a machine that does much else is given twice what the browser's driver gives."""

expect.set_options(timeout=PATIENCE_MS)


class Person:
    """Somebody in a fresh browser at the console's address ``base``, in a time zone; to be told to sign in."""

    def __init__(
        self, browser: Browser, base: str, *, language: str = "en", scheme: str = "light", zone: str = "Europe/Berlin"
    ) -> None:
        self.base = base
        locale = {"en": "en-GB", "zh": "zh-CN"}[language]
        self.context: BrowserContext = browser.new_context(
            base_url=base,
            viewport={"width": 1440, "height": 900},
            locale=locale,
            color_scheme="dark" if scheme == "dark" else "light",
            permissions=["microphone"],
            timezone_id=zone,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.trouble: list[str] = []
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        """Another page of the same browser; what its scripts stumble over is `trouble`."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("dialog", self._refuse)
        return page

    def _refuse(self, dialog: Dialog) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def sign_in(self, name: str, password: str, path: str = "/") -> "Person":
        """Open the console and sign in by hand."""
        self.page.goto(path)
        self.page.locator("input[autocomplete=username]").fill(name)
        self.page.locator("input[autocomplete=current-password]").fill(password)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("banner").wait_for()
        self.page.get_by_role("main").locator(":scope > *").first.wait_for()
        return self

    def close(self) -> None:
        """They go home."""
        self.context.close()

    # -- the desk ----------------------------------------------------------------------------------------------------

    @property
    def state(self) -> Locator:
        """The agent's own state in the top bar."""
        return self.page.locator("header button[data-state]")

    def start_work(self) -> None:
        """Sign in at the desk."""
        self.page.get_by_role("button", name="Begin to work").click()
        expect(self.state).to_have_attribute("data-state", "not_ready")

    def become_ready(self) -> None:
        """Want contacts."""
        self.state.click()
        self.page.get_by_role("menuitem", name="Ready", exact=True).click()
        expect(self.state).to_have_attribute("data-state", re.compile("^(ready|reserved)$"))

    @property
    def offer(self) -> Locator:
        """What rings."""
        return self.page.get_by_role("alertdialog")

    @property
    def contact(self) -> Locator:
        """The contact in the middle."""
        return self.page.get_by_role("article")

    def answer(self) -> None:
        """Take the offer from the desk."""
        self.offer.get_by_role("button", name=re.compile("^Answer")).click()
        expect(self.contact).to_contain_text("Talking")

    def control(self, name: str) -> Locator:
        """A button of the call's tool bar."""
        return self.page.get_by_role("toolbar").get_by_role("button", name=name)


class People:
    """Who is there in one test."""

    def __init__(self, browser: Browser, base: str, passwords: Mapping[str, str]) -> None:
        self._browser = browser
        self._base = base
        self._passwords = passwords
        self._present: list[Person] = []

    def somebody(
        self, *, base: str | None = None, language: str = "en", scheme: str = "light", zone: str = "Europe/Berlin"
    ) -> Person:
        """A browser in which nobody is signed in."""
        person = Person(self._browser, base or self._base, language=language, scheme=scheme, zone=zone)
        self._present.append(person)
        return person

    def user(
        self, name: str, path: str = "/", *, base: str | None = None, language: str = "en", scheme: str = "light"
    ) -> Person:
        """A user of the settings, signed in."""
        return self.somebody(base=base, language=language, scheme=scheme).sign_in(name, self._passwords[name], path)

    def agent(self, name: str, *, base: str | None = None) -> Person:
        """An agent who is ready."""
        person = self.user(name, base=base)
        person.start_work()
        person.become_ready()
        return person

    def go_home(self) -> list[str]:
        """All close their browsers; what their pages' scripts stumbled over."""
        trouble = [text for person in self._present for text in person.trouble]
        for person in self._present:
            person.close()
        self._present.clear()
        return trouble


def heard_of(page: Page, condition: Callable[[], object]) -> None:
    """Wait for something that a page's events tell this process: none comes while one only sleeps."""
    for _ in range(PATIENCE_MS // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it was not told within {PATIENCE_MS} ms")


def put(person: Person, path: str, document: dict[str, Any]) -> int:
    """Change an entry as another program would, or make it where it is not there; how it was answered."""
    script = """async ([path, document]) => {
      const token = (await (await fetch("/api/v1/session")).json()).csrf_token;
      const ask = async (match) => {
        const headers = {"Content-Type": "application/json", "X-CSRF-Token": token, [match]: "*"};
        const asked = {method: "PUT", body: JSON.stringify(document), headers};
        return (await fetch(`/api/v1/settings/${path}`, asked)).status;
      };
      const changed = await ask("If-Match");
      return changed === 412 ? await ask("If-None-Match") : changed;
    }"""
    return int(person.page.evaluate(script, [path, document]))
