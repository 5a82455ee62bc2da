"""The centre of the browser's tests: a process of its own, told what callers and phones do."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.servers.ports import free_port

FLOW = """
flow: reception
title: Reception
languages: [en]
start: choose
nodes:
  choose:
    type: menu
    prompts: [choose]
    choices:
      - {name: sales, key: 1, next: to_sales}
      - {name: support, key: 2, next: to_support}
      - {name: own, key: 3, next: to_own}
      - {name: message, key: 4, next: message}
    no_input: {retries: 3, next: to_sales}
    no_match: {retries: 0, next: to_sales}
  to_sales: {type: queue, queue: sales, callback: {key: "5", next: bye}}
  to_support: {type: queue, queue: support}
  to_own: {type: queue, queue: sales, prefer_agent: ann, callback: {key: "5", next: bye}}
  message: {type: voicemail, mailbox: sales, prompts: [bye], next: bye}
  bye: {type: hang_up, prompts: [bye]}
prompts: {choose: {en: choose}, bye: {en: goodbye}}
"""

SETTINGS: Mapping[str, Any] = {
    "site": {"name": "Browser centre", "time_zone": "Europe/Berlin", "language": "en"},
    "skills": {"english": "Speaks English", "spanish": "Habla español"},
    "teams": {"north": {"title": "Team North"}, "south": {"title": "Team South"}},
    "agents": {
        "ann": {"name": "Ann Lake", "phone": "1001", "team": "north", "skills": {"english": 5}},
        "bob": {"name": "Bob Field", "phone": "1002", "team": "north", "skills": {"english": 4}},
        "sup": {"name": "Nora North", "phone": "1009", "team": "north"},
        "cyd": {"name": "Cyd Shore", "phone": "1003", "team": "south", "skills": {"english": 3, "spanish": 6}},
    },
    "queues": {
        "sales": {
            "title": "Sales",
            "requires": "english>=1",
            "ring_s": 25,
            "wrap_up_s": 60,
            "callbacks": {"countries": ["DE"], "retry_s": 2},
            "script": "Thank the caller for their patience.\nAsk for the order number.",
        },
        "support": {"title": "Support", "requires": "spanish>=3", "ring_s": 25, "retry_s": 60, "wrap_up_s": 30},
    },
    "reasons": {"break": {"title": "Break", "digits": "1"}, "training": {"title": "Training", "productive": True}},
    "dispositions": {
        "solved": {"title": "Solved", "resolved": True},
        "follow_up": {"title": "Follow up", "resolved": False},
        "wrong_number": {"title": "Wrong number"},
    },
    "phone_book": {"night_watch": {"title": "Night watch", "number": "+4930770099"}},
    "entry_points": {"8000": {"title": "Main number", "flow": "reception", "queue": "sales", "emergency": "sorry"}},
    "users": {
        "root": {"title": "Rut Root", "role": "administrator"},
        "nora": {"title": "Nora North", "role": "supervisor", "teams": ["north", "south"], "agent": "sup"},
        "ann": {"title": "Ann Lake", "agent": "ann", "teams": ["north"]},
        "bob": {"title": "Bob Field", "agent": "bob", "teams": ["north"]},
        "cyd": {"title": "Cyd Shore", "agent": "cyd", "teams": ["south"]},
    },
}


class Centre:
    """A running one. ``more``: other sections of the settings than the usual ones; ``port``: a free one."""

    def __init__(self, folder: Path, more: Mapping[str, Any] | None = None, *, port: int | None = None) -> None:
        self.port = port or free_port()
        self._calls = 0
        self.base = f"http://127.0.0.1:{self.port}"
        self.journal = folder / "journal.sqlite3"
        self.config = folder / "cordboard.yaml"
        self.log_path = folder / "log"
        (folder / "reception.yaml").write_text(FLOW)
        document = {
            **SETTINGS,
            "flows": ["reception.yaml"],
            "home": str(folder),
            "metrics": {"enabled": False},
            **(more or {}),
            "web": {**(more or {}).get("web", {}), "port": self.port},
        }
        self.config.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.centre_process", str(self.config)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.passwords: dict[str, str] = self._answer()["passwords"]

    def stop(self) -> None:
        """End it in good order."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        finally:
            self._process.kill()
            self._process.stdout.close()

    @property
    def log(self) -> str:
        """What it told so far."""
        return self.log_path.read_text()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the centre ended:\n{self.log[-4000:]}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer

    def tell(self, do: str, **more: Any) -> Any:
        """One command of `tests.browser.served.Served`; its value."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        return self._answer()["value"]

    def until(self, condition: Callable[[], object], timeout_s: float = 10) -> None:
        """Wait for something that the browser does not show."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not happen within {timeout_s:g} s:\n{self.log[-2000:]}")
            time.sleep(0.05)

    # -- people ------------------------------------------------------------------------------------------------------

    def call(self, name: str = "Carla Caller", number: str = "", keys: str = "1") -> str:
        """Somebody calls the main number and presses keys; the contact's id. They wait and talk for ever.

        Without a number they have one that nobody had before.
        """
        self._calls += 1
        caller = number or f"+49305550{self._calls:03}"
        return str(self.tell("call", number="8000", caller=caller, name=name, keys=keys))

    def press(self, contact: str, keys: str) -> None:
        """The caller presses keys."""
        self.tell("press", contact=contact, keys=keys)

    def hang_up(self, contact: str) -> None:
        """The caller goes."""
        self.tell("hang_up", contact=contact)

    def answer(self, number: str) -> None:
        """An agent picks up the phone that rings, by hand, and talks with whoever it rang for."""
        self.until(lambda: self.tell("phone", number=number, what="answer"))
        self.until(lambda: self.tell("is_with_somebody", number=number))

    def answers_by_itself(self, number: str) -> None:
        """A phone takes a call that its own side asked for, as it is told to; nobody picks it up."""
        self.until(lambda: self.tell("phone", number=number, what="state") == "talking")

    def work(self, *agents: str) -> None:
        """These agents sign in and are ready, without a browser."""
        for name in agents:
            self.tell("agent", name=name, what="sign_in")
            self.tell("agent", name=name, what="ready")

    def state(self, agent: str) -> str:
        """Declared and activity, as ``READY IDLE``."""
        seen = self.tell("state", name=agent)
        return f"{seen['declared']} {seen['activity']}"

    def clear(self) -> None:
        """Everybody hangs up and goes home."""
        self.tell("clear")
        self.until(lambda: self.tell("is_clear"), timeout_s=30)
