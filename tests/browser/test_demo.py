"""The demo as a newcomer meets it: the terminal's lines, a browser, a call within a minute."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.people import People, Person
from tests.servers.ports import free_port

LINES = 4


class Demo:
    """A running demo, with what it told."""

    def __init__(self, home: Path) -> None:
        self.began = time.monotonic()
        self.port = free_port()
        command = [sys.executable, "-m", "cti_bridge.app.main", "demo", "--no-browser", "--seed", "5"]
        env = {
            **os.environ,
            "CORDBOARD_HOME": str(home),
            "CORDBOARD_WEB__PORT": str(self.port),
            "CORDBOARD_ALARMS__LONGEST_WAIT_S": "1",  # rings at once: nobody of the tests has a few minutes
        }
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=env
        )
        assert self._process.stderr is not None
        self.lines = [self._process.stderr.readline() for _ in range(LINES)]
        self.passwords = {line.split()[1]: line.split()[2] for line in self.lines[1:]}

    def stop(self) -> str:
        """End it; what else it told."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.communicate(timeout=30)[1]
        finally:
            self._process.kill()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    one = Demo(tmp_path_factory.mktemp("home"))
    try:
        yield one
    finally:
        rest = one.stop()
    assert "Traceback" not in rest


def listen_to_somebody(lead: Person) -> None:
    """Choose an agent who talks, and ask to listen; another one, if the talk has just ended."""
    agents, details = (
        lead.page.get_by_role("grid", name="Agents"),
        lead.page.get_by_role("complementary", name="Details"),
    )
    listen = details.get_by_role("button", name="Listen").first
    for _ in range(5):
        talking = agents.get_by_role("row").filter(has_text=re.compile("Talking")).first
        expect(talking).to_be_visible(timeout=30_000)
        talking.click()
        with contextlib.suppress(PlaywrightTimeout):
            listen.click(timeout=3_000)
            return
    raise AssertionError("nobody who talks can be listened to")


def test_a_newcomer_takes_a_call_within_a_minute(demo: Demo, browser: Browser) -> None:
    [base] = re.findall(r"http://\S+", demo.lines[0])
    assert base == f"http://127.0.0.1:{demo.port}"
    assert [line.split()[0] for line in demo.lines[1:]] == ["agent", "supervisor", "administrator"]
    people = People(browser, base, demo.passwords)
    robin = people.user("robin")
    robin.start_work()
    robin.become_ready()
    expect(robin.offer).to_be_visible(timeout=20_000)
    robin.answer()
    assert time.monotonic() - demo.began < 60
    expect(robin.contact).to_contain_text("Thank you for calling Cordboard")
    robin.control("Hold").click()
    expect(robin.contact.locator("header")).to_contain_text("On hold")
    robin.control("Hang up").click()
    robin.page.get_by_label("Notes").fill("My first call")
    robin.page.get_by_role("button", name=re.compile("^Solved")).click()
    robin.page.get_by_role("button", name=re.compile("^Done")).click()
    expect(robin.page.get_by_text("My last contacts").locator("xpath=ancestor::section")).to_contain_text("Solved")
    lead = people.user("lead", "/floor")
    expect(lead.page.get_by_role("banner").locator("[data-ringing=true]")).to_be_visible(timeout=20_000)
    agents = lead.page.get_by_role("grid", name="Agents")
    expect(agents).to_have_attribute("aria-rowcount", "34")
    lead.page.get_by_role("textbox", name="Search").fill("robin")
    expect(agents.get_by_role("row").filter(has_text="Robin Ames")).to_be_visible()
    lead.page.get_by_role("textbox", name="Search").fill("")
    listen_to_somebody(lead)
    lead.page.get_by_role("dialog").get_by_role("button", name="Listen").click()
    expect(lead.page.get_by_role("region", name="Talk that you hear")).to_contain_text(
        "nobody hears you", timeout=15_000
    )
    assert people.go_home() == []
